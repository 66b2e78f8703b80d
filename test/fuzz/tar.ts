import { rawTar, type RawEntry } from '../repository/raw-package.ts';
import { changedBytes, changedText, oddNumbers, Chance } from './chance.ts';
import { packers } from './packings.ts';

/** Fields of a header: offset and length (POSIX.1-2017, ustar). */
const fields = [
  [0, 100],
  [100, 8],
  [108, 8],
  [116, 8],
  [124, 12],
  [136, 12],
  [148, 8],
  [156, 1],
  [157, 100],
  [257, 6],
  [263, 2],
  [345, 155],
] as const;
const flags = [
  '0',
  '1',
  '2',
  '5',
  '\0',
  'L',
  'K',
  'x',
  'g',
  '3',
  '4',
  '6',
  '7',
  'S',
  'V',
  'D',
  'A',
  '9',
  'é',
];

/** More than readers take at once, and nothing that packs well. */
const large: RawEntry = { path: './large', content: new Chance(0, 0).bytes(50_000) };

/** A tar archive of entries of which some were changed, in their content, their order, and the fields of their headers. */
export function changedTar(entries: readonly RawEntry[], chance: Chance): Buffer {
  const list = chance.oneIn(12) ? [...entries, large] : [...entries];
  const what = chance.below(12);
  if (what < 4) for (let times = 1 + chance.below(2); times > 0; times -= 1) changeList(list, chance);
  const tar = rawTar(list);
  if (what > 2 && what < 7) changeHeader(tar, chance);
  if (what === 7) return changedBytes(tar, chance, 2);
  return what === 8 ? tar.subarray(0, chance.below(tar.length + 1)) : tar;
}

function changeList(list: RawEntry[], chance: Chance): void {
  const at = chance.below(list.length);
  const entry = list[at] ?? { path: 'x' };
  switch (chance.below(9)) {
    case 0:
      list[at] = { ...entry, path: changedText(entry.path, chance).slice(0, 200) };
      break;
    case 1:
      list[at] = { ...entry, type: chance.pick(flags) };
      break;
    case 2:
      list[at] = { ...entry, claims: Math.min(chance.pick(oddNumbers), 0x1ff_ffff_ff) };
      break;
    case 3:
      list[at] = { ...entry, content: changedBytes(Buffer.from(entry.content ?? ''), chance) };
      break;
    case 4:
      list[at] = {
        ...entry,
        linkTo: changedText(entry.linkTo ?? 'x', chance).slice(0, 100),
        type: chance.pick(['1', '2']),
      };
      break;
    case 5:
      list.splice(at, 1);
      break;
    case 6:
      list.splice(chance.below(list.length + 1), 0, entry);
      break;
    case 7:
      list.splice(at, 0, { path: 'pax', type: chance.pick(['x', 'g', 'L', 'K']), content: paxLike(chance) });
      break;
    default:
      list.splice(at, 0, {
        path: changedText('a/b', chance).slice(0, 99),
        content: 'x',
        type: chance.pick(flags),
      });
  }
}

/** A pax record with a length that is right, most of the time. */
function paxLike(chance: Chance): string {
  const keyword = chance.pick([
    'path',
    'linkpath',
    'size',
    'hdrcharset',
    'GNU.sparse.major',
    'mtime',
    'comment',
    '',
  ]);
  const text = `${keyword}${chance.oneIn(20) ? '' : '='}${chance.oneIn(2) ? changedText('a/b', chance) : chance.pick(['1', '8589934592', 'x/y', '512'])}\n`;
  const rest = Buffer.byteLength(text) + 1;
  const length = rest + String(rest + String(rest).length).length;
  return `${String(chance.oneIn(10) ? chance.pick(oddNumbers) : length)} ${text}`;
}

/** Changes a field of one header, and makes the sum of the header right again, most of the time. */
function changeHeader(tar: Buffer, chance: Chance): void {
  const at = chance.below(tar.length / 512) * 512;
  const header = tar.subarray(at, at + 512);
  const [offset, length] = chance.pick(fields);
  const field = header.subarray(offset, offset + length);
  switch (chance.below(4)) {
    case 0:
      changedBytes(field, chance, 1).copy(field, 0, 0, field.length);
      break;
    case 1:
      field.fill(chance.pick([0, 0x20, 0x30, 0x37, 0x39, 0x2e, 0x2f, 0x80, 0xff]));
      break;
    case 2:
      field.fill(0);
      field.write(changedText('x', chance), 'utf8');
      break;
    default:
      field.fill(0);
      field[0] = 0x80;
      field.writeUInt8(chance.below(256), field.length - 1);
  }
  if (chance.oneIn(10)) return;
  header.write('        ', 148);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
}

/** Something packed, with its form and its bytes sometimes changed. */
export function changedPacking(bytes: Uint8Array, packing: string, chance: Chance): Buffer {
  const packer = packers[packing] ?? packers[''];
  const packed = packer?.(bytes, chance.oneIn(5) ? chance : undefined) ?? Buffer.from(bytes);
  return chance.oneIn(12) ? changedBytes(packed, chance, 2) : packed;
}

/** A way to pack: xz more seldom, because starting to read it takes longest. */
export function somePacking(chance: Chance): string {
  return chance.pick(['.gz', '.gz', '.gz', '', '', '', '', '', '.zst', '.zst', '.zst', '.xz']);
}

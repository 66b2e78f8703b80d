import { buildRpm } from '../../app/demo/build-rpm.ts';
import { numbers, rpmHeader, seals, text, texts, translated, type RpmTag } from '../../app/demo/rpm-file.ts';
import { rawDependencies, rawFiles, rawRpm } from '../repository/rpm/raw-rpm.ts';
import { changedBytes, changedText, evilTexts, oddNumbers, type Chance } from './chance.ts';

const tags: readonly RpmTag[] = [
  text(1000, 'voms'),
  text(1001, '2.1.0'),
  text(1002, '1.el9'),
  text(1022, 'noarch'),
  numbers(1003, [1]),
  translated(1004, 'clients'),
  translated(1005, 'Longer text.\nIn lines.'),
  numbers(1006, [1_704_067_200]),
  numbers(1009, [12]),
  text(1020, 'https://example.org/'),
  ...rawDependencies('requires', [
    { name: 'bash', version: '4', flags: 12 },
    { name: 'libc.so.6(GLIBC_2.4)', flags: 1 << 14 },
    { name: '(a if b)' },
  ]),
  ...rawDependencies('provides', [{ name: 'voms', version: '1:2.1.0-1.el9', flags: 8 }]),
  ...rawDependencies('conflicts', [{ name: 'old', version: '2', flags: 2 }]),
  ...rawFiles([
    { folder: '/usr/bin/', name: 'voms' },
    { folder: '/etc/', name: 'voms', mode: 0o40755 },
    { folder: '/etc/voms/', name: 'ghost', flags: 64 },
    { folder: '/usr/bin/', name: 'link', mode: 0o120777 },
  ]),
  numbers(1080, [1_700_000_000, 1_700_000_000]),
  texts(1081, ['A <a@b.example>', 'B']),
  texts(1082, ['- one', '- two']),
  text(1024, 'echo x'),
  texts(1086, ['/bin/sh']),
];
const whole: readonly Buffer[] = [
  rawRpm(tags),
  rawRpm(),
  Buffer.from(
    buildRpm({
      name: 'voms-clients',
      version: '2.1.0~rc3',
      release: '4.el9',
      architecture: 'x86_64',
      packager: 'T <t@x.example>',
      summary: 'clients',
      description: 'd',
      files: { 'usr/bin/voms': 'x' },
    }),
  ),
];

/** Where the two headers of a package begin, if they can still be found. */
function headersOf(rpm: Buffer): readonly number[] {
  if (rpm.length < 112) return [];
  const size = 16 + rpm.readUInt32BE(104) * 16 + rpm.readUInt32BE(108);
  const main = 96 + size + ((8 - ((96 + size) % 8)) % 8);
  return main + 16 < rpm.length ? [96, main] : [96];
}

/** An rpm package with something wrong in it, somewhere between the value of a tag and the bytes of the whole. */
export function changedRpm(chance: Chance): Buffer {
  const rpm = chance.oneIn(4) ? Buffer.from(chance.pick(whole)) : rawRpm(changedTags(chance));
  if (chance.oneIn(4)) for (let times = 1 + chance.below(2); times > 0; times -= 1) changeIndex(rpm, chance);
  if (chance.oneIn(8)) changeStore(rpm, chance);
  if (chance.oneIn(12)) rpm[chance.below(96)] = chance.below(256);
  if (chance.oneIn(20)) return Buffer.concat([rpm.subarray(0, 96), oddSignature(chance), rpm.subarray(96)]);
  return chance.oneIn(6) ? changedBytes(rpm, chance) : rpm;
}

function changedTags(chance: Chance): readonly RpmTag[] {
  const list = [...tags];
  for (let times = 1 + chance.below(3); times > 0; times -= 1) {
    const at = chance.below(list.length);
    const tag = list[at] ?? text(1000, 'x');
    switch (chance.below(12)) {
      case 0:
        list[at] = { ...tag, bytes: changedBytes(tag.bytes, chance, 2) };
        break;
      case 1:
        list[at] = { ...tag, type: chance.below(11) };
        break;
      case 2:
        list[at] = { ...tag, count: chance.pick(oddNumbers) };
        break;
      case 3:
        list[at] = numbers(
          tag.tag,
          Array.from(
            { length: Math.min(tag.count, 100) },
            () => chance.pick(oddNumbers) % (tag.type === 3 ? 65_536 : 2 ** 32),
          ),
          tag.type === 3 ? 16 : 32,
        );
        break;
      case 4:
        list.splice(at, 1);
        break;
      case 5:
        list[at] = numbers(
          tag.tag,
          Array.from({ length: 1 + chance.below(4) }, () => chance.pick(oddNumbers)),
        );
        break;
      case 6:
        list.push(text(chance.pick([1044, 5009, 100, 63, 1027, 1106, 1015, 1151]), chance.pick(evilTexts)));
        break;
      default:
        list[at] = withText(tag, chance);
    }
  }
  return list;
}

/** Texts stay as many as they were, so that the lists beside them still fit. */
function withText(tag: RpmTag, chance: Chance): RpmTag {
  if (tag.type === 6 || tag.type === 9)
    return { ...text(tag.tag, changedText('voms', chance)), type: tag.type };
  if (tag.type !== 8) return { ...tag, bytes: chance.bytes(tag.bytes.length) };
  const values = Buffer.from(tag.bytes).toString().split('\0').slice(0, -1);
  const at = chance.below(values.length);
  values[at] = changedText(values[at] ?? '', chance).replaceAll('\0', '');
  return texts(tag.tag, values);
}

/** Changes one field of one entry of an index, or the numbers before it. */
function changeIndex(rpm: Buffer, chance: Chance): void {
  const starts = headersOf(rpm);
  if (starts.length === 0) return;
  const start = chance.pick(starts);
  const entries = Math.min(rpm.readUInt32BE(start + 8), 100);
  const at = chance.oneIn(8)
    ? start + 8 + 4 * chance.below(2)
    : start + 16 + 16 * chance.below(entries + 1) + 4 * chance.below(4);
  if (at + 4 > rpm.length) return;
  const before = rpm.readUInt32BE(at);
  const after = [
    before + 1,
    before - 1,
    before ^ (1 << chance.below(31)),
    chance.pick(oddNumbers),
    before * 2,
  ];
  rpm.writeUInt32BE(chance.pick(after) >>> 0, at);
}

function changeStore(rpm: Buffer, chance: Chance): void {
  const start = headersOf(rpm).at(-1) ?? 0;
  const at = start + chance.below(rpm.length - start);
  rpm[at] = chance.pick([0, 0xff, 0x80, 0x2f, 0x0a, 0x20, 0x2e]);
}

/** Another signature header before the one that is there. */
function oddSignature(chance: Chance): Buffer {
  const values = Array.from({ length: 1 + chance.below(40) }, (_, at) =>
    numbers(1000 + at, [chance.pick(oddNumbers)]),
  );
  return rpmHeader(chance.pick([seals.signatures, seals.immutable, 61]), values);
}

import { slice, type ByteSource } from '../byte-source.ts';
import { Refusal } from '../refusal.ts';
import { headerExtent, introSize, regions, RpmHeader, type HeaderLimits } from './header.ts';

/** Where the parts of a package are. */
export interface RpmStructure {
  /** Whether the lead calls it a source package. */
  readonly isSource: boolean;
  readonly signature: RpmHeader;
  readonly main: RpmHeader;
  /** Where the main header begins, and where it ends and the payload begins; in bytes from the beginning of the file. */
  readonly start: number;
  readonly end: number;
}

const leadSize = 96;
const leadMagic = [0xed, 0xab, 0xee, 0xdb];
/** The only form of signatures since rpm 3: a header of its own (rpmlead.c). */
const signaturesInHeader = 5;
/** More than any real package needs (rpm 4.18 allows 32). */
const maximumSignatureTags = 32;
/**
 * What the signature header may say, in which form, and the tag under which rpm then puts it into the main header, which must not have it
 * already (package.c: headerMergeLegacySigs). The last three may be there if the signature header does not have them.
 */
const signatureTags: readonly SignatureTag[] = [
  { tag: 1000, type: 'int32', count: 1, mainTag: 257 },
  { tag: 1002, type: 'binary', mainTag: 259 },
  { tag: 1004, type: 'binary', count: 16, mainTag: 261 },
  { tag: 1005, type: 'binary', mainTag: 262 },
  { tag: 267, type: 'binary', mainTag: 267 },
  { tag: 268, type: 'binary', mainTag: 268 },
  { tag: 269, type: 'text', mainTag: 269 },
  { tag: 270, type: 'int64', count: 1, mainTag: 270 },
  { tag: 271, type: 'int64', count: 1, mainTag: 271 },
  { tag: 273, type: 'text', mainTag: 273 },
  { tag: 276, type: 'texts', mainTag: 276 },
  { tag: 277, type: 'int32', count: 1, mainTag: 277 },
  { tag: 1007, type: 'int32', count: 1, mainTag: 1046, isMovable: true },
  { tag: 274, type: 'texts', mainTag: 274, isMovable: true },
  { tag: 275, type: 'int32', count: 1, mainTag: 275, isMovable: true },
];

interface SignatureTag {
  readonly tag: number;
  readonly type: 'int32' | 'int64' | 'binary' | 'text' | 'texts';
  readonly count?: number;
  readonly mainTag: number;
  readonly isMovable?: true;
}

/** Size of main header and payload, of the signature header; the second for packages over 4 GiB. */
const sizeTags = { size: 1000, longSize: 270 } as const;

/**
 * Reads lead, signature header and main header of an rpm package (rpm 4.18: rpmlead.c, header.c, signature.c). The payload is only measured.
 * @throws Refusal when something else is found, or one of them is damaged, cut short or beyond the limits.
 */
export async function readStructure(source: ByteSource, limits: HeaderLimits): Promise<RpmStructure> {
  if (source.size < leadSize + 2 * introSize) throw new Refusal('it is not an rpm package: it is too short');
  const lead = await source.read(0, leadSize);
  if (leadMagic.some((byte, at) => lead[at] !== byte))
    throw new Refusal('it is not an rpm package: the lead is missing');
  const view = new DataView(lead.buffer, lead.byteOffset, lead.byteLength);
  if (view.getUint8(4) < 3 || view.getUint8(4) > 4 || view.getUint16(78) !== signaturesInHeader)
    throw new Refusal('it is a package of a version of rpm that is not read');
  if (view.getUint16(6) > 1) throw new Refusal('it is neither a binary nor a source package');
  const signature = await readHeader(source, leadSize, regions.signatures, {
    ...limits,
    maximumTags: Math.min(limits.maximumTags, maximumSignatureTags),
  });
  // The main header begins at a multiple of 8.
  const start = signature.end + ((8 - (signature.end % 8)) % 8);
  const main = await readHeader(source, start, regions.immutable, limits);
  checkSignatureTags(signature.header, main.header);
  const [size] = [
    ...signature.header.numbers(sizeTags.longSize, 'int64'),
    ...signature.header.numbers(sizeTags.size, 'int32'),
  ];
  if (size !== undefined && size !== source.size - start)
    throw new Refusal('it is cut short, or followed by other bytes');
  return {
    isSource: view.getUint16(6) === 1,
    signature: signature.header,
    main: main.header,
    start,
    end: main.end,
  };
}

function checkSignatureTags(signature: RpmHeader, main: RpmHeader): void {
  for (const { tag, type, count, mainTag, isMovable = false } of signatureTags) {
    if (signature.hasOther(tag, type, count) || (main.has(mainTag) && (signature.has(tag) || !isMovable)))
      throw new Refusal(`it is damaged: its signature tag ${String(tag)} is wrong`);
  }
}

async function readHeader(
  source: ByteSource,
  at: number,
  region: (typeof regions)[keyof typeof regions],
  limits: HeaderLimits,
): Promise<{ readonly header: RpmHeader; readonly end: number }> {
  if (at + introSize > source.size) throw new Refusal('it is cut short in a header');
  const { tags, size } = headerExtent(await source.read(at, introSize), limits);
  const end = at + introSize + size;
  if (end > source.size) throw new Refusal('it is cut short in a header');
  const body = await slice(source, at + introSize, size).read(0, size);
  return { header: RpmHeader.parse(body, tags, region, limits), end };
}

import type { ByteSource } from '../byte-source.ts';
import { reading, type Reading } from '../refusal.ts';
import { rpmLimits, type RpmLimits } from './rpm.ts';
import { readStructure } from './structure.ts';

/** What the signatures of a package are and what they cover; a caller with a key can check it with this. */
export interface RpmSignature {
  /** The main header as it stands in the file, from its magic to the end of its store: what a header signature covers. */
  readonly signed: Uint8Array;
  /**
   * OpenPGP signature packets over `signed`: RSAHEADER, then DSAHEADER (also of ECDSA and EdDSA keys). Empty for an unsigned package.
   * The older signatures over header and payload together (PGP, GPG) are left out: rpm 4.18 does not make them.
   */
  readonly packets: readonly Uint8Array[];
  /** The payload, as it stands in the file. */
  readonly payload: {
    /** In bytes from the beginning of the file. */
    readonly offset: number;
    readonly size: number;
    /**
     * Its sha256 as the header states it, in lower case; absent before rpm 4.14, or with another algorithm. Without it a header signature
     * says nothing about what gets installed.
     */
    readonly sha256?: string;
  };
}

const packetTags = [268, 267] as const;
const payloadTags = { digests: 5092, algorithm: 5093 } as const;
/** RFC 4880 9.4. */
const sha256 = 8;

/**
 * Finds the header signatures of an rpm package, without checking them. Gives a reason when the package is damaged or beyond the limits;
 * an unreadable source throws.
 */
export async function rpmSignature(
  source: ByteSource,
  limits: RpmLimits = rpmLimits,
): Promise<Reading<RpmSignature>> {
  return reading(async () => {
    const { signature, main, start, end } = await readStructure(source, limits);
    const [digest] = main.texts(payloadTags.digests);
    const [algorithm] = main.numbers(payloadTags.algorithm, 'int32');
    const isKnown = algorithm === sha256 && digest !== undefined && /^[0-9a-f]{64}$/i.test(digest);
    return {
      signed: await source.read(start, end - start),
      packets: packetTags.map((tag) => signature.bytes(tag)).filter((packet) => packet !== undefined),
      payload: {
        offset: end,
        size: source.size - end,
        ...(isKnown && { sha256: digest.toLowerCase() }),
      },
    };
  });
}

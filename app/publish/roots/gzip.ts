import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import { gzip as referenceImplementation } from 'pako';
import { sha256Of } from '../../storage/digest.ts';

const level = 6;
const native = promisify(gzip);
/** The byte of the header that tells the operating system; 255 is "unknown" (RFC 1952 2.3.1). */
const systemByte = 9;

/**
 * What the reference implementation of DEFLATE makes of the sample; builds of zlib that take short cuts of a processor may pack otherwise,
 * and then the same records would give other bytes on another machine.
 */
const sampleDigest = '43e6f5bab76404be43d9e12113ebe209459924438d2303d152e606fcae4ccad5';
const packsAsReference = sha256Of(marked(gzipSync(sample(), { level }))) === sampleDigest;

/** One gzip member over bytes: the same bytes give the same member on any machine. */
export async function gzipMember(bytes: Uint8Array): Promise<Uint8Array> {
  // A copy of just its length: zlib's own lies in a buffer of a fixed size, which for small members is many times as large.
  return packsAsReference ? marked(new Uint8Array(await native(bytes, { level }))) : referenceGzip(bytes);
}

/** The same by the reference implementation in JavaScript, at half the speed. */
export function referenceGzip(bytes: Uint8Array): Uint8Array {
  return marked(referenceImplementation(bytes, { level }));
}

function marked(member: Uint8Array): Uint8Array {
  member[systemByte] = 255;
  return member;
}

/** Text with repetitions near and far, long and short, as an index has them. */
function sample(): Uint8Array {
  const lines: string[] = [];
  let state = 1;
  for (let line = 0; line < 2000; line += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    lines.push(
      `Package: sample-${String(state % 97)}\nVersion: ${String(state % 13)}.${String(line)}\nSHA256: ${state.toString(16)}\n`,
    );
  }
  return new TextEncoder().encode(lines.join('\n'));
}

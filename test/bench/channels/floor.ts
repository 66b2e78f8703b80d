import { createHash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzip } from 'node:zlib';
import { openKeys, type Signer } from '../../../app/publish/signing/keys.ts';
import { answerMessages } from './answering.ts';
import { next } from './manifests.ts';
import type { Format } from './package-set.ts';
import { packedIndexes } from './rollout.ts';
import type { Sample } from './sample.ts';

/** What the process that measures the floor is told first. */
export interface FloorStart {
  readonly format: Format;
  /** How many packages its indexes list. */
  readonly packages: number;
  /** Where the channel is published whose indexes are taken. */
  readonly out: string;
  readonly keys: string;
  /** A folder on the same disk to write to. */
  readonly folder: string;
}

/*
 * The least that anybody has to do who publishes a channel of signed indexes durably after five packages came in (channels.md): take the
 * digests that the signed file names, write the packed indexes, pack the five stretches that changed, and sign.
 */

/** Mean length of a stretch that is packed by itself, in packages (channels.md). */
const stretch: Readonly<Record<Format, number>> = { deb: 64, rpm: 32 };
const changedStretches = 5;
/** deb: InRelease, Release.gpg and channel.json.asc; rpm: repomd.xml.asc and channel.json.asc. */
const signatures: Readonly<Record<Format, number>> = { deb: 3, rpm: 2 };
const compress = promisify(gzip);

interface Prepared {
  readonly format: Format;
  readonly folder: string;
  readonly signer: Signer;
  /** What is hashed. For apt the raw index, for yum the packed ones (channels.md). */
  readonly hashed: readonly Uint8Array[];
  readonly written: readonly Uint8Array[];
  readonly stretches: readonly Uint8Array[];
}

async function prepare({ format, packages, out, keys, folder }: FloorStart): Promise<Prepared> {
  const packed = await Promise.all((await packedIndexes(out, next, format)).map((path) => readFile(path)));
  if (packed.length === 0) throw new Error(`no index of ${next} is published in ${out}`);
  const raw = packed.map((bytes) => gunzipSync(bytes));
  const stretches = raw.flatMap((bytes) => {
    const length = Math.min(bytes.length, Math.round((bytes.length / packages) * stretch[format]));
    return Array.from({ length: changedStretches }, (_, nth) => {
      const from = Math.floor(((bytes.length - length) * nth) / changedStretches);
      return bytes.subarray(from, from + length);
    });
  });
  const signer = (await openKeys(keys)).channel(next);
  return { format, folder, signer, hashed: format === 'deb' ? raw : packed, written: packed, stretches };
}

async function once({ format, folder, signer, hashed, written, stretches }: Prepared): Promise<Sample> {
  const cpuBefore = process.cpuUsage();
  const begun = performance.now();
  const digests = hashed.map((bytes) => createHash('sha256').update(bytes).digest('hex'));
  await Promise.all(stretches.map((bytes) => compress(bytes, { level: 6 })));
  for (const [nth, bytes] of written.entries()) {
    const path = join(folder, `index-${String(nth)}`);
    const file = await open(`${path}.new`, 'w');
    await file.writeFile(bytes);
    await file.sync();
    await file.close();
    await rename(`${path}.new`, path);
  }
  const signed = new TextEncoder().encode(digests.join('\n'));
  for (let nth = 0; nth < signatures[format]; nth += 1) await signer.signDetached(signed, new Date());
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { ms, cpu: (user + system) / 1000, rss: process.resourceUsage().maxRSS / 1024 };
}

let prepared: Prepared | undefined;

answerMessages(async (received) => {
  const message = received as FloorStart | 'again';
  if (message !== 'again') {
    prepared = await prepare(message);
    return 'ready';
  }
  if (!prepared) throw new Error('it was not started');
  return once(prepared);
});

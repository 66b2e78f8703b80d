import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import type { Manifest } from '../model/manifest.ts';
import type { GitRecord } from '../record/repository.ts';
import type { DocumentSigner } from '../record/signer.ts';
import { knownManifests, standingManifests } from './manifests.ts';
import { Provenance } from './provenance.ts';

/*
 * What an earlier run found to be the system's own, in a file beside its clone: checking thousands of signatures again would take a command
 * many times as long as publishing. The file belongs to whoever may publish, as the facts of packages beside it do; a sum tells damage.
 */

/** Raised when what is kept, or what it takes to be kept, is something else than before. */
const version = 1;

const BelievedSchema = z.strictObject({
  version: z.literal(version),
  /** Digest of the system's public key, which a rotation and a revocation change: with another one nothing of this counts. */
  key: z.string(),
  checked: z.array(z.tuple([z.string(), z.string()])),
  // They were examined before they were kept, and the sum says that they are the same.
  manifests: z.array(z.tuple([z.string(), z.custom<Manifest>((value) => typeof value === 'object')])),
});

/**
 * Takes over what an earlier run kept in `file` of this record and this signer; begins anew when there is nothing, or it is damaged.
 * Gives the provenance that goes on from there.
 */
export async function recallBelieved(
  file: string,
  record: GitRecord,
  signer: DocumentSigner,
): Promise<Provenance> {
  const kept = readBelieved(await readFile(file, 'utf8').catch(() => ''));
  if (kept?.key !== sumOf(signer.publicKey)) return new Provenance(record, signer);
  const known = knownManifests(record);
  for (const [key, manifest] of kept.manifests) known.set(key, manifest);
  const checked = new Map<string, string>();
  // A clone that was made anew need not have what somebody has rewritten since.
  for (const [paths, commit] of kept.checked) if (await record.has(commit)) checked.set(paths, commit);
  return new Provenance(record, signer, checked);
}

/** Keeps in `file` what is believed now of the main branch. A disk that fails throws. */
export async function keepBelieved(
  file: string,
  record: GitRecord,
  signer: DocumentSigner,
  provenance: Provenance,
): Promise<void> {
  const believed = {
    version,
    key: sumOf(signer.publicKey),
    checked: [...provenance.checked],
    manifests: await standingManifests(record, record.main),
  };
  const text = JSON.stringify(believed);
  await mkdir(dirname(file), { recursive: true });
  const aside = `${file}.tmp-${randomBytes(8).toString('hex')}`;
  await writeFile(aside, `${sumOf(text)}\n${text}`, { mode: 0o600 });
  await rename(aside, file);
}

function readBelieved(text: string): z.infer<typeof BelievedSchema> | undefined {
  const end = text.indexOf('\n');
  const body = text.slice(end + 1);
  if (end < 0 || text.slice(0, end) !== sumOf(body)) return undefined;
  return BelievedSchema.safeParse(JSON.parse(body)).data;
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

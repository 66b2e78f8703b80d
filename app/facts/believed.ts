import * as z from 'zod';
import type { Manifest } from '../model/manifest.ts';
import type { GitRecord } from '../record/repository.ts';
import type { DocumentSigner } from '../record/signer.ts';
import { sha256Of } from '../storage/digest.ts';
import { keepFile, keptFile } from '../storage/kept-file.ts';
import { knownManifests, standingManifests } from './manifests.ts';
import { Provenance } from './provenance.ts';

/*
 * What an earlier run found to be the system's own, in a file beside its clone: checking thousands of signatures again would take a command
 * many times as long as publishing. The file belongs to whoever may publish, as the facts of packages beside it do; a sum tells damage.
 */

/** Raised when what is kept, or what it takes to be kept, is something else than before. */
const version = 1;

const HeadSchema = z.strictObject({
  version: z.literal(version),
  /** Digest of the system's public key, which a rotation and a revocation change: with another one nothing of this counts. */
  key: z.string(),
  checked: z.array(z.tuple([z.string(), z.string()])),
});
// It was examined before it was kept, and the sum of the file says that it is the same.
const LineSchema = z.tuple([z.string(), z.custom<Manifest>((value) => typeof value === 'object')]);

/** The line of a manifest as it was read or written last: a run changes few of some thousand. */
const lines = new WeakMap<Manifest, string>();

/**
 * Takes over what an earlier run kept in `file` of this record and this signer; begins anew when there is nothing, or it is damaged.
 * Gives the provenance that goes on from there.
 */
export async function recallBelieved(
  file: string,
  record: GitRecord,
  signer: DocumentSigner,
): Promise<Provenance> {
  const text = await keptFile(file).catch(() => undefined);
  const [head, ...kept] = text?.toString().split('\n') ?? [];
  const { data } = HeadSchema.safeParse(head === undefined ? undefined : JSON.parse(head));
  if (data?.key !== sha256Of(signer.publicKey)) return new Provenance(record, signer);
  const known = knownManifests(record);
  for (const line of kept) {
    const [key, manifest] = LineSchema.parse(JSON.parse(line));
    known.set(key, manifest);
    lines.set(manifest, line);
  }
  const checked = new Map<string, string>();
  // A clone that was made anew need not have what somebody has rewritten since.
  for (const [paths, commit] of data.checked) if (await record.has(commit)) checked.set(paths, commit);
  return new Provenance(record, signer, checked);
}

/** Keeps in `file` what is believed now of the main branch. A disk that fails throws. */
export async function keepBelieved(
  file: string,
  record: GitRecord,
  signer: DocumentSigner,
  provenance: Provenance,
): Promise<void> {
  const head = JSON.stringify({
    version,
    key: sha256Of(signer.publicKey),
    checked: [...provenance.checked],
  });
  const standing = await standingManifests(record, record.main);
  const text = [head, ...standing.map((known) => lines.get(known[1]) ?? JSON.stringify(known))].join('\n');
  await keepFile(file, text, { mode: 0o600 });
}

import { join } from 'node:path';
import * as z from 'zod';
import type { Shelf } from '../model/channel.ts';
import type { Manifest } from '../model/manifest.ts';
import type { GitRecord } from '../record/repository.ts';
import type { DocumentSigner } from '../record/signer.ts';
import { sha256Of } from '../storage/digest.ts';
import { keepFile, keptFile } from '../storage/kept-file.ts';
import { knownManifests, standingManifests } from './manifests.ts';
import { Provenance } from './provenance.ts';

/*
 * What an earlier run found to be the system's own, in a folder beside its clone: checking thousands of signatures again would take a command
 * many times as long as publishing. The folder belongs to whoever may publish, as the facts of packages beside it do; a sum tells damage.
 * Each shelf has a file of its own, so that a run that is about one channel reads no other.
 */

/** Raised when what is kept, or what it takes to be kept, is something else than before. */
const version = 2;

const CheckedSchema = z.array(z.tuple([z.string(), z.string()]));

/** The line of a manifest as it was read or written last: a run changes few of some thousand. */
const lines = new WeakMap<Manifest, string>();

/** Belongs into the sum of every file: with another key of the system, which a rotation and a revocation change, nothing of it counts. */
function saltOf(signer: DocumentSigner): string {
  return `${String(version)} ${sha256Of(signer.publicKey)} `;
}

const checkedFile = (folder: string): string => join(folder, 'checked.json');
const shelfFile = (folder: string, shelf: Shelf): string => join(folder, `${shelf}.lines`);

/**
 * Takes over what an earlier run kept in `folder` of this record and this signer about some shelves; begins anew where there is nothing, or it
 * is damaged. Gives the provenance that goes on from there.
 */
export async function recallBelieved(
  folder: string,
  record: GitRecord,
  signer: DocumentSigner,
  shelves: readonly Shelf[],
): Promise<Provenance> {
  const salt = saltOf(signer);
  const known = knownManifests(record);
  for (const shelf of shelves) {
    const kept = await keptFile(shelfFile(folder, shelf), salt).catch(() => undefined);
    for (const line of kept?.toString().split('\n') ?? []) {
      if (line === '') continue;
      // oxlint-disable-next-line no-unsafe-type-assertion -- the sum says that `keepBelieved` has written it
      const [key, manifest] = JSON.parse(line) as [string, Manifest];
      known.set(key, manifest);
      lines.set(manifest, line);
    }
  }
  const checked = (await keptFile(checkedFile(folder), salt).catch(() => undefined))?.toString() ?? '[]';
  return new Provenance(record, signer, new Map(CheckedSchema.parse(JSON.parse(checked))));
}

/** Keeps in `folder` what is believed now of the main branch and of some shelves. A disk that fails throws. */
export async function keepBelieved(
  folder: string,
  record: GitRecord,
  signer: DocumentSigner,
  provenance: Provenance,
  shelves: readonly Shelf[],
): Promise<void> {
  const salt = saltOf(signer);
  const options = { salt, mode: 0o600 };
  for (const shelf of shelves) {
    const standing = await standingManifests(record, record.main, [shelf]);
    const text = standing.map((known) => lines.get(known[1]) ?? JSON.stringify(known)).join('\n');
    await keepFile(shelfFile(folder, shelf), text, options);
  }
  await keepFile(checkedFile(folder), JSON.stringify([...provenance.checked]), options);
}

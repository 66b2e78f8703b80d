import { manifestPath, manifestPathsOf, signedManifests } from '../../facts/manifests.ts';
import type { Provenance } from '../../facts/provenance.ts';
import { canonicalJson } from '../../model/canonical-json.ts';
import type { Channel } from '../../model/channel.ts';
import { shelves } from '../../model/channel.ts';
import type { NewEntry } from '../../model/journal.ts';
import { manifestLimits, type Manifest } from '../../model/manifest.ts';
import { journalPath, ticketPath } from '../../model/release-id.ts';
import { writeYaml } from '../../model/yaml.ts';
import { extendedJournal, headOf } from '../../record/journal-file.ts';
import type { GitRecord } from '../../record/repository.ts';
import type { DocumentSigner } from '../../record/signer.ts';
import { sha256Of } from '../../storage/digest.ts';
import type { ImportedRelease } from './order.ts';
import type { FileProblem } from './tree.ts';

/** What an operator enters into a channel, past the process and with a reason. */
export interface OperatorsEntry {
  readonly release: ImportedRelease;
  readonly channel: Channel;
  readonly distribution: string;
  readonly targets: Manifest['targets'];
  /** Who enters it. */
  readonly operator: string;
  readonly reason: string;
}

export interface EntrySources {
  readonly record: GitRecord;
  readonly signer: DocumentSigner;
  readonly provenance: Provenance;
}

/** What became of an entry. */
export type Entered =
  | { readonly is: 'entered'; readonly commit: string; readonly digest: string }
  /** The same release with the same packages is in the channel already. */
  | { readonly is: 'there'; readonly digest: string }
  /** Something on main is in its way; packages are told by their file names. */
  | { readonly is: 'refused'; readonly problems: readonly FileProblem[] };

const mostTries = 5;

/** The release digest of an import, which no ticket speaks of: SHA-256 of the canonical JSON of what it brings where. */
export function importDigest({ release, distribution, targets }: OperatorsEntry): string {
  return sha256Of(canonicalJson({ release: release.id, distribution, targets }));
}

/**
 * Writes an operator's entry: one signed commit with the manifest, its signature, and a journal that says who did it and why (the record that
 * invariant I1 asks for when there was no process). Compare-and-swap; what main says is looked at again for every try.
 * @throws ForeignCommit, ForgedManifest, RecordOutage
 */
export async function enter(
  sources: EntrySources,
  entry: OperatorsEntry,
  date: () => Date,
): Promise<Entered> {
  const { record } = sources;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const { main } = await record.fetch();
    const found = await inTheWay(sources, main, entry);
    if (found) return found;
    const digest = importDigest(entry);
    const now = date();
    const files = await entryFiles(entry, digest, sources.signer, now);
    const message = `Import ${entry.release.id} into ${entry.channel}\n\nOperator: ${entry.operator}\nRelease-Digest: ${digest}`;
    const commit = await record.commit(main, files, message, now);
    if (await record.push(commit, 'main')) return { is: 'entered', commit, digest };
  }
  throw new Error('main moves faster than an entry can be written; try again');
}

/** What on main decides that nothing is entered; undefined when nothing does. */
export async function inTheWay(
  { record, signer, provenance }: EntrySources,
  main: string,
  entry: OperatorsEntry,
): Promise<Exclude<Entered, { is: 'entered' }> | undefined> {
  const { release, channel } = entry;
  await provenance.check(
    main,
    shelves.map((shelf) => `repos-manifest/${shelf}`),
  );
  const standing = await signedManifests(record, signer, main, shelves);
  const digest = importDigest(entry);
  const own = standing.find((manifest) => manifest.release === release.id);
  if (own?.channel === channel && own.digest === digest) return { is: 'there', digest };
  const problem = (why: string) => ({ is: 'refused' as const, problems: [{ path: release.id, why }] });
  if (own) {
    return problem(
      own.channel === channel
        ? `is in ${channel} with other packages; give what is new another version or label`
        : `stands in ${own.channel}; from there it is moved by the process, not by an import`,
    );
  }
  const taken = await record.list(main, [
    journalPath(release),
    ticketPath(release),
    ...manifestPathsOf(release.id),
  ]);
  if (taken.length > 0)
    return problem(`is a release that a ticket carries already (${taken[0]?.path ?? ''})`);
  const problems = clashes(standing, entry);
  return problems.length > 0 ? { is: 'refused', problems } : undefined;
}

/** Packages that the record knows with other bytes, also of releases that have left: they are never used again (I3, T48). */
function clashes(
  standing: readonly Manifest[],
  { distribution, targets }: OperatorsEntry,
): readonly FileProblem[] {
  const known = new Map<string, { readonly sha256: string; readonly release: string }>();
  for (const manifest of standing) {
    if (manifest.distribution !== distribution) continue;
    for (const { platform, arch, packages } of manifest.targets)
      for (const { file, sha256 } of packages)
        known.set(`${platform} ${arch} ${file}`, { sha256, release: manifest.release });
  }
  return targets.flatMap(({ platform, arch, packages }) =>
    packages.flatMap(({ file, sha256 }) => {
      const other = known.get(`${platform} ${arch} ${file}`);
      return other && other.sha256 !== sha256
        ? [
            {
              path: file,
              why: `is known with other bytes, from ${other.release}: a change needs a new version`,
            },
          ]
        : [];
    }),
  );
}

async function entryFiles(
  { release, channel, distribution, targets, operator, reason }: OperatorsEntry,
  digest: string,
  signer: DocumentSigner,
  date: Date,
): Promise<ReadonlyMap<string, string>> {
  const packages = targets.flatMap((target) => target.packages);
  const imported: NewEntry = {
    event: 'imported',
    shelf: channel,
    digest,
    operator,
    reason,
    packages: packages.length,
    at: `${date.toISOString().slice(0, 19)}Z`,
    by: 'rollout',
  };
  const journal = extendedJournal(undefined, release.id, [imported]);
  const manifest: Manifest = {
    apiVersion: 'rollout/v1',
    kind: 'Manifest',
    release: release.id,
    channel,
    digest,
    component: release.component,
    stack: release.stack,
    provider: release.provider,
    version: release.version,
    // What moves in was released before, elsewhere: of the classes this is the one with the least that may be taken for granted.
    class: 'major',
    distribution,
    evidence: { ticket: 0, journal: journalPath(release), entry: 1, hash: headOf(journal), reason },
    targets,
  };
  const text = writeYaml(manifest, manifestLimits);
  const path = manifestPath(channel, release.id);
  return new Map([
    [journalPath(release), journal],
    [path, text],
    [`${path}.asc`, await signer.sign(text, date)],
  ]);
}

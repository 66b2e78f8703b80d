import type { ComponentRelease, ReleaseStanding } from '../model/component-release.ts';
import type { Entry } from '../model/journal.ts';
import { lenientReader } from '../model/lenient.ts';
import { parseJournalPath, type ReleaseName } from '../model/release-id.ts';
import { TicketSchema } from '../model/ticket.ts';
import { readYaml } from '../model/yaml.ts';
import { readJournal } from '../record/journal-file.ts';
import type { GitRecord } from '../record/repository.ts';
import { type Progress, progressOf } from '../rollout/progress.ts';
import type { Provenance } from './provenance.ts';

/** What was read of one component's folder. A journal that was checked and believed is not looked at again until it changes. */
interface Known {
  /** Path of a journal -> its blob when it was last looked at, and what it said. */
  readonly journals: Map<string, { readonly blob: string; readonly release: ComponentRelease | undefined }>;
  /** Release that is left out -> the journals there, and the answer they gave. */
  readonly answers: Map<string, { readonly blobs: string; readonly history: readonly ComponentRelease[] }>;
}
const known = new WeakMap<GitRecord, Map<string, Known>>();

/** Folder of a component's tickets and journals. */
export const componentFolder = ({ stack, component }: Omit<ReleaseName, 'name'>): string =>
  `releases/${stack}/${component}`;

/**
 * The other releases of a component, as their journals on the main branch tell them (R-2.2-2 to R-2.2-8, A-42), in the order of their
 * certification. A journal is believed when the system wrote it; those that changed since the last look are checked together. `except` is
 * the release that asks. Gives the same array as before when no journal of the component changed.
 * @throws ForeignCommit when somebody else wrote in one of them, BrokenJournal when its chain does not hold
 */
export async function historyOf(
  { record, provenance }: { readonly record: GitRecord; readonly provenance: Provenance },
  main: string,
  except: ReleaseName & { readonly id: string },
): Promise<readonly ComponentRelease[]> {
  const folder = componentFolder(except);
  const { journals, answers } = knownOf(record, folder);
  const there = (await record.list(main, [folder]))
    .map(({ path, blob, mode }) => ({ path, blob, mode, id: parseJournalPath(path)?.id }))
    .filter(({ id, mode }) => id !== undefined && id !== except.id && mode.startsWith('100'));
  const blobs = there.map(({ path, blob }) => `${path} ${blob}`).join(' ');
  const before = answers.get(except.id);
  if (before?.blobs === blobs) return before.history;

  const changed = there.filter(({ path, blob }) => journals.get(path)?.blob !== blob);
  // Nobody takes a journal away: one that is gone is looked at as well, for who did that.
  const standing = new Set(there.map(({ path }) => path));
  const gone = [...journals.keys()].filter(
    (path) => !standing.has(path) && parseJournalPath(path)?.id !== except.id,
  );
  const suspects = [...changed.map(({ path }) => path), ...gone];
  if (suspects.length > 0) await provenance.check(main, suspects);
  for (const { path, blob, id = '' } of changed) {
    journals.set(path, { blob, release: releaseOf(readJournal(await record.blob(blob), id), id) });
  }
  const history = there
    .flatMap(({ path }) => journals.get(path)?.release ?? [])
    .toSorted((a, b) => a.certifiedAt.localeCompare(b.certifiedAt) || a.pull - b.pull);
  answers.set(except.id, { blobs, history });
  return history;
}

function knownOf(record: GitRecord, folder: string): Known {
  const folders = known.get(record) ?? new Map<string, Known>();
  known.set(record, folders);
  const before = folders.get(folder) ?? { journals: new Map(), answers: new Map() };
  folders.set(folder, before);
  return before;
}

const readLeniently = lenientReader(TicketSchema);

/** What a journal says of its release; undefined when it was never certified. The ticket is read as far as today's schema knows it. */
export function releaseOf(entries: readonly Entry[], id: string): ComponentRelease | undefined {
  const certified = entries.filter((entry) => entry.event === 'certified');
  const [first] = certified;
  const last = certified.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const read = readYaml(last.ticket, last.path);
  const { metadata, spec } = readLeniently(read.ok ? read.value.value : undefined);
  const { version, class: releaseClass, distribution, supersedes } = spec ?? {};
  if (version === undefined || releaseClass === undefined || distribution === undefined) return undefined;
  const targets = (spec?.targets ?? []).flatMap((target) =>
    target?.platform === undefined || target.arch === undefined
      ? []
      : [{ platform: target.platform, arch: target.arch }],
  );
  const progress = progressOf(entries);
  const embargoUntil = spec?.security?.embargo_until;
  const productionAt = entries.find(
    (entry) => entry.event === 'published' && entry.shelf === 'production',
  )?.at;
  return {
    id,
    pull: last.pull,
    provider: metadata?.provider ?? '',
    version,
    class: releaseClass,
    distribution,
    targets,
    ...(supersedes === undefined ? {} : { supersedes }),
    issues: (spec?.issues ?? []).filter((issue) => issue !== undefined),
    ...(embargoUntil === undefined ? {} : { embargoUntil }),
    state: standingOf(progress, productionAt !== undefined),
    certifiedAt: first.at,
    ...(productionAt === undefined ? {} : { productionAt }),
  };
}

function standingOf(progress: Progress, wasInProduction: boolean): ReleaseStanding {
  switch (progress.state) {
    case 'withdrawn':
    case 'rejected':
      return progress.state;
    case 'success':
    case 'warning':
      // A release that was rolled back is in nobody's way: the one before it is the newest again.
      return progress.rolledBack ? 'withdrawn' : 'production';
    case 'draft':
    case 'certified':
    case 'unverified':
    case 'verified':
    case 'rolling-out':
    case 'done':
    case 'closing':
      // What was in production and is no longer, was taken out of it.
      return wasInProduction && progress.shelf?.shelf === 'withdrawn' ? 'withdrawn' : 'open';
  }
}

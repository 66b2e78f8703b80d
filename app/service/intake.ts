import type { PullOutcome } from '../model/facts.ts';
import { entryOf } from '../model/record.ts';
import type { Ticket } from '../model/ticket.ts';
import type { Gathered } from '../facts/gather.ts';
import { allManifests } from '../facts/manifests.ts';
import type { Sources } from '../facts/sources.ts';
import { pullPackages } from '../intake/pull.ts';
import type { Store } from '../storage/store.ts';
import { debFileNames } from '../repository/deb-file-name.ts';
import { keptFacts, readFacts } from '../publish/package-facts.ts';

type Outcome = Omit<PullOutcome, 'digest'>;

export interface IntakeParts {
  readonly store: Store;
  /** Folder of parsed package facts, shared with the publisher. */
  readonly cache: string;
  readonly allow: ReadonlySet<string>;
}

/**
 * Pulls every package of a ticket, verifies its bytes, and looks whether it is what its name and target say (R-2.4-10.4a, R-2.4-10.4b).
 * All problems are told at once, one sentence each.
 */
export async function pullTicket(
  parts: IntakeParts,
  sources: Pick<Sources, 'record' | 'signer'>,
  ticket: Ticket,
  { facts, main }: Gathered,
): Promise<Outcome> {
  const { intake } = facts.configuration.policy;
  const list = ticket.spec.targets.flatMap(({ packages }) => packages);
  const results = await pullPackages(list, {
    store: parts.store,
    allow: parts.allow,
    httpHosts: intake.http_hosts,
    maximumBytes: intake.maximum_bytes,
  });
  const failed = results.flatMap((result) => (result.ok ? [] : [result]));
  if (failed.length > 0) {
    return {
      ok: false,
      reason: failed[0]?.reason ?? 'unreachable',
      message: failed.map(({ message }) => message).join('\n'),
    };
  }
  const wrong = [
    ...(await misfits(parts, ticket, facts.configuration)),
    ...(await clashes(sources, ticket, main)),
  ];
  if (wrong.length > 0) return { ok: false, reason: 'not-the-package', message: wrong.join('\n') };
  return { ok: true, reason: '', message: '' };
}

/** Packages that are not what the ticket says: no Debian package, another architecture, another name than their own (T46). */
async function misfits(
  { store, cache }: IntakeParts,
  ticket: Ticket,
  { distributions }: Gathered['facts']['configuration'],
): Promise<readonly string[]> {
  const platforms = entryOf(distributions.distributions, ticket.spec.distribution)?.platforms ?? {};
  const wrong: string[] = [];
  for (const { platform, arch, packages } of ticket.spec.targets) {
    if (entryOf(platforms, platform)?.format !== 'deb') {
      wrong.push(
        `Packages for ${platform} cannot be published yet: only Debian packages have channels so far.`,
      );
      continue;
    }
    for (const { file, sha256 } of packages) {
      const known = await keptFacts(cache, sha256);
      const read = known ? { ok: true as const, value: known } : await readFacts(cache, sha256, store);
      if (!read.ok) {
        wrong.push(`${file} is no Debian package that can be taken: ${read.reason}`);
        continue;
      }
      const { architecture } = read.value;
      const own = debFileNames(read.value);
      if (!own.includes(file)) wrong.push(`${file} is called ${own[0]} by what is in it.`);
      if (architecture !== 'all' && architecture !== arch)
        wrong.push(`${file} is for ${architecture}, its target is ${arch}.`);
    }
  }
  return wrong;
}

/** The same package name and version with other bytes than a channel has already: never (I3, T48). */
async function clashes(
  { record, signer }: Pick<Sources, 'record' | 'signer'>,
  ticket: Ticket,
  main: string,
): Promise<readonly string[]> {
  const published = new Map<string, { readonly sha256: string; readonly release: string }>();
  const key = (distribution: string, platform: string, arch: string, file: string): string =>
    [distribution, platform, arch, file].join(' ');
  for (const { distribution, release, targets } of await allManifests(record, signer, main)) {
    for (const { platform, arch, packages } of targets) {
      for (const { file, sha256 } of packages)
        published.set(key(distribution, platform, arch, file), { sha256, release });
    }
  }
  return ticket.spec.targets.flatMap(({ platform, arch, packages }) =>
    packages.flatMap(({ file, sha256 }) => {
      const known = published.get(key(ticket.spec.distribution, platform, arch, file));
      return known && known.sha256 !== sha256
        ? [
            `${file} is in the channels already, with other bytes, from ${known.release}: a change needs a new version.`,
          ]
        : [];
    }),
  );
}

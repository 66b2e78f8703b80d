import type { GocdbHost } from '../model/gocdb.ts';
import type { EarlyAdopterReport } from '../model/report.ts';
import { inline } from './markdown.ts';

type Node = NonNullable<EarlyAdopterReport['nodes']>[number];

/**
 * Which nodes of a report are neither flagged beta in GOCDB nor in a downtime, and what the site may do about it (R-3-8, R-3-9, R-3-10).
 * Advice, a sentence each: the layout is the site's decision, and no gate rests on it (R-3-3). `gocdb` is by host name in lower case; of
 * hosts that it does not have nothing is known, and nothing is said.
 */
export function betaAdvice(nodes: readonly Node[], gocdb: ReadonlyMap<string, GocdbHost>): readonly string[] {
  const known = nodes.flatMap((node) => {
    const seen = gocdb.get(node.host.toLowerCase());
    return seen === undefined ? [] : [{ node, seen }];
  });
  const missing = known.filter(({ seen }) => !seen.found).map(({ node }) => inline(node.host));
  const bare = known
    .filter(
      ({ node, seen }) =>
        seen.found && !seen.beta && seen.downtime === undefined && node.downtime === undefined,
    )
    .map(({ node }) => inline(node.host));
  const claimed = known
    .filter(({ node, seen }) => node.gocdb_beta === true && seen.found && !seen.beta)
    .map(({ node }) => inline(node.host));
  return [
    ...(missing.length === 0
      ? []
      : [`GOCDB has no service on ${listed(missing)}. If the name is right, nothing need be done.`]),
    ...(bare.length === 0
      ? []
      : [
          `${listed(bare)} ${bare.length === 1 ? 'is' : 'are'} neither flagged beta in GOCDB nor in a downtime. So that availability and reliability of the site do not suffer, set the flag BETA of the service, or declare a downtime for the rollout; the layout stays your decision (R-3-3).`,
        ]),
    ...(claimed.length === 0
      ? []
      : [
          `The report says that ${listed(claimed)} ${claimed.length === 1 ? 'is' : 'are'} flagged beta; in GOCDB not every service there is.`,
        ]),
  ];
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;

/** Marker of the comment that gives the advice, once for each report. */
export const betaMarker = ({ site, n }: { readonly site: string; readonly n: number }): string =>
  `beta:${site}:${String(n)}`;

import type { Facts } from '../model/facts.ts';
import type { Problem } from '../model/problem.ts';
import { isIn } from './authority.ts';
import { type Act, type Situation, type Verdict, counts, nothing, refused } from './situation.ts';

/**
 * Until when what the ticket says is for few eyes only, or undefined when it is not (R-2.4-E2, A-24). It ends with its time, or when the
 * advisory was published.
 */
export function embargoOf({ facts, progress, at }: Situation): string | undefined {
  if (progress.advisories.length > 0) return undefined;
  const until = facts.ticket.value?.spec.security?.embargo_until;
  return until !== undefined && Date.parse(until) > Date.parse(at) ? until : undefined;
}

/** an embargoed ticket has no place in a repository that everybody can read. */
export function embargoProblems(facts: Facts): readonly Problem[] {
  if (!facts.isPublic) return [];
  const security = facts.ticket.value?.spec.security;
  const until = security?.embargo_until;
  const embargoed = until !== undefined && Date.parse(until) > Date.parse(facts.now);
  // With an embargo that is over its traffic light is, too.
  const confidential = until === undefined && (security?.tlp === 'AMBER' || security?.tlp === 'RED');
  if (!embargoed && !confidential) return [];
  const why = embargoed
    ? `an embargo until ${until}`
    : `the traffic light ${security?.tlp ?? ''}, which is not for everybody`;
  return [
    {
      rule: 'embargo-in-public',
      severity: 'error',
      file: facts.ticket.path ?? '',
      line: 0,
      column: 0,
      message: `The ticket names ${why}, and everybody can read this repository: what stands here is public now.`,
      mend: 'Tell the Software Vulnerability Group at once, close this pull request, and open the ticket in a private repository of the service.',
    },
  ];
}

/** `/advisory <link>`: the advisory is published; embargo and silence are over (R-2.4-10.2.1b, R-2.4-E2). */
export function advise({ facts, progress }: Situation, { input, command }: Act): Verdict {
  const mine = isIn(facts, 'svg', input.by) || isIn(facts, 'staged-rollout', input.by);
  const embargoed = facts.ticket.value?.spec.security?.embargo_until !== undefined;
  if (!mine)
    return refused('Only the Software Vulnerability Group and staged-rollout managers link advisories.');
  if (embargoed && !isIn(facts, 'svg', input.by))
    return refused('This release is under embargo: only the Software Vulnerability Group ends it.');
  const link = (command?.argument ?? '').split(/\s+/)[0] ?? '';
  if (!/^https:\/\/[^\s<>"'`\\]+$/.test(link) || link.length > 2048)
    return refused('Say where the advisory is: `/advisory https://…`.');
  if (progress.advisories.some((known) => known.link === link)) return nothing;
  return counts({ event: 'advised', link });
}

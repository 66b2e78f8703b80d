import type { Facts } from '../model/facts.ts';
import type { Event } from '../model/journal.ts';
import type { Problem } from '../model/problem.ts';
import { embargoProblems } from './embargo.ts';
import type { Progress } from './progress.ts';
import { versionJudgement } from './version/judgement.ts';

/**
 * Everything that keeps the pull request from being a complete, well-formed ticket, all at once (R-2.4-10.2); before its certification
 * also what its version breaks (R-2.2-1 to R-2.2-8).
 */
export function ticketProblems(facts: Facts): readonly Problem[] {
  return [
    ...shapeProblems(facts),
    ...facts.ticket.problems.filter(({ severity }) => severity === 'error'),
    ...versionJudgement(facts).errors,
    ...embargoProblems(facts),
  ];
}

/** T31: one ticket file, added as a plain file in its folder, into the main branch, by its provider; nothing else. */
function shapeProblems(facts: Facts): readonly Problem[] {
  const { changes, ticket, pull, teams, configuration } = facts;
  const problems: Problem[] = [];
  const problem = (rule: string, file: string, message: string, mend: string): void => {
    problems.push({ rule, severity: 'error', file, line: 0, column: 0, message, mend });
  };
  for (const change of changes) {
    if (change.path !== ticket.path) {
      problem(
        'second-file',
        change.path,
        'A ticket is one file; this pull request changes another one too.',
        'Remove this file from the pull request; what is no ticket goes into a pull request of its own.',
      );
    } else if (change.status !== 'added' && !facts.onMain) {
      problem(
        'not-new',
        change.path,
        'The ticket of a release is a new file; this pull request changes or removes an old one.',
        'Add a new ticket with a new version, or a label behind a + in its name.',
      );
    } else if (change.mode !== '100644') {
      problem(
        'file-mode',
        change.path,
        `The ticket has to be a plain file, not mode ${change.mode}.`,
        'Commit it as an ordinary, non-executable file.',
      );
    }
  }
  if (pull.base !== 'main') {
    problem(
      'wrong-base',
      '',
      'Tickets go into the branch main.',
      'Change the base of the pull request to main.',
    );
  }
  const provider = ticket.value?.metadata.provider;
  if (provider !== undefined && !teams.provider.some(({ id }) => id === pull.author.id)) {
    const team = configuration.catalogue.providers[provider]?.team ?? `provider-${provider}`;
    problem(
      'not-the-provider',
      ticket.path ?? '',
      `The author of this pull request is not in the team ${team}, so this is not a ticket of ${provider}.`,
      `Ask a member of ${team} to open the ticket, or ask an owner of the organisation to add you to the team.`,
    );
  }
  if (facts.otherTicket === 'import') {
    problem(
      'duplicate-ticket',
      ticket.path ?? '',
      'An operator imported this release into a channel, without a ticket.',
      'Choose another version or label.',
    );
  } else if (facts.otherTicket !== undefined) {
    problem(
      'duplicate-ticket',
      ticket.path ?? '',
      `Pull request #${String(facts.otherTicket)} already carries this release.`,
      'Go on there, or choose another version or label.',
    );
  }
  return problems;
}

/**
 * T1 and T13. A ready, complete ticket is certified. When the content of one that was certified before changes, everything said of the old
 * content is void; a push that leaves the release digest alone voids nothing.
 */
export function certify(facts: Facts, progress: Progress): readonly Event[] {
  const { ticket, pull } = facts;
  // Until the merge a push starts everything over, also of a release that is closing; after it the merged content is judged.
  if (pull.merge ?? progress.merged ?? progress.rejected ?? progress.withdrawn) return [];
  if (!pull.open) return [];
  const complete = ticketProblems(facts).length === 0;
  const events: Event[] = [];
  const was = progress.certified?.digest;
  if (was !== undefined && ticket.digest !== was) {
    events.push({ event: 'voided', was, now: ticket.digest ?? 'not a valid ticket' });
  }
  const known = was !== undefined && ticket.digest === was;
  if (complete && !known && !pull.draft && ticket.digest !== undefined && ticket.path !== undefined) {
    events.push({
      event: 'certified',
      pull: pull.number,
      head: pull.head,
      digest: ticket.digest,
      path: ticket.path,
      ticket: ticket.text,
    });
  }
  return events;
}

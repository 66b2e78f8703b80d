import type { Decision, Step } from '../model/decision.ts';
import type { Effect, WantedCheck } from '../model/effect.ts';
import { isOurLabel } from '../model/label.ts';
import type { Facts, SeenCheck } from '../model/facts.ts';
import { closureOf } from '../rollout/closure.ts';
import { isHeard } from '../rollout/invite.ts';
import { terminalStates } from '../model/state.ts';
import { fitted, markerLine } from '../wording/markdown.ts';
import { callText } from '../wording/call.ts';
import { closureCheck, closureCheckName } from '../wording/closure.ts';
import { reviewText } from '../wording/review.ts';
import { explanation, statusComment } from '../wording/status.ts';

/**
 * Wanted minus seen: the changes that bring the outside world to what the decision says. Applying them and planning again gives none.
 * New entries of the journal come alone and first: everything else is planned from what the record says once they are in it.
 */
export function plan(facts: Facts, decision: Decision): readonly Effect[] {
  if (decision.record.length > 0) {
    return [{ do: 'append', entries: decision.record, after: facts.journal.length }];
  }
  const why = explanation(decision);
  const talk = [...conversation(facts, decision, why), ...projections(facts, decision, why)];
  const work = moves(facts, decision);
  // Packages that have to leave leave first: no locked conversation or vanished label may keep them in a channel (T15).
  const leaving = decision.todo.move?.to === 'withdrawn';
  return [...(leaving ? [...work, ...talk] : [...talk, ...work]), ...ends(facts, decision)];
}

/** Comments: the status, answers and notices, the call. */
function conversation(facts: Facts, decision: Decision, why: string): readonly Effect[] {
  const effects: Effect[] = [];
  const known = new Set(facts.ownComments.map(({ marker }) => marker));
  const status = facts.ownComments.find(({ marker }) => marker === 'status');
  const body = `${markerLine('status')}\n${fitted(statusComment(facts, decision, why))}`;
  if (!status) effects.push({ do: 'comment', where: 'ticket', marker: 'status', body });
  else if (status.body !== body) effects.push({ do: 'edit-comment', id: status.id, marker: 'status', body });
  // What was said in a call that is not read any more is not known, and nobody needs it again.
  const isCallOver = facts.call !== undefined && !isHeard(facts.call, decision.state);
  for (const { marker, where, body: text } of [...decision.answers, ...decision.notices]) {
    if (!known.has(marker) && !(isCallOver && where === 'call')) {
      effects.push({ do: 'comment', where, marker, body: `${markerLine(marker)}\n${fitted(text)}` });
    }
  }
  if (decision.todo.openCall) {
    effects.push({ do: 'open-call', ...callText(facts, decision.digest ?? '') });
  }
  if (decision.todo.openReview) effects.push({ do: 'open-review', ...reviewText(facts) });
  return effects;
}

/** Labels, checks, assignees, review requests: outputs, computed whole and repaired when somebody changes them (R-2.4-F2, T28). */
function projections(facts: Facts, decision: Decision, why: string): readonly Effect[] {
  const { pull } = facts;
  const effects: Effect[] = [];
  const add = decision.labels.filter((label) => !pull.labels.includes(label));
  const remove = pull.labels.filter((label) => isOurLabel(label) && !decision.labels.includes(label));
  if (add.length + remove.length > 0) effects.push({ do: 'label', add, remove });

  for (const check of wantedChecks(facts, decision, why)) {
    const seen = facts.checks.find(({ name }) => name === check.name);
    const same =
      seen?.status === check.status &&
      (seen.conclusion ?? undefined) === check.conclusion &&
      seen.title === check.title &&
      seen.summary === check.summary &&
      !isStale(seen);
    const isUsable = seen !== undefined && reusable(seen, check) && !isStale(seen);
    if (!same) effects.push({ do: 'check', id: isUsable ? seen.id : undefined, check });
  }

  const assign = decision.assignees.filter((login) => !pull.assignees.includes(login));
  const free = terminalStates.has(decision.state)
    ? []
    : pull.assignees.filter((login) => isOurs(facts, login) && !decision.assignees.includes(login));
  if (assign.length + free.length > 0) effects.push({ do: 'assign', add: assign, remove: free });
  effects.push(...reviewRequests(facts, decision));
  return effects;
}

/** GitHub gives up a run that is not completed after 14 days, and a major takes longer: after 13 it is made anew. */
const isStale = (seen: SeenCheck): boolean => seen.status !== 'completed' && seen.isOld === true;

/** A completed check run is left as it was when work begins anew: GitHub shows the newest run of a name. */
const reusable = (seen: { readonly status: string }, check: WantedCheck): boolean =>
  seen.status !== 'completed' || check.status === 'completed';

const isOurs = (facts: Facts, login: string): boolean =>
  [
    ...facts.journal.flatMap(({ event, by }) => (event === 'taken' && by !== 'rollout' ? [by] : [])),
    ...facts.teams.experts,
  ].some((person) => person.login === login);

/** Asks for reviews when a state begins; what people change about it later is theirs. */
function reviewRequests(facts: Facts, decision: Decision): readonly Effect[] {
  const { pull, configuration } = facts;
  const known = new Set(facts.ownComments.map(({ marker }) => marker));
  const begins = decision.notices.some(({ marker }) => marker.startsWith('state:') && !known.has(marker));
  const joins = decision.notices.some(({ marker }) => marker.startsWith('form:') && !known.has(marker));
  const roleTeams = Object.values(configuration.policy.roles);
  const addTeams = begins ? decision.requestTeams.filter((team) => !pull.requestedTeams.includes(team)) : [];
  const addUsers = joins ? decision.requestUsers.filter((login) => !pull.requestedUsers.includes(login)) : [];
  const removeTeams = pull.requestedTeams.filter(
    (team) => roleTeams.includes(team) && !decision.requestTeams.includes(team),
  );
  return addTeams.length + addUsers.length + removeTeams.length === 0 || !pull.open
    ? []
    : [{ do: 'request-review', addTeams, addUsers, removeTeams }];
}

/** What the system does with packages and record. One thing at a time: the next is planned from what came of it. */
function moves(facts: Facts, { todo }: Decision): readonly Effect[] {
  const { promotion, ticket } = facts;
  const stale = promotion && (todo.move?.to !== promotion.to || todo.move.digest !== promotion.digest);
  if (promotion && (stale || (!promotion.open && promotion.number !== undefined))) {
    return [
      {
        do: 'drop-promotion',
        branch: promotion.branch,
        number: promotion.open ? promotion.number : undefined,
      },
    ];
  }
  if (todo.move) {
    if (promotion?.number === undefined) return [{ do: 'open-promotion', move: todo.move }];
    const checks = promotionChecks(promotion).filter((check) => {
      const seen = promotion.checks.find(({ name }) => name === check.name);
      return (
        !seen ||
        seen.conclusion !== check.conclusion ||
        seen.title !== check.title ||
        seen.summary !== check.summary
      );
    });
    const tell = checks.map((check): Effect => ({ do: 'check', id: undefined, check }));
    return promotion.problems.length === 0
      ? [...tell, { do: 'merge-promotion', number: promotion.number, head: promotion.head }]
      : tell;
  }
  if (todo.pull && ticket.value && ticket.digest !== undefined) {
    return [{ do: 'pull', ticket: ticket.value, digest: ticket.digest }];
  }
  if (todo.mergeTicket) {
    return [{ do: 'merge-ticket', head: facts.pull.head, title: `Release ${ticket.id ?? ''}` }];
  }
  return [];
}

/** The checks of a promotion pull request: what the system verified about its own commit before merging it. */
function promotionChecks(promotion: NonNullable<Facts['promotion']>): readonly WantedCheck[] {
  const good = promotion.problems.length === 0;
  return [
    {
      name: 'rollout',
      head: promotion.head,
      status: 'completed',
      conclusion: good ? 'success' : 'failure',
      title: good ? 'Digests and signatures are right' : 'Not what was decided',
      summary: good
        ? 'The commit moves this one manifest and nothing else, the manifest is the one that was decided, and commit and manifest are signed with the system key.'
        : promotion.problems.map((problem) => `- ${problem}`).join('\n'),
    },
  ];
}

function ends(facts: Facts, { todo }: Decision): readonly Effect[] {
  const effects: Effect[] = [];
  if (todo.closeCall && facts.call) effects.push({ do: 'close-call', number: facts.call.number });
  if (todo.closeTicket) effects.push({ do: 'close-ticket' });
  if (todo.reopenTicket) effects.push({ do: 'reopen-ticket' });
  return effects;
}

/** One check run for the whole, required by the branch's rules, and one per step. */
function wantedChecks(facts: Facts, decision: Decision, why: string): readonly WantedCheck[] {
  const head = facts.pull.head;
  return [
    { name: 'rollout', head, ...gate(decision), summary: fitted(why) },
    ...decision.steps.map((step): WantedCheck => ({
      name: step.step,
      head,
      ...standing(step),
      summary: fitted(stepSummary(step)),
    })),
    ...closureChecks(facts, decision),
  ];
}

/** Whether the packages can be installed has a check run of its own, which stays as it was last known. */
function closureChecks(facts: Facts, { exceptions }: Decision): readonly WantedCheck[] {
  const closure = closureOf(facts);
  if (!closure) return [];
  const isLifted = exceptions.some(({ rules, stands }) => stands === 'approved' && rules.includes('closure'));
  const { summary, ...told } = closureCheck(closure, isLifted);
  return [{ name: closureCheckName, head: facts.pull.head, ...told, summary: fitted(summary) }];
}

/** The gate is green exactly when the system itself may merge: after a valid close, and for ever after. */
function gate(decision: Decision): Pick<WantedCheck, 'status' | 'conclusion' | 'title'> {
  const { state, held } = decision;
  const title = titleOf(decision);
  if (state === 'success' || state === 'warning')
    return { status: 'completed', conclusion: 'success', title };
  if (state === 'closing' && !held) return { status: 'completed', conclusion: 'success', title };
  const failed =
    held ||
    state === 'rejected' ||
    state === 'withdrawn' ||
    decision.steps.some((step) => step.stands === 'failed');
  return failed
    ? { status: 'completed', conclusion: 'failure', title }
    : { status: 'in_progress', conclusion: undefined, title };
}

function titleOf(decision: Decision): string {
  const step =
    decision.steps.find(({ stands }) => stands === 'failed') ??
    decision.steps.find(({ stands }) => stands === 'working');
  return `${decision.state}${decision.held ? ' (held)' : ''}${step ? `: ${step.title}` : ''}`.slice(0, 250);
}

function standing(step: Step): Pick<WantedCheck, 'status' | 'conclusion' | 'title'> {
  const { title } = step;
  switch (step.stands) {
    case 'met':
      return { status: 'completed', conclusion: 'success', title };
    case 'failed':
      return { status: 'completed', conclusion: 'failure', title };
    case 'working':
      return { status: 'in_progress', conclusion: undefined, title };
    case 'waiting':
      return { status: 'queued', conclusion: undefined, title };
  }
}

function stepSummary(step: Step): string {
  const lines = step.because.length === 0 ? [step.title] : step.because;
  return [
    ...lines.map((line) => (line.includes('\n') ? line : `- ${line}`)),
    '',
    `Rule: ${step.rule}${step.due === undefined ? '' : ` · due ${step.due}`}`,
  ].join('\n');
}

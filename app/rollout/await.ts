import type { Awaited, Decision, SiteStanding } from '../model/decision.ts';
import type { Facts } from '../model/facts.ts';
import { type Role, type State, terminalStates } from '../model/state.ts';
import { closureCheckName } from '../wording/closure.ts';
import { isCommitted } from './authority.ts';
import { ticketProblems } from './certify.ts';
import { unmetClosure } from './closure.ts';
import { commandsFor } from './offered-commands.ts';
import { openExceptions } from './exceptions.ts';
import { expertsOf } from './experts.ts';
import { graceOf } from './grace.ts';
import { intakeOf, waitsForMending } from './intake.ts';
import { reportDue, silentSites } from './invite.ts';
import type { Participation } from './participation.ts';
import { type Progress, waitsForProvider } from './progress.ts';
import { missingReports, mustReportAgain, takingPart, worstReport } from './reports.ts';
import { runningClocks } from './running-clocks.ts';
import type { Situation } from './situation.ts';
import { dueAfterFreeze, frozenBy } from './standstill.ts';

type Awaiting = Pick<
  Decision,
  'waiting' | 'awaiting' | 'sites' | 'labels' | 'assignees' | 'requestTeams' | 'requestUsers' | 'commands'
>;

/** Who is awaited, for what, until when (process.md section 2, A-47), and what they can do. */
export function awaitedOf(situation: Situation, state: State): Awaiting {
  const { facts, progress } = situation;
  const waiting = waitingFor(facts, progress, state);
  const given = intakeOf(facts, progress).is === 'given-up';
  const awaiting = awaitingOf(situation, state, waiting);
  const isFrozen = state === 'done' && frozenBy(situation) !== undefined;
  return {
    waiting,
    awaiting,
    sites: siteStandings(situation),
    labels: [
      `state: ${state}`,
      ...(waiting === undefined ? [] : [`waiting: ${waiting}`]),
      ...(given ? ['pull-failed'] : []),
      ...(progress.held && state === 'closing' ? ['held'] : []),
      ...(awaiting.some(({ late }) => late) ? ['late'] : []),
      ...(openExceptions(facts, progress).length > 0 ? ['needs-approval'] : []),
      ...(isFrozen ? ['frozen'] : []),
      ...(progress.rolledBack ? ['rolled-back'] : []),
    ],
    assignees: assigneesFor(facts, progress, waiting),
    requestTeams:
      waiting === undefined || waiting === 'provider' ? [] : [facts.configuration.policy.roles[waiting]],
    requestUsers: takingPart(progress)
      .filter(({ report }) => !report)
      .flatMap(({ acceptedBy }) => acceptedBy.map(({ login }) => login)),
    commands: commandsFor(situation, state, waiting, given),
  };
}

function waitingFor(facts: Facts, progress: Progress, state: State): Role | undefined {
  switch (state) {
    case 'draft':
      return 'provider';
    case 'certified':
      return waitsForMending(facts, progress) ? 'provider' : 'repository-managers';
    case 'unverified':
      return waitsForProvider(progress) ? 'provider' : 'technology-unit';
    case 'verified':
    case 'rolling-out':
    case 'done':
      return 'staged-rollout';
    case 'closing':
      return progress.held ? 'staged-rollout' : undefined;
    case 'success':
    case 'warning':
    case 'rejected':
    case 'withdrawn':
      return undefined;
  }
}

function awaitingOf(situation: Situation, state: State, waiting: Role | undefined): readonly Awaited[] {
  const { facts, progress } = situation;
  const approvals = openExceptions(facts, progress).map(({ asked, waitsFor }) =>
    awaited(situation, waitsFor, `\`/approve ${asked.id}\`: ${asked.rules.join(', ')}`),
  );
  const isStopped = isRunning(state) && unmetClosure(situation) !== undefined;
  const mending = isStopped
    ? [awaited(situation, 'provider', `mending what the check \`${closureCheckName}\` found`)]
    : [];
  return [...awaitedForStep(situation, state, waiting), ...mending, ...approvals];
}

/** The packages are here, and the release is not closed. */
const isRunning = (state: State): boolean =>
  ['unverified', 'verified', 'rolling-out', 'done'].includes(state);

const awaited = ({ at }: Situation, who: string, what: string, due?: string): Awaited => ({
  who,
  for: what,
  due,
  late: due !== undefined && due < at,
});

/** Who has to do something before the release goes on. */
function awaitedForStep(situation: Situation, state: State, waiting: Role | undefined): readonly Awaited[] {
  const { facts, progress } = situation;
  const one = (who: string, what: string, due?: string): Awaited => awaited(situation, who, what, due);
  const running = runningClocks(situation, state);
  if (waiting === undefined)
    return running.map(({ who, due }) =>
      one(who, 'the review of a release that an exception let through', due),
    );
  const due = running[0]?.due;
  switch (state) {
    case 'draft': {
      const toMend = ticketProblems(facts).length > 0;
      return [one(waiting, toMend ? 'mending the ticket' : 'marking the pull request ready for review')];
    }
    case 'certified':
      return waiting === 'provider'
        ? [one(waiting, 'mending what keeps the packages from being pulled', due)]
        : [one(waiting, 'pulling the packages into `unverified`', due)];
    case 'unverified':
      return waiting === 'provider'
        ? [one(waiting, 'the agreed countermeasure (`/ready <what was done>`)')]
        : [one(waiting, 'the verification report', due)];
    case 'verified':
      return [
        one('early adopters', 'accepting the release (`/accept <site>`)', due),
        ...silentSites(situation)
          .filter(({ late }) => late)
          .map(({ site, due: answer }) => one(site, 'an answer to the call', answer)),
      ];
    case 'rolling-out': {
      const sites = running
        .filter(({ clock }) => clock === 'step3')
        .map((clock) => one(clock.who, 'the report', clock.due));
      return sites.length > 0
        ? sites
        : [one('early adopters', missingReports(facts, progress).join('; '), due)];
    }
    case 'done': {
      const { over, ends } = graceOf(situation);
      const worst = worstReport(progress);
      const experts = expertsOf(facts).map(({ login }) => login);
      const how = worst === undefined ? '' : ` (the worst report is \`${worst}\`)`;
      const asked =
        experts.length > 0 ? `; the expert of the stack is asked first: ${experts.join(', ')}` : '';
      const isFrozen = frozenBy(situation) !== undefined;
      return [
        one(
          waiting,
          `${over ? 'closing it with a summary' : 'closing it when the grace period is over'}${how}${asked}`,
          isFrozen || ends === undefined ? undefined : dueAfterFreeze(situation, ends),
        ),
      ];
    }
    case 'closing':
      return [one(waiting, 'closing it again, or rejecting it: the release is held')];
    case 'success':
    case 'warning':
    case 'rejected':
    case 'withdrawn':
      return [];
  }
}

/** Every site that was invited, or had a part: those that accepted first. */
function siteStandings(situation: Situation): readonly SiteStanding[] {
  const { facts, progress } = situation;
  const parts = [...progress.sites.values()].map((part) => siteStanding(situation, part));
  const absent = [...progress.absent.values()]
    .filter(({ site }) => !progress.sites.has(site))
    .map((entry) => ({
      ...nothingYet(facts, entry.site),
      participation: entry.event === 'declined' ? ('declined' as const) : ('excused' as const),
      reason: entry.reason,
    }));
  // Of a release that has ended nobody's answer is awaited: what is told of it does not change any more.
  const isOver = terminalStates.has(progress.state);
  const silent = silentSites(situation).map(({ site, due, late }) => ({
    ...nothingYet(facts, site),
    participation: late || isOver ? ('no-answer' as const) : ('invited' as const),
    due,
  }));
  return [...parts, ...absent, ...silent];
}

const nothingYet = (facts: Facts, site: string): SiteStanding => ({
  site,
  participation: 'invited',
  committed: isCommitted(facts, site),
  people: [],
  outcome: undefined,
  due: undefined,
  reason: undefined,
  tainted: false,
});

function siteStanding(situation: Situation, part: Participation): SiteStanding {
  const { report, ended } = part;
  const begun = part.deployedAt === undefined ? 'accepted' : 'deployed';
  const stays = report ? 'done' : begun;
  return {
    site: part.site,
    participation: ended ? (ended.event === 'left' ? 'withdrawn' : 'excused') : stays,
    committed: part.committed,
    people: part.acceptedBy.map(({ login }) => login),
    outcome: report?.value.outcome,
    due: (report ?? ended) ? undefined : reportDue(situation, part),
    reason: ended?.reason,
    tainted: ended === undefined && mustReportAgain(situation.facts, situation.progress, part),
  };
}

/** Who took the ticket with `/take`, as long as it waits for a role of theirs; else the experts of its stack, who are asked first. */
function assigneesFor(facts: Facts, progress: Progress, waiting: Role | undefined): readonly string[] {
  if (waiting === undefined || waiting === 'provider') return [];
  // By the login that the account has now: GitHub assigns nobody by an old one, and says nothing (T14).
  const takers = progress.taken.flatMap(({ id }) =>
    facts.teams[waiting].filter((member) => member.id === id),
  );
  if (takers.length > 0 || waiting !== 'staged-rollout') return takers.slice(-1).map(({ login }) => login);
  return expertsOf(facts).map(({ login }) => login);
}

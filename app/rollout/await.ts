import type { Awaited, Decision, SiteStanding } from '../model/decision.ts';
import type { Facts } from '../model/facts.ts';
import type { Role, State } from '../model/state.ts';
import { ticketProblems } from './certify.ts';
import { graceOf } from './close.ts';
import { intakeOf } from './intake.ts';
import type { Participation, Progress } from './progress.ts';
import { clocksIn } from './situation.ts';
import { isTainted, missingReports } from './stage.ts';

type Awaiting = Pick<
  Decision,
  'waiting' | 'awaiting' | 'sites' | 'labels' | 'assignees' | 'requestTeams' | 'requestUsers' | 'commands'
>;

/** Who is awaited, for what, until when (process.md section 2, A-47), and what they can do. */
export function awaitedOf(facts: Facts, progress: Progress, state: State): Awaiting {
  const waiting = waitingFor(facts, progress, state);
  const given = intakeOf(facts, progress).is === 'given-up';
  return {
    waiting,
    awaiting: awaitingOf(facts, progress, state, waiting),
    sites: [...progress.sites.values()].map((part) => siteStanding(facts, progress, part)),
    labels: [
      `state: ${state}`,
      ...(waiting === undefined ? [] : [`waiting: ${waiting}`]),
      ...(given ? ['pull-failed'] : []),
      ...(progress.held && state === 'closing' ? ['held'] : []),
    ],
    assignees: takersOf(facts, progress, waiting),
    requestTeams:
      waiting === undefined || waiting === 'provider' ? [] : [facts.configuration.policy.roles[waiting]],
    requestUsers: [...progress.sites.values()]
      .filter(({ report }) => !report)
      .flatMap(({ acceptedBy }) => acceptedBy.map(({ login }) => login)),
    commands: commandsFor(progress, state, waiting, given),
  };
}

function waitingFor(facts: Facts, progress: Progress, state: State): Role | undefined {
  switch (state) {
    case 'draft':
      return 'provider';
    case 'certified':
      return ticketProblems(facts).length > 0 || intakeOf(facts, progress).is === 'given-up'
        ? 'provider'
        : 'repository-managers';
    case 'unverified':
      return progress.verification?.report.outcome === 'wait-for-provider' ? 'provider' : 'technology-unit';
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

function awaitingOf(
  facts: Facts,
  progress: Progress,
  state: State,
  waiting: Role | undefined,
): readonly Awaited[] {
  if (waiting === undefined) return [];
  const clocks = clocksIn({ facts, progress, at: facts.now });
  const one = (who: string, what: string, due: string | undefined): Awaited => ({
    who,
    for: what,
    due,
    late: due !== undefined && due < facts.now,
  });
  const since = progress.since;
  switch (state) {
    case 'draft':
      return [
        one(
          'provider',
          ticketProblems(facts).length > 0
            ? 'mending the ticket'
            : 'marking the pull request ready for review',
          undefined,
        ),
      ];
    case 'certified':
      return [
        one(
          waiting,
          waiting === 'provider'
            ? 'mending what keeps the packages from being pulled'
            : 'pulling the packages into `unverified`',
          clocks.due(since, 'step1'),
        ),
      ];
    case 'unverified':
      return [
        waiting === 'provider'
          ? one(waiting, 'the agreed countermeasure', undefined)
          : one(waiting, 'the verification report', clocks.due(since, 'step2')),
      ];
    case 'verified':
      return [one('early adopters', 'accepting the release (`/accept <site>`)', clocks.due(since, 'accept'))];
    case 'rolling-out': {
      const sites = [...progress.sites.values()]
        .filter((part) => !part.report || isTainted(facts, part))
        .map((part) => one(part.site, 'the report', clocks.due(part.deployedAt ?? part.acceptedAt, 'step3')));
      return sites.length > 0
        ? sites
        : [one('early adopters', missingReports(facts, progress).join('; '), undefined)];
    }
    case 'done': {
      const { ends, over } = graceOf({ facts, progress, at: facts.now });
      return [
        one(waiting, over ? 'closing it with a summary' : 'closing it when the grace period is over', ends),
      ];
    }
    case 'closing':
      return [one(waiting, 'closing it again, or rejecting it: the release is held', undefined)];
    case 'success':
    case 'warning':
    case 'rejected':
    case 'withdrawn':
      return [];
  }
}

function siteStanding(facts: Facts, progress: Progress, part: Participation): SiteStanding {
  const { report } = part;
  return {
    site: part.site,
    participation: report ? 'done' : part.deployedAt === undefined ? 'accepted' : 'deployed',
    committed: part.committed,
    people: part.acceptedBy.map(({ login }) => login),
    outcome: report?.value.outcome,
    due: report
      ? undefined
      : clocksIn({ facts, progress, at: facts.now }).due(part.deployedAt ?? part.acceptedAt, 'step3'),
    tainted: isTainted(facts, part),
  };
}

/** Who took the ticket with `/take`, as long as it waits for a role of theirs. */
function takersOf(facts: Facts, progress: Progress, waiting: Role | undefined): readonly string[] {
  if (waiting === undefined || waiting === 'provider') return [];
  // By the login that the account has now: GitHub assigns nobody by an old one, and says nothing (T14).
  const takers = progress.taken.flatMap(({ id }) =>
    facts.teams[waiting].filter((member) => member.id === id),
  );
  return takers.slice(-1).map(({ login }) => login);
}

function commandsFor(
  progress: Progress,
  state: State,
  waiting: Role | undefined,
  pullGivenUp: boolean,
): Decision['commands'] {
  const commands: { for: string; text: string }[] = [];
  const may = (who: string, ...texts: string[]): void => {
    commands.push(...texts.map((text) => ({ for: who, text })));
  };
  if (pullGivenUp) may('repository managers, provider', '/retry');
  if (state === 'unverified' && waiting === 'technology-unit') {
    may(
      'technology unit',
      'review: approve with the verification form',
      'review: request changes with the verification form',
      '/reject <reason>',
      '/take',
    );
  }
  const held = state === 'closing' && progress.held !== undefined;
  if (state === 'verified' || state === 'rolling-out' || state === 'done' || held) {
    may('early adopters', '/accept <site>');
    if (progress.sites.size > 0)
      may(
        'early adopters',
        '/deployed <site>',
        'review: approve (Success), comment (Warning) or request changes (Reject), with the report form',
      );
    may('staged-rollout managers', '/take');
  }
  if (state === 'done' || held) {
    may(
      'staged-rollout managers',
      '/close success <summary>',
      '/close warning <summary>',
      '/close reject <summary>',
    );
  }
  if (['certified', 'unverified', 'verified', 'rolling-out', 'done'].includes(state))
    may('provider', '/withdraw <reason>');
  may('anyone', '/explain', '/help');
  return commands;
}

import type { Outside } from '../apply/apply.ts';
import { applyToIssue } from '../apply/issue.ts';
import { readComments } from '../facts/conversation.ts';
import { type RestIssue, issueFacts, labelNames, readIssue } from '../facts/issue.ts';
import { gatherRequest } from '../facts/registry.ts';
import { manifestPath } from '../facts/manifests.ts';
import { channels } from '../model/channel.ts';
import { parseTicketPath } from '../model/release-id.ts';
import type { IssueEffect } from '../model/registry-request.ts';
import { decideRegistry } from '../registry/decide.ts';
import { isMadeBy } from '../registry/form.ts';
import { planRegistry } from '../registry/plan.ts';
import { type ProblemFacts, planProblem, problemForm, problemOf } from '../registry/problem.ts';
import { registryForm } from '../registry/request.ts';
import { recordedTickets, ticketOfCall, ticketOfRelease } from './tickets.ts';

type Kind = 'registry' | 'problem';

/** What an issue is to us: the form that its body was made with says it, or the label that the form puts on. */
export function kindOf(
  issue: Pick<RestIssue, 'body' | 'labels' | 'pull_request'> & { readonly user?: { login: string } | null },
): Kind | undefined {
  if (issue.pull_request) return undefined;
  const body = issue.body ?? '';
  const names = labelNames(issue);
  if (isMadeBy(body, registryForm) || names.includes('early-adopter')) return 'registry';
  if (isMadeBy(body, problemForm) || names.includes('production-problem')) return 'problem';
  return undefined;
}

/** What a look at an issue came to: the ticket that it calls for, if it is a call; whether the registry was changed. */
export interface LookedAt {
  readonly ticket: number | undefined;
  readonly recorded: boolean;
}

/** A request needs some six rounds; more means that planning and applying disagree. */
const mostRounds = 12;

/** Looks at a number that is no pull request: a call of ours, a registry request, a problem in production, or nothing that concerns us. */
export async function runIssue(outside: Outside, number: number): Promise<LookedAt> {
  const { github, at, self } = outside;
  const issue = await readIssue(github, at, number);
  const ticket = issue && ticketOfCall(issue, self);
  const kind = issue && issue.user?.login !== self.login ? kindOf(issue) : undefined;
  if (kind === 'registry') return { ticket, recorded: await runRequest(outside, number) };
  if (kind === 'problem') await runProblem(outside, number);
  return { ticket, recorded: false };
}

/** Reads, decides, plans and applies until planning gives nothing, as with a ticket. Gives whether the registry was changed. */
async function runRequest(outside: Outside, number: number): Promise<boolean> {
  const refused = new Set<string>();
  let recorded = false;
  for (let round = 0; round < mostRounds; round++) {
    const issue = await readIssue(outside.github, outside.at, number);
    if (!issue) return recorded;
    const gathered = await gatherRequest(outside, issue, refused);
    const effects = planRegistry(gathered.facts, decideRegistry(gathered.facts));
    if (effects.length === 0) return recorded;
    for (const effect of effects) {
      outside.logIssue(effect, number);
      const applied = await applyToIssue(outside, number, effect, gathered);
      if (applied === 'refused' && effect.do === 'enrol') refused.add(`${effect.team} ${effect.login}`);
      if (applied === 'recorded') recorded = true;
      if (applied === 'again' || applied === 'recorded') break;
    }
  }
  throw new Error(`issue #${String(number)} does not come to rest: planning and applying disagree`);
}

async function runProblem(outside: Outside, number: number): Promise<void> {
  for (let round = 0; round < mostRounds; round++) {
    const issue = await readIssue(outside.github, outside.at, number);
    if (!issue) return;
    const effects: readonly IssueEffect[] = planProblem(await gatherProblem(outside, issue));
    if (effects.length === 0) return;
    for (const effect of effects) {
      outside.logIssue(effect, number);
      await applyToIssue(outside, number, effect);
    }
  }
  throw new Error(`issue #${String(number)} does not come to rest: planning and applying disagree`);
}

async function gatherProblem({ github, at, self, record }: Outside, issue: RestIssue): Promise<ProblemFacts> {
  const [about, comments, { main }] = await Promise.all([
    issueFacts(github, at, issue),
    readComments(github, at, issue.number, 'ticket', self),
    record.fetch(),
  ]);
  const { release = '' } = problemOf(about);
  const ticket = await ticketOfRelease(record, main, release);
  const known = ticket && { id: release, ticket: ticket.number };
  const pull = known && (await readIssue(github, at, known.ticket));
  const standing = known
    ? await record.list(
        main,
        channels.map((channel) => manifestPath(channel, known.id)),
      )
    : [];
  return {
    issue: about,
    ownComments: comments.own,
    known,
    // To say which ones there are, all journals are read; a form that names one of them has no need of that.
    otherwise: known ? [] : await releaseIds(record, main),
    provider: pull?.user?.login,
    standsIn: channels.filter((channel) =>
      standing.some(({ path }) => known && path === manifestPath(channel, known.id)),
    ),
  };
}

/** The releases of the record, newest first. */
const releaseIds = async (record: Outside['record'], main: string): Promise<readonly string[]> =>
  (await recordedTickets(record, main)).flatMap(({ path }) => parseTicketPath(path)?.id ?? []);

/** Numbers of the open issues that a sweep looks at. */
export async function openIssues({ github, at }: Pick<Outside, 'github' | 'at'>): Promise<readonly number[]> {
  const issues = await github.paginate(github.rest.issues.listForRepo, {
    ...at,
    state: 'open',
    per_page: 100,
  });
  return issues.filter((issue) => kindOf(issue) !== undefined).map(({ number }) => number);
}

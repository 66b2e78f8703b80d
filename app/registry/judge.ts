import type { Input } from '../model/facts.ts';
import type { Person } from '../model/journal.ts';
import type { RegistryFacts } from '../model/registry-request.ts';
import { sameLogin } from '../rollout/authority.ts';
import { type Command, commandsOf } from '../rollout/command.ts';
import type { WantedEntry } from './entry.ts';

/** What a command in a registry request comes to: it decides, or it is answered. */
export type Judgement = { readonly marker: string; readonly input: Input } & (
  | { readonly is: 'approve' }
  | { readonly is: 'decline'; readonly reason: string }
  | { readonly is: 'refused'; readonly because: string }
);

/** Marker of the answer to a command: the one that answers in tickets have. */
const answerMarker = (input: Input, part: number): string =>
  `answer:${input.kind}:${String(input.id)}:${String(part)}`;

/** Marker of the comment that tells of a decline. */
export const declinedMarker = (input: Input): string => `registry:declined:${String(input.id)}`;

/** Judges every command that people wrote, in their order. One that was answered with a no once stays one, whatever changes later. */
export function judgements(facts: RegistryFacts, entry: WantedEntry): readonly Judgement[] {
  const answered = new Set(facts.ownComments.map(({ marker }) => marker));
  return facts.inputs
    .filter(({ bot }) => !bot)
    .flatMap((input) =>
      commandsOf(input.body).flatMap((command, part): Judgement[] => {
        const marker = answerMarker(input, part);
        if (answered.has(marker)) return [];
        const found = verdict(facts, entry, input, command);
        // A decline that took effect and was overtaken by an edit needs no answer.
        const isOver = found.is === 'refused' && answered.has(declinedMarker(input));
        return isOver ? [] : [{ marker, input, ...found }];
      }),
    );
}

type Verdict =
  | { readonly is: 'approve' }
  | { readonly is: 'decline'; readonly reason: string }
  | { readonly is: 'refused'; readonly because: string };

const refused = (because: string): Verdict => ({ is: 'refused', because });

function verdict(
  facts: RegistryFacts,
  { problems, site, was }: WantedEntry,
  input: Input,
  { word, argument, text }: Command,
): Verdict {
  const { issue, managers, configuration } = facts;
  if (word !== 'approve' && word !== 'decline')
    return refused(
      'In this issue work: `/approve` and `/decline <reason>`, both by a staged-rollout manager.',
    );
  if (!managers.some(({ id }) => id === input.by.id)) {
    const team = configuration.policy.roles['staged-rollout'];
    return refused(`Only members of the team ${team} decide who becomes an early adopter.`);
  }
  if (input.edited)
    return refused(
      'This was edited before it was read, so it is not certain what its author meant. Please write it again.',
    );
  // A second is as exact as GitHub tells it: an edit in the same one may have come later.
  if (issue.edited !== undefined && issue.edited.at >= input.at)
    return refused('The request was edited after this was written. Read it again, and say it again.');
  if (word === 'decline') {
    if (text === '') return refused('Please say why: `/decline <reason>`.');
    return { is: 'decline', reason: text };
  }
  if (isOwn(input.by, issue.author, [...(site?.github ?? []), ...(was?.github ?? [])]))
    return refused('Nobody approves a request of their own, or for their own site. Another manager has to.');
  if (/^[0-9a-f]{8,64}$/.test(argument) && !issue.bodySha256.startsWith(argument))
    return refused(
      `The request is now \`${issue.bodySha256.slice(0, 12)}\`. Read it again, and approve that: \`/approve ${issue.bodySha256.slice(0, 12)}\`.`,
    );
  if (problems.length > 0 || site === undefined)
    return refused('The request has mistakes: it can be approved once they are mended.');
  return { is: 'approve' };
}

const isOwn = (by: Person, author: Person, people: readonly string[]): boolean =>
  by.id === author.id || people.some((login) => sameLogin(login, by.login));

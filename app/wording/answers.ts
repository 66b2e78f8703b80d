import { waivableRules } from '../model/exception.ts';
import type { Input } from '../model/facts.ts';
import type { CommandName } from '../rollout/command.ts';

type Answerable =
  | { readonly is: 'refused'; readonly because: string }
  | { readonly is: 'answered'; readonly with: 'help' | 'explain' | 'pilot' };

/** One line of help per command; a new command does not compile until it has one. */
export const commandHelp: Readonly<
  Record<CommandName, { readonly use: string; readonly who: string; readonly does: string }>
> = {
  accept: { use: '/accept <site>', who: 'early adopters', does: 'the site takes part in the staged rollout' },
  decline: {
    use: '/decline <site> <reason>',
    who: 'early adopters',
    does: 'the site does not take part this time',
  },
  deployed: {
    use: '/deployed <site>',
    who: 'early adopters',
    does: 'the release runs in production at the site; the grace period begins',
  },
  leave: {
    use: '/leave <site> <reason>',
    who: 'early adopters',
    does: 'a site that accepted stops before it has reported',
  },
  call: {
    use: '/call <site or team>',
    who: 'staged-rollout managers',
    does: 'invites one more site, or a team of early adopters',
  },
  excuse: {
    use: '/excuse <site> <reason>',
    who: 'staged-rollout managers',
    does: 'nobody waits any more for a site that is overdue',
  },
  close: {
    use: '/close success|warning|reject <summary>',
    who: 'staged-rollout managers',
    does: 'ends the rollout; success and warning bring the release into production',
  },
  take: {
    use: '/take [reason]',
    who: 'verifiers, staged-rollout managers',
    does: 'takes the ticket: you become its assignee; the reason records a hand-over from the expert',
  },
  reject: { use: '/reject <reason>', who: 'technology unit', does: 'rejects the release at verification' },
  ready: {
    use: '/ready <what was done>',
    who: 'provider',
    does: 'the agreed countermeasure is done: the Technology Unit goes on',
  },
  withdraw: { use: '/withdraw <reason>', who: 'provider', does: 'takes the release back' },
  retry: { use: '/retry', who: 'repository managers, provider', does: 'starts a failed pull again' },
  waive: {
    use: `/waive ${waivableRules.join('|')} <reason>`,
    who: 'staged-rollout managers, technology unit, svg',
    does: 'asks for an exception; it counts when another person of another role approves it',
  },
  approve: {
    use: '/approve <id>',
    who: 'staged-rollout managers, technology unit, svg',
    does: 'the second word for an exception, an early or overridden reject, or a rollback',
  },
  freeze: {
    use: '/freeze <reason>',
    who: 'staged-rollout managers',
    does: 'nothing of the release moves into production',
  },
  unfreeze: { use: '/unfreeze', who: 'staged-rollout managers', does: 'ends that' },
  rollback: {
    use: '/rollback <reason>',
    who: 'staged-rollout managers',
    does: 'takes a release out of production again, when a second person approves',
  },
  pilot: {
    use: '/pilot',
    who: 'provider, technology unit, managers, early adopters',
    does: 'gives the form that records a pilot; the comment with the filled-in form records it',
  },
  advisory: {
    use: '/advisory <link>',
    who: 'svg, staged-rollout managers',
    does: 'links the advisory that was published, and ends an embargo',
  },
  explain: {
    use: '/explain',
    who: 'anyone',
    does: 'says why the ticket is not further, who is awaited and until when',
  },
  help: { use: '/help', who: 'anyone', does: 'this list' },
};

/** The body of an answer to one input: a kind no with what would work, or what was asked for. */
export function answerText(
  input: Input,
  verdict: Answerable,
  texts: { readonly explain: () => string; readonly pilot: () => string },
): string {
  const to = `@${input.by.login}`;
  if (verdict.is === 'refused') return `${to} ${verdict.because}`;
  if (verdict.with === 'pilot')
    return `${to} Copy this form into a comment that begins with the line \`/pilot\`:\n\n${texts.pilot()}`;
  if (verdict.with === 'explain') return `${to}\n\n${texts.explain()}`;
  const rows = Object.values(commandHelp).map(
    ({ use, who, does }) => `| \`${use.replaceAll('|', '\\|')}\` | ${who} | ${does} |`,
  );
  return [
    `${to} Commands stand on a line of their own, in a comment or a review:`,
    '',
    '| command | who | does |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}

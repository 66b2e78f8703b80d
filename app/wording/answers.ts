import type { Input } from '../model/facts.ts';
import type { CommandName } from '../rollout/command.ts';

type Answerable =
  | { readonly is: 'refused'; readonly because: string }
  | { readonly is: 'answered'; readonly with: 'help' | 'explain' };

/** One line of help per command; a new command does not compile until it has one. */
export const commandHelp: Readonly<
  Record<CommandName, { readonly use: string; readonly who: string; readonly does: string }>
> = {
  accept: { use: '/accept <site>', who: 'early adopters', does: 'the site takes part in the staged rollout' },
  deployed: {
    use: '/deployed <site>',
    who: 'early adopters',
    does: 'the release runs in production at the site; the grace period begins',
  },
  close: {
    use: '/close success|warning|reject <summary>',
    who: 'staged-rollout managers',
    does: 'ends the rollout; success and warning bring the release into production',
  },
  take: {
    use: '/take',
    who: 'verifiers, staged-rollout managers',
    does: 'takes the ticket: you become its assignee',
  },
  reject: { use: '/reject <reason>', who: 'technology unit', does: 'rejects the release at verification' },
  withdraw: { use: '/withdraw <reason>', who: 'provider', does: 'takes the release back' },
  retry: { use: '/retry', who: 'repository managers, provider', does: 'starts a failed pull again' },
  explain: {
    use: '/explain',
    who: 'anyone',
    does: 'says why the ticket is not further, who is awaited and until when',
  },
  help: { use: '/help', who: 'anyone', does: 'this list' },
};

/** The body of an answer to one input: a kind no with what would work, or what was asked for. */
export function answerText(input: Input, verdict: Answerable, explain: () => string): string {
  const to = `@${input.by.login}`;
  if (verdict.is === 'refused') return `${to} ${verdict.because}`;
  if (verdict.with === 'explain') return `${to}\n\n${explain()}`;
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

import type { Notice } from '../model/decision.ts';
import type { Facts } from '../model/facts.ts';
import { expiryOf, isApproved, isSecurityMatter, openExceptions } from '../rollout/exceptions.ts';
import type { Progress } from '../rollout/progress.ts';
import { quoted } from './markdown.ts';

/** What people are told of exceptions, freezes and advisories: each is in the record, and none is silent (A-22, I16). */
export function exceptionNotices(facts: Facts, progress: Progress): readonly Notice[] {
  const team = (role: 'staged-rollout' | 'technology-unit' | 'svg'): string =>
    `@${facts.organisation}/${facts.configuration.policy.roles[role]}`;
  const notices: Notice[] = [];
  const tell = (marker: string, ...lines: readonly string[]): void => {
    notices.push({ marker, where: 'ticket', body: lines.join('\n') });
  };
  const open = new Map(openExceptions(facts, progress).map(({ asked, waitsFor }) => [asked.id, waitsFor]));
  const lastApproval = new Map(
    facts.journal.flatMap((entry) =>
      entry.event === 'approved' ? [[entry.exception, entry.n] as const] : [],
    ),
  );
  for (const entry of facts.journal) {
    const mark = String(entry.n);
    const who = entry.by === 'rollout' ? 'The system' : entry.by.login;
    if (entry.event === 'asked') {
      const asked = progress.exceptions.get(entry.exception);
      const waitsFor = open.get(entry.exception);
      if (!asked || waitsFor === undefined) continue;
      const skips = entry.rules.some((rule) => rule === 'staged-rollout' || rule === 'verification');
      tell(
        `exception:${entry.exception}:${mark}`,
        `${team('staged-rollout')} ${team('technology-unit')}${skips && isSecurityMatter(facts) ? ` ${team('svg')}` : ''} ${who} asks for the exception **${entry.exception}**: ${entry.rules.join(', ')} (A-22).`,
        '',
        quoted(entry.reason),
        '',
        `It waits for ${waitsFor}: \`/approve ${entry.exception}\`, by ${expiryOf(facts, asked)}. Until then nothing is lifted.`,
      );
    }
    if (entry.event === 'approved') {
      const asked = progress.exceptions.get(entry.exception);
      // Told with the last approval, not with each; one that expired before it never came into force.
      if (!asked || !isApproved(facts, asked) || lastApproval.get(entry.exception) !== entry.n) continue;
      tell(
        `approved:${entry.exception}:${mark}`,
        `${team('staged-rollout')} The exception **${entry.exception}** (${asked.rules.join(', ')}) is approved by ${asked.backers.map(({ by }) => by.login).join(' and ')}; it may be used until ${expiryOf(facts, asked)}.`,
      );
    }
    if (entry.event === 'frozen')
      tell(
        `frozen:${mark}`,
        `@${facts.pull.author.login} ${who} froze this release: nothing of it moves into production until \`/unfreeze\`. Clocks run on.`,
        '',
        quoted(entry.reason),
      );
    if (entry.event === 'unfrozen')
      tell(`unfrozen:${mark}`, `@${facts.pull.author.login} ${who} ended the freeze.`);
    if (entry.event === 'advised')
      tell(
        `advised:${mark}`,
        `@${facts.pull.author.login} The advisory is published (R-2.4-10.2.1b): ${quoted(entry.link)}`,
      );
  }
  return notices;
}

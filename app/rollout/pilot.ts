import { PilotSchema } from '../model/pilot.ts';
import { terminalStates } from '../model/state.ts';
import { readAs } from '../model/yaml.ts';
import { inline } from '../wording/markdown.ts';
import { plainText } from '../wording/problem-text.ts';
import { isIn, sitesOf } from './authority.ts';
import { yamlBlockOf } from './command.ts';
import { type Act, type Situation, type Verdict, counts, refused } from './situation.ts';
import { notThisRelease } from './verify.ts';

/**
 * `/pilot` with its form: a pilot is recorded beside the process, or before it, and replaces none of it (R-2.5-5, R-2.5-13, R-2.5-14,
 * Without a form the form is what one gets. The same name again brings the record up to date, its result say.
 */
export function pilot(situation: Situation, { input }: Act): Verdict {
  const { facts, progress } = situation;
  const takesPart =
    (['provider', 'technology-unit', 'staged-rollout'] as const).some((team) =>
      isIn(facts, team, input.by),
    ) ||
    sitesOf(facts, input.by).length > 0 ||
    facts.pull.author.id === input.by.id;
  if (!takesPart)
    return refused('Pilots are recorded by the provider, the Technology Unit, managers and early adopters.');
  if (terminalStates.has(progress.state))
    return refused(
      `The release is \`${progress.state}\`: a pilot comes before production, and never instead of staged rollout (A-23).`,
    );
  const block = yamlBlockOf(input.body);
  if (block === undefined) return { is: 'answered', with: 'pilot' };
  const read = readAs(PilotSchema, block, 'the pilot');
  if (!read.ok) {
    const lines = read.problems.map(
      ({ line, message, mend }) => `- line ${String(line)}: ${plainText(message)} ${plainText(mend)}`,
    );
    return refused(`The pilot cannot be read:\n${lines.join('\n')}`);
  }
  const wrong = notThisRelease(situation, read.value);
  if (wrong !== undefined) return refused(wrong);
  const { begins, ends } = read.value;
  if (begins !== undefined && ends !== undefined && ends < begins)
    return refused(`The pilot ${inline(read.value.name)} ends before it begins.`);
  return counts({ event: 'piloted', pilot: read.value });
}

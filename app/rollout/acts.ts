import type { Input } from '../model/facts.ts';
import { commandsOf, yamlBlockOf } from './command.ts';
import type { Act } from './situation.ts';

/** What a person did with one input: its commands, and for a review its report. */
export function actsOf(input: Input): readonly Act[] {
  if (input.bot) return [];
  const commands = commandsOf(input.body).map((command, part) => ({ input, part, command }));
  if (input.kind === 'comment')
    return isRejectReport(input.body) ? [{ input, part: 0, command: undefined }] : commands;
  return [{ input, part: 0, command: undefined }, ...commands.map((act) => ({ ...act, part: act.part + 1 }))];
}

const isRejectReport = (body: string): boolean =>
  /^kind:\s*["']?EarlyAdopterReport\b/m.test(yamlBlockOf(body) ?? '') &&
  /^outcome:\s*["']?reject\b/m.test(yamlBlockOf(body) ?? '');

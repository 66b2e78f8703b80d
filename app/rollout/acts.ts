import type { Input } from '../model/facts.ts';
import type { NewEntry } from '../model/journal.ts';
import { commandsOf, yamlBlockOf } from './command.ts';
import type { Act } from './situation.ts';

const inOrder = new WeakMap<readonly Input[], readonly Act[]>();

/** What people did, oldest first. The same inputs are looked at again and again: their text is read once. */
export function actsIn(inputs: readonly Input[]): readonly Act[] {
  const known = inOrder.get(inputs);
  if (known) return known;
  const acts = inputs
    .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id - b.id))
    .flatMap((input) => actsOf(input));
  inOrder.set(inputs, acts);
  return acts;
}

/** Where an act was written, for the entry that it becomes. */
export const sourceOf = ({ input, part }: Act): NonNullable<NewEntry['source']> => ({
  kind: input.kind,
  id: input.id,
  ...(part === 0 ? {} : { part }),
  ...(input.where === 'call' ? { where: input.where } : {}),
  body: input.bodySha256,
});

/** What a person did with one input: its commands, and for a review its report. */
function actsOf(input: Input): readonly Act[] {
  if (input.bot) return [];
  const commands = commandsOf(input.body).map((command, part) => ({ input, part, command }));
  if (input.kind === 'comment')
    return isRejectReport(input.body) ? [{ input, part: 0, command: undefined }] : commands;
  return [{ input, part: 0, command: undefined }, ...commands.map((act) => ({ ...act, part: act.part + 1 }))];
}

function isRejectReport(body: string): boolean {
  if (!body.includes('EarlyAdopterReport')) return false;
  const block = yamlBlockOf(body) ?? '';
  return /^kind:\s*["']?EarlyAdopterReport\b/m.test(block) && /^outcome:\s*["']?reject\b/m.test(block);
}

import type { Facts, Input } from '../model/facts.ts';
import type { Event } from '../model/journal.ts';
import type { ReleaseClass } from '../model/release-class.ts';
import type { Command } from './command.ts';
import type { Progress } from './progress.ts';
import { type Clocks, clocksOf } from './time/timeline.ts';

/**
 * The world as one act finds it. An act has to be allowed twice: where the release stood when it was written (`then`), and where it stands
 * now. So a close that came too early never takes effect by itself later, and one that came too late changes nothing.
 */
export interface Situation {
  readonly facts: Facts;
  readonly progress: Progress;
  readonly at: string;
}

/** An act of a person, ready to be judged. */
export interface Act {
  readonly input: Input;
  readonly part: number;
  readonly command: Command | undefined;
}

/** What an act amounts to: an entry of the journal, a kind no, an answer, or nothing that concerns us. */
export type Verdict =
  | { readonly is: 'counts'; readonly events: readonly Event[] }
  | { readonly is: 'refused'; readonly because: string }
  | { readonly is: 'answered'; readonly with: 'help' | 'explain' | 'pilot' }
  | { readonly is: 'nothing' };

export const counts = (...events: readonly Event[]): Verdict => ({ is: 'counts', events });
export const refused = (because: string): Verdict => ({ is: 'refused', because });
export const nothing: Verdict = { is: 'nothing' };

/** The class that the ticket declares; the strictest usual one while it cannot be read. */
export const classOf = (facts: Facts): ReleaseClass => facts.ticket.value?.spec.class ?? 'revision';

export const clocksIn = ({ facts }: Situation): Clocks =>
  clocksOf(facts.configuration.policy, classOf(facts));

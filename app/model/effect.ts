import type { Move } from './decision.ts';
import type { NewEntry } from './journal.ts';
import type { Ticket } from './ticket.ts';

/** A check run as it should be. */
export interface WantedCheck {
  readonly name: string;
  readonly head: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: 'success' | 'failure' | 'neutral' | 'cancelled' | undefined;
  readonly title: string;
  readonly summary: string;
}

/** One change of the outside world. The plan lists them, the appliers make them; nothing else writes. */
export type Effect =
  | { readonly do: 'append'; readonly entries: readonly NewEntry[]; readonly after: number }
  | { readonly do: 'pull'; readonly ticket: Ticket; readonly digest: string }
  | { readonly do: 'open-promotion'; readonly move: Move }
  | { readonly do: 'merge-promotion'; readonly number: number; readonly head: string }
  | { readonly do: 'drop-promotion'; readonly branch: string; readonly number: number | undefined }
  | { readonly do: 'merge-ticket'; readonly head: string; readonly title: string }
  | { readonly do: 'close-ticket' }
  | { readonly do: 'reopen-ticket' }
  | { readonly do: 'open-call'; readonly title: string; readonly body: string }
  | { readonly do: 'open-review'; readonly title: string; readonly body: string }
  | { readonly do: 'close-call'; readonly number: number }
  | { readonly do: 'label'; readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly do: 'assign'; readonly add: readonly string[]; readonly remove: readonly string[] }
  | {
      readonly do: 'request-review';
      readonly addTeams: readonly string[];
      readonly addUsers: readonly string[];
      readonly removeTeams: readonly string[];
    }
  | { readonly do: 'check'; readonly id: number | undefined; readonly check: WantedCheck }
  | {
      readonly do: 'comment';
      readonly where: 'ticket' | 'call';
      readonly marker: string;
      readonly body: string;
    }
  | { readonly do: 'edit-comment'; readonly id: number; readonly marker: string; readonly body: string };

import type { Closing, ExceptionRole, ExceptionRule } from '../model/exception.ts';
import type { NewEntry, Person, Source } from '../model/journal.ts';
import type { EarlyAdopterReport } from '../model/report.ts';

/** The entry of one event. */
export type Of<K extends NewEntry['event']> = Extract<NewEntry, { event: K }>;

/** The part of a site that accepted, as the journal tells it. */
export interface Participation {
  readonly site: string;
  readonly committed: boolean;
  readonly acceptedAt: string;
  readonly acceptedBy: readonly Person[];
  readonly deployedAt: string | undefined;
  /** It had left, or was excused, and accepted again. */
  readonly returned: boolean;
  readonly report:
    | {
        readonly at: string;
        readonly by: Person | 'rollout';
        readonly source: Source | undefined;
        readonly value: EarlyAdopterReport;
      }
    | undefined;
  /** The site left, or was excused, before it reported: nobody waits for it any more. */
  readonly ended: Of<'left'> | Of<'excused'> | undefined;
}

/** An exception that was asked for, and who stands behind it. */
export interface AskedException {
  readonly id: string;
  readonly rules: readonly ExceptionRule[];
  readonly reason: string;
  readonly at: string;
  readonly close: Closing | undefined;
  /** Who asked, and who approved, each with the roles that the person had then. */
  readonly backers: readonly { readonly by: Person; readonly as: readonly ExceptionRole[] }[];
}

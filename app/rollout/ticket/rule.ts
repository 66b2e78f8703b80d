import type { Catalogue } from '../../model/catalogue.ts';
import type { Distributions } from '../../model/distributions.ts';
import type { Lenient } from '../../model/lenient.ts';
import type { Policy } from '../../model/policy.ts';
import type { Severity } from '../../model/problem.ts';
import type { Ticket } from '../../model/ticket.ts';
import type { Path, YamlDocument } from '../../model/yaml.ts';

/** What a ticket is checked against: the reviewed files of the repository. */
export interface TicketGround {
  readonly catalogue: Catalogue;
  readonly distributions: Distributions;
  /** Only its intake part is asked: which hosts may serve plain http, and how large a package may be. */
  readonly policy: Pick<Policy, 'intake'>;
}

/** A ticket, or what could be read of one, with the place it stands at. */
export interface TicketInHand {
  readonly ticket: Lenient<Ticket>;
  /** Path from the top of the repository. */
  readonly path: string;
  readonly document: YamlDocument;
}

/** The same with what it is checked against. */
export interface GroundedTicket extends TicketInHand, TicketGround {}

/** A broken rule and the field it is about. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly at: Path;
  readonly message: string;
  readonly mend: string;
}

/** A rule that needs the ticket alone. */
export type TicketRule = (inHand: TicketInHand) => readonly Finding[];
/** A rule that needs the reviewed files too. */
export type GroundedRule = (inHand: GroundedTicket) => readonly Finding[];

/** A mistake of the person who wrote the ticket, which stops it. */
export function mistake(rule: string, at: Path, message: string, mend: string): Finding {
  return { rule, severity: 'error', at, message, mend };
}

/** Something that is shown and does not stop the ticket. */
export function remark(rule: string, at: Path, message: string, mend: string): Finding {
  return { rule, severity: 'warning', at, message, mend };
}

import { lenientReader } from '../../model/lenient.ts';
import type { Checked, Problem } from '../../model/problem.ts';
import { TicketSchema, type Ticket } from '../../model/ticket.ts';
import { examine, inOrder } from '../../model/yaml.ts';
import { ticketCatalogueRules } from './catalogue.ts';
import { componentRules, groundedComponentRules } from './component.ts';
import { ticketIdentityRules } from './identity.ts';
import { groundedPackageRules, packageRules } from './packages.ts';
import type {
  Finding,
  GroundedRule,
  GroundedTicket,
  TicketGround,
  TicketInHand,
  TicketRule,
} from './rule.ts';
import { ticketStatementRules } from './statements.ts';

const rules: readonly TicketRule[] = [
  ...ticketIdentityRules,
  ...ticketStatementRules,
  ...componentRules,
  ...packageRules,
];
const groundedRules: readonly GroundedRule[] = [
  ...ticketCatalogueRules,
  ...groundedComponentRules,
  ...groundedPackageRules,
];

/**
 * Every rule that a ticket breaks by itself or against the reviewed files, in the order of the file. What is missing is passed over:
 * the schema tells that. Without the reviewed files only what the ticket says by itself is checked. Rules that need
 * other releases (class against version, one open ticket, cadence) are in version-rules.ts.
 */
export function checkTicket(inHand: TicketInHand | GroundedTicket): readonly Problem[] {
  const alone = rules.flatMap((rule) => rule(inHand));
  const grounded = 'catalogue' in inHand ? groundedRules.flatMap((rule) => rule(inHand)) : [];
  const findings = [...alone, ...grounded];
  return firstOf(findings.map((finding) => problemOf(finding, inHand)));
}

function problemOf(
  { at, rule, severity, message, mend }: Finding,
  { path, document }: TicketInHand,
): Problem {
  return { rule, severity, file: path, ...document.at(at), message, mend };
}

/** A hundred problems are told: nobody mends more at a time, and a comment has a limit. No remark ever pushes a mistake out. */
function firstOf(problems: readonly Problem[]): readonly Problem[] {
  const ordered = inOrder(problems);
  const mistakes = ordered.filter(({ severity }) => severity === 'error');
  const remarks = ordered.filter(({ severity }) => severity !== 'error');
  return inOrder([...mistakes, ...remarks].slice(0, 100));
}

const readLeniently = lenientReader(TicketSchema);

/**
 * Reads and checks a ticket (R-2.4-10.2): the value when nothing stops it, with what is to be remarked; otherwise everything that is
 * wrong with it, mistakes in single fields and broken rules together. Never throws on any text.
 */
export function readTicket(text: string, path: string, ground?: TicketGround): Checked<Ticket> {
  const reading = examine(TicketSchema, text, path);
  if (!reading.sound) {
    const { document, problems } = reading;
    if (document === undefined) return { ok: false, problems };
    const ticket = readLeniently(document.value);
    return {
      ok: false,
      problems: firstOf([...problems, ...checkTicket({ ticket, path, document, ...ground })]),
    };
  }
  const broken = checkTicket({ ticket: reading.value, path, document: reading.document, ...ground });
  if (broken.some(({ severity }) => severity === 'error')) return { ok: false, problems: broken };
  return { ok: true, value: reading.value, warnings: broken };
}

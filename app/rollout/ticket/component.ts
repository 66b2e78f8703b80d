import type { CatalogueComponent } from '../../model/catalogue.ts';
import { capabilityFault } from '../../model/capability.ts';
import { entryOf } from '../../model/record.ts';
import {
  mistake,
  remark,
  type Finding,
  type GroundedRule,
  type GroundedTicket,
  type TicketInHand,
  type TicketRule,
} from './rule.ts';

/** R-2.2-16: capabilities exist, each written by itself (L11 of the defects seen). */
function capabilitiesAreKnown({ ticket }: TicketInHand): readonly Finding[] {
  return (ticket.spec?.capabilities ?? []).flatMap((said, index) => {
    const fault = said === undefined ? undefined : capabilityFault(said);
    if (fault === undefined) return [];
    const { severity, message, mend } = fault;
    const told = severity === 'error' ? mistake : remark;
    return [told('unknown-capability', ['spec', 'capabilities', index], message, mend)];
  });
}

/**
 * R-2.6-4: a tool that the catalogue calls central has nobody to try it first, whatever the ticket claims; once the catalogue says
 * otherwise, its tickets pass (R-2.6-5).
 */
function catalogueSaysDistributed({ ticket, catalogue }: GroundedTicket): readonly Finding[] {
  const { component } = ticket.metadata ?? {};
  const known = component === undefined ? undefined : entryOf(catalogue.components, component);
  if (component === undefined || known?.deployment !== 'central-single-instance') return [];
  // Where the ticket says so itself, that is told already.
  if (ticket.spec?.deployment === 'central-single-instance') return [];
  return [
    mistake(
      'central-tool',
      ['metadata', 'component'],
      `${component} is a central tool with a single instance, which does not go through staged rollout.`,
      'Withdraw the ticket, or have the catalogue say regionalised once sites run the tool themselves.',
    ),
  ];
}

const letters = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim();

/** What a component is called in texts: its own names, and with `parts` the words that its names begin with. */
function namesOf(slug: string, component: CatalogueComponent, parts: boolean): readonly string[] {
  const { title, product_team: team, also_called: others = [] } = component;
  const stem = slug.replace(/\d+$/, '');
  const names = [slug, stem, title, ...(team === undefined ? [] : [team]), ...others];
  const words = parts ? [title.split(' ')[0] ?? '', ...slug.split(/[-.]/)] : [];
  return [...new Set([...names, ...words].map(letters))].filter((name) => name.length > 1);
}

/** L09 of the defects seen: the text of one component was left in the record of another. */
function descriptionFits({ ticket, catalogue }: GroundedTicket): readonly Finding[] {
  const { component } = ticket.metadata ?? {};
  const said = ticket.spec?.description;
  const known = component === undefined ? undefined : entryOf(catalogue.components, component);
  if (component === undefined || said === undefined || known === undefined) return [];
  const text = ` ${letters(said)} `;
  const named = (name: string): boolean => text.includes(` ${name} `);
  const own = namesOf(component, known, true);
  if (own.some(named)) return [];
  const other = Object.entries(catalogue.components).find(
    ([slug, one]) =>
      slug !== component && namesOf(slug, one, false).some((name) => !own.includes(name) && named(name)),
  );
  if (other === undefined) return [];
  return [
    remark(
      'description-mismatch',
      ['spec', 'description'],
      `The description names ${other[0]} and not ${component}.`,
      `Describe ${component}.`,
    ),
  ];
}

export const componentRules: readonly TicketRule[] = [capabilitiesAreKnown];
export const groundedComponentRules: readonly GroundedRule[] = [catalogueSaysDistributed, descriptionFits];

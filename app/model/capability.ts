import { quoted } from './hidden-character.ts';
import { mendName, nearest } from './near-miss.ts';
import type { Severity } from './problem.ts';

/** Capabilities of the Unified Middleware Distribution, as its roadmap and its product records name them (R-2.2-16). */
export const capabilities: readonly string[] = [
  'Accounting',
  'Attribute Authority',
  'Authentication',
  'Authorisation',
  'Client API',
  'Client Tools',
  'Credential Management',
  'Data Access',
  'File Access',
  'File Transfer',
  'File Transfer Scheduling',
  'Information Discovery',
  'Information Model',
  'Interactive Job Management',
  'Job Execution',
  'Job Scheduling',
  'Messaging',
  'Metadata Catalogue',
  'Monitoring',
  'Parallel Job',
  'Storage Management',
];

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .trim();

/** The capability of this name, however its letters and spaces are written. */
function known(said: string): string | undefined {
  const wanted = plain(said);
  return capabilities.find((capability) => plain(capability) === wanted);
}

/** Known names one behind the other, with nothing between them but spaces: `job executionfile access`. */
function inARow(text: string): readonly string[] | undefined {
  const letters = text.toLowerCase().replaceAll(/[\s_-]+/g, '');
  // Names that lead to this place, by the place: the longest first, each place once.
  const ways = new Map<number, readonly string[]>([[0, []]]);
  for (let place = 0; place < letters.length; place += 1) {
    const way = ways.get(place);
    if (way === undefined) continue;
    for (const capability of capabilities) {
      const next = capability.toLowerCase().replaceAll(' ', '');
      if (letters.startsWith(next, place) && !ways.has(place + next.length))
        ways.set(place + next.length, [...way, capability]);
    }
  }
  return ways.get(letters.length);
}

/**
 * The capabilities that a text means: one that is written differently or misspelt, or several that were run together
 * (`Job ExecutionFile Access`, L11 of the defects seen) or listed in one text. Undefined when any part of it is unknown.
 */
export function meantCapabilities(said: string): readonly string[] | undefined {
  if (said.length > 200) return undefined;
  const one = known(said);
  if (one !== undefined) return [one];
  const row = inARow(said);
  if (row !== undefined && row.length > 1) return row;
  const parts = said
    .split(/(?<=[a-z])(?=[A-Z])|[,;/&+|]|\band\b/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const names = parts.map((part) => known(part) ?? nearest(part, capabilities));
  const found = names.filter((name) => name !== undefined);
  return found.length > 0 && found.length === parts.length ? found : undefined;
}

/** What is wrong with the name of a capability. */
export interface CapabilityFault {
  readonly severity: Severity;
  readonly message: string;
  readonly mend: string;
}

/** A misspelt or run-together capability is a mistake (L11 of the defects seen); one never heard of may be new (R-2.2-16). */
export function capabilityFault(said: string): CapabilityFault | undefined {
  if (capabilities.includes(said)) return undefined;
  const meant = meantCapabilities(said);
  const within = capabilities.filter((capability) => said.includes(capability));
  const mistaken = meant !== undefined || within.length > 0;
  return {
    severity: mistaken ? 'error' : 'warning',
    message: `There is no capability ${quoted(said)}.`,
    mend:
      meant !== undefined && meant.length > 1
        ? `Write them apart: ${meant.join(', ')}.`
        : meant !== undefined
          ? `Write ${meant.join('')}.`
          : mendName(said, capabilities),
  };
}

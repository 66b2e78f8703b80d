import * as z from 'zod';
import type { Catalogue } from '../model/catalogue.ts';
import type { Distributions } from '../model/distributions.ts';
import { type Commitment, isVersionRange } from '../model/early-adopters.ts';
import { quoted } from '../model/hidden-character.ts';
import { mendName } from '../model/near-miss.ts';
import { entryOf } from '../model/record.ts';

/** Why a line cannot be taken. */
interface Unfit {
  readonly ok: false;
  readonly message: string;
  readonly mend: string;
}

/** A line of the form taken apart; nothing of it was looked up yet. */
interface Line {
  readonly component: string;
  readonly os: string | undefined;
  readonly arch: string | undefined;
  readonly until: string | undefined;
  readonly versions: string | undefined;
}

export interface CommitmentGround {
  readonly catalogue: Catalogue;
  readonly distributions: Distributions;
  /** Day of the request, `YYYY-MM-DD`. */
  readonly today: string;
}

export const mostCommitments = 200;
const grammar = 'component os arch [until=YYYY-MM-DD] [versions=">=1 <2"]';

const unfit = (message: string, mend: string): Unfit => ({ ok: false, message, mend });

/** Takes one line, `component os arch [until=YYYY-MM-DD] [versions=">=1 <2"]`, apart; all but the component may be left out (R-3.2-4). */
export function readLine(line: string, today: string): { readonly ok: true; readonly line: Line } | Unfit {
  const words: string[] = [];
  const options = new Map<string, string>();
  const plain = line.replace(/^[-*]\s+/, '').replaceAll(/[“”„]/g, '"');
  for (const [whole, name, long, short] of plain.matchAll(/([a-z_]+)=(?:"([^"]*)"|(\S*))|\S+/g)) {
    if (name === undefined) words.push(whole.replace(/,$/, ''));
    else if (options.has(name)) return unfit(`${quoted(name)} stands there twice.`, 'Keep one of them.');
    else options.set(name, long ?? short ?? '');
  }
  const [component, os, arch, more] = words;
  if (component === undefined || more !== undefined)
    return unfit(`The line ${quoted(line)} cannot be read.`, `Write ${grammar}.`);
  for (const name of options.keys())
    if (name !== 'until' && name !== 'versions')
      return unfit(`There is no ${quoted(name)} in a commitment.`, `Write ${grammar}.`);
  const until = options.get('until');
  const versions = options.get('versions');
  if (until !== undefined && !z.iso.date().safeParse(until).success)
    return unfit(`${quoted(until)} behind until= is no date.`, 'Write it like until=2027-06-30.');
  if (until !== undefined && until < today)
    return unfit(`The day until=${until} is in the past.`, 'Write a day to come, or leave it out.');
  if (versions !== undefined && !isVersionRange(versions))
    return unfit(
      `${quoted(versions)} behind versions= is no range of versions.`,
      'Write comparisons with blanks between them, like versions=">=1.1.0 <2.0.0".',
    );
  return { ok: true, line: { component, os, arch, until, versions } };
}

/** Reads what a line commits to (R-3-1). The stack is the component's; a name that nobody knows is told with the one most likely meant. */
export function readCommitment(
  text: string,
  { catalogue, distributions, today }: CommitmentGround,
): { readonly ok: true; readonly commitment: Commitment } | Unfit {
  const read = readLine(text, today);
  if (!read.ok) return read;
  const { component, os, arch, until, versions } = read.line;
  const known = entryOf(catalogue.components, component);
  if (known === undefined)
    return unfit(
      `The component ${quoted(component)} is not in the catalogue.`,
      mendName(component, Object.keys(catalogue.components)),
    );
  const system = os === undefined ? undefined : systemProblem(os, arch, distributions);
  if (system !== undefined) return unfit(...system);
  return {
    ok: true,
    commitment: { stack: known.stack, component, os, arch, until, only_versions: versions },
  };
}

function systemProblem(
  os: string,
  arch: string | undefined,
  { distributions }: Distributions,
): [message: string, mend: string] | undefined {
  const all = Object.values(distributions);
  const platforms = all.flatMap(({ platforms: there }) => entryOf(there, os) ?? []);
  if (platforms.length === 0) {
    const names = [...new Set(all.flatMap(({ platforms: there }) => Object.keys(there)))];
    return [`No distribution has the platform ${quoted(os)}.`, mendName(os, names)];
  }
  const architectures = [...new Set(platforms.flatMap((platform) => platform.architectures))];
  if (arch === undefined || architectures.includes(arch)) return undefined;
  return [
    `No distribution has the architecture ${quoted(arch)} on ${quoted(os)}.`,
    mendName(arch, architectures),
  ];
}

/** The same component on the same system: an end date or a range of versions makes no other commitment of it. */
export const isSameTarget = (one: Commitment, other: Commitment): boolean =>
  one.component === other.component && one.os === other.os && one.arch === other.arch;

/** Does the commitment run on this day? One with an end runs through it. */
export const isRunning = ({ until }: Commitment, today: string): boolean =>
  until === undefined || until >= today;

/** A commitment as a line of the form. */
export function commitmentLine({ component, os, arch, until, only_versions }: Commitment): string {
  return [
    component,
    os,
    arch,
    until === undefined ? undefined : `until=${until}`,
    only_versions === undefined ? undefined : `versions="${only_versions}"`,
  ]
    .filter((word) => word !== undefined)
    .join(' ');
}

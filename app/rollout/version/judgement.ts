import type { Facts } from '../../model/facts.ts';
import type { Problem } from '../../model/problem.ts';
import { readYaml } from '../../model/yaml.ts';
import { lifted } from '../exceptions.ts';
import { foreseen } from '../foreseen.ts';
import { progressOf } from '../progress.ts';
import type { VersionContext } from './ground.ts';
import { lastingVersionProblems, versionProblems } from './rules.ts';

/** What the version rules say of the ticket in hand. */
export interface VersionJudgement {
  /** What keeps it from being certified; empty once this content is. */
  readonly errors: readonly Problem[];
  /** What keeps it from being closed with success or warning, once it is certified. */
  readonly lasting: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Rules that an approved exception lifts. */
const liftable: ReadonlySet<string> = new Set(['major-inside-distribution', 'too-soon']);

/** The exceptions from version rules that are approved now, also those that were asked for before there was a journal. */
function exceptedRules(facts: Facts): ReadonlySet<'version' | 'cadence'> {
  const recorded = progressOf(facts.journal);
  const early = foreseen(facts, recorded);
  const progress = early.length > 0 ? progressOf(early) : recorded;
  const rules = ['version', 'cadence'] as const;
  return new Set(rules.filter((rule) => lifted({ facts, progress, at: facts.now }, rule) !== undefined));
}

const nothing: VersionJudgement = { errors: [], lasting: [], warnings: [] };
/** A decision asks several times about the same facts, which never change. */
const judged = new WeakMap<Facts, VersionJudgement>();

export function versionJudgement(facts: Facts): VersionJudgement {
  const before = judged.get(facts);
  if (before) return before;
  const judgement = judge(facts);
  judged.set(facts, judgement);
  return judgement;
}

function judge(facts: Facts): VersionJudgement {
  const context = versionContextOf(facts);
  if (context === undefined) return nothing;
  const isCertified =
    facts.journal.findLast(({ event }) => event === 'certified' || event === 'voided')?.event ===
      'certified' &&
    facts.journal.findLast((entry) => entry.event === 'certified')?.digest === facts.ticket.digest;
  const strict = placed(versionProblems, context, facts);
  // Exceptions are looked for only when something could be lifted: most tickets need none.
  const exceptions = strict.some(({ rule }) => liftable.has(rule)) ? exceptedRules(facts) : undefined;
  const all = exceptions ? placed(versionProblems, { ...context, exceptions }, facts) : strict;
  return {
    errors: isCertified ? [] : all.filter(({ severity }) => severity === 'error'),
    lasting: isCertified ? placed(lastingVersionProblems, context, facts) : [],
    warnings: all.filter(({ severity }) => severity === 'warning'),
  };
}

/** Where in the text a problem stands is looked up only when there is one: most tickets have none. */
function placed(
  rules: (context: VersionContext) => readonly Problem[],
  context: VersionContext,
  { ticket }: Facts,
): readonly Problem[] {
  const found = rules(context);
  if (found.length === 0) return [];
  const read = readYaml(ticket.text, context.path);
  return read.ok ? rules({ ...context, document: read.value }) : found;
}

/** What the version rules ask of the facts; undefined as long as the ticket's shape is not right. */
export function versionContextOf(facts: Facts): VersionContext | undefined {
  const { ticket, pull, history, configuration, now, journal } = facts;
  if (ticket.value === undefined) return undefined;
  return {
    ticket: ticket.value,
    path: ticket.path ?? '',
    pull: pull.number,
    history,
    distributions: configuration.distributions,
    now,
    certifiedAt: journal.find(({ event }) => event === 'certified')?.at,
  };
}

import { formulaOf, type Formula } from './formula.ts';
import { offersOf, type Package, type Relation, type Requirement } from './package.ts';
import { search, type Clause } from './search.ts';
import type { Universe } from './universe.ts';
import { meets } from './versions.ts';

/** Something that keeps packages apart or asks for one: what an explanation is made of. */
export type Reason =
  | { readonly is: 'needs'; readonly by: Package; readonly requirement: Requirement }
  | {
      readonly is: 'conflicts';
      readonly by: Package;
      readonly requirement: Requirement;
      readonly with: readonly Package[];
    }
  | { readonly is: 'obsoletes'; readonly by: Package; readonly relation: Relation; readonly with: Package }
  | { readonly is: 'one-version'; readonly by: Package; readonly with: Package };

/** Whether a package can be installed; if not, reasons that together make it impossible, and none of which could be left out. */
export type Installable =
  | { readonly is: 'installable'; readonly with: readonly Package[] }
  | { readonly is: 'not-installable'; readonly because: readonly Reason[] }
  | { readonly is: 'undecided' };

/** How a question is asked. */
export interface Asking {
  /** At most so many steps; see `usualSteps`. */
  readonly steps: number;
  /** Requirements that somebody else meets: the platform's own repositories, when nobody told which packages they have. */
  readonly isAssumed?: (requirement: Requirement) => boolean;
}

/** Steps of a search: a package of Debian with 2,000 dependencies takes about 100,000. */
export const usualSteps = 2_000_000;
/** Longer proofs are told as they are found. */
const longestProof = 150;

/**
 * Can a package be installed on an empty machine, with everything that it needs, from what a universe offers? Complete: `not-installable` means
 * that no set of packages will do. At most one version of a name is installed, conflicts and obsoletes are kept. After `steps` steps the
 * answer is `undecided`.
 */
export function installable(
  one: Package,
  universe: Universe,
  { steps, isAssumed = () => false }: Asking = { steps: usualSteps },
): Installable {
  const question = new Question(one, universe, isAssumed);
  const found = question.ask(steps);
  switch (found.is) {
    case 'possible':
      return { is: 'installable', with: question.packages(found.chosen) };
    case 'impossible':
      return { is: 'not-installable', because: question.smallest(found.proof, steps) };
    case 'undecided':
      return { is: 'undecided' };
  }
}

class Question {
  readonly #universe: Universe;
  readonly #root: Package;
  readonly #isAssumed: (requirement: Requirement) => boolean;
  readonly #variables = new Map<Package, number>();
  /** Variable -> the package, or the part of a formula, that it stands for. */
  readonly #meanings: (Package | { readonly part: Formula; readonly about: Reason } | undefined)[] = [
    undefined,
  ];
  readonly #clauses: (readonly Clause<Reason>[] | undefined)[] = [];

  constructor(root: Package, universe: Universe, isAssumed: (requirement: Requirement) => boolean) {
    this.#root = root;
    this.#isAssumed = isAssumed;
    this.#universe = universe;
  }

  /** Only these reasons count, when they are given. */
  ask(steps: number, only?: ReadonlySet<Reason>): ReturnType<typeof search<Reason>> {
    const conditions = (variable: number): readonly Clause<Reason>[] => {
      const all = this.#conditions(variable);
      return only ? all.filter(({ about }) => only.has(about)) : all;
    };
    return search(this.#variable(this.#root), conditions, steps);
  }

  packages(variables: readonly number[]): readonly Package[] {
    return variables.flatMap((variable) => {
      const meaning = this.#meanings[variable];
      return meaning && 'name' in meaning ? [meaning] : [];
    });
  }

  /** Leaves out of a proof whatever it does not need, one reason after the other. */
  smallest(proof: readonly Reason[], steps: number): readonly Reason[] {
    if (proof.length > longestProof) return proof;
    let kept = new Set(proof);
    for (const reason of proof) {
      const without = new Set(kept);
      without.delete(reason);
      if (this.ask(steps, without).is === 'impossible') kept = without;
    }
    return [...kept];
  }

  #variable(one: Package): number {
    const known = this.#variables.get(one);
    if (known !== undefined) return known;
    const variable = this.#meanings.push(one) - 1;
    this.#variables.set(one, variable);
    return variable;
  }

  #conditions(variable: number): readonly Clause<Reason>[] {
    const meaning = this.#meanings[variable];
    if (!meaning) return [];
    const clauses =
      this.#clauses[variable] ??
      ('name' in meaning
        ? this.#ofPackage(meaning, variable)
        : this.#clausesOf(meaning.part, variable, meaning.about));
    this.#clauses[variable] = clauses;
    return clauses;
  }

  /** The candidates that meet a relation; the package that is asked about is one of them, even where a newer one is there. */
  #meeting = (relation: Relation): readonly Package[] => {
    const found = this.#universe.meeting(relation);
    const root = this.#root;
    if (found.includes(root)) return found;
    const offers =
      offersOf(root).some(
        (what) => what.name === relation.name && meets(this.#universe.format, what, relation),
      ) ||
      (relation.name.startsWith('/') && root.files?.some(({ path }) => path === relation.name) === true);
    return offers ? [root, ...found] : found;
  };

  #ofPackage(one: Package, variable: number): readonly Clause<Reason>[] {
    const clauses: Clause<Reason>[] = [];
    for (const requirement of one.requires) {
      if (this.#isAssumed(requirement)) continue;
      const about: Reason = { is: 'needs', by: one, requirement };
      clauses.push(...this.#clausesOf(formulaOf(requirement, this.#meeting), variable, about));
    }
    // What a package offers itself it does not refuse (Debian policy 7.6.2; rpm likewise).
    const others = (relation: Relation): readonly Package[] =>
      this.#meeting(relation).filter((other) => other !== one);
    for (const requirement of one.conflicts) {
      const formula = formulaOf(requirement, others, false);
      if (formula.is !== 'none') {
        const about: Reason = { is: 'conflicts', by: one, requirement, with: [] };
        clauses.push(...this.#clausesOf(formula, variable, about));
        continue;
      }
      for (const other of formula.of)
        clauses.push(this.#apart(variable, other, { is: 'conflicts', by: one, requirement, with: [other] }));
    }
    for (const relation of one.obsoletes) {
      for (const other of this.#there(relation.name)) {
        const { name, version } = other;
        if (name !== one.name && meets(this.#universe.format, { name, comparison: '=', version }, relation))
          clauses.push(this.#apart(variable, other, { is: 'obsoletes', by: one, relation, with: other }));
      }
    }
    for (const other of this.#there(one.name)) {
      if (other !== one && !(one.several && other.several && other.version !== one.version))
        clauses.push(this.#apart(variable, other, { is: 'one-version', by: one, with: other }));
    }
    return clauses;
  }

  #there(name: string): readonly Package[] {
    return this.#universe.named(name).filter((one) => one === this.#root || this.#universe.isCandidate(one));
  }

  #apart(variable: number, other: Package, about: Reason): Clause<Reason> {
    return { literals: [-variable, -this.#variable(other)], about };
  }

  /** The conditions "if this variable is true, then the formula is". */
  #clausesOf(formula: Formula, variable: number, about: Reason): readonly Clause<Reason>[] {
    switch (formula.is) {
      case 'all':
        return formula.of.flatMap((part) => this.#clausesOf(part, variable, about));
      case 'none':
        return formula.of.map((one) => this.#apart(variable, one, about));
      case 'some':
      case 'any': {
        const ways = this.#ways(formula, about);
        return ways === undefined || ways.includes(variable)
          ? []
          : [{ literals: [-variable, ...ways], about }];
      }
    }
  }

  /** Literals any of which makes a formula true, undefined when it always is; a variable of its own stands for a part that is more than one literal. */
  #ways(formula: Formula, about: Reason): readonly number[] | undefined {
    switch (formula.is) {
      case 'some':
        return formula.of.map((one) => this.#variable(one));
      case 'any': {
        const ways = new Set<number>();
        for (const part of formula.of) {
          const found = this.#ways(part, about);
          if (found === undefined) return undefined;
          for (const way of found) ways.add(way);
        }
        return [...ways];
      }
      case 'none':
      case 'all': {
        if (formula.of.length === 0) return undefined;
        return [this.#meanings.push({ part: formula, about }) - 1];
      }
    }
  }
}

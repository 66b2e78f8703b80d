/**
 * One condition: at least one of its literals has to be true. Variables count from 1; `-n` is "not n". What the variables and the condition
 * stand for only the caller knows: `about` is given back in the proof.
 */
export interface Clause<About> {
  /** `-v` for the variable whose condition it is, then the ways to meet it, the best first. */
  readonly literals: readonly number[];
  readonly about: About;
}

/** What a search found. A proof holds conditions that cannot be met together; `undecided` is told when the steps were used up. */
export type Found<About> =
  | { readonly is: 'possible'; readonly chosen: readonly number[] }
  | { readonly is: 'impossible'; readonly proof: readonly About[] }
  | { readonly is: 'undecided' };

interface Held<About> {
  readonly literals: number[];
  /** Undefined for a condition that was learned. */
  readonly about: About | undefined;
  /** What a learned condition follows from. */
  readonly from: readonly Held<About>[];
}

/**
 * Looks for a set of variables, `root` among them, that meets all conditions; every variable that nothing asks for is false. Complete: conflict-driven
 * search with learning (Marques-Silva and Sakallah, GRASP, 1999), over conditions that are asked for only when a variable becomes true, so that the
 * cost follows what a package needs and not what there is.
 * @param conditions of a variable, asked for when it is true for the first time. Each holds `-variable`, and has to be true whatever else is.
 * @param steps at most this many assignments are made before it is given up: the question is NP-complete.
 */
export function search<About>(
  root: number,
  conditions: (variable: number) => readonly Clause<About>[],
  steps: number,
): Found<About> {
  return new Search(conditions, steps).run(root);
}

class Search<About> {
  readonly #conditions: (variable: number) => readonly Clause<About>[];
  #steps: number;
  /** Variable -> 1 true, -1 false, 0 or nothing open. */
  readonly #values: number[] = [];
  readonly #levels: number[] = [];
  readonly #reasons: (Held<About> | undefined)[] = [];
  readonly #asked: (readonly Clause<About>[] | undefined)[] = [];
  readonly #watches = new Map<number, Held<About>[]>();
  readonly #trail: number[] = [];
  #seen = 0;
  /** How much of the trail has been asked for what it needs; and how much had been where each level began. */
  #met = 0;
  readonly #begins: { readonly trail: number; readonly met: number }[] = [];

  constructor(conditions: (variable: number) => readonly Clause<About>[], steps: number) {
    this.#conditions = conditions;
    this.#steps = steps;
  }

  run(root: number): Found<About> {
    this.#assign(root, undefined);
    for (;;) {
      const conflict = this.#propagate();
      if (this.#steps <= 0) return { is: 'undecided' };
      if (conflict) {
        const level = Math.max(0, ...conflict.literals.map((literal) => this.#level(literal)));
        this.#undo(level);
        if (level === 0) return { is: 'impossible', proof: this.#proof(conflict) };
        this.#learn(conflict);
        continue;
      }
      const choice = this.#choice();
      if (choice === undefined)
        return { is: 'possible', chosen: this.#trail.filter((literal) => literal > 0) };
      this.#begins.push({ trail: this.#trail.length, met: this.#met });
      this.#assign(choice, undefined);
    }
  }

  /** 1 when the literal is true, -1 when it is false, 0 when that is open. */
  #value(literal: number): number {
    const value = this.#values[Math.abs(literal)] ?? 0;
    return literal > 0 ? value : -value;
  }

  #level(literal: number): number {
    return this.#levels[Math.abs(literal)] ?? 0;
  }

  #assign(literal: number, reason: Held<About> | undefined): void {
    const variable = Math.abs(literal);
    this.#steps -= 1;
    this.#values[variable] = Math.sign(literal);
    this.#levels[variable] = this.#begins.length;
    this.#reasons[variable] = reason;
    this.#trail.push(literal);
  }

  /** Everything that follows from the trail; gives the condition that it breaks, if it breaks one. */
  #propagate(): Held<About> | undefined {
    while (this.#seen < this.#trail.length && this.#steps > 0) {
      const literal = this.#trail[this.#seen] ?? 0;
      this.#seen += 1;
      const conflict = (literal > 0 ? this.#ask(literal) : undefined) ?? this.#follow(-literal);
      if (conflict) return conflict;
    }
    return undefined;
  }

  /** Takes in the conditions of a variable that became true for the first time. */
  #ask(variable: number): Held<About> | undefined {
    if (this.#asked[variable]) return undefined;
    const found = this.#conditions(variable);
    this.#asked[variable] = found;
    let broken: Held<About> | undefined;
    for (const clause of found) {
      this.#steps -= 1;
      broken = this.#hold({ literals: [...clause.literals], about: clause.about, from: [] }) ?? broken;
    }
    return broken;
  }

  /** Watches a condition from now on; it may already leave one way, or none. */
  #hold(held: Held<About>): Held<About> | undefined {
    const rank = (literal: number): number => {
      const value = this.#value(literal);
      return value < 0 ? this.#level(literal) : Number.MAX_SAFE_INTEGER - 1 + value;
    };
    held.literals.sort((a, b) => rank(b) - rank(a));
    const [first, second] = held.literals;
    for (const watched of [first, second]) if (watched !== undefined) this.#watch(watched, held);
    if (first === undefined || this.#value(first) < 0) return held;
    if (this.#value(first) === 0 && (second === undefined || this.#value(second) < 0))
      this.#assign(first, held);
    return undefined;
  }

  #watch(literal: number, held: Held<About>): void {
    const known = this.#watches.get(literal);
    if (known) known.push(held);
    else this.#watches.set(literal, [held]);
  }

  /** Looks at the conditions that watch a literal which became false. */
  #follow(falsified: number): Held<About> | undefined {
    const watching = this.#watches.get(falsified);
    if (!watching) return undefined;
    let kept = 0;
    for (let at = 0; at < watching.length; at += 1) {
      const held = watching[at];
      if (!held) continue;
      this.#steps -= 1;
      if (this.#moves(held, falsified)) continue;
      watching[kept] = held;
      kept += 1;
      const first = held.literals[0] ?? 0;
      if (this.#value(first) > 0) continue;
      if (this.#value(first) < 0) {
        watching.splice(kept, at + 1 - kept);
        return held;
      }
      this.#assign(first, held);
    }
    watching.length = kept;
    return undefined;
  }

  /** Finds another literal to watch; after this the condition's first literal is the other one that is watched. */
  #moves(held: Held<About>, falsified: number): boolean {
    const { literals } = held;
    if (literals[0] === falsified && literals.length > 1) {
      [literals[0], literals[1]] = [literals[1] ?? 0, falsified];
    }
    if (this.#value(literals[0] ?? 0) > 0) return false;
    for (let at = 2; at < literals.length; at += 1) {
      const other = literals[at] ?? 0;
      if (this.#value(other) < 0) continue;
      literals[at] = falsified;
      literals[1] = other;
      this.#watch(other, held);
      return true;
    }
    return false;
  }

  /** The literal to try next: a way to meet the first condition that is asked for and not met. Undefined when all are. */
  #choice(): number | undefined {
    for (; this.#met < this.#trail.length; this.#met += 1) {
      const literal = this.#trail[this.#met] ?? 0;
      for (const { literals } of literal > 0 ? (this.#asked[literal] ?? []) : []) {
        this.#steps -= 1;
        if (literals.some((one) => this.#value(one) > 0)) continue;
        const open = literals.find((one) => this.#value(one) === 0);
        if (open !== undefined) return open;
      }
    }
    return undefined;
  }

  #undo(level: number): void {
    const begin = this.#begins[level];
    if (!begin) return;
    for (const literal of this.#trail.splice(begin.trail)) this.#values[Math.abs(literal)] = 0;
    this.#seen = begin.trail;
    this.#met = begin.met;
    this.#begins.length = level;
  }

  /** Finds out why a condition was broken, goes back to where that could have been known, and keeps it (first unique implication point). */
  #learn(conflict: Held<About>): void {
    const level = this.#begins.length;
    const from: Held<About>[] = [];
    const marked = new Set<number>();
    const kept: number[] = [];
    let open = 0;
    const take = (held: Held<About>): void => {
      from.push(held);
      for (const literal of held.literals) {
        const variable = Math.abs(literal);
        if (marked.has(variable) || this.#value(literal) >= 0) continue;
        marked.add(variable);
        if (this.#level(literal) === level) open += 1;
        else kept.push(literal);
      }
    };
    take(conflict);
    let pivot = 0;
    for (let at = this.#trail.length - 1; open > 0; at -= 1) {
      const literal = this.#trail[at] ?? 0;
      if (!marked.has(Math.abs(literal)) || this.#level(literal) !== level) continue;
      open -= 1;
      const reason = this.#reasons[Math.abs(literal)];
      if (open > 0 && reason) take(reason);
      else pivot = -literal;
    }
    this.#undo(Math.max(0, ...kept.map((literal) => this.#level(literal))));
    // What holds at the root is not needed to go on, only to prove it.
    this.#hold({ literals: [pivot, ...kept], about: undefined, from });
  }

  /** The conditions that a broken one at the root follows from. */
  #proof(broken: Held<About>): readonly About[] {
    const found = new Set<About>();
    const seen = new Set<Held<About>>();
    const left = [broken];
    for (let held = left.pop(); held; held = left.pop()) {
      if (seen.has(held)) continue;
      seen.add(held);
      if (held.about !== undefined) found.add(held.about);
      left.push(...held.from);
      for (const literal of held.literals) {
        const reason = this.#level(literal) === 0 ? this.#reasons[Math.abs(literal)] : undefined;
        if (reason) left.push(reason);
      }
    }
    return [...found];
  }
}

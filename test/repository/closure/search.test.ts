import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { search, type Clause } from '../../../app/repository/closure/search.ts';

/** Conditions at random, each of the variable whose negation it begins with. */
const problem = fc.array(
  fc.tuple(
    fc.integer({ min: 1, max: 9 }),
    fc.array(
      fc.integer({ min: -9, max: 9 }).filter((n) => n !== 0),
      { maxLength: 3 },
    ),
  ),
  { minLength: 4, maxLength: 40 },
);
type Problem = readonly (readonly [number, readonly number[]])[];

const clausesOf = (of: Problem): readonly Clause<number>[] =>
  of.map(([variable, ways], about) => ({ literals: [-variable, ...ways], about }));
const ask = (clauses: readonly Clause<number>[], steps = 100_000): ReturnType<typeof search<number>> =>
  search(1, (variable) => clauses.filter(({ literals }) => literals[0] === -variable), steps);
const meets = (chosen: ReadonlySet<number>, { literals }: Clause<number>): boolean =>
  literals.some((literal) => chosen.has(Math.abs(literal)) === literal > 0);
const isPossible = (clauses: readonly Clause<number>[]): boolean => {
  for (let set = 0; set < 2 ** 9; set += 1) {
    const chosen = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9].filter((n) => (set & (1 << (n - 1))) !== 0));
    if (chosen.has(1) && clauses.every((clause) => meets(chosen, clause))) return true;
  }
  return false;
};

describe('The search', () => {
  test('says what trying everything says, names a set that meets all conditions, and proves what it refuses', () => {
    let refused = 0;
    fc.assert(
      fc.property(problem, (drawn) => {
        const clauses = clausesOf(drawn);
        const found = ask(clauses);
        expect(found.is).toBe(isPossible(clauses) ? 'possible' : 'impossible');
        const chosen = new Set(found.is === 'possible' ? found.chosen : []);
        const unmet = clauses.filter((clause) => found.is === 'possible' && !meets(chosen, clause));
        expect(unmet).toEqual([]);
        expect(chosen.has(1)).toBe(found.is === 'possible');
        const proof = clauses.filter(({ about }) => found.is === 'impossible' && found.proof.includes(about));
        expect(found.is === 'impossible' && isPossible(proof)).toBe(false);
        refused += Number(found.is === 'impossible');
      }),
      { numRuns: 3000, seed: 20_261_126 },
    );
    expect(refused).toBeGreaterThan(300);
  });

  test('gives up on a question that is too hard for its steps, and says so', () => {
    // Eleven pigeons, ten holes: no way, and no short proof of it by this kind of reasoning.
    const hole = (pigeon: number, of: number): number => 1 + pigeon * 10 + of + 1;
    const clauses: Clause<string>[] = [];
    for (let pigeon = 0; pigeon < 11; pigeon += 1) {
      const ways = Array.from({ length: 10 }, (_, of) => hole(pigeon, of));
      clauses.push({ literals: [-1, ...ways], about: `pigeon ${String(pigeon)}` });
      for (let other = 0; other < 11; other += 1)
        for (let of = 0; of < 10; of += 1)
          if (other !== pigeon)
            clauses.push({ literals: [-hole(pigeon, of), -hole(other, of)], about: 'one in a hole' });
    }
    const of = new Map<number, Clause<string>[]>();
    for (const clause of clauses) {
      const variable = -(clause.literals[0] ?? 0);
      of.set(variable, [...(of.get(variable) ?? []), clause]);
    }
    const begin = process.hrtime.bigint();
    expect(search(1, (variable) => of.get(variable) ?? [], 300_000)).toEqual({ is: 'undecided' });
    expect(Number(process.hrtime.bigint() - begin) / 1e9).toBeLessThan(5);
  });
});

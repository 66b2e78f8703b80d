import { describe, expect, test } from '@jest/globals';
import { array, assert, nat, property, string } from 'fast-check';
import { firstAfter, inTextOrder, withChanges } from '../../app/model/sorted.ts';

interface Thing {
  readonly text: string;
}
const textOf = ({ text }: Thing): string => text;
const sorted = (things: readonly Thing[]): readonly Thing[] =>
  things.toSorted((a, b) => inTextOrder(a.text, b.text));
const texts = array(string({ maxLength: 3 }));

describe('Sorted things', () => {
  test('with what came and without what went are the same as sorted anew', () => {
    assert(
      property(texts, texts, nat(), (before, come, seed) => {
        const things = sorted(before.map((text) => ({ text })));
        const removed = new Set(things.filter((_, at) => (at + seed) % 3 === 0));
        const added = come.map((text) => ({ text }));
        const changed = withChanges(things, removed, added, textOf);
        expect(changed.map(textOf)).toEqual(
          sorted([...things.filter((thing) => !removed.has(thing)), ...added]).map(textOf),
        );
        expect(new Set(changed)).toEqual(
          new Set([...things.filter((thing) => !removed.has(thing)), ...added]),
        );
      }),
    );
  });

  test('are searched in halves', () => {
    assert(
      property(texts, string({ maxLength: 3 }), nat({ max: 5 }), (before, text, from) => {
        const things = sorted(before.map((one) => ({ text: one })));
        const at = things.findIndex((thing, index) => index >= from && thing.text >= text);
        const wanted = at < 0 ? Math.max(things.length, from) : at;
        expect(firstAfter(things, text, textOf, Math.min(from, things.length))).toBe(
          Math.min(wanted, things.length),
        );
      }),
    );
  });
});

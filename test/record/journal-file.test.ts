import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { load } from 'js-yaml';
import type { NewEntry } from '../../app/model/journal.ts';
import { BrokenJournal, extendedJournal, headOf, readJournal } from '../../app/record/journal-file.ts';
import { people } from '../rollout/people.ts';
import { journalOf, release, stories } from '../rollout/story.ts';

const newEntries = (entries: ReturnType<typeof journalOf>): readonly NewEntry[] =>
  entries.map(({ n: _n, prev: _prev, ...entry }) => entry);
const standard = newEntries(journalOf(stories.closing));
const written = extendedJournal(undefined, release, standard);
const linesOf = (text: string): readonly string[] => text.trimEnd().split('\n');
const entryLines = (text: string): readonly string[] => linesOf(text).filter((line) => line.startsWith('- '));

const sha256sum = (text: string): string =>
  execFileSync('sha256sum', { input: text, encoding: 'utf8' }).slice(0, 64);

function isBroken(text: string): boolean {
  try {
    readJournal(text, release);
    return false;
  } catch (error) {
    if (error instanceof BrokenJournal) return true;
    throw error;
  }
}

const anyEntry: fc.Arbitrary<NewEntry> = fc.record({
  event: fc.constant('withdrawn' as const),
  reason: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom('\n- {"n":1}\n', '\u2028', '- ', '#'),
  ),
  at: fc.constant('2026-03-02T08:00:00Z'),
  by: fc.constantFrom('rollout' as const, people.oxana),
});

describe('A journal', () => {
  test('gives back what was written, numbered', () => {
    const entries = readJournal(written, release);
    expect(newEntries(entries)).toEqual(standard);
    expect(entries.map(({ n }) => n)).toEqual(standard.map((_, place) => place + 1));
  });

  test('has each line chained to the one before, as sha256sum counts', () => {
    const lines = entryLines(written);
    expect(lines).toHaveLength(standard.length);
    const head = written.slice(0, written.indexOf('\n- '));
    const before = [head, ...lines];
    for (const [place, line] of lines.entries()) {
      const { prev } = JSON.parse(line.slice(2)) as { prev: string };
      expect(prev).toBe(sha256sum(before[place] ?? ''));
    }
    expect(headOf(written)).toBe(sha256sum(lines.at(-1) ?? ''));
  });

  test('is YAML that any reader loads', () => {
    const value = load(written) as { kind: string; release: string; entries: { event: string }[] };
    expect(value).toMatchObject({ apiVersion: 'rollout/v1', kind: 'Journal', release });
    expect(value.entries.map(({ event }) => event)).toEqual(standard.map(({ event }) => event));
  });

  test('that is new and empty is one too', () => {
    const empty = extendedJournal(undefined, release, []);
    expect(readJournal(empty, release)).toEqual([]);
    expect(extendedJournal(empty, release, standard)).toBe(written);
  });

  test('only ever grows at its end, whatever is written, however it is cut into parts', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { minLength: 1, maxLength: 8 }), fc.nat(8), (entries, cut) => {
        const whole = extendedJournal(undefined, release, entries);
        const first = extendedJournal(undefined, release, entries.slice(0, cut));
        const second = extendedJournal(first, release, entries.slice(cut));
        expect(second).toBe(whole);
        expect(second.startsWith(first)).toBe(true);
        expect(entryLines(whole)).toHaveLength(entries.length);
        expect(newEntries(readJournal(whole, release))).toEqual(entries);
      }),
      { numRuns: 300 },
    );
  });

  test('with one byte changed anywhere is not read on: the chain breaks, or the last line has another hash', () => {
    const bytes = Buffer.from(written);
    fc.assert(
      fc.property(fc.nat(bytes.length - 2), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const changed = Buffer.from(bytes);
        changed[place] = (changed[place] ?? 0) ^ change;
        const text = changed.toString('utf8');
        // Nothing chains to the last line yet: the manifest that rests on it, and the signed commit, do.
        expect(isBroken(text) || headOf(text) !== headOf(written)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  const lines = linesOf(written);
  const broken: readonly (readonly [string, string])[] = [
    ['without its last entry but one', [...lines.slice(0, -2), lines.at(-1) ?? ''].join('\n')],
    ['with two entries swapped', [...lines.slice(0, -2), lines.at(-1) ?? '', lines.at(-2) ?? ''].join('\n')],
    ['with an entry twice', [...lines, lines.at(-1) ?? ''].join('\n')],
    ['with an empty line between', [...lines.slice(0, 8), '', ...lines.slice(8)].join('\n')],
    ['with a remark between', [...lines.slice(0, 8), '# so it was', ...lines.slice(8)].join('\n')],
    [
      'with an entry in front',
      [...lines.slice(0, 6), '- {"n":1,"event":"retried"}', ...lines.slice(6)].join('\n'),
    ],
    ['with another head', written.replace('kind: Journal', 'kind: Diary')],
    ['without its head', entryLines(written).join('\n')],
    ['with something behind an entry', `${written.trimEnd()} # really\n`],
    ['with something that is no JSON', `${written}- event: withdrawn\n`],
    ['with a line that is no object', `${written}- 12\n`],
    ['with lines ended by CRLF', written.replaceAll('\n', '\r\n')],
    ['that is empty', ''],
  ];
  test.each(broken)('%s is not read', (_, text) => {
    expect(() => readJournal(text, release)).toThrow(BrokenJournal);
  });

  test('of one release is not that of another', () => {
    expect(() => readJournal(written, 'arc-arc-ce-7.0.2')).toThrow('does not begin as one');
  });

  test('that is broken says in which line', () => {
    const changed = lines
      .map((line, place) => (place === 9 ? line.replace('"at"', '"at" ') : line))
      .join('\n');
    expect(() => readJournal(changed, release)).toThrow('line 11 of the journal');
  });
});

import { describe, expect, test } from '@jest/globals';
import type { ComponentRelease } from '../../../app/model/component-release.ts';
import type { Facts } from '../../../app/model/facts.ts';
import { decide } from '../../../app/rollout/decide.ts';
import { after, factsAt } from '../facts.ts';
import { configuration, people } from '../people.ts';
import { comment, gains, heard } from '../said.ts';
import { digestOf } from '../story.ts';
import { attempt, earlier } from './versions.ts';

/** The release of these tests is arc-ce 7.0.1, a revision for umd/5, certified on 2 March at 08:00. */
const distributions: Facts['configuration']['distributions'] = {
  ...configuration.distributions,
  distributions: { 'umd/5': { title: 'Five', platforms: {}, baseline: { 'arc-ce': '7' } } },
};
const at = (point: Parameters<typeof factsAt>[0], ...history: readonly ComponentRelease[]): Facts =>
  factsAt(point, { history, configuration: { ...configuration, distributions } });
const of = (release: ComponentRelease): ComponentRelease => ({ ...release, distribution: 'umd/5' });
const ticketStep = (facts: Facts): string => {
  const [step] = decide(facts).steps;
  return `${step?.stands ?? ''}: ${step?.because.join('\n') ?? ''}`;
};

describe('A decision about a release of a component that has others', () => {
  test('certifies it when its version keeps the rules', () => {
    expect(gains(at('none', of(earlier('7.0.0'))))).toEqual(['certified']);
  });

  test('does not certify it when its version breaks one, and says which (R-2.2-7)', () => {
    const facts = at('none', of(earlier('6.9.0')), of(attempt('7.0.0', 'open')));
    const wrong = { ...facts, configuration: factsAt('none').configuration };
    expect(gains(wrong)).toEqual(['certified']);
    expect(gains(facts)).toEqual([]);
    expect(ticketStep(facts)).toMatch(/^failed: [^]*class-vs-version[^]*second-open-ticket/);
  });

  test('tells warnings, also after certification, and not after the end', () => {
    const soon = of(earlier('7.0.0', { productionAt: '2026-02-27T10:00:00Z' }));
    expect(ticketStep(at('none', soon))).toMatch(/^met: [^]*too-soon/);
    expect(ticketStep(at('certified', soon))).toMatch(/^met: [^]*too-soon/);
    const ended = after(at('certified', soon), [
      '2026-03-02T08:02:00Z',
      { event: 'withdrawn', reason: 'a mistake' },
    ]);
    expect(ticketStep(ended)).not.toContain('too-soon');
  });

  const before = of(attempt('7.0.0', 'open'));
  const later = of(attempt('7.0.2', 'open', { certifiedAt: '2026-03-05T08:00:00Z' }));

  test('takes nothing from a certified release for what others do later', () => {
    for (const point of ['certified', 'unverified', 'verified', 'done'] as const) {
      expect(decide(at(point, later))).toEqual(decide(at(point)));
    }
  });

  test('goes on with it while an earlier one is open, and says that it cannot be closed (A-42)', () => {
    expect(decide(at('certified', before)).todo.pull).toBe(true);
    expect(ticketStep(at('verified', before))).toMatch(
      /^met: [^]*It cannot be closed now: [^]*second-open-ticket/,
    );
  });

  const closing = (facts: Facts): ReturnType<typeof gains> =>
    gains(
      heard(
        { ...facts, now: '2026-03-10T17:00:00Z' },
        comment(people.joao, '/close success All well.', '2026-03-10T16:30:00Z'),
      ),
    );
  test.each<[string, readonly ComponentRelease[], readonly string[]]>([
    ['closes it beside a later one', [later], ['closed success']],
    ['does not close it while an earlier one is open (A-42)', [before], []],
    ['does not close it when a newer one is in production', [of(earlier('7.0.2'))], []],
  ])('%s', (_, history, events) => {
    expect(closing(at('done', ...history))).toEqual(events);
  });

  test('holds it when a newer one got into production between close and merge', () => {
    expect(gains(at('closing', of(earlier('7.0.2'))))).toEqual([
      expect.stringMatching(/^held before the merge, .*7\.0\.1 is older than 7\.0\.2/),
    ]);
  });

  test('judges new content anew, from the place that its first certification gave it', () => {
    const voided = after(at('certified', later), [
      '2026-03-06T08:00:00Z',
      { event: 'voided', was: 'a'.repeat(64), now: 'b'.repeat(64) },
    ]);
    expect(gains(voided)).toEqual(['certified']);
    expect(gains({ ...voided, history: [before] })).toEqual([]);
    const facts = at('certified', before);
    expect(decide({ ...facts, ticket: { ...facts.ticket, digest: digestOf(1) } }).record).toMatchObject([
      { event: 'voided' },
    ]);
  });
});

import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../app/model/facts.ts';
import type { Ticket } from '../../app/model/ticket.ts';
import { decide } from '../../app/rollout/decide.ts';
import { after, factsAt, withSpec } from './facts.ts';
import { people } from './people.ts';
import { answersTo, gains, says, stepOf } from './said.ts';
import { told } from './story.ts';

const { svea, joao, carmen, alessandra, oxana, tiziana } = people;
type Security = NonNullable<Ticket['spec']['security']>;
const link = 'https://advisories.egi.eu/1';
const secret = (facts: Facts, more: Partial<Security> = {}, isPublic = false): Facts => ({
  ...withSpec(facts, {
    reason: 'security',
    security: { advisory: link, embargo_until: '2026-04-01T00:00:00Z', ...more },
  }),
  isPublic,
});
const done = factsAt('done', { now: '2026-03-09T13:00:00Z' });

describe('A ticket under embargo (R-2.4-E2, A-24)', () => {
  test.each([
    ['with an embargo that is not over', {}, 'failed'],
    ['with an embargo that is over', { embargo_until: '2026-03-01T00:00:00Z' }, 'met'],
    [
      'with an embargo that is over, and a traffic light',
      { embargo_until: '2026-03-01T00:00:00Z', tlp: 'RED' },
      'met',
    ],
  ] as const)('%s is refused or not in a public repository (A-24)', (_, more, stands) => {
    expect(stepOf(decide(secret(factsAt('certified'), more, true)), 'ticket')).toMatch(stands);
  });

  test.each([
    ['WHITE', 'met'],
    ['CLEAR', 'met'],
    ['GREEN', 'met'],
    ['AMBER', 'failed'],
    ['RED', 'failed'],
  ] as const)('with the traffic light %s and no date is %s in a public repository (A-24)', (tlp, stands) => {
    const facts = withSpec(factsAt('certified'), { security: { advisory: link, tlp } });
    expect(stepOf(decide(facts), 'ticket')).toMatch(stands);
  });

  test('is certified in a private repository, and not in a public one (A-24)', () => {
    expect(gains(secret(factsAt('none')))).toEqual(['certified']);
    expect(gains(secret(factsAt('none'), {}, true))).toEqual([]);
  });

  test('is for committed sites only (R-2.4-E2)', () => {
    const verified = secret(factsAt('verified'));
    expect(gains(says(verified, carmen, '/accept CESGA'))).toEqual(['accepted CESGA as committed']);
    expect(gains(says(verified, alessandra, '/accept UKI-MAN'))).toEqual([]);
    expect(answersTo(says(verified, alessandra, '/accept UKI-MAN'))).toEqual([
      expect.stringContaining('only sites that are committed to the component take part (R-2.4-E2)'),
    ]);
  });

  test('is for volunteers, too, as soon as the advisory is public, or its time is over', () => {
    const advised = after(secret(factsAt('verified')), told.advised(link, '2026-03-02T09:25:00Z'));
    expect(gains(says(advised, alessandra, '/accept UKI-MAN'))).toEqual(['accepted UKI-MAN as volunteer']);
    const over = secret(factsAt('verified'), { embargo_until: '2026-03-02T09:30:00Z' });
    expect(gains(says(over, alessandra, '/accept UKI-MAN'))).toEqual(['accepted UKI-MAN as volunteer']);
  });

  test('does not close with success before that (R-2.4-E2)', () => {
    expect(answersTo(says(secret(done), joao, '/close success Fine.'))).toEqual([
      expect.stringContaining('it is under embargo until 2026-04-01T00:00:00Z'),
    ]);
    expect(gains(says(after(secret(done), told.advised()), joao, '/close success Fine.'))).toEqual([
      'closed success',
    ]);
  });
});

describe('An advisory is linked', () => {
  test.each([
    ['by the Software Vulnerability Group', secret(done), svea],
    ['by a manager, when there is no embargo', done, joao],
  ] as const)('%s (R-2.4-10.2.1b)', (_, facts, by) => {
    expect(gains(says(facts, by, `/advisory ${link}`))).toEqual([`advised ${link}`]);
  });

  test.each([
    [
      'by a manager, under embargo (R-2.4-E2)',
      says(secret(done), joao, `/advisory ${link}`),
      'only the Software Vulnerability Group ends it',
    ],
    [
      'by the provider',
      says(done, oxana, `/advisory ${link}`),
      'Only the Software Vulnerability Group and staged-rollout managers',
    ],
    ['by a verifier', says(done, tiziana, `/advisory ${link}`), 'Only the Software Vulnerability Group'],
    ['without a link', says(done, svea, '/advisory'), 'Say where the advisory is'],
    [
      'by a link that is not https',
      says(done, svea, '/advisory http://x.example/1'),
      'Say where the advisory is',
    ],
    [
      'by a link with something hidden in it',
      says(done, svea, '/advisory https://x.example/<b>'),
      'Say where the advisory is',
    ],
    [
      'before certification',
      says(factsAt('none', { pull: { ...done.pull, draft: true } }), svea, `/advisory ${link}`),
      'not certified yet',
    ],
  ] as const)('not %s', (_, facts, why) => {
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining(why)]);
  });

  test('twice, and once is enough', () => {
    expect(gains(says(after(done, told.advised()), svea, `/advisory ${link}`))).toEqual([]);
  });

  test('and everybody can read it: in the decision and in a notice to the provider', () => {
    const facts = after(done, told.advised());
    expect(decide(facts).advisories).toEqual([link]);
    expect(
      decide({ ...facts, now: '2026-03-03T11:00:00Z' }).notices.find(({ marker }) =>
        marker.startsWith('advised:'),
      )?.body,
    ).toBe(`@oxana The advisory is published (R-2.4-10.2.1b): \`${link}\``);
  });
});

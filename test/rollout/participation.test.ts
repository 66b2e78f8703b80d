import { describe, expect, test } from '@jest/globals';
import type { Facts, Input } from '../../app/model/facts.ts';
import type { Person } from '../../app/model/journal.ts';
import { decide } from '../../app/rollout/decide.ts';
import { after, factsAt, withSite } from './facts.ts';
import { configuration, people } from './people.ts';
import { comment, gains, heard, mark, report, review } from './said.ts';
import { digestOf, journalOf, stories, told } from './story.ts';

const { carmen, jan, niels, vera } = people;
const verified = factsAt('verified');
const accepted = factsAt('accepted');
const says = (facts: Facts, by: Person, body: string, more: Partial<Input> = {}): Facts =>
  heard(facts, comment(by, body, facts.now, more));

describe('The participation of a site', () => {
  const standing = (facts: Facts, site = 'CESGA') => decide(facts).sites.find((known) => known.site === site);

  test('is accepted, then deployed, then done (R-2.4-12.6c, A-08)', () => {
    expect(standing(accepted)).toMatchObject({
      participation: 'accepted',
      committed: true,
      people: ['carmen'],
    });
    expect(standing(factsAt('deployed'))).toMatchObject({ participation: 'deployed', outcome: undefined });
    expect(standing(factsAt('done'))).toMatchObject({
      participation: 'done',
      outcome: 'success',
      due: undefined,
    });
  });

  test('has two working days for its report, counted from the deployment as soon as that is known (R-2.4-T3-2)', () => {
    expect(standing(accepted)?.due).toBe('2026-03-04T10:00:00Z');
    expect(standing(factsAt('deployed'))?.due).toBe('2026-03-04T12:00:00Z');
  });

  test('names everybody who acted for it, each once', () => {
    const facts = after(
      verified,
      told.accepted('SiGNET', '2026-03-02T10:00:00Z', jan),
      told.deployed('SiGNET', '2026-03-02T11:00:00Z', vera),
      told.reported({ site: 'SiGNET' }, '2026-03-02T12:00:00Z', jan),
    );
    expect(standing(facts, 'SiGNET')?.people).toEqual(['jan', 'vera']);
  });

  test('of a commitment that has ended is that of a volunteer (R-3.2-4, A-26)', () => {
    const [cesga, ...others] = configuration.earlyAdopters.sites;
    const commitments = [{ stack: 'arc', component: 'arc-ce', until: '2026-03-01' }];
    const earlyAdopters = {
      ...configuration.earlyAdopters,
      sites: [...(cesga ? [{ ...cesga, commitments }] : []), ...others],
    };
    const facts = { ...verified, configuration: { ...configuration, earlyAdopters } };
    expect(gains(says(facts, carmen, '/accept CESGA'))).toEqual(['accepted CESGA as volunteer']);
  });
});

describe('The rollout is done (T7)', () => {
  const two = after(accepted, told.accepted('SiGNET', '2026-03-02T10:10:00Z', jan));
  const major = factsAt('verified', { journal: journalOf(stories.verified) }, 'major');
  const both = (facts: Facts): Facts =>
    after(
      facts,
      told.accepted('CESGA'),
      told.reported({ site: 'CESGA' }),
      told.accepted('SiGNET', '2026-03-02T10:10:00Z', jan),
      told.reported({ site: 'SiGNET' }, '2026-03-03T10:30:00Z', jan),
    );
  const state = (facts: Facts): string => decide(facts).state;

  test('when the one site that accepted has reported (R-2.4-12.6c, A-08)', () => {
    expect(state(factsAt('done'))).toBe('done');
    expect(decide(factsAt('done')).waiting).toBe('staged-rollout');
  });

  test('not before every site that accepted has reported (R-2.4-12.7a, A-09)', () => {
    expect(state(after(two, told.reported()))).toBe('rolling-out');
    expect(decide(after(two, told.reported())).awaiting).toMatchObject([
      { who: 'SiGNET', for: 'the report' },
    ]);
  });

  test('whatever the sites report', () => {
    expect(state(after(accepted, told.reported({ outcome: 'warning' })))).toBe('done');
    expect(state(after(accepted, told.reported({ outcome: 'reject' })))).toBe('done');
  });

  test('of a major release with two reports, not with one (A-10)', () => {
    expect(state(after(major, told.accepted(), told.reported()))).toBe('rolling-out');
    expect(state(both(major))).toBe('done');
  });

  test('of a major release with one report, when only one site is committed (A-10)', () => {
    const [cesga, ...others] = configuration.earlyAdopters.sites;
    const alone = [...(cesga ? [cesga] : []), ...others.map((site) => ({ ...site, commitments: [] }))];
    const earlyAdopters = { ...configuration.earlyAdopters, sites: alone };
    const facts = { ...major, configuration: { ...configuration, earlyAdopters } };
    expect(state(after(facts, told.accepted(), told.reported()))).toBe('done');
  });

  test('of a major release with one report, when the other committed site is the provider’s own (A-10, A-27)', () => {
    const facts = withSite(major, 'SiGNET', { commitments: [] });
    expect(state(after(facts, told.accepted(), told.reported()))).toBe('done');
  });

  test('not by the report of the provider’s own site alone (A-27)', () => {
    const own = after(
      verified,
      told.accepted('NDGF-T1', '2026-03-02T10:00:00Z', niels),
      told.reported({ site: 'NDGF-T1' }, '2026-03-03T10:00:00Z', niels),
    );
    expect(state(own)).toBe('rolling-out');
    expect(decide(own).awaiting[0]?.for).toContain('not counting the provider’s own sites');
    expect(state(after(own, told.accepted(), told.reported()))).toBe('done');
  });

  test('not by the report of a site that has left the registry since: whose it was, nobody knows', () => {
    const sites = configuration.earlyAdopters.sites.filter(({ site }) => site !== 'CESGA');
    const earlyAdopters = { ...configuration.earlyAdopters, sites };
    const facts = { ...factsAt('done'), configuration: { ...configuration, earlyAdopters } };
    expect(state(facts)).toBe('rolling-out');
    const more = after(facts, told.accepted('SiGNET', '2026-03-02T10:10:00Z', jan));
    expect(state(after(more, told.reported({ site: 'SiGNET' }, '2026-03-03T10:30:00Z', jan)))).toBe('done');
  });

  test('not by the report of a site whose people are the provider’s', () => {
    const [cesga, ...others] = configuration.earlyAdopters.sites;
    const theirs = cesga ? [{ ...cesga, github: ['carmen', 'Pavel'] }] : [];
    const earlyAdopters = { ...configuration.earlyAdopters, sites: [...theirs, ...others] };
    const facts = { ...factsAt('done'), configuration: { ...configuration, earlyAdopters } };
    expect(state(facts)).toBe('rolling-out');
  });

  test('not any more, when another site accepts', () => {
    expect(state(says(factsAt('done'), jan, '/accept SiGNET'))).toBe('rolling-out');
  });
});

describe('A report that was edited after it was read', () => {
  const body = report('CESGA', 'success');
  const source = { kind: 'review', id: 77, body: mark(body) } as const;
  const done = after(accepted, told.reported({}, '2026-03-02T10:20:00Z', carmen, source));
  const now = (text: string, more: Partial<Input> = {}): Facts =>
    heard(done, review(carmen, 'approved', text, '2026-03-02T10:20:00Z', { id: 77, ...more }));

  test('holds the release back until the site reports again', () => {
    const tainted = now(report('CESGA', 'success', digestOf(0), 'comments: All is well.'), { edited: true });
    expect(gains(tainted)).toEqual([]);
    const decision = decide(tainted);
    expect(decision).toMatchObject({ state: 'rolling-out', sites: [{ site: 'CESGA', tainted: true }] });
    expect(decision.awaiting).toMatchObject([{ who: 'CESGA', for: 'the report' }]);

    const again = heard(tainted, review(carmen, 'approved', body, '2026-03-02T10:25:00Z', { id: 78 }));
    expect(gains(again)).toEqual(['reported CESGA success']);
    expect(decide(again)).toMatchObject({ state: 'done', sites: [{ tainted: false }] });
  });

  test('into a Reject still only holds it back: what was recorded stands until there is a new report', () => {
    const facts = now(report('CESGA', 'reject'), { edited: true });
    expect(gains(facts)).toEqual([]);
    expect(decide(facts)).toMatchObject({
      state: 'rolling-out',
      sites: [{ outcome: 'success', tainted: true }],
    });
  });

  test('and back again is as it was', () => {
    expect(decide(now(body, { edited: true })).sites).toMatchObject([{ tainted: false }]);
  });

  test('or deleted, or dismissed, stays what it was', () => {
    expect(decide(done)).toMatchObject({ state: 'done', sites: [{ outcome: 'success', tainted: false }] });
    expect(decide(now(body, { review: 'dismissed' }))).toMatchObject({ state: 'done', record: [] });
  });

  test('was a Reject and stays one', () => {
    const reject = after(
      accepted,
      told.reported({ outcome: 'reject' }, '2026-03-02T10:20:00Z', carmen, source),
    );
    const facts = heard(
      reject,
      review(carmen, 'approved', body, '2026-03-02T10:20:00Z', {
        id: 77,
        edited: true,
        bodySha256: mark('x'),
      }),
    );
    expect(decide(facts)).toMatchObject({ state: 'done', sites: [{ outcome: 'reject', tainted: false }] });
  });
});

describe('The clock of acceptance', () => {
  test('runs for a working day from publication (R-2.4-12.2)', () => {
    expect(decide(verified).awaiting).toEqual([
      {
        who: 'early adopters',
        for: 'accepting the release (`/accept <site>`)',
        due: '2026-03-03T09:10:00Z',
        late: false,
      },
    ]);
  });
});

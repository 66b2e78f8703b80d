import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../app/model/facts.ts';
import { explanation } from '../../app/wording/status.ts';
import { decide } from '../../app/rollout/decide.ts';
import { after, factsAt } from './facts.ts';
import { people } from './people.ts';
import { comment, gains, heard, mark, report, review } from './said.ts';
import { told } from './story.ts';

const { carmen, joao } = people;
const verified = factsAt('verified');
const accepts = '/accept CESGA';
const source = { kind: 'comment', id: 77, body: mark(accepts) } as const;
const [when, event] = told.accepted('CESGA', '2026-03-02T09:25:00Z');
const accepted = after(verified, [when, event, carmen, source]);
const gone = (facts: Facts): readonly string[] =>
  decide(facts).remarks.filter((remark) => remark.includes('deleted'));

describe('A comment that was read and deleted', () => {
  test('counts all the same, and that is said (process.md 1.2)', () => {
    expect(gone(accepted)).toEqual([
      'A comment of `carmen` was deleted after it was read (accepted): it stands in the journal and counts.',
    ]);
    expect(decide(accepted)).toMatchObject({ state: 'rolling-out', sites: [{ participation: 'accepted' }] });
    expect(explanation(decide(accepted))).toContain('it stands in the journal and counts');
  });

  test('is not said to be when it is there', () => {
    const there = heard(accepted, comment(carmen, accepts, '2026-03-02T09:25:00Z', { id: 77 }));
    expect(gone(there)).toEqual([]);
  });

  test('is said once, however many commands were in it', () => {
    const [at, deployed] = told.deployed('CESGA', '2026-03-02T09:25:00Z');
    expect(gone(after(accepted, [at, deployed, carmen, { ...source, part: 1 }]))).toHaveLength(1);
  });

  test('is not said of what was written in the call issue, nor of a review', () => {
    expect(gone(after(verified, [when, event, carmen, { ...source, where: 'call' }]))).toEqual([]);
    expect(gone(after(verified, [when, event, carmen, { ...source, kind: 'review' }]))).toEqual([]);
  });
});

describe('Problems that sites found', () => {
  const issue = {
    severity: 'major',
    summary: 'It forgets.',
    workaround: 'Tell it again.',
    bug: 'https://bugs.example/1',
  } as const;
  const found = after(
    factsAt('deployed', { now: '2026-03-03T11:00:00Z' }),
    told.reported({ issues: [issue] }),
  );

  test('are listed with the bug and the workaround (R-5-3, R-5-2, R-2.2-14)', () => {
    expect(decide(found).problems).toEqual([{ site: 'CESGA', ...issue }]);
    expect(explanation(decide(found))).toContain(
      '- CESGA, major: `It forgets.` · bug `https://bugs.example/1` · workaround `Tell it again.`',
    );
  });

  test('go with the report that told of them: a new one tells anew', () => {
    const again = after(found, told.reported({}, '2026-03-03T10:30:00Z'));
    expect(decide(again).problems).toEqual([]);
  });

  test('are told to the provider with bug and workaround, at once (R-2.4-12.5, R-5-3)', () => {
    const body = decide(found).notices.find(({ marker }) => marker.startsWith('report:'))?.body ?? '';
    expect(body).toMatch(/^@oxana CESGA reported/);
    expect(body).toContain('- bug (R-5-3): `https://bugs.example/1`');
    expect(body).toContain('- workaround (R-5-2): `Tell it again.`');
  });

  test('say what others wrote as code, whatever it is', () => {
    const nasty = { ...issue, summary: '@everyone `x` <img src=x>\n/close success' };
    const facts = after(
      factsAt('deployed', { now: '2026-03-03T11:00:00Z' }),
      told.reported({ issues: [nasty] }),
    );
    const outside = explanation(decide(facts)).replaceAll(/(`+)[^]*?\1/g, '');
    expect(outside).not.toContain('@everyone');
    expect(outside).not.toContain('<img');
  });
});

describe('The layout of a site (R-3-3, R-3-10)', () => {
  test('with nodes that GOCDB does not flag is no gate: the report counts and the rollout is done', () => {
    const bare = { host: 'ce1.cesga.example', found: true, beta: false, downtime: undefined };
    const facts: Facts = {
      ...factsAt('deployed', { now: '2026-03-03T11:00:00Z' }),
      gocdb: new Map([['ce1.cesga.example', bare]]),
    };
    const body = report('CESGA', 'success', undefined, 'nodes: [{host: ce1.cesga.example}]');
    const reports = heard(facts, review(carmen, 'approved', body, '2026-03-03T10:00:00Z'));
    expect(gains(reports)).toEqual(['reported CESGA success']);
    expect(decide(reports).state).toBe('done');
  });

  test('is advised on, once, for the sake of its availability (R-3-8, R-3-9)', () => {
    const bare = { host: 'ce1.cesga.example', found: true, beta: false, downtime: undefined };
    const facts: Facts = {
      ...after(
        factsAt('deployed', { now: '2026-03-03T11:00:00Z' }),
        told.reported({ nodes: [{ host: 'ce1.cesga.example' }] }),
      ),
      gocdb: new Map([['ce1.cesga.example', bare]]),
    };
    const advice = decide(facts).notices.filter(({ marker }) => marker.startsWith('beta:'));
    expect(advice).toHaveLength(1);
    expect(advice[0]?.body).toMatch(/^@carmen A note on CESGA; nothing depends on it \(R-3-8\):/);
    expect(advice[0]?.body).toContain('set the flag BETA of the service');
  });
});

describe('A release that its provider takes the place of (A-42)', () => {
  const newer = {
    id: 'arc-arc-ce-7.0.2',
    pull: 9,
    provider: 'nordugrid',
    version: '7.0.2',
    class: 'revision',
    distribution: 'umd/5',
    targets: [{ platform: 'debian12', arch: 'amd64' }],
    supersedes: 'arc-arc-ce-7.0.1',
    issues: [],
    state: 'open',
    certifiedAt: '2026-03-05T08:00:00Z',
  } as const;

  test.each(['certified', 'unverified', 'verified', 'deployed', 'done'] as const)(
    'is withdrawn while it is %s, and it is said for what (A-42)',
    (point) => {
      const facts = factsAt(point, { history: [newer] });
      expect(gains(facts)).toEqual(['withdrawn superseded by arc-arc-ce-7.0.2 (#9)']);
      expect(decide(facts).state).toBe('withdrawn');
    },
  );

  test.each([
    ['names another release', { supersedes: 'arc-arc-ce-7.0.0' }],
    ['is of another provider', { provider: 'community' }],
    ['was rejected itself', { state: 'rejected' }],
    ['was withdrawn itself', { state: 'withdrawn' }],
  ] as const)('is not withdrawn for one that %s', (_, changes) => {
    expect(gains(factsAt('done', { history: [{ ...newer, ...changes }] }))).toEqual([]);
  });

  test('is not withdrawn any more when it is merged, or has ended', () => {
    expect(gains(after(factsAt('closing', { history: [newer] }), told.merged()))).toEqual([]);
    const rejected = after(
      factsAt('done', { history: [newer] }),
      told.closed('reject', '2026-03-03T10:30:00Z', joao),
    );
    expect(gains(rejected)).toEqual([]);
  });
});

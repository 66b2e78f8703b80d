import { describe, expect, test } from '@jest/globals';
import type { Criteria, Criterion } from '../../app/model/criteria.ts';
import { criteriaFor } from '../../app/model/criteria.ts';
import type { Facts } from '../../app/model/facts.ts';
import { decide } from '../../app/rollout/decide.ts';
import { verificationForm } from '../../app/wording/forms.ts';
import { factsAt } from './facts.ts';
import { configuration, people } from './people.ts';
import { answersTo, comment, gains, heard, review, verification } from './said.ts';
import { digest } from './story.ts';

const at = '2026-03-02T08:20:00Z';
const criterion = (id: string, critical: boolean, more: Partial<Criterion> = {}): Criterion => ({
  id,
  group: 'function',
  title: `Title of ${id}`,
  critical,
  ...more,
});
const criteria: Criteria = {
  apiVersion: 'rollout/v1',
  kind: 'Criteria',
  criteria: [
    criterion('QC_DOC_1', true),
    criterion('QC_SEC_5', true, { applies: 'NA for what writes nothing' }),
    criterion('QC_UPGRADE_1', false),
    criterion('QC_ACC_1', true, { capabilities: ['Accounting', 'Job Execution'] }),
    criterion('QC_MON_9', true, { capabilities: ['Monitoring'] }),
  ],
};
const { catalogue } = configuration;
/** A release whose component executes jobs; its verification is awaited. */
const start: Facts = {
  ...factsAt('unverified'),
  configuration: {
    ...configuration,
    criteria,
    catalogue: {
      ...catalogue,
      components: {
        'arc-ce': {
          title: 'ARC CE',
          stack: 'arc',
          provider: 'nordugrid',
          capabilities: ['Information Discovery', 'Job Execution'],
        },
      },
    },
  },
};

const results = (told: Readonly<Record<string, string>>): string =>
  `criteria: [${Object.entries(told)
    .map(([id, result]) => `{id: ${id}, result: ${result}}`)
    .join(', ')}]`;
const good = { QC_DOC_1: 'OK', QC_SEC_5: 'OK', QC_ACC_1: 'OK' };
const accepts = (outcome: string, ...more: readonly string[]): Facts =>
  heard(start, review(people.tiziana, 'approved', verification(outcome, ...more), at));
const information = (told: Readonly<Record<string, string>>): string =>
  `info_check: {${Object.entries({
    release_notes: 'ok',
    changelog: 'ok',
    certification_reports: 'ok',
    documentation: 'ok',
    issues: 'ok',
    ...told,
  })
    .map(([field, found]) => `${field}: ${found}`)
    .join(', ')}}`;

describe('The check list', () => {
  test.each([
    ['without capabilities: what is for every component', [], ['QC_DOC_1', 'QC_SEC_5', 'QC_UPGRADE_1']],
    [
      'with one capability: what is for it, too (R-2.2-16)',
      ['Job Execution'],
      ['QC_DOC_1', 'QC_SEC_5', 'QC_UPGRADE_1', 'QC_ACC_1'],
    ],
    [
      'with several',
      ['Monitoring', 'Accounting', 'Job Execution'],
      ['QC_DOC_1', 'QC_SEC_5', 'QC_UPGRADE_1', 'QC_ACC_1', 'QC_MON_9'],
    ],
  ])('of a component %s', (_, capabilities, ids) => {
    expect(criteriaFor(criteria, capabilities).map(({ id }) => id)).toEqual(ids);
  });
});

describe('The posted form', () => {
  const form = verificationForm(start, digest);

  test('lists the criteria for the component, with what is critical, and no other (R-2.2-16, R-2.4-11.1a)', () => {
    expect(form.split('\n').filter((line) => line.includes('result: '))).toEqual([
      '  - {id: QC_DOC_1, result: OK}   # critical · Title of QC_DOC_1',
      '  - {id: QC_SEC_5, result: OK}   # critical · Title of QC_SEC_5 · NA for what writes nothing',
      '  - {id: QC_UPGRADE_1, result: OK}   # Title of QC_UPGRADE_1',
      '  - {id: QC_ACC_1, result: OK}   # critical · Title of QC_ACC_1',
    ]);
  });

  test.each(['release_notes', 'changelog', 'certification_reports', 'documentation', 'issues'])(
    'asks for the %s of the ticket (R-2.4-11.1b)',
    (field) => {
      expect(form).toContain(`\n  ${field}: ok\n`);
    },
  );

  test('counts as it is, and with its times told', () => {
    const told = form.replaceAll('# started_at: 2026-11-22', 'started_at: 2026-03-01');
    for (const body of [form, told]) {
      const facts = heard(start, review(people.tiziana, 'approved', body, at));
      expect([gains(facts), answersTo(facts)]).toEqual([['verified accept'], []]);
    }
  });

  test('counts where there are no criteria at all', () => {
    const facts = {
      ...start,
      configuration: { ...start.configuration, criteria: { ...criteria, criteria: [] } },
    };
    const said = review(people.tiziana, 'approved', verificationForm(facts, digest), at);
    expect(gains(heard(facts, said))).toEqual(['verified accept']);
  });
});

describe('A verification', () => {
  test.each<[string, Facts, string]>([
    [
      'in its shortest form: a result for each critical criterion',
      accepts('accept', results(good)),
      'verified accept',
    ],
    [
      'in which something critical does not apply',
      accepts('accept', results({ ...good, QC_SEC_5: 'NA' })),
      'verified accept',
    ],
    [
      'in which something critical has a warning',
      accepts('accept', results({ ...good, QC_DOC_1: 'WARNING' })),
      'verified accept',
    ],
    [
      'in which nothing else was tested',
      accepts('accept', results({ ...good, QC_UPGRADE_1: 'NOT_TESTED' })),
      'verified accept',
    ],
    [
      'of a criterion that is for other components, too',
      accepts('accept', results({ ...good, QC_MON_9: 'NA' })),
      'verified accept',
    ],
    [
      'with notes although something else failed',
      accepts('accept-with-notes', results({ ...good, QC_UPGRADE_1: 'FAIL' }), 'notes: Remove it first.'),
      'verified accept-with-notes',
    ],
    [
      'with notes although something critical was not tested',
      accepts(
        'accept-with-notes',
        results({ ...good, QC_ACC_1: 'NOT_TESTED' }),
        'notes: No batch system here.',
      ),
      'verified accept-with-notes',
    ],
    [
      'with all information of the ticket looked at',
      accepts('accept', results(good), information({ changelog: 'OK' })),
      'verified accept',
    ],
    [
      'of which the time was told',
      accepts('accept', results(good), 'started_at: 2026-03-02T08:12:00Z', `finished_at: ${at}`),
      'verified accept',
    ],
    [
      'that waits, without results',
      heard(
        start,
        review(
          people.tiziana,
          'changes-requested',
          verification('wait-for-provider', 'countermeasure: Another prefix.'),
          at,
        ),
      ),
      'verified wait-for-provider',
    ],
    [
      'that rejects, whatever else is wrong with it: a no is a no (R-2.4-11.2d)',
      heard(
        start,
        review(
          people.tiziana,
          'changes-requested',
          verification(
            'reject',
            results({ QC_NONE: 'FAIL', QC_DOC_1: 'FAIL' }),
            'notes: Broken; the provider sees no way round.',
            'started_at: 2027-01-01T00:00:00Z',
          ),
          at,
        ),
      ),
      'verified reject',
    ],
  ])('counts %s', (_, facts, entry) => {
    expect([gains(facts), answersTo(facts)]).toEqual([[entry], []]);
  });

  test.each<[string, Facts, string]>([
    [
      'without results for what is critical, naming them (R-2.4-11.1a)',
      accepts('accept'),
      '  - {id: QC_DOC_1, result: NOT_TESTED}   # critical · Title of QC_DOC_1\n  - {id: QC_SEC_5, result: NOT_TESTED}   # critical · Title of QC_SEC_5 · NA for what writes nothing\n  - {id: QC_ACC_1,',
    ],
    [
      'without a result for what is critical to its capability (R-2.2-16)',
      accepts('accept', results({ QC_DOC_1: 'OK', QC_SEC_5: 'OK' })),
      'NOT_TESTED:\n\n```yaml\n  - {id: QC_ACC_1, result: NOT_TESTED}   # critical · Title of QC_ACC_1\n```',
    ],
    [
      'with notes and without results for what is critical',
      accepts('accept-with-notes', results({ QC_DOC_1: 'OK', QC_SEC_5: 'OK' }), 'notes: Fine.'),
      'QC_ACC_1, result: NOT_TESTED',
    ],
    [
      'in which something critical failed',
      accepts('accept', results({ ...good, QC_SEC_5: 'FAIL' })),
      'although `QC_SEC_5` failed, which is critical',
    ],
    [
      'in which something critical failed, with notes too',
      accepts(
        'accept-with-notes',
        results({ ...good, QC_SEC_5: 'FAIL', QC_DOC_1: 'FAIL' }),
        'notes: Never mind.',
      ),
      'although `QC_DOC_1`, `QC_SEC_5` failed, which are critical',
    ],
    [
      'in which something critical failed that is for other components',
      accepts('accept-with-notes', results({ ...good, QC_MON_9: 'FAIL' }), 'notes: Never mind.'),
      'although `QC_MON_9` failed, which is critical',
    ],
    [
      'in which something else failed',
      accepts('accept', results({ ...good, QC_UPGRADE_1: 'FAIL' })),
      'although `QC_UPGRADE_1` failed. Use `accept-with-notes`',
    ],
    [
      'in which something else failed, with notes that say nothing',
      accepts('accept-with-notes', results({ ...good, QC_UPGRADE_1: 'FAIL' }), 'notes: ""'),
      'Say in `notes` why the release is good enough without `QC_UPGRADE_1`.',
    ],
    [
      'in which something critical was not tested',
      accepts('accept', results({ ...good, QC_ACC_1: 'NOT_TESTED' })),
      'although `QC_ACC_1`, which is critical, was not tested',
    ],
    [
      'in which something critical was not tested, with notes that are missing',
      accepts('accept-with-notes', results({ ...good, QC_ACC_1: 'NOT_TESTED' })),
      'Say in `notes` why the release is good enough without `QC_ACC_1`.',
    ],
    [
      'of a criterion that there is none',
      accepts('accept', results({ ...good, QC_SECC_5: 'OK' })),
      'There is no criterion `QC_SECC_5`. Write QC_SEC_5.',
    ],
    [
      'with two results for one criterion',
      accepts('accept', results(good).replace(']', ', {id: QC_DOC_1, result: FAIL}]')),
      '`QC_DOC_1` has more than one result',
    ],
    [
      'in which information of the ticket is not right (R-2.4-11.1b)',
      accepts('accept', results(good), information({ changelog: 'the link is dead' })),
      '`info_check` says of `changelog`: `the link is dead`.',
    ],
    [
      'in which not all information of the ticket was looked at (R-2.4-11.1b)',
      accepts('accept-with-notes', results(good), 'info_check: {changelog: ok, issues: ok}'),
      '`info_check` says nothing of `documentation`.',
    ],
    [
      'that ended before it began',
      accepts(
        'accept',
        results(good),
        'started_at: 2026-03-02T09:15:00+02:00',
        'finished_at: 2026-03-02T08:10:00+02:00',
      ),
      '`finished_at` lies before `started_at`',
    ],
    [
      'that ended after it was written',
      accepts('accept', results(good), 'finished_at: 2026-03-02T08:20:01Z'),
      '`finished_at` lies after the review',
    ],
    [
      'that began after it was written',
      accepts('accept', results(good), 'started_at: 2026-03-02T08:20:01Z'),
      '`started_at` lies after the review',
    ],
  ])('is refused %s, and the answer says how to mend it', (_, facts, why) => {
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining(why)]);
  });

  test('is told everything at once', () => {
    const [answer] = answersTo(
      accepts('accept', results({ QC_DOC_1: 'FAIL', QC_NON: 'OK' }), information({ issues: 'none there' })),
    );
    for (const part of ['no criterion `QC_NON`', '`QC_DOC_1` failed', 'none there', 'QC_SEC_5, result'])
      expect(answer).toContain(part);
  });

  test('with another list of unknown names is answered in bounds', () => {
    const many = Object.fromEntries(
      Array.from({ length: 200 }, (_, n) => [`QC_${'X'.repeat(40)}_${String(n)}`, 'OK']),
    );
    expect(answersTo(accepts('accept', results(many)))[0]?.length).toBeLessThan(6000);
  });

  test('keeps what was told in the journal: time, effort, place, information and results (R-2.4-11.1a)', () => {
    const facts = accepts(
      'accept',
      results(good),
      information({}),
      'environment: {host: verification.example, repos: [umd, epel]}',
      'started_at: 2026-03-02T08:12:00Z',
      `finished_at: ${at}`,
      'effort_hours: 2.5',
    );
    expect(decide(facts).record).toEqual([
      expect.objectContaining({
        event: 'verified',
        report: expect.objectContaining({
          criteria: Object.entries(good).map(([id, result]) => ({ id, result })),
          info_check: expect.objectContaining({ documentation: 'ok' }),
          environment: { host: 'verification.example', repos: ['umd', 'epel'] },
          started_at: '2026-03-02T08:12:00Z',
          finished_at: at,
          effort_hours: 2.5,
        }) as unknown,
      }),
    ]);
  });
});

describe('A reject', () => {
  test.each([
    [
      'by review needs the reason and what was discussed (R-2.4-11.2c)',
      heard(start, review(people.tiziana, 'changes-requested', verification('reject'), at)),
      'A reject needs `notes`: the reason, and which countermeasure was discussed, or why none was.',
    ],
    [
      'by command needs the reason and what was discussed (R-2.4-11.2c)',
      heard(start, comment(people.teo, '/reject', at)),
      'with the countermeasure that was discussed, or why none was',
    ],
  ])('%s', (_, facts, why) => {
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining(why)]);
  });
});

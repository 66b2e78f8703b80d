import { describe, expect, test } from '@jest/globals';
import type { Facts, Input } from '../../app/model/facts.ts';
import type { Person } from '../../app/model/journal.ts';
import { after, factsAt } from './facts.ts';
import { people } from './people.ts';
import { answersTo, comment, gains, heard, report, review } from './said.ts';
import { digestOf, release, told } from './story.ts';

const { carmen, jan, alessandra, niels, vera, otto } = people;
const verified = factsAt('verified');
const accepted = factsAt('accepted');
const says = (facts: Facts, by: Person, body: string, more: Partial<Input> = {}): Facts =>
  heard(facts, comment(by, body, facts.now, more));
const reports = (
  facts: Facts,
  by: Person,
  chosen: NonNullable<Input['review']>,
  body: string,
  more: Partial<Input> = {},
): Facts => heard(facts, review(by, chosen, body, facts.now, more));

describe('A site', () => {
  const takesPart: readonly (readonly [string, Facts, readonly string[]])[] = [
    [
      'accepts, and the rollout begins (T5, R-2.4-12.2.1a, R-2.4-12.4a)',
      says(verified, carmen, '/accept CESGA'),
      ['accepted CESGA as committed'],
    ],
    [
      'accepts in the call issue (A-07)',
      says(verified, carmen, '/accept CESGA', { where: 'call' }),
      ['accepted CESGA as committed'],
    ],
    ['accepts in any letters', says(verified, carmen, '/Accept cesga'), ['accepted CESGA as committed']],
    [
      'accepts without its name, when its person has one site',
      says(verified, carmen, '/accept'),
      ['accepted CESGA as committed'],
    ],
    [
      'accepts with words behind its name',
      says(verified, carmen, '/accept CESGA gladly'),
      ['accepted CESGA as committed'],
    ],
    [
      'accepts as a volunteer (R-2.4-12.4b, A-26)',
      says(verified, alessandra, '/accept UKI-MAN'),
      ['accepted UKI-MAN as volunteer'],
    ],
    [
      'accepts beside others (T6, R-2.4-12.2.2)',
      says(accepted, jan, '/accept SiGNET'),
      ['accepted SiGNET as committed'],
    ],
    [
      'accepts when all others have reported (T7b)',
      says(factsAt('done'), jan, '/accept SiGNET'),
      ['accepted SiGNET as committed'],
    ],
    [
      'accepts for two sites in one comment',
      says(verified, vera, '/accept SiGNET\n/accept UKI-MAN'),
      ['accepted SiGNET as committed', 'accepted UKI-MAN as volunteer'],
    ],
    [
      'accepts and deploys in one comment',
      says(verified, carmen, '/accept CESGA\n/deployed CESGA'),
      ['accepted CESGA as committed', 'deployed CESGA'],
    ],
    [
      'of the provider’s organisation accepts (A-27)',
      says(verified, niels, '/accept NDGF-T1'),
      ['accepted NDGF-T1 as committed'],
    ],
    ['accepts twice, and once is enough', says(accepted, carmen, '/accept CESGA'), []],
    ['deploys', says(accepted, carmen, '/deployed CESGA'), ['deployed CESGA']],
    ['deploys twice, and once is enough', says(factsAt('deployed'), carmen, '/deployed CESGA'), []],
    [
      'reports Success by approving (R-2.4-12.6a, R-2.4-12.7.1, A-13)',
      reports(accepted, carmen, 'approved', report('CESGA', 'success')),
      ['reported CESGA success'],
    ],
    [
      'reports Warning by commenting (R-2.4-12.6a, R-2.4-12.7.1, A-13)',
      reports(accepted, carmen, 'commented', report('CESGA', 'warning')),
      ['reported CESGA warning'],
    ],
    [
      'reports Reject by requesting changes (R-2.4-12.6a, R-2.4-12.7.1, A-13)',
      reports(accepted, carmen, 'changes-requested', report('CESGA', 'reject')),
      ['reported CESGA reject'],
    ],
    [
      'reports Reject however it is sent: approving',
      reports(accepted, carmen, 'approved', report('CESGA', 'reject')),
      ['reported CESGA reject'],
    ],
    [
      'reports Reject however it is sent: dismissed',
      reports(accepted, carmen, 'dismissed', report('CESGA', 'reject')),
      ['reported CESGA reject'],
    ],
    [
      'reports Reject however it is sent: in a comment',
      says(accepted, carmen, report('CESGA', 'reject')),
      ['reported CESGA reject'],
    ],
    [
      'reports Reject however it is sent: edited',
      reports(accepted, carmen, 'changes-requested', report('CESGA', 'reject'), { edited: true }),
      ['reported CESGA reject'],
    ],
    [
      'reports without having said that it deployed',
      reports(accepted, carmen, 'approved', report('CESGA', 'success')),
      ['reported CESGA success'],
    ],
    [
      'reports whatever its layout and configuration (R-3-3, R-3-7)',
      reports(
        accepted,
        carmen,
        'approved',
        report(
          'CESGA',
          'success',
          digestOf(0),
          'config_tool: by hand',
          'nodes: [{host: ce.example, role: anything}]',
        ),
      ),
      ['reported CESGA success'],
    ],
    [
      'reports again',
      reports(factsAt('done'), carmen, 'commented', report('CESGA', 'warning')),
      ['reported CESGA warning'],
    ],
    [
      'says deployed and reports in one review',
      reports(accepted, carmen, 'approved', `${report('CESGA', 'success')}\n/deployed CESGA`),
      ['reported CESGA success', 'deployed CESGA'],
    ],
  ];
  test.each(takesPart)('%s', (_, facts, entries) => {
    expect(gains(facts)).toEqual(entries);
    expect(answersTo(facts)).toEqual([]);
  });

  const refusedActs: readonly (readonly [string, Facts, string])[] = [
    ['nobody is at (R-3-1)', says(verified, otto, '/accept CESGA'), 'your account is at none'],
    [
      'of others',
      says(verified, carmen, '/accept SiGNET'),
      'You do not speak for the site you named. Your sites: `CESGA`',
    ],
    [
      'that is not named by somebody with two',
      says(verified, vera, '/accept'),
      'for which of your sites: `SiGNET`, `UKI-MAN`',
    ],
    [
      'before verification',
      says(factsAt('unverified'), carmen, '/accept CESGA'),
      'can be accepted once it is verified',
    ],
    ['after the close', says(factsAt('closing'), jan, '/accept SiGNET'), 'can no longer be accepted'],
    [
      'in an edited comment',
      says(verified, carmen, '/accept CESGA', { edited: true }),
      'edited before it was read',
    ],
    [
      'that deploys before it accepts',
      says(verified, carmen, '/deployed CESGA'),
      '`/accept CESGA` comes first',
    ],
    [
      'that deploys after the close',
      heard(
        after(
          verified,
          told.accepted(),
          told.reported({}, '2026-03-02T10:20:00Z'),
          told.closed('success', '2026-03-09T13:00:00Z'),
        ),
        comment(carmen, '/deployed CESGA', '2026-03-09T13:01:00Z'),
      ),
      'can no longer be deployed',
    ],
    [
      'that reports before it accepts',
      reports(accepted, jan, 'approved', report('SiGNET', 'success')),
      '`/accept SiGNET` comes first',
    ],
    [
      'of others, in a report',
      reports(accepted, jan, 'approved', report('CESGA', 'success')),
      'You do not speak for the site',
    ],
    [
      'nobody is at, in a report',
      reports(accepted, otto, 'approved', report('CESGA', 'success')),
      'your account is at none',
    ],
    [
      'that says Success and requests changes',
      reports(accepted, carmen, 'changes-requested', report('CESGA', 'success')),
      'goes with an approving review',
    ],
    [
      'that says Success in a review that comments',
      reports(accepted, carmen, 'commented', report('CESGA', 'success')),
      'goes with an approving review',
    ],
    [
      'that says Warning and approves',
      reports(accepted, carmen, 'approved', report('CESGA', 'warning')),
      'goes with a review that only comments',
    ],
    [
      'that warns of nothing (R-2.4-12.7.2a)',
      reports(
        accepted,
        carmen,
        'commented',
        report('CESGA', 'warning').replace(/^changes_requested.*\n/m, ''),
      ),
      'A Warning asks for changes',
    ],
    [
      'that rejects for no reason',
      reports(accepted, carmen, 'changes-requested', report('CESGA', 'reject').replace(/^issues.*\n/m, '')),
      'A Reject says why',
    ],
    [
      'with a report on another content',
      reports(accepted, carmen, 'approved', report('CESGA', 'success', digestOf(1))),
      'What it describes is not what is here now',
    ],
    [
      'with a report on another release',
      reports(accepted, carmen, 'approved', report('CESGA', 'success').replace(release, 'arc-arc-ce-7.0.0')),
      'arc-arc-ce-7.0.0',
    ],
    [
      'with a report on a target that there is none',
      reports(accepted, carmen, 'approved', report('CESGA', 'success').replace('amd64', 'arm64')),
      'has no target',
    ],
    [
      'with a report in the form of a verification',
      reports(
        accepted,
        carmen,
        'approved',
        report('CESGA', 'success')
          .replace('EarlyAdopterReport', 'VerificationReport')
          .replace('outcome: success', 'outcome: accept'),
      ),
      'only members of the team unit',
    ],
    [
      'with a form that lacks a field (R-2.4-12.6a)',
      reports(accepted, carmen, 'approved', report('CESGA', 'success').replace(/^effort.*\n/m, '')),
      'The report cannot be read',
    ],
    [
      'without a form (R-2.4-12.6a)',
      reports(accepted, carmen, 'approved', 'Works here.'),
      'A report needs its form',
    ],
    [
      'with an edited Success',
      reports(accepted, carmen, 'approved', report('CESGA', 'success'), { edited: true }),
      'edited before it was read',
    ],
    [
      'with a dismissed Success',
      reports(accepted, carmen, 'dismissed', report('CESGA', 'success')),
      'goes with an approving review',
    ],
    [
      'with a Success after the close',
      reports(factsAt('closing'), carmen, 'approved', report('CESGA', 'success')),
      'can no longer be reported on',
    ],
  ];
  test.each(refusedActs)('%s is not heard, and the answer says why', (_, facts, why) => {
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining(why)]);
  });

  test('that reports in a review which only talks is not answered at all', () => {
    expect(answersTo(reports(accepted, otto, 'commented', 'Nice work!'))).toEqual([]);
    expect(answersTo(reports(accepted, otto, 'dismissed', 'Nice work!'))).toEqual([]);
  });

  test('writes Success in a mere comment, and nobody takes it for a report', () => {
    expect(gains(says(accepted, carmen, report('CESGA', 'success')))).toEqual([]);
  });
});

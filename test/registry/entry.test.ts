import { describe, expect, test } from '@jest/globals';
import { isVersionRange } from '../../app/model/early-adopters.ts';
import { commitmentLine } from '../../app/registry/commitments.ts';
import { wantedEntry } from '../../app/registry/entry.ts';
import { cesga, configuration, facts, form, join, mila } from './facts.ts';

const told = (
  answers: Readonly<Record<string, string>>,
  more: Parameters<typeof facts>[1] = {},
): readonly string[] =>
  wantedEntry(facts(form(answers), more)).problems.map(
    ({ field, message, mend }) => `${field}: ${message} ${mend}`,
  );
const held = (answers: Readonly<Record<string, string>>): readonly string[] | undefined =>
  wantedEntry(facts(form(answers), { issue: { author: cesga } })).site?.commitments.map(commitmentLine);

describe('A commitment', () => {
  test.each([
    ['bdii', 'bdii'],
    ['bdii debian12', 'bdii debian12'],
    ['- bdii debian12 amd64', 'bdii debian12 amd64'],
    ['bdii, debian12, amd64', 'bdii debian12 amd64'],
    ['bdii debian12 amd64 until=2027-06-30', 'bdii debian12 amd64 until=2027-06-30'],
    ['bdii debian12 until=2026-11-25', 'bdii debian12 until=2026-11-25'],
    ['bdii debian12 amd64 versions=“>=1.1 <2”', 'bdii debian12 amd64 versions=">=1.1 <2"'],
    ['bdii versions=>=6', 'bdii versions=">=6"'],
  ])('is read: %s (R-3-1, R-3.2-4)', (line, as) => {
    const entry = wantedEntry(facts(form({ ...join, commitments: line })));
    expect(entry.problems).toEqual([]);
    expect(entry.site?.commitments.map(commitmentLine)).toEqual([as]);
    expect(entry.site?.commitments[0]?.stack).toBe('glite');
  });

  test.each([
    ['bdi debian12 amd64', 'Write bdii.'],
    ['constructor debian12', 'not in the catalogue'],
    ['bdii debian21', 'Write debian12.'],
    ['bdii debian12 amd46', 'Write amd64.'],
    ['bdii debian12 amd64 until=2027-02-29', 'is no date'],
    ['bdii debian12 amd64 until=soon', 'is no date'],
    ['bdii debian12 amd64 until=2026-11-24', 'is in the past'],
    ['bdii debian12 amd64 versions="1 - 2"', 'is no range of versions'],
    ['bdii debian12 amd64 until=2027-01-01 until=2028-01-01', 'stands there twice'],
    ['bdii debian12 amd64 soon=yes', 'There is no "soon" in a commitment'],
    ['bdii debian12 amd64 please', 'cannot be read'],
    ['bdii debian12\nbdii debian12 until=2027-06-30', 'stands there twice'],
  ])('is told what is wrong with it: %s', (line, what) => {
    const problems = told({ ...join, commitments: line });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(what);
  });

  test.each([
    ['>=1.1.0 <2.0.0', true],
    ['=1.16.7-1', true],
    ['>=1', true],
    ['>= 1', false],
    ['', false],
    ['1.2', false],
    ['>=1 <2 >3 <4 >5', false],
    ['^1.2', false],
  ])('for the versions %j: %s', (text, is) => {
    expect(isVersionRange(text)).toBe(is);
  });
});

describe('A request', () => {
  test('is told everything at once', () => {
    const problems = told({
      wish: 'join',
      site: 'CESGA',
      logins: 'nobody-here',
      zone: 'Mars',
      commitments: 'bdi',
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'Time zone',
      'Site',
      'Role mailbox',
      'GitHub logins of its administrators',
      'GitHub logins of its administrators',
      'Commitments',
    ]);
  });

  test.each([
    [
      'a site that joins names people, mailbox and commitments',
      { wish: 'join', site: 'PIC' },
      ['is missing', 'is missing', 'is missing'],
    ],
    [
      'a site joins once, however its name is written',
      { ...join, site: 'cesga' },
      ['stands in the registry already'],
    ],
    [
      'a site that is not there changes nothing',
      { wish: 'change', site: 'CESGAA', ngi: 'X' },
      ['Write CESGA.'],
    ],
    [
      'who joins is one of those listed',
      { ...join, logins: 'p-cern' },
      ['You are not one of the administrators that it lists'],
    ],
    [
      'who changes is one of those in the registry',
      { wish: 'change', site: 'CESGA', ngi: 'X' },
      ['You are not one of the administrators of CESGA'],
    ],
    [
      'who ends is one of those in the registry',
      { wish: 'end', site: 'CESGA' },
      ['You are not one of the administrators of CESGA'],
    ],
  ])('%s (R-3.1-3)', (_, answers, what) => {
    const problems = told(answers);
    expect(problems).toHaveLength(what.length);
    for (const [at, part] of what.entries()) expect(problems[at]).toContain(part);
  });

  test('may be opened by a staged-rollout manager for a site', () => {
    expect(told({ ...join, logins: 'p-cern' }, { issue: { author: mila } })).toEqual([]);
    expect(told({ wish: 'change', site: 'CESGA', ngi: 'X' }, { issue: { author: mila } })).toEqual([]);
  });

  test('names a calendar of the policy, once the policy has several', () => {
    const answers = { ...join, calendar: 'lisbon' };
    const { calendars: _none, ...alone } = configuration.policy;
    expect(told(answers, { configuration: { ...configuration, policy: alone } })).toEqual([]);
    const policy = { ...alone, calendars: { 'es-madrid': alone.calendar } };
    expect(told(answers, { configuration: { ...configuration, policy } }).join()).toContain(
      'Write one of: es-madrid.',
    );
  });

  test('for a change keeps what was left empty, and the name of the site as it stands', () => {
    const { site, was } = wantedEntry(
      facts(form({ wish: 'change', site: 'cesga', mailbox: 'ops@cesga.example' }), {
        issue: { author: cesga },
      }),
    );
    expect(site).toEqual({ ...was, mail: 'ops@cesga.example' });
    expect(site?.site).toBe('CESGA');
  });

  test('that changes nothing is told so', () => {
    expect(told({ wish: 'change', site: 'CESGA' }, { issue: { author: cesga } }).join()).toContain(
      'Nothing would change',
    );
  });

  const sam = 'sam-nagios sl6 x86_64';
  test.each([
    ['all of them, when it names none', {}, []],
    ['all of them', { commitments: 'all' }, []],
    ['one', { commitments: 'bdii debian12 amd64' }, ['bdii al9 x86_64', 'voms-clients debian12 amd64', sam]],
    [
      'one at a day',
      { commitments: 'bdii debian12 until=2027-01-31' },
      ['bdii debian12 amd64 until=2027-01-31', 'bdii al9 x86_64', 'voms-clients debian12 amd64', sam],
    ],
  ])('ends %s (R-3.2-4)', (_, answers, left) => {
    expect(held({ wish: 'end', site: 'CESGA', ...answers })).toEqual(left);
  });

  test('ends a commitment to what the catalogue no longer has', () => {
    const { bdii: _, ...components } = configuration.catalogue.components;
    const catalogue = { ...configuration.catalogue, components };
    expect(
      told(
        { wish: 'end', site: 'CESGA', commitments: 'bdii' },
        { issue: { author: cesga }, configuration: { ...configuration, catalogue } },
      ),
    ).toEqual([]);
  });

  test('ends nothing that is not there', () => {
    expect(
      told({ wish: 'end', site: 'CESGA', commitments: 'wms' }, { issue: { author: cesga } }).join(),
    ).toContain('The site has no commitment');
  });
});

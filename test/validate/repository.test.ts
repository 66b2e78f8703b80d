import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { EarlyAdoptersSchema } from '../../app/model/early-adopters.ts';
import { PolicySchema } from '../../app/model/policy.ts';
import { examine, readAs } from '../../app/model/yaml.ts';
import { extendedJournal } from '../../app/record/journal-file.ts';
import { checkLooseFile, checkRepository } from '../../app/validate/check.ts';
import { registryProblems } from '../../app/validate/registry.ts';

const single = [
  'releases/catalogue.yml',
  'releases/criteria.yml',
  'releases/distributions.yml',
  'releases/early-adopters.yml',
  '.github/rollout.yml',
  'repos-manifest/channels.yml',
] as const;

const others = ['releases', 'repos-manifest'].flatMap((folder) =>
  readdirSync(folder).map((name) => `${folder}/${name}`),
);

/** The sample repository with some of its files changed, added or (with undefined) taken away. */
function repository(
  changes: Readonly<Record<string, string | undefined>> = {},
): Map<string, string | undefined> {
  const files = new Map<string, string | undefined>(others.map((path) => [path, undefined]));
  for (const path of single) files.set(path, readFileSync(path, 'utf8'));
  for (const [path, text] of Object.entries(changes)) {
    if (text === undefined) files.delete(path);
    else files.set(path, text);
  }
  return files;
}

function changed(path: (typeof single)[number], from: string | RegExp, to: string): Record<string, string> {
  const text = readFileSync(path, 'utf8');
  const after = text.replace(from, to);
  if (after === text) throw new Error(`${path} does not hold ${String(from)}`);
  return { [path]: after };
}

/** `rule at the text of the line` for each problem, warnings with a question mark. */
function told(files: Map<string, string | undefined>): readonly string[] {
  return checkRepository(files).problems.map(({ rule, severity, file, line, column }) => {
    const text = files.get(file)?.split('\n')[line - 1];
    const place = line === 0 || text === undefined ? file : text.slice(column - 1);
    return `${rule}${severity === 'warning' ? '?' : ''} ${place}`;
  });
}

const readme = readFileSync('releases/README.md', 'utf8');
const example = /```yaml\n([^]*?)```/.exec(readme)?.[1] ?? '';
const ticket = 'releases/community/fetch-crl/3.0.22.yml';

const manifest = `apiVersion: rollout/v1
kind: Manifest
release: community-fetch-crl-3.0.22
channel: production
digest: "${'a'.repeat(64)}"
component: fetch-crl
stack: community
provider: nikhef
version: 3.0.22-2
class: revision
distribution: umd/5
evidence: {ticket: 7, journal: releases/community/fetch-crl/3.0.22.journal.yml, entry: 9, hash: "${'b'.repeat(64)}"}
targets:
  - {platform: debian12, arch: amd64, format: deb, packages: [{file: a.deb, size: 1, sha256: "${'c'.repeat(64)}"}]}
`;
const shelved = 'repos-manifest/production/community-fetch-crl-3.0.22.yml';

describe('the sample repository', () => {
  test('is sound, with the ticket of its README', () => {
    expect(told(repository({ [ticket]: example }))).toEqual([]);
  });

  const journal = 'releases/community/fetch-crl/3.0.22.journal.yml';
  const journalText = extendedJournal(undefined, 'community-fetch-crl-3.0.22', [
    { event: 'retried', at: '2026-11-22T09:00:00Z', by: 'rollout' },
    { event: 'taken', at: '2026-11-22T09:00:01Z', by: { login: 'tu-vera', id: 7 } },
  ]);

  test('is sound with a signed manifest, a journal and a key', () => {
    const files = repository({ [shelved]: manifest });
    for (const path of [`${shelved}.asc`, 'repos-manifest/keys/production.asc']) files.set(path, undefined);
    files.set(journal, journalText);
    expect(told(files)).toEqual([]);
  });

  test.each([
    ['an entry was changed', journalText.replace('retried', 'pulled!')],
    ['an entry was taken out', journalText.replace(/^- .*\n/m, '')],
    ['it is another release’s', journalText.replace('community-fetch-crl', 'community-fetch-crx')],
  ])('is told when a journal does not hold: %s', (_, text) => {
    const files = repository({});
    files.set(journal, text);
    expect(told(files)).toEqual([expect.stringContaining('broken-journal')]);
  });

  test('gives tickets the ground they are checked against', () => {
    expect(Object.keys(checkRepository(repository()).ground?.catalogue.stacks ?? {})).toEqual([
      'arc',
      'glite',
      'unicore',
      'globus',
      'community',
      'opstools',
    ]);
  });
});

describe('what files say of each other', () => {
  const catalogue = 'releases/catalogue.yml';
  const criteria = 'releases/criteria.yml';
  const distributions = 'releases/distributions.yml';
  const registry = 'releases/early-adopters.yml';
  const policy = '.github/rollout.yml';
  const channels = 'repos-manifest/channels.yml';

  test.each<[string, Record<string, string | undefined>, readonly string[]]>([
    ['a file that is missing', { [registry]: undefined }, [`missing-file ${registry}`]],
    [
      'a baseline with a component nobody knows (R-2.2-5)',
      changed(distributions, /bdii: 6/, 'bdij: 6'),
      ['unknown-component bdij: 6'],
    ],
    [
      'a base repository for an architecture that the platform does not have, and one of another format',
      changed(
        distributions,
        /format: rpm, architectures: \[x86_64, aarch64\] \}/,
        `format: rpm, architectures: [x86_64, aarch64], base: [${['x86_65', 'aarch64']
          .map(
            (arch, number) =>
              `\n          { name: b, architecture: ${arch},\n          packages: https://a.example/${['x-primary.xml.gz', 'Packages.xz'][number] ?? ''},\n          size: 1, sha256: ${'a'.repeat(64)} }`,
          )
          .join(', ')}] }`,
      ),
      ['unknown-architecture x86_65,', 'base-format https://a.example/Packages.xz,'],
    ],
    [
      'a next distribution without roadmap (R-2.2-6), and another next one (R-2.2-8)',
      changed(distributions, /status: past/g, 'status: next'),
      ['roadmap-missing? next', 'two-next-distributions next', 'roadmap-missing? next'],
    ],
    [
      'a component of a stack nobody knows (R-VIII-1)',
      changed(catalogue, /stack: globus/, 'stack: globsu'),
      ['unknown-stack globsu'],
    ],
    [
      'a component of a provider nobody knows (R-1-1)',
      changed(catalogue, /provider: jra1/, 'provider: jra2'),
      ['unknown-provider jra2'],
    ],
    [
      'capabilities run together (L11)',
      changed(catalogue, '[Data Access, File Access]', '["Job ExecutionFile Access"]'),
      ['unknown-capability "Job ExecutionFile Access"]'],
    ],
    [
      'a capability never heard of',
      changed(catalogue, '[Monitoring]', '[Quantum Annealing]'),
      ['unknown-capability? Quantum Annealing]'],
    ],
    ['no criteria', { [criteria]: undefined }, [`missing-file ${criteria}`]],
    [
      'a criterion twice',
      changed(criteria, 'id: QC_DOC_2', 'id: QC_DOC_1'),
      ['duplicate-criterion QC_DOC_1'],
    ],
    [
      'a criterion of a misspelt capability (R-2.2-16)',
      changed(criteria, '[Job Execution]', '[Job Excution]'),
      ['unknown-capability Job Excution]'],
    ],
    [
      'a criterion of a capability never heard of',
      changed(criteria, '[Job Execution]', '[Quantum Annealing]'),
      ['unknown-capability? Quantum Annealing]'],
    ],
    [
      'a criterion whose id is none',
      changed(criteria, 'id: QC_DOC_2', 'id: qc-doc-2'),
      ['bad-value qc-doc-2'],
    ],
    [
      'a criterion whose title could end the form that it stands in',
      changed(criteria, /title: It does its.*/, "title: 'x ``` y'"),
      ["bad-value 'x ``` y'"],
    ],
    [
      'a team with two roles',
      changed(catalogue, 'team: provider-infn', 'team: technology-unit'),
      ['team-used-twice technology-unit'],
    ],
    [
      'a capability misspelt',
      changed(catalogue, '[Monitoring]', '[Monitorign]'),
      ['unknown-capability Monitorign]'],
    ],
    [
      'a provider without agreement is told, and stops nothing (R-7-1)',
      changed(catalogue, / {4}sla: .*infn.*\n/, ''),
      ['sla-missing? infn:'],
    ],
    [
      'a provider whose answer has no time (R-7-1)',
      changed(catalogue, 'response: 2wd', 'response: soon'),
      ['bad-value soon }'],
    ],
    [
      'a provider whose signatures have to be there, and whose keys nobody knows',
      changed(catalogue, 'team: provider-infn\n', 'team: provider-infn\n    signatures: required\n'),
      ['signing-keys-missing required'],
    ],
    [
      'a provider whose keys are not in the repository',
      changed(
        catalogue,
        'team: provider-infn\n',
        `team: provider-infn\n    signing_keys: [${'A'.repeat(40)}]\n`,
      ),
      [`signing-keys-missing signing_keys: [${'A'.repeat(40)}]`],
    ],
    [
      'a provider without contact',
      changed(catalogue, / {4}contact: releases@infn.*\n/, ''),
      ['contact-missing? infn:'],
    ],
    [
      'the address of a person (A-39)',
      changed(catalogue, 'releases@infn.example', 'ada.lovelace@infn.example'),
      ['personal-contact? ada.lovelace@infn.example'],
    ],
    [
      'the mailbox of a role with a dot in its name',
      changed(catalogue, 'releases@infn.example', 'grid.support@infn.example'),
      [],
    ],
    [
      'a stack without mailing list (R-2.3-9)',
      changed(catalogue, ', mailing_list: early-adopters-unicore@lists.example', ''),
      ['stack-without-mailing-list? unicore: { title: UNICORE }'],
    ],
    [
      'a mailing list for two stacks',
      changed(catalogue, 'early-adopters-unicore@', 'Early-Adopters-Glite@'),
      ['mailing-list-used-twice Early-Adopters-Glite@lists.example }'],
    ],
    [
      'a provider of the past who is today’s no more (R-1-2)',
      changed(catalogue, '{ provider: gridcf, from: 2018-01-01 }', '{ provider: nikhef, from: 2018-01-01 }'),
      ['provider-history { provider: nikhef, from: 2018-01-01 }'],
    ],
    [
      'a past that overlaps (R-1-2)',
      changed(catalogue, 'from: 2010-10-01', 'from: 2010-09-01'),
      ['provider-history 2010-09-01, until: 2013-03-31 }'],
    ],
    [
      'a past without end in its middle, and one that ends before it begins (R-1-2)',
      changed(
        catalogue,
        'vdt, until: 2010-09-30 }\n      - { provider: ige, from: 2010-10-01, until: 2013-03-31 }',
        'vdt }\n      - { provider: ige, from: 2010-10-01, until: 2009-03-31 }',
      ),
      ['provider-history { provider: vdt }', 'provider-history 2009-03-31 }'],
    ],
    [
      'a provider of the past, misspelt',
      changed(catalogue, 'provider: ige,', 'provider: nikehf,'),
      ['unknown-provider nikehf, from: 2010-10-01, until: 2013-03-31 }'],
    ],
    [
      'a tool of which nobody knows who runs it (R-1-3)',
      changed(catalogue, / {4}deployment: regionalised\n/, ''),
      ['deployment-missing sam-nagios:'],
    ],
    [
      'middleware with a central instance',
      changed(catalogue, 'category: community', 'deployment: regionalised'),
      ['deployment-of-middleware regionalised'],
    ],
    [
      'an expected tool that sites run already (R-2.6-6)',
      changed(catalogue, 'central-single-instance', 'regionalised'),
      ['component-without-site? accounting-portal:', 'expected-is-distributed true'],
    ],
    [
      'a category that does not fit the stack (R-VIII-1)',
      changed(catalogue, 'category: tool', 'category: middleware'),
      ['category-mismatch middleware'],
    ],
    [
      'a category nobody knows (R-VIII-1)',
      changed(catalogue, 'category: tool', 'category: tol'),
      ['bad-value tol'],
    ],
    [
      'a range of versions that is none',
      changed(registry, "'>=6.0.0 <7.0.0'", "'6.0.0 - 7.0.0'"),
      ["bad-version-range '6.0.0 - 7.0.0' }"],
    ],
    ['a site twice', changed(registry, 'site: GRIF', 'site: cesga'), ['duplicate-site cesga']],
    [
      'a site in a time zone that is none',
      changed(registry, 'Europe/Paris', 'Europe/Pari'),
      ['unknown-time-zone Europe/Pari'],
    ],
    [
      'a commitment to a component nobody knows (R-3-1)',
      changed(registry, 'component: gfal2', 'component: gfal'),
      ['component-without-site? gfal2:', 'unknown-component gfal, os: debian12, arch: amd64 }'],
    ],
    [
      'a commitment with the wrong stack',
      changed(registry, '{ stack: glite, component: gfal2', '{ stack: arc, component: gfal2'),
      ['stack-mismatch arc, component: gfal2, os: debian12, arch: amd64 }'],
    ],
    [
      'a commitment on a system no distribution has',
      changed(registry, 'os: sl5', 'os: sl55'),
      ['unknown-platform sl55, arch: x86_64 }'],
    ],
    [
      'a commitment on an architecture no distribution has',
      changed(registry, 'os: sl5, arch: x86_64', 'os: sl5, arch: i386'),
      ['unknown-architecture i386 }'],
    ],
    [
      'a policy for a stack nobody knows',
      changed(policy, '  arc: early-adopters-arc', '  ark: early-adopters-arc'),
      ['stack-without-early-adopters? early_adopters:', 'unknown-stack ark: early-adopters-arc'],
    ],
    [
      'a grace period whose least is more than its most',
      changed(policy, 'grace_minimum: 0h', 'grace_minimum: 1wd'),
      ['grace-minimum 1wd'],
    ],
    [
      'a class without reports (A-10)',
      changed(policy, 'minimum_reports: 2', 'minimum_reports: 0'),
      ['minimum-reports 0'],
    ],
    ['a class left out', changed(policy, / {2}major:\n( {4}.*\n)+/, ''), ['missing-field classes:']],
    [
      'hours that end before they begin',
      changed(policy, '09:00-17:00', '17:00-09:00'),
      ["working-hours '17:00-09:00']"],
    ],
    [
      'hours that overlap',
      changed(policy, "['09:00-17:00']", "['09:00-13:00', '12:00-17:00']"),
      ["working-hours '12:00-17:00']"],
    ],
    ['a week without hours', changed(policy, /week:\n( {4}.*\n)+/, 'week: {}\n'), ['working-hours week: {}']],
    ['a holiday twice', changed(policy, '2026-12-25', '2026-01-01'), ['duplicate-holiday? 2026-01-01']],
    ['a holiday that is no day', changed(policy, '2026-12-25', '2026-02-29'), ['bad-value 2026-02-29']],
    [
      'a freeze that ends before it begins',
      changed(policy, 'from: 2026-12-21, to: 2027-01-03', 'from: 2026-12-21, to: 2026-01-03'),
      ["freeze 2026-01-03, reason: 'year-end freeze: no promotions except emergency' }"],
    ],
    [
      'a freeze over another',
      changed(
        policy,
        '  freezes:\n',
        '  freezes:\n    - { from: 2027-01-03, to: 2027-01-03, reason: move }\n',
      ),
      ["freeze? 2026-12-21, to: 2027-01-03, reason: 'year-end freeze: no promotions except emergency' }"],
    ],
    [
      'a freeze without a reason',
      changed(policy, "'year-end freeze: no promotions except emergency'", "' '"),
      ["bad-value ' ' }"],
    ],
    [
      "a site's calendar in a time zone that is none",
      changed(policy, 'tz: Europe/Lisbon', 'tz: Europe/Lisboa'),
      ['unknown-time-zone Europe/Lisboa'],
    ],
    [
      "a site's calendar without hours",
      changed(policy, /week:\n( {6}.*\n)+/, 'week: {}\n'),
      ['working-hours week: {}'],
    ],
    [
      "a site's calendar with hours that overlap",
      changed(policy, "['09:00-14:00', '15:00-18:00']", "['09:00-14:00', '13:00-18:00']"),
      ["working-hours '13:00-18:00']"],
    ],
    [
      "a site's calendar with a name that cannot be named",
      changed(policy, 'europe-lisbon:', 'Europe Lisbon:'),
      ['bad-value Europe Lisbon:'],
    ],
    ['no tries', changed(policy, 'tries: 3', 'tries: 0'), ['bad-value 0']],
    [
      'a host with its scheme',
      changed(policy, 'http_hosts: []', 'http_hosts: ["http://old.example"]'),
      ['bad-value "http://old.example"]'],
    ],
    [
      'channels in one folder',
      changed(channels, '{channel}/', ''),
      ["layout-collides '{distribution}/{major}/{platform}/{arch}'"],
    ],
    [
      'platforms in one folder',
      changed(channels, '/{platform}', ''),
      ["layout-collides '{channel}/{distribution}/{major}/{arch}'"],
    ],
    [
      'channels of one word',
      changed(
        channels,
        'valid_days: 7',
        'valid_days: 7\nchannel_names: { production: release, unverified: release }',
      ),
      ['layout-collides { production: release, unverified: release }'],
    ],
    [
      'platforms of one word',
      changed(channels, 'valid_days: 7', 'valid_days: 7\nplatform_names: { al9: el, sl6: el }'),
      ["layout-collides '{channel}/{distribution}/{major}/{platform}/{arch}'"],
    ],
    [
      'a layout that leaves its folder',
      changed(channels, '{channel}/{distribution}', '../{channel}'),
      ["bad-value '../{channel}/{major}/{platform}/{arch}'"],
    ],
    [
      'an index that is never renewed',
      changed(channels, 'valid_days: 7', 'valid_days: 3650'),
      ['bad-value 3650'],
    ],
    [
      'a release in two places with one id',
      { [ticket]: example, 'releases/community-fetch/crl/3.0.22.yml': example },
      [
        'path-mismatch fetch-crl',
        'path-mismatch community',
        'duplicate-release-id releases/community/fetch-crl/3.0.22.yml',
      ],
    ],
    ['a manifest without signature', { [shelved]: manifest }, [`signature-missing ${shelved}`]],
    [
      'a manifest in another channel',
      { [shelved]: manifest.replace('channel: production', 'channel: unverified') },
      [`signature-missing ${shelved}`, 'path-mismatch unverified'],
    ],
    [
      'a manifest of another release',
      { [shelved]: manifest.replace('fetch-crl-3.0.22', 'fetch-crl-3.0.23') },
      [`signature-missing ${shelved}`, 'id-mismatch community-fetch-crl-3.0.23'],
    ],
    [
      'a file with another ending',
      { 'releases/arc/arc6/6.15.1.yaml': '' },
      ['misplaced-file releases/arc/arc6/6.15.1.yaml'],
    ],
    ['a YAML file that belongs nowhere', { 'releases/notes.yml': '' }, ['misplaced-file releases/notes.yml']],
    [
      'a file that belongs nowhere',
      { 'releases/arc/notes.txt': '' },
      ['misplaced-file? releases/arc/notes.txt'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(told(repository(changes))).toEqual(expected);
  });

  test('a component that no site is committed to is told, also from the day after its last commitment on (R-2-2)', () => {
    const path = 'releases/early-adopters.yml';
    const dashboard = '- { stack: opstools, component: operations-dashboard, os: debian12, arch: amd64';
    const none = changed(path, new RegExp(`.*${dashboard} }\\n`), '');
    expect(told(repository(none))).toEqual(['component-without-site? operations-dashboard:']);
    const limited = repository(changed(path, dashboard, `${dashboard}, until: 2027-06-30`));
    const rules = (today: string) => checkRepository(limited, today).problems.map(({ rule }) => rule);
    expect(rules('2027-06-30')).toEqual([]);
    expect(rules('2027-07-01')).toEqual(['component-without-site', 'commitment-over']);
  });

  test('a commitment that is over is told from the day after its last on (R-3.2-4)', () => {
    const rules = (today?: string) => checkRepository(repository(), today).problems;
    expect(rules()).toEqual([]);
    expect(rules('2027-12-31')).toEqual([]);
    expect(rules('2028-01-01')).toEqual([
      expect.objectContaining({ rule: 'commitment-over', severity: 'warning' }),
    ]);
  });

  test('a site names a calendar of the policy, where the policy has several', () => {
    const path = 'releases/early-adopters.yml';
    const text = readFileSync(path, 'utf8').replace('vos: [atlas, cms, ops, dteam]', 'calendar: es-madrid');
    const reading = examine(EarlyAdoptersSchema, text, path);
    if (!reading.sound) throw new Error('the registry cannot be read');
    const source = { file: path, document: reading.document, value: reading.value };
    const read = readAs(PolicySchema, readFileSync('.github/rollout.yml', 'utf8'), 'policy');
    if (!read.ok) throw new Error('the policy cannot be read');
    const rules = (more: object) =>
      registryProblems(source, undefined, undefined, { ...read.value, ...more }).map(({ rule }) => rule);
    expect(rules({ calendars: undefined })).toEqual([]);
    expect(rules({ calendars: { 'es-madrid': read.value.calendar } })).toEqual([]);
    expect(rules({ calendars: { 'pt-lisbon': read.value.calendar } })).toEqual(['unknown-calendar']);
  });

  test('two channels never hold one release', () => {
    const second = shelved.replace('production', 'unverified');
    const files = repository({
      [shelved]: manifest,
      [second]: manifest.replace('channel: production', 'channel: unverified'),
    });
    for (const path of [shelved, second]) files.set(`${path}.asc`, undefined);
    expect(told(files)).toEqual([`release-in-two-channels ${second}`]);
  });

  test('where the catalogue cannot be read, a ticket is not blamed for it', () => {
    const files = repository({ [ticket]: example, 'releases/catalogue.yml': 'kind: [' });
    expect(told(files)).toEqual(['syntax ']);
  });
});

describe('a file that stands anywhere', () => {
  test.each<[string, string, readonly string[] | undefined]>([
    ['a ticket', example, ['ticket-path']],
    ['a manifest', manifest, []],
    [
      'a report without its digest',
      'kind: EarlyAdopterReport\nrelease: x\nsite: CESGA\noutcome: success\ntargets: [{platform: sl6, arch: x86_64}]\neffort_hours: 1\n',
      ['missing-field'],
    ],
    ['a kind misspelt', 'apiVersion: rollout/v1\nkind: Realease\n', ['unknown-kind']],
    ['a file without kind', 'apiVersion: rollout/v1\n', ['unknown-kind']],
    ['a file of somebody else', 'name: ci\non: push\n', undefined],
    ['no YAML', 'a: [', ['syntax']],
  ])('%s', (_, text, expected) => {
    expect(checkLooseFile(text, 'x.yml')?.map(({ rule }) => rule)).toEqual(expected);
  });
});

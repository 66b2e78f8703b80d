import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type * as z from 'zod';
import { CatalogueSchema } from '../../../app/model/catalogue.ts';
import { DistributionsSchema } from '../../../app/model/distributions.ts';
import { PolicySchema } from '../../../app/model/policy.ts';
import { ticketPath, withoutRevision } from '../../../app/model/release-id.ts';
import { TicketSchema } from '../../../app/model/ticket.ts';
import { readAs, readYaml } from '../../../app/model/yaml.ts';
import type { TicketGround } from '../../../app/rollout/ticket/rule.ts';
import { checkTicket, readTicket } from '../../../app/rollout/ticket/ticket.ts';

function sample<S extends z.ZodType>(schema: S, file: string): z.infer<S> {
  const checked = readAs(schema, readFileSync(file, 'utf8'), file);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.value;
}

const policy = sample(PolicySchema, '.github/rollout.yml');
const ground: TicketGround = {
  catalogue: sample(CatalogueSchema, 'releases/catalogue.yml'),
  distributions: sample(DistributionsSchema, 'releases/distributions.yml'),
  policy: { intake: { ...policy.intake, http_hosts: ['old.example'] } },
};

const path = 'releases/glite/cream/1.16.7.yml';
const sound = `apiVersion: rollout/v1
kind: Release
metadata:
  id: glite-cream-1.16.7
  component: cream
  stack: glite
  provider: infn
spec:
  version: 1.16.7
  previous: 1.16.6
  class: revision
  backward_compatible: true
  distribution: umd/4
  release_notes: https://provider.example/notes
  changelog: https://provider.example/changelog
  certification_reports:
    - https://provider.example/tests
  documentation:
    admin: https://provider.example/admin
    updated: true
  issues:
    - https://provider.example/issue/1
  targets:
    - platform: centos7
      arch: x86_64
      packages:
        - file: cream-1.16.7-1.el7.noarch.rpm
          url: https://provider.example/cream-1.16.7-1.el7.noarch.rpm
          size: 20480
          sha256: "0000000000000000000000000000000000000000000000000000000000000002"
`;

/** `rule line:column`, warnings with a question mark. */
function told(text: string, at = path): readonly string[] {
  const checked = readTicket(text, at, ground);
  const problems = checked.ok ? checked.warnings : checked.problems;
  expect(problems.every(({ mend, message }) => /^[A-Z].*\.$/.test(mend) && message.endsWith('.'))).toBe(true);
  return problems.map(
    ({ rule, severity, line, column }) =>
      `${rule}${severity === 'warning' ? '?' : ''} ${String(line)}:${String(column)}`,
  );
}

/** The sound ticket with one line replaced; the line is named by its beginning. */
function withLine(beginning: string, ...lines: readonly string[]): string {
  const all = sound.split('\n');
  const index = all.findIndex((line) => line.trim().startsWith(beginning));
  if (index === -1) throw new Error(`no line begins with ${beginning}`);
  return all.toSpliced(index, 1, ...lines).join('\n');
}

describe('a ticket', () => {
  test('that keeps every rule gives its value and no word', () => {
    const checked = readTicket(sound, path, ground);
    expect(checked.ok && checked.value.spec.version).toBe('1.16.7');
    expect(checked.ok && checked.warnings).toEqual([]);
  });

  test.each<[string, string, readonly string[]]>([
    [
      'a field misspelt',
      withLine('changelog:', '  changlog: https://provider.example/c'),
      ['changelog-missing 8:1', 'unknown-field 15:3'],
    ],
    [
      'a field nobody knows',
      withLine('previous:', '  previous: 1.16.6', '  dummy: count 1'),
      ['unknown-field 11:3'],
    ],
    ['a class misspelt', withLine('class:', '  class: revison'), ['bad-value 11:10']],
    ['another kind of file', withLine('kind:', 'kind: Catalogue'), ['bad-value 2:7']],
    [
      'a boolean in quotes is one all the same',
      withLine('backward_compatible:', '  backward_compatible: "true"'),
      [],
    ],
    ['yes for true', withLine('backward_compatible:', '  backward_compatible: yes'), ['bad-value 12:24']],
    ['no digest (L04, R-2.4-10.4b)', sound.replace(/ +sha256: .*\n/, ''), ['digest-missing 27:11']],
    [
      'a digest in capitals',
      withLine('sha256:', `          sha256: ${'A'.repeat(64)}`),
      ['invalid-digest 30:19'],
    ],
    ['a digest that is cut', withLine('sha256:', '          sha256: "12"'), ['invalid-digest 30:19']],
    ['a size in words', withLine('size:', '          size: 20 KiB'), ['bad-value 29:17']],
    ['a size of nothing', withLine('size:', '          size: 0'), ['package-size 29:17']],
    ['a size beyond the policy', withLine('size:', '          size: 4294967297'), ['package-size 29:17']],
    ['an invalid version (L14)', withLine('version:', '  version: 1.58.-1'), ['invalid-version 9:12']],
    [
      'a version with a look-alike letter',
      withLine('version:', '  version: 1.16.\u{0417}'),
      ['invalid-version 9:12'],
    ],
    ['no target (L18)', sound.replace(/ {2}targets:[^]*/, '  targets: []\n'), ['no-target 23:12']],
    ['no packages', sound.replace(/ {6}packages:[^]*/, '      packages: []\n'), ['no-target 26:17']],
    [
      'no changelog (L03, R-2.4-10.2.2)',
      withLine('changelog:', '  changelog: N/A'),
      ['changelog-missing 15:14'],
    ],
    ['no release notes (R-2.4-10.2.1a)', sound.replace(/ {2}release_notes: .*\n/, ''), ['missing-field 8:1']],
    [
      'no certification report (R-2.4-10.2.3, R-2.2-12)',
      sound.replace(/( {2}certification_reports:)\n.*\n/, '$1 []\n'),
      ['bad-value 16:26'],
    ],
    ['an empty changelog (L03)', withLine('changelog:', '  changelog:'), ['changelog-missing 15:3']],
    ['a placeholder for a link (L01)', withLine('admin:', '    admin: link2'), ['placeholder-text 19:12']],
    [
      'a placeholder for a text (L02)',
      withLine('changelog:', '  changelog: Put the Change logs here (multiline field)'),
      ['placeholder-text 15:14'],
    ],
    [
      'a placeholder that is a link',
      withLine('release_notes:', '  release_notes: https://link1'),
      ['placeholder-text 14:18'],
    ],
    [
      'a placeholder in a list',
      withLine('- https://provider.example/tests', '    - https://provider.example/TODO'),
      ['placeholder-text 17:7'],
    ],
    [
      'plain http (L05)',
      withLine('url:', '          url: http://provider.example/cream-1.16.7-1.el7.noarch.rpm'),
      ['plain-http-source 28:16'],
    ],
    [
      'plain http from a host of the policy',
      withLine('url:', '          url: http://old.example/cream-1.16.7-1.el7.noarch.rpm'),
      ['plain-http-source? 28:16'],
    ],
    [
      'a password in an address',
      withLine('url:', '          url: https://me:pw@provider.example/cream-1.16.7-1.el7.noarch.rpm'),
      ['credentials-in-address 28:16'],
    ],
    [
      'an address of another file',
      withLine('url:', '          url: https://provider.example/latest.rpm'),
      ['file-name-vs-url? 28:16'],
    ],
    [
      'an address that asks a program',
      withLine('url:', '          url: https://provider.example/get?id=1'),
      [],
    ],
    ['an address that is none', withLine('url:', '          url: https://%/x'), ['bad-value 28:16']],
    ['a file name with a folder', withLine('- file:', '        - file: ../x.rpm'), ['bad-value 27:17']],
    [
      'a version that is not the file name (L06, L07)',
      withLine('version:', '  version: 1.16.8'),
      ['version-fields-disagree 4:7', 'file-name-vs-version 9:12'],
    ],
    ['a version with its packaging revision', withLine('version:', '  version: 1.16.7-1'), []],
    [
      'a version of another component (L12)',
      withLine('version:', '  version: 6.2.44'),
      ['version-fields-disagree 4:7', 'file-name-vs-version 9:12'],
    ],
    [
      'an id of another version',
      withLine('id:', '  id: glite-cream-1.16.8'),
      ['id-mismatch 4:7', 'version-fields-disagree 4:7'],
    ],
    [
      'a version that YAML takes for a number (L21)',
      withLine('previous:', '  previous: 1.10'),
      ['yaml-number-version? 10:13'],
    ],
    ['the same in quotes', withLine('previous:', '  previous: "1.10"'), []],
    [
      'the version itself as the previous one',
      withLine('previous:', '  previous: 1.16.7'),
      ['same-version 10:13'],
    ],
    [
      'a stack nobody knows (R-VIII-1)',
      withLine('stack:', '  stack: glit'),
      ['version-fields-disagree 4:7', 'path-mismatch 6:10', 'unknown-stack 6:10'],
    ],
    [
      'a stack the component is not of',
      withLine('stack:', '  stack: arc'),
      ['version-fields-disagree 4:7', 'path-mismatch 6:10', 'stack-mismatch 6:10'],
    ],
    ['a provider nobody knows (R-1-4)', withLine('provider:', '  provider: ifnn'), ['unknown-provider 7:13']],
    [
      'a provider the component is not of (R-1-1)',
      withLine('provider:', '  provider: emi'),
      ['provider-mismatch 7:13'],
    ],
    ['a name that objects inherit', withLine('provider:', '  provider: constructor'), ['bad-value 7:13']],
    [
      'a distribution nobody knows',
      withLine('distribution:', '  distribution: umd/9'),
      ['unknown-distribution 13:17'],
    ],
    [
      'a platform nobody knows (L15)',
      withLine('- platform:', '    - platform: centos88'),
      ['unknown-platform 24:17'],
    ],
    ['an architecture nobody knows', withLine('arch:', '      arch: x86-64'), ['bad-value 25:13']],
    [
      'an architecture of another platform',
      withLine('arch:', '      arch: amd64'),
      ['unknown-architecture 25:13'],
    ],
    [
      'a package of another format',
      withLine('- platform:', '    - platform: debian12').replace('x86_64', 'amd64'),
      ['package-format 27:17'],
    ],
    ['a source package', sound.replaceAll('noarch.rpm', 'src.rpm'), ['package-format 27:17']],
    [
      'an emergency without reason (R-2.2-1)',
      withLine('class:', '  class: emergency'),
      ['emergency-without-reason 11:10'],
    ],
    [
      'a security fix without advisory (L22, R-2.4-10.2.1b)',
      withLine('class:', '  class: emergency', '  reason: security'),
      ['security-without-advisory 12:11'],
    ],
    [
      'a security fix whose advisory is forgotten',
      withLine('class:', '  class: emergency', '  reason: security', '  security: {tlp: RED}'),
      ['security-without-advisory 13:13'],
    ],
    [
      'a reason misspelt is told once',
      withLine('class:', '  class: emergency', '  reason: secruity'),
      ['bad-value 12:11'],
    ],
    [
      'a revision that is not compatible (R-2.2-1)',
      withLine('backward_compatible:', '  backward_compatible: false'),
      ['not-backward-compatible 12:24'],
    ],
    ['a major without roadmap (R-2.2-6)', withLine('class:', '  class: major'), ['roadmap-missing 11:10']],
    ['a major that is a new service', withLine('class:', '  class: major', '  new_service: true'), []],
    [
      'a minor whose documentation is old (R-2.4-10.2.4b)',
      sound.replace('class: revision', 'class: minor').replace('updated: true', 'updated: false'),
      ['documentation-not-updated? 20:14'],
    ],
    ['a revision whose documentation is old', sound.replace('updated: true', 'updated: false'), []],
    [
      'no documentation (R-2.4-10.2.4a)',
      sound.replace(/ {4}admin: .*\n/, ''),
      ['documentation-missing 18:3'],
    ],
    [
      'no issues (R-2.4-10.2.5)',
      sound.replace(/ {2}issues:\n.*\n/, '  issues: []\n'),
      ['issues-missing 21:11'],
    ],
    [
      'no issues, with a reason',
      sound.replace(/ {2}issues:\n.*\n/, '  issues: []\n  no_issues_because: Rebuilt only.\n'),
      [],
    ],
    [
      'no issues, with a reason that is none',
      sound.replace(/ {2}issues:\n.*\n/, '  issues: []\n  no_issues_because: N/A\n'),
      ['issues-missing 21:11', 'placeholder-text 22:22'],
    ],
    [
      'a central tool (L25, R-2.6-4, R-1-3)',
      withLine('class:', '  class: revision', '  deployment: central-single-instance'),
      ['central-tool 12:15'],
    ],
    [
      'capabilities run together (L11)',
      withLine('class:', '  class: revision', '  capabilities: ["Job ExecutionFile Access"]'),
      ['unknown-capability 12:18'],
    ],
    [
      'a capability never heard of',
      withLine('class:', '  class: revision', '  capabilities: [Job Execution, Quantum Annealing]'),
      ['unknown-capability? 12:33'],
    ],
    [
      'the description of another component (L09)',
      withLine(
        'class:',
        '  class: revision',
        '  description: The Advanced Resource Connector (ARC) is middleware.',
      ),
      ['description-mismatch? 12:16'],
    ],
    [
      'a description that names others beside its own',
      withLine('class:', '  class: revision', '  description: CREAM takes jobs from the WMS.'),
      [],
    ],
    [
      'a description that names nobody',
      withLine('class:', '  class: revision', '  description: Takes the jobs of users.'),
      [],
    ],
    [
      'a description that was never written',
      withLine('class:', '  class: revision', '  description: TODO'),
      ['placeholder-text 12:16'],
    ],
    ['an anchor', withLine('class:', '  class: &c revision'), ['yaml-anchor 11:10']],
    ['a key twice', withLine('class:', '  class: revision', '  class: major'), ['duplicate-key 12:3']],
  ])('%s', (_, text, expected) => {
    expect(told(text)).toEqual(expected);
  });

  test.each<[string, string, readonly string[]]>([
    ['that stands outside its folder', 'drafts/cream.yml', ['ticket-path? 1:1']],
    ['that stands under another ending', 'releases/glite/cream/1.16.7.yaml', ['ticket-path 1:1']],
    [
      'of another component by its path',
      'releases/glite/wms/1.16.7.yml',
      ['id-mismatch 4:7', 'path-mismatch 5:14'],
    ],
    ['with a label in its path alone', 'releases/glite/cream/1.16.7+sl6.yml', ['id-mismatch 4:7']],
  ])('%s', (_, at, expected) => {
    expect(told(sound, at)).toEqual(expected);
  });

  test.each([
    ['arc', 'arc6'],
    ['glite', 'cream'],
    ['unicore', 'unicorex'],
    ['globus', 'myproxy'],
    ['community', 'fetch-crl'],
    ['opstools', 'sam-nagios'],
  ])(
    'of the stack %s has the same rules as any other (R-VIII-1, R-VIII-2, R-2-3, R-2.2-11, R-2.6-1)',
    (stack, component) => {
      const text = sound
        .replace('id: glite-cream', `id: ${stack}-${component}`)
        .replace('stack: glite', `stack: ${stack}`)
        .replace('component: cream', `component: ${component}`)
        .replace('provider: infn', `provider: ${ground.catalogue.components[component]?.provider ?? ''}`)
        .replaceAll('cream-1.16.7-1.el7', `${component}-1.16.7-1.el7`);
      const at = `releases/${stack}/${component}/1.16.7.yml`;
      expect(told(text, at)).toEqual([]);
      expect(told(text.replace(/ {2}changelog: .*\n/, ''), at)).toEqual(['changelog-missing 8:1']);
    },
  );

  test('of a tool is refused while it is central, and taken as soon as sites run it themselves (R-2.6-3, R-2.6-4, R-2.6-5, R-1-3)', () => {
    const central = withLine('class:', '  class: revision', '  deployment: central-single-instance');
    expect(told(central)).toEqual(['central-tool 12:15']);
    expect(told(central.replace('central-single-instance', 'regionalised'))).toEqual([]);
  });

  test('with a label in path and id is as good as one without', () => {
    expect(
      told(sound.replace('cream-1.16.7', 'cream-1.16.7+sl6'), 'releases/glite/cream/1.16.7+sl6.yml'),
    ).toEqual([]);
  });

  test('tells mistakes in fields and broken rules together', () => {
    const text = withLine('class:', '  class: revison', '  deployment: central-single-instance').replace(
      'infn',
      'emi',
    );
    expect(told(text)).toEqual(['provider-mismatch 7:13', 'bad-value 11:10', 'central-tool 12:15']);
  });

  test('says the nearest name that is known', () => {
    const checked = readTicket(withLine('- platform:', '    - platform: centos77'), path, ground);
    expect(checked.ok ? [] : checked.problems.map(({ message, mend }) => `${message} ${mend}`)).toEqual([
      'umd/4 has no platform centos77. Write centos7.',
    ]);
  });

  test('that is in hand already is checked against the files that are given', () => {
    const ticket = readTicket(sound, path, ground);
    const document = readYaml(sound, path);
    if (!ticket.ok || !document.ok) throw new Error('unreadable');
    const inHand = { ticket: ticket.value, path, document: document.value, ...ground };
    expect(checkTicket(inHand)).toEqual([]);
    expect(
      checkTicket({ ...inHand, distributions: { ...ground.distributions, distributions: {} } }),
    ).toMatchObject([{ rule: 'unknown-distribution', file: path, line: 13, column: 17 }]);
  });

  test('without the reviewed files is checked by itself', () => {
    const checked = readTicket(
      withLine('provider:', '  provider: nobody').replace('revision', 'emergency'),
      path,
    );
    expect(checked.ok ? [] : checked.problems.map(({ rule }) => rule)).toEqual(['emergency-without-reason']);
  });
});

describe('a ticket for an operational tool', () => {
  const at = 'releases/opstools/gocdb/5.12.yml';
  const central = sound
    .replaceAll('cream', 'gocdb')
    .replaceAll('1.16.7', '"5.12"')
    .replace('id: glite-gocdb-"5.12"', 'id: opstools-gocdb-5.12')
    .replace('stack: glite', 'stack: opstools')
    .replace('infn', 'jra1')
    .replace('umd/4', 'opstools/1')
    .replace('centos7', 'sl6')
    .replaceAll('"5.12"-', '5.12-');

  test.each([
    ['that says nothing of it', central],
    ['that claims otherwise', central.replace('class:', 'deployment: regionalised\n  class:')],
  ])('is refused while the catalogue calls the tool central, also one %s (R-2.6-4)', (_, text) => {
    expect(told(text, at)).toEqual(['central-tool 5:14']);
  });

  test('is told once where ticket and catalogue agree', () => {
    const text = central.replace('class:', 'deployment: central-single-instance\n  class:');
    expect(told(text, at)).toEqual(['central-tool 11:15']);
  });

  test('passes once the catalogue says that sites run it themselves (R-2.6-3, R-2.6-5)', () => {
    const { gocdb } = ground.catalogue.components;
    if (gocdb === undefined) throw new Error('no gocdb');
    const components = {
      ...ground.catalogue.components,
      gocdb: { ...gocdb, deployment: 'regionalised' as const },
    };
    const checked = readTicket(central, at, { ...ground, catalogue: { ...ground.catalogue, components } });
    expect(checked.ok).toBe(true);
  });
});

describe('a ticket of a component whose provider changed (R-1-2)', () => {
  const globus = sound.replaceAll('cream', 'myproxy').replaceAll('glite', 'globus');
  const provided = (provider: string): readonly string[] => {
    const checked = readTicket(
      globus.replace('infn', provider),
      'releases/globus/myproxy/1.16.7.yml',
      ground,
    );
    return checked.ok ? [] : checked.problems.map(({ rule, message }) => `${rule}: ${message}`);
  };

  test('is its provider’s of today, and not that of one before', () => {
    expect(provided('gridcf')).toEqual([]);
    expect(provided('ige')).toEqual([
      'provider-mismatch: myproxy is provided by gridcf today, not by ige: that was until 2013-03-31.',
    ]);
  });
});

describe('the packages of a ticket', () => {
  const second = (platform: string, file: string, size: number, digest: string): string =>
    `${sound}    - platform: ${platform}
      arch: x86_64
      packages:
        - {file: ${file}, url: "https://provider.example/${file}", size: ${String(size)}, sha256: "${digest.padStart(64, '0')}"}
`;
  const file = 'cream-1.16.7-1.el7.noarch.rpm';

  test.each<[string, string, readonly string[]]>([
    ['the same file for two platforms', second('sl6', file, 20_480, '2'), []],
    ['one name for two contents', second('sl6', file, 20_480, '3'), ['digest-disagrees 34:133']],
    ['one file with two sizes', second('sl6', file, 20_481, '2'), ['size-disagrees 34:118']],
    ['a target twice', second('centos7', 'other.rpm', 1, '3'), ['duplicate-target 31:7']],
    [
      'a file twice in a target',
      sound + sound.slice(sound.indexOf('        - file:')),
      ['duplicate-file 31:17'],
    ],
  ])('%s', (_, text, expected) => {
    expect(told(text)).toEqual(expected);
  });
});

test('ten thousand mistakes in a ticket are told as the first hundred', () => {
  const many = `${sound}${'        - {file: a.rpm, url: "http://a.example/a.rpm"}\n'.repeat(4000)}`;
  expect(told(many)).toHaveLength(100);
});

const entry = (index: number, host: string): string =>
  `        - {file: a${String(index)}.rpm, url: "http://${host}/a${String(index)}.rpm", size: 1, sha256: "${'1'.repeat(64)}"}\n`;

test('a mistake behind hundreds of remarks still stops a ticket', () => {
  const remarks = Array.from({ length: 300 }, (_, index) => entry(index, 'old.example')).join('');
  expect(readTicket(sound + remarks, path, ground).ok).toBe(true);
  const text = sound + remarks + entry(300, 'other.example');
  expect(readTicket(text, path, ground).ok).toBe(false);
  expect(told(text).filter((line) => !line.includes('?'))).toEqual(['plain-http-source 331:33']);
});

const folder = '../shared/fixtures/tickets';
const haveFixtures = existsSync(folder);
const names = haveFixtures ? readdirSync(folder) : ['(the folder of fixtures)'];

(haveFixtures ? describe : describe.skip)('the tickets written around real releases', () => {
  test.each(names)('%s keeps every rule in the sample repository', (name) => {
    const text = readFileSync(`${folder}/${name}`, 'utf8');
    const checked = readAs(TicketSchema, text, name);
    if (!checked.ok) throw new Error('unreadable');
    const { metadata, spec } = checked.value;
    expect(told(text, ticketPath({ ...metadata, name: withoutRevision(spec.version) }))).toEqual([]);
  });
});

describe('whatever a line becomes', () => {
  const lines = sound.trimEnd().split('\n');

  test('a ticket without one of its lines never throws, and every problem lies in the file', () => {
    fc.assert(
      fc.property(
        fc.nat(lines.length - 1),
        fc.constantFrom(
          '',
          '  x: [',
          '- a',
          '  spec:',
          '"',
          '{}',
          'metadata: x',
          '    packages: {a: b}',
          '  targets: [[], x, {platform: []}]',
        ),
        (index, line) => {
          const checked = readTicket(lines.toSpliced(index, 1, line).join('\n'), path, ground);
          const problems = checked.ok ? checked.warnings : checked.problems;
          expect(problems.every((problem) => problem.line >= 0 && problem.line <= lines.length + 1)).toBe(
            true,
          );
        },
      ),
      { numRuns: 400 },
    );
  });
});

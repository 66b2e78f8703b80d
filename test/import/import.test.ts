import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { importCommand } from '../../app/commands/import.ts';
import { WrongUse } from '../../app/commands/wrong-use.ts';
import { validateTree } from '../../app/validate/validate.ts';
import { Scratch, product, withFields } from './product.ts';

const scratch = new Scratch();
afterAll(() => {
  scratch.remove();
});

const ticket = 'releases/glite/gfal2/2.23.1.yml';

describe('a product file', () => {
  test('becomes a ticket that says what the file says, where it came from, and nothing else', async () => {
    scratch.put('one/gfal2-2.23.1-el9.json', withFields({}));
    const { status, files } = await scratch.imports('one', 'one-out');
    expect([status, files[0]?.ticket, files[0]?.written]).toEqual([1, ticket, 'written']);
    expect(readFileSync(join(scratch.root, 'one-out', ticket), 'utf8')).toBe(
      `# yaml-language-server: $schema=../../ticket.schema.json
# Imported from the UMD-5 product file "gfal2-2.23.1-el9.json". What it did not say is missing here; rollout validate tells what.
apiVersion: rollout/v1
kind: Release
metadata:
  id: glite-gfal2-2.23.1
  component: gfal2
  stack: glite
  provider: cern
spec:
  version: 2.23.1
  description: Gfal2 gives access to files in the grid.
  capabilities:
    - File Access
  distribution: umd/5
  release_notes: https://provider.example/gfal2/notes
  changelog: https://provider.example/gfal2/changes
  documentation:
    other: https://provider.example/gfal2/docs
  targets:
    - platform: al9
      arch: x86_64
      packages:
        - file: gfal2-2.23.1-1.el9.x86_64.rpm
          url: https://provider.example/rpms/gfal2-2.23.1-1.el9.x86_64.rpm
`,
    );
  });

  test('leaves to rollout validate the same things to say: digests stay missing (L04)', async () => {
    scratch.put('said/gfal2.json', withFields({}));
    const { files } = await scratch.imports('said', 'said-out');
    const told = (await validateTree([join(scratch.root, 'said-out', ticket)], scratch.root)).problems;
    expect(told.map(({ rule }) => rule)).toContain('digest-missing');
    const imported = new Set(files[0]?.problems.map(({ rule }) => rule));
    expect(
      told.map(({ rule }) => rule).filter((rule) => !imported.has(rule) && rule !== 'ticket-path'),
    ).toEqual([]);
  });

  test('gives nobody’s address away (A-39)', async () => {
    scratch.put('contact/gfal2.json', withFields({}));
    const { files } = await scratch.imports('contact', 'contact-out');
    expect(
      JSON.stringify(files) + readFileSync(join(scratch.root, 'contact-out', ticket), 'utf8'),
    ).not.toContain('somebody@');
  });

  test.each<[string, Record<string, unknown>, readonly string[]]>([
    ['that is whole lacks only what such files never say', {}, []],
    [
      'with a placeholder among its links (L01)',
      { documentationLinks: ['https://a.example/d', 'link2'] },
      ['placeholder-text'],
    ],
    [
      'with the words of the form for a changelog (L02)',
      { changeLog: 'Put the Change logs here (multiline field)' },
      ['placeholder-text', 'changelog-missing'],
    ],
    ['without changelog (L03)', { changeLog: 'N/A' }, ['changelog-missing']],
    [
      'with packages over plain http (L05)',
      { target: [{ platform: 'al9', arch: 'x86_64', rpms: ['http://a.example/a.rpm'] }] },
      ['plain-http-source'],
    ],
    [
      'of another version than its name (L06, L07)',
      { version: '2.23.0', revisionVersion: '0' },
      ['file-name-vs-version'],
    ],
    [
      'that describes another component (L09)',
      { description: 'The ARC middleware integrates computing resources.' },
      ['description-mismatch?'],
    ],
    [
      'whose capabilities run together (L11)',
      { capabilities: ['Job Scheduling', 'Job ExecutionFile Access'] },
      ['unknown-capability'],
    ],
    [
      'whose version fields are another’s (L12)',
      { majorVersion: '6', minorVersion: '2', revisionVersion: '44' },
      ['version-fields-disagree'],
    ],
    ['whose version fields are numbers', { majorVersion: 2, minorVersion: 23, revisionVersion: 1 }, []],
    ['whose revision carries the packaging', { version: '2.23.1-1', revisionVersion: '1-1' }, []],
    ['that is a candidate', { version: '2.23.1~rc1' }, ['file-name-vs-version']],
    ['of a capability never heard of', { capabilities: ['Quantum Annealing'] }, ['unknown-capability?']],
    [
      'of a platform nobody knows (L15)',
      { target: [{ ...(product['target'] as object[])[0], platform: 'centos88' }] },
      ['unknown-platform'],
    ],
    ['with a field to run checks again (L17)', { dummy: 'count 1' }, ['retrigger-commit?']],
    ['without target (L18)', { target: [] }, ['no-target']],
    ['without the field target', { target: undefined }, ['no-target']],
    [
      'with one address in place of a list',
      { target: { platform: 'al9', arch: 'x86_64', rpms: 'https://a.example/a.rpm' } },
      ['bad-value?', 'bad-value?'],
    ],
    [
      'with a text in place of a list of capabilities',
      { capabilities: 'File Access, Job Execution' },
      ['bad-value?', 'unknown-capability'],
    ],
    ['with a field nobody knows', { colour: 'red' }, ['unknown-field?']],
    ['with an object in place of a text', { releaseNotes: { en: 'x' } }, ['bad-value', 'missing-field']],
    ['with null in place of a text', { releaseNotes: null }, ['missing-field']],
    ['with true in place of a text', { releaseNotes: true }, ['bad-value', 'missing-field']],
    [
      'of a provider written nearly right',
      { technology_provider: 'NIKEF', name: 'fetch-crl' },
      ['unknown-provider?', 'description-mismatch?'],
    ],
    ['of a provider nobody knows', { technology_provider: 'Unseen University' }, ['unknown-provider']],
    ['of another provider than the component has', { technology_provider: 'INFN' }, ['provider-mismatch']],
    ['of no provider', { technology_provider: '' }, ['missing-field']],
    [
      'of a distribution that is none',
      { distributionVersion: 'latest' },
      ['unknown-distribution', 'missing-field'],
    ],
    [
      'with debs for a platform of rpms',
      { target: [{ platform: 'al9', arch: 'x86_64', debs: ['https://a.example/a_1_all.deb'] }] },
      ['package-format'],
    ],
    [
      'with debs for Debian',
      { target: [{ platform: 'debian12', arch: 'amd64', debs: ['https://a.example/a_1_all.deb'] }] },
      [],
    ],
    [
      'with an address that is a path',
      { target: [{ platform: 'al9', arch: 'x86_64', rpms: ['../../etc/passwd'] }] },
      ['bad-value', 'no-target'],
    ],
    [
      'with an address that ends in a path',
      { target: [{ platform: 'al9', arch: 'x86_64', rpms: ['https://a.example/..%2f..%2fx.rpm'] }] },
      ['bad-value', 'no-target'],
    ],
    [
      'whose version is a number',
      { version: 2.23, revisionVersion: undefined },
      ['yaml-number-version?', 'file-name-vs-version'],
    ],
    [
      'whose version is none (L14)',
      { version: '1.58.-1', majorVersion: '1', minorVersion: '58', revisionVersion: undefined },
      ['file-name-vs-version', 'missing-field', 'invalid-version'],
    ],
  ])('%s', async (_, fields, expected) => {
    expect(await scratch.told(withFields(fields))).toEqual(expected);
  });

  test.each<[string, string, string, boolean]>([
    ['fts3.13.4.json', 'fts3', '3.13.2', false],
    ['fts3.13.2.json', 'fts3', '3.13.2', true],
    ['gfal2.gfal22.20.5.json', 'gfal2', '2.20.5', true],
    ['gfal2-2.23.10.json', 'gfal2', '2.23.1', false],
    ['gfal2-12.23.1.json', 'gfal2', '2.23.1', false],
    ['htcondor-ce-23.0-el9.json', 'HTCondor-CE', '23.0.13', true],
    ['squid.5.9.2.1-el9.json', 'frontier-squid', '5.9.2', false],
    ['ui-7.0.0-1-el9.json', 'UI', '7.0.0-1', true],
    ['gfal2.json', 'gfal2', '2.23.1', true],
  ])('called %s is told for its name or not: %s %s, fits: %s', async (file, name, version, fits) => {
    const told = await scratch.told(withFields({ name, version }), file);
    expect(told.includes('file-name-vs-version')).toBe(!fits);
  });

  test('whose component is not in the catalogue gets no stack made up', async () => {
    scratch.put('strange/cvmfs-2.11.5.json', withFields({ name: 'cvmfs', version: '2.11.5' }));
    const { files } = await scratch.imports('strange', 'strange-out');
    expect(files[0]?.ticket).toBe('releases/unsorted/cvmfs/2.11.5.yml');
    const text = readFileSync(join(scratch.root, 'strange-out/releases/unsorted/cvmfs/2.11.5.yml'), 'utf8');
    expect(text).not.toMatch(/^ +(stack|id|class|sha256|size):/m);
  });

  test.each([
    ['6.20.1', 'releases/arc/arc6/6.20.1.yml'],
    ['7.0.0', 'releases/arc/arc6/7.0.0.yml'],
  ])('of ARC %s is found under the names of the catalogue', async (version, expected) => {
    scratch.put(
      `arc-${version}/arc.json`,
      withFields({ name: 'ARC', version, technology_provider: 'NORDUGRID' }),
    );
    expect((await scratch.imports(`arc-${version}`)).files[0]?.ticket).toBe(expected);
  });
});

describe('the class of a release', () => {
  const classes = async (folder: string, ...versions: readonly string[]): Promise<readonly string[]> => {
    for (const version of versions) {
      const [majorVersion, minorVersion, revisionVersion] = version.split('.');
      const fields = { version, majorVersion, minorVersion, revisionVersion };
      scratch.put(`${folder}/gfal2-${version}.json`, withFields(fields));
    }
    await scratch.imports(folder, `${folder}-out`);
    const there = join(scratch.root, `${folder}-out/releases/glite/gfal2`);
    return readdirSync(there).map((name) => {
      const text = readFileSync(join(there, name), 'utf8');
      return `${name} ${/ previous: (.*)/.exec(text)?.[1] ?? '-'} ${/ class: (.*)/.exec(text)?.[1] ?? '-'}`;
    });
  };

  test('follows from the version before, where one is known, and is left out otherwise', async () => {
    expect(await classes('row', '2.9.0', '2.10.0', '2.10.1', '3.0.0')).toEqual([
      '2.10.0.yml 2.9.0 minor',
      '2.10.1.yml 2.10.0 revision',
      '2.9.0.yml - -',
      '3.0.0.yml 2.10.1 major',
    ]);
  });

  test('is left out where the version fields disagree', async () => {
    scratch.put(
      'doubt/gfal2-2.9.0.json',
      withFields({ version: '2.9.0', minorVersion: '9', revisionVersion: '0' }),
    );
    scratch.put('doubt/gfal2-2.9.1.json', withFields({ version: '2.9.1' }));
    await scratch.imports('doubt', 'doubt-out');
    const text = readFileSync(join(scratch.root, 'doubt-out/releases/glite/gfal2/2.9.1.yml'), 'utf8');
    expect(text).not.toMatch(/class:|previous:/);
  });
});

describe('hostile files', () => {
  const [first = {}] = product['target'] as object[];
  test.each<[string, string | Uint8Array, string]>([
    ['that are broken', '{"name": "a",}', 'syntax'],
    ['that are cut', withFields({}).slice(0, 200), 'syntax'],
    ['that are empty', '', 'syntax'],
    ['that are YAML', 'name: gfal2\nversion: 2.23.1\n', 'syntax'],
    ['that hold a list', '[]', 'unknown-kind'],
    ['that are something else', '{"scripts": {}}', 'unknown-kind'],
    ['with a control character', withFields({ name: 'gfal2\u{1b}[2J' }), 'hidden-character'],
    ['with a reversed text', withFields({ description: 'a\u{202e}b' }), 'hidden-character'],
    ['with a field twice', '{"name": "gfal2", "name": "cream", "version": "1"}', 'duplicate-key'],
    ['with a dangerous field', '{"__proto__": {"name": "x"}, "version": "1.0"}', 'refused-key'],
    ['that are nested deep', `{"name": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'too-deep'],
    ['that are nested deep and cut', `{"name": ${'['.repeat(400_000)}`, 'too-deep'],
    ['that are huge', withFields({ description: 'x'.repeat(1024 * 1024) }), 'too-large'],
    ['whose ticket would be huge', withFields({ description: 'long '.repeat(60 * 1024) }), 'too-large'],
    ['that are not UTF-8', Uint8Array.of(0x7b, 0xff), 'not-utf-8'],
    ['whose name leaves the folder', withFields({ name: '../../../../tmp/x' }), 'bad-value'],
    ['whose name is a folder', withFields({ name: 'a/b' }), 'bad-value'],
    ['whose name is none', withFields({ name: '€€€' }), 'bad-value'],
    ['whose name every object has', withFields({ name: 'constructor' }), 'bad-value'],
    ['whose version leaves the folder', withFields({ version: '1/../../../x' }), 'invalid-version'],
    ['whose version is that of a journal', withFields({ version: '1.0.journal' }), 'file-name-vs-version'],
  ])('%s are refused: no ticket is made', async (_, content, rule) => {
    scratch.put('hostile/gfal2-2.23.1.json', content);
    const { status, files } = await scratch.imports('hostile', 'hostile-out');
    expect([status, files[0]?.written]).toEqual([1, 'refused']);
    expect(files[0]?.problems.map((problem) => problem.rule)).toContain(rule);
    expect(existsSync(join(scratch.root, 'hostile-out'))).toBe(false);
  });

  test('with a byte order mark, tabs and Windows line ends are read as any other', async () => {
    const text = `\u{feff}${JSON.stringify({ ...product, target: [first, first] }, undefined, '\t').replaceAll('\n', '\r\n')}`;
    expect(await scratch.told(text)).toEqual(['duplicate-target']);
  });

  test('that are symbolic links are not followed', async () => {
    mkdirSync(join(scratch.root, 'links'));
    symlinkSync('/etc/hostname', join(scratch.root, 'links/a.json'));
    expect((await scratch.imports('links')).files).toMatchObject([
      { written: 'refused', problems: [{ rule: 'not-a-file' }] },
    ]);
  });

  test('write nothing through a symbolic link below the target', async () => {
    scratch.put('through/gfal2.json', withFields({}));
    mkdirSync(join(scratch.root, 'elsewhere'));
    mkdirSync(join(scratch.root, 'through-out'));
    symlinkSync(join(scratch.root, 'elsewhere'), join(scratch.root, 'through-out/releases'));
    expect((await scratch.imports('through', 'through-out')).files[0]?.written).toBe('differs');
    expect(readdirSync(join(scratch.root, 'elsewhere'))).toEqual([]);
  });

  test('cannot write into the terminal or the report what is not there', async () => {
    scratch.put('names/a\n  1:1 error forged (forged)\u{1b}.json', '{');
    let printed = '';
    await importCommand(join(scratch.root, 'names'), {}, (text) => {
      printed += text;
    });
    expect(printed.split('\n')[0]).toContain(
      String.raw`a\n  1:1 error forged (forged)\u{001b}.json -> no ticket`,
    );
  });
});

describe('an import', () => {
  test('again changes nothing, and never writes over another file', async () => {
    scratch.put('again/gfal2.json', withFields({}));
    await scratch.imports('again', 'again-out');
    expect((await scratch.imports('again', 'again-out')).files[0]?.written).toBe('there');
    const file = scratch.put(`again-out/${ticket}`, 'mine');
    const { status, files } = await scratch.imports('again', 'again-out');
    expect([status, files[0]?.written, readFileSync(file, 'utf8')]).toEqual([1, 'differs', 'mine']);
    expect(files[0]?.problems.at(-1)?.rule).toBe('file-exists');
  });

  test('of two files for one release takes the first and tells of the second', async () => {
    scratch.put('twice/a.json', withFields({}));
    scratch.put('twice/b.json', withFields({ name: 'GFAL2', distributionVersion: '4.0.0' }));
    const { files } = await scratch.imports('twice', 'twice-out');
    expect(files.map(({ written }) => written)).toEqual(['written', 'refused']);
    expect(files[1]?.problems.at(-1)).toMatchObject({ rule: 'duplicate-release-id' });
  });

  test('of hundreds of files tells of each, in order', async () => {
    const count = 500;
    for (let index = 0; index < count; index += 1)
      scratch.put(
        `many/${String(index).padStart(5, '0')}.json`,
        withFields({ version: `2.23.${String(index)}` }),
      );
    const { files, rules } = await scratch.imports('many', 'many-out');
    expect([files.length, rules['version-fields-disagree']]).toEqual([count, count - 1]);
    expect(readdirSync(join(scratch.root, 'many-out/releases/glite/gfal2'))).toHaveLength(count);
  }, 60_000);

  test('without --out writes nothing, and prints the same every time', async () => {
    scratch.put('dry/gfal2.json', withFields({}));
    const prints: string[] = [];
    for (let turn = 0; turn < 2; turn += 1)
      await importCommand(join(scratch.root, 'dry'), {}, (text) => void prints.push(text));
    expect(prints[0]).toContain('gfal2.json -> releases/glite/gfal2/2.23.1.yml (would be written)');
    expect(prints[0]).toContain('1 file: 0 complete, 1 lacking something; 1 would be written.');
    expect(prints[1]).toBe(prints[0]);
  });

  test.each([
    ['of a folder that is not there', 'nowhere', undefined],
    ['of a folder without product files', 'void', undefined],
    ['into a file', 'dry', 'dry/gfal2.json'],
  ])('%s is wrong use', async (_, dir, out) => {
    mkdirSync(join(scratch.root, 'void'), { recursive: true });
    await expect(scratch.imports(dir, out)).rejects.toThrow(WrongUse);
  });

  test('far from any catalogue says that no name was looked up', async () => {
    scratch.put('far/gfal2.json', withFields({}));
    let printed = '';
    await importCommand('far', { cwd: scratch.root }, (text) => {
      printed += text;
    });
    expect(printed).toContain('gfal2.json -> releases/unsorted/gfal2/2.23.1.yml');
    expect(printed).toContain('There is no catalogue around here');
  });
});

const real = '../shared/fixtures/umd5-json';
(existsSync(real) ? describe : describe.skip)('the files that the distribution published', () => {
  test('become tickets, each told for what it lacks', async () => {
    let printed = '';
    expect(
      await importCommand(real, { out: join(scratch.root, 'real'), json: true }, (text) => {
        printed += text;
      }),
    ).toBe(1);
    const { files } = JSON.parse(printed) as { files: { ticket: string; problems: { rule: string }[] }[] };
    const rules = files.map(({ ticket: path, problems }) => [
      path,
      ...new Set(problems.map(({ rule }) => rule).filter((rule) => rule !== 'missing-field')),
    ]);
    expect(rules).toEqual([
      [
        'releases/arc/arc6/6.20.1.yml',
        'retrigger-commit',
        'digest-missing',
        'unknown-capability',
        'placeholder-text',
        'plain-http-source',
      ],
      [
        'releases/unsorted/cvmfs/2.11.5.yml',
        'unknown-provider',
        'digest-missing',
        'placeholder-text',
        'unknown-component',
      ],
      [
        'releases/unsorted/fts3/3.13.2.yml',
        'retrigger-commit',
        'file-name-vs-version',
        'digest-missing',
        'placeholder-text',
        'unknown-component',
        'unknown-provider',
      ],
      [
        'releases/unsorted/bdii-config-top/1.1.0.yml',
        'retrigger-commit',
        'file-name-vs-version',
        'digest-missing',
        'placeholder-text',
        'unknown-component',
        'unknown-provider',
      ],
    ]);
  });
});

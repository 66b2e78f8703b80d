import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { installable } from '../../../app/repository/closure/installable.ts';
import { hasProgram } from '../raw-package.ts';
import { bruteForce, debs, debUniverse, stanza, universeWith, type Control } from './universes.ts';

const run = promisify(execFile);
const root = mkdtempSync(join(tmpdir(), 'closure-apt-'));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const options = Object.entries({
  'Dir::State': join(root, 'state'),
  'Dir::State::status': join(root, 'status'),
  'Dir::Cache': join(root, 'cache'),
  'Dir::Etc': join(root, 'etc'),
  'Dir::Log': join(root, 'log'),
  'APT::Architecture': 'amd64',
  'APT::Architectures': 'amd64',
  'APT::Sandbox::User': 'root',
  'APT::Install-Recommends': 'false',
  'Acquire::Languages': 'none',
}).flatMap(([name, value]) => ['-o', `${name}=${value}`]);

/** A machine on which nothing is installed, and an archive with all universes at once: the names of each begin with its number. */
function setUp(archive: string): void {
  for (const dir of ['state/lists/partial', 'cache/archives/partial', 'etc', 'log', 'archive'])
    mkdirSync(join(root, dir), { recursive: true });
  writeFileSync(join(root, 'status'), '');
  writeFileSync(join(root, 'archive/Packages'), archive);
  writeFileSync(join(root, 'etc/sources.list'), `deb [trusted=yes] file:${join(root, 'archive')} ./\n`);
  execFileSync('apt-get', [...options, 'update'], { stdio: 'pipe' });
}

/** Whether apt-get would install this version of a package. */
async function aptInstalls({ Package, Version }: Control): Promise<boolean> {
  try {
    await run('apt-get', [...options, '-s', '-qq', 'install', `${String(Package)}=${String(Version)}`]);
    return true;
  } catch (error) {
    // 100 is "it cannot be done"; anything else is a mistake of this test.
    if ((error as { code?: unknown }).code === 100) return false;
    throw error;
  }
}

const relationFields = new Set(['Pre-Depends', 'Depends', 'Conflicts', 'Breaks', 'Provides']);
const numbered = (universe: readonly Control[], number: number): readonly Control[] =>
  universe.map((control) =>
    Object.fromEntries(
      Object.entries(control).map(([field, value]) => {
        if (field === 'Package') return [field, `u${String(number)}-${value}`];
        if (!relationFields.has(field)) return [field, value];
        return [field, value.replaceAll(/(^|[,|] )(\w)/g, `$1u${String(number)}-$2`)];
      }),
    ),
  );

const indexOnly = {
  Filename: 'x.deb',
  Size: '1',
  SHA256: 'a'.repeat(64),
  Maintainer: 'x <x@provider.example>',
  Description: 'x',
};

(hasProgram('apt-get') ? describe : describe.skip)('Debian packages', () => {
  const universes = fc
    .sample(debUniverse, { numRuns: 300, seed: 20_261_126 })
    .map((universe, number) => numbered(universe, number));

  test('can be installed where apt-get installs them, and where nobody could (needs apt-get)', async () => {
    setUp(
      universes
        .flat()
        .map((control) => `${stanza({ ...control, ...indexOnly })}\n`)
        .join(''),
    );
    const counted = { installed: 0, refused: 0, aptGaveUp: 0 };
    const wrong: string[] = [];
    for (const controls of universes) {
      const packages = debs(controls);
      const universe = universeWith('deb', packages, 'newest');
      const [control] = controls;
      const [one] = packages;
      if (!control || !one) throw new Error('an empty universe');
      const ours = installable(one, universe).is;
      const apt = await aptInstalls(control);
      const truth = bruteForce(one, universe);
      const possible = ours === 'installable';
      if (possible && apt) counted.installed += 1;
      if (!possible && !apt) counted.refused += 1;
      // A loop through a Pre-Depends can be resolved, but not unpacked in any order; apt refuses that too.
      if (possible && !apt && truth && controls.some((each) => each['Pre-Depends'] !== undefined))
        counted.aptGaveUp += 1;
      else if (possible !== apt || possible !== truth)
        wrong.push(
          `${one.name} ${one.version}: ours ${ours}, apt ${String(apt)}, truth ${String(truth)}\n${controls.map(stanza).join('\n')}`,
        );
    }
    expect(wrong).toEqual([]);
    expect(counted.installed).toBeGreaterThan(80);
    expect(counted.refused).toBeGreaterThan(80);
    expect(counted.aptGaveUp).toBeLessThan(10);
  }, 120_000);
});

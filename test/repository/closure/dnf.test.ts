import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { installable } from '../../../app/repository/closure/installable.ts';
import type { Package } from '../../../app/repository/closure/package.ts';
import { PrimaryReader } from '../../../app/repository/closure/primary-file.ts';
import { rpmPackage } from '../../../app/repository/closure/rpm.ts';
import { primaryXml, rpmUniverse } from './rpms.ts';
import { universeWith } from './universes.ts';

const root = mkdtempSync(join(tmpdir(), 'closure-dnf-'));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** dnf's own resolver, asked directly: can each package of each repository be installed on an empty machine? */
const asking = `
import glob, hawkey, json, os, sys
answers = {}
for primary in glob.glob(sys.argv[1] + '/*.xml'):
    sack = hawkey.Sack(arch='x86_64', cachedir=sys.argv[1], make_cache_dir=True)
    repo = hawkey.Repo(os.path.basename(primary))
    repo.repomd_fn = sys.argv[1] + '/repomd'
    repo.primary_fn = primary
    sack.load_repo(repo, build_cache=False)
    for package in hawkey.Query(sack):
        goal = hawkey.Goal(sack)
        goal.install(package)
        evr = str(package).rsplit('.', 1)[0]
        answers[os.path.basename(primary)[:-4] + ' ' + evr] = goal.run()
print(json.dumps(answers))
`;
const python = '/usr/bin/python3';
function hasHawkey(): boolean {
  try {
    execFileSync(python, ['-c', 'import hawkey'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function fromMetadata(text: string): readonly Package[] {
  const reader = new PrimaryReader('x86_64');
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 97) reader.push(bytes.subarray(at, at + 97));
  return reader.end();
}

(hasHawkey() ? describe : describe.skip)('rpm packages', () => {
  test("can be installed exactly where dnf's resolver installs them (needs python3-hawkey)", () => {
    const universes = fc.sample(rpmUniverse, { numRuns: 1500, seed: 20_261_126 });
    writeFileSync(join(root, 'repomd'), '<repomd/>');
    for (const [number, packages] of universes.entries())
      writeFileSync(join(root, `${String(number)}.xml`), primaryXml(packages));
    const dnf = JSON.parse(
      execFileSync(python, ['-W', 'ignore', '-c', asking, root], {
        encoding: 'utf8',
        maxBuffer: 1 << 26,
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    ) as Record<string, boolean>;
    const counted = { installed: 0, refused: 0 };
    const wrong: string[] = [];
    for (const [number, facts] of universes.entries()) {
      // What a repository tells of them in its metadata comes to the same as what their headers say.
      const packages = number % 2 === 0 ? facts.map(rpmPackage) : fromMetadata(primaryXml(facts));
      const universe = universeWith('rpm', packages, 'any');
      for (const one of packages) {
        const ours = installable(one, universe).is;
        const theirs = dnf[`${String(number)} ${one.name}-${one.version}`];
        if (ours === (theirs === true ? 'installable' : 'not-installable'))
          counted[theirs === true ? 'installed' : 'refused'] += 1;
        else
          wrong.push(
            `${one.name}-${one.version}: ours ${ours}, dnf ${String(theirs)}\n${JSON.stringify(facts, undefined, 1)}`,
          );
      }
    }
    expect(wrong).toEqual([]);
    expect(counted.installed).toBeGreaterThan(2000);
    expect(counted.refused).toBeGreaterThan(2000);
  }, 60_000);
});

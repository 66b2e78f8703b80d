import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageCommand } from '../../app/commands/package.ts';
import { buildRpm } from '../../app/demo/build-rpm.ts';
import { sampleDeb } from '../publish/channel-world.ts';
import { tool } from '../clients/apt.ts';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'package-command-'));
  await writeFile(
    join(dir, 'voms_1.0_amd64.deb'),
    sampleDeb({ name: 'voms', version: '1.0', depends: 'libc6 (>= 2.36)' }),
  );
  await writeFile(
    join(dir, 'voms-2.0-1.x86_64.rpm'),
    buildRpm({
      name: 'voms',
      epoch: 1,
      version: '2.0',
      release: '1',
      architecture: 'x86_64',
      packager: 'Product Team <team@provider.example>',
      summary: 'sample',
      description: 'A package to test with.',
      requires: ['globus >= 3:1.2-1'],
      obsoletes: ['glite-voms < 2'],
      changelog: [{ time: 1_704_067_200, author: 'Team <team@provider.example> - 2.0', text: '- all new' }],
      scriptlets: { post: 'touch /ran\nldconfig' },
      files: { 'usr/bin/voms': 'x' },
    }),
  );
  await writeFile(join(dir, 'broken.deb'), 'hello');
});
afterAll(() => rm(dir, { recursive: true }));

const shows = async (files: readonly string[], options: { json?: true } = {}) => {
  const lines: string[] = [];
  const status = await packageCommand(
    files.map((file) => join(dir, file)),
    options,
    (text) => lines.push(text),
  );
  return { status, text: lines.join('') };
};

describe('rollout package', () => {
  test('shows what an rpm package needs, takes the place of and would run as root', async () => {
    const { status, text } = await shows(['voms-2.0-1.x86_64.rpm']);
    expect(status).toBe(0);
    expect(text).toContain('voms-1:2.0-1.x86_64');
    expect(text).toMatch(/^ {2}requires: .*globus >= 3:1\.2-1/m);
    expect(text).toMatch(/^ {2}obsoletes: glite-voms < 2$/m);
    expect(text).toContain('newest change: Team <team@provider.example> - 2.0: - all new');
    expect(text).toContain('  runs as root, post (/bin/sh):\n    | touch /ran\n    | ldconfig\n');
  });

  test('shows a Debian package, and says when it runs nothing', async () => {
    const { text } = await shows(['voms_1.0_amd64.deb']);
    expect(text).toMatch(/voms 1\.0 amd64\n {2}depends: libc6 \(>= 2\.36\)\n {2}files: 1\n/);
    expect(text).toContain('runs nothing when it is installed or removed');
  });

  test('gives the reason why a package is not taken, and status 1, beside the others', async () => {
    const { status, text } = await shows(['broken.deb', 'voms_1.0_amd64.deb'], { json: true });
    expect(status).toBe(1);
    const [broken, good] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(broken).toMatchObject({ refused: expect.stringContaining('not a Debian package') });
    expect(good).toMatchObject({ format: 'deb', name: 'voms', scripts: [] });
  });
});

(tool('dpkg-deb') ? describe : describe.skip)('rollout package with a package of dpkg-deb', () => {
  test('shows the maintainer scripts that dpkg would run, without control characters (needs dpkg-deb)', async () => {
    const tree = join(dir, 'tree');
    await mkdir(join(tree, 'DEBIAN'), { recursive: true });
    await writeFile(
      join(tree, 'DEBIAN/control'),
      'Package: scripted\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b.example>\nDescription: x\n',
    );
    await writeFile(join(tree, 'DEBIAN/postinst'), '#!/bin/sh\necho \u001b[31mred\n', { mode: 0o755 });
    execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '-b', tree, join(dir, 'scripted_1_all.deb')]);
    const { text } = await shows(['scripted_1_all.deb']);
    expect(text).toContain('  runs as root, postinst:\n    | #!/bin/sh\n    | echo \ufffd[31mred\n');
  });
});

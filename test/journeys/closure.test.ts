import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildDeb } from '../../app/demo/build-deb.ts';
import { closed, portOf } from '../../app/demo/provider.ts';
import type { TicketPackage } from '../../app/model/ticket.ts';
import { Trial } from '../world/trial.ts';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const packages = 'Package: libc6\nVersion: 2.36-9\nArchitecture: amd64\n';

let base: Server;
let trial: Trial;
beforeAll(async () => {
  base = createServer((_, response) => {
    response.writeHead(200, { 'content-length': packages.length }).end(packages);
  });
  await new Promise<void>((resolve) => {
    base.listen(0, '127.0.0.1', resolve);
  });
  const host = `127.0.0.1:${String(portOf(base))}`;
  const distributions = await readFile('releases/distributions.yml', 'utf8');
  const snapshot = `[{ name: debian12-main, architecture: amd64, packages: 'http://${host}/dists/Packages', size: ${String(packages.length)}, sha256: ${sha256(packages)} }]`;
  const configured = distributions.replace(
    /(umd\/5:[^]*?debian12: \{ title: Debian 12, format: deb, architectures: \[amd64\]) \}/,
    `$1, base: ${snapshot} }`,
  );
  if (configured === distributions) throw new Error('Debian 12 of umd/5 is configured in another way');
  trial = await Trial.begin({ fetchAllow: [host], files: { 'releases/distributions.yml': configured } });
}, 60_000);
afterAll(() => trial.end(), 60_000);
afterAll(() => closed(base), 60_000);

/** The provider builds a package that needs something, and serves it. */
async function offers(name: string, version: string, depends: string): Promise<TicketPackage> {
  const bytes = buildDeb({
    name,
    version,
    architecture: 'amd64',
    maintainer: 'Sample Provider <releases@provider.example>',
    description: `sample package of ${name}`,
    depends,
    files: { [`usr/share/doc/${name}/release.txt`]: version },
  });
  const file = `${name}_${version}_amd64.deb`;
  await writeFile(join(trial.world.provider.dir, file), bytes);
  return { file, url: `${trial.world.provider.url}/${file}`, size: bytes.length, sha256: sha256(bytes) };
}

const release = {
  stack: 'glite',
  component: 'bdii',
  provider: 'cern',
  version: '6.1.0',
  class: 'revision',
} as const;

describe('A release whose packages need something that nobody offers', () => {
  test('is not verified; its provider sees what is missing, mends it, and it goes on (A-36)', async () => {
    const main = await offers('bdii', '6.1.0', 'libc6 (>= 2.30), bdii-common (>= 6.1)');
    const draft = (...those: readonly TicketPackage[]) => ({
      ...release,
      targets: [{ platform: 'debian12', arch: 'amd64', packages: those }],
    });
    const number = await trial.world.as('p-cern').opensTicket(draft(main));
    await trial.world.reaches(number, 'unverified');
    const page = trial.page(number);
    const told = await page.check('rollout/closure');
    expect(told).toMatch(/^failure: One thing breaks in staged-rollout\n/);
    expect(told).toContain('from staged-rollout and `debian12-main`');
    expect(told).toContain('`bdii 6.1.0` cannot be installed');
    expect(told).toContain('`bdii 6.1.0 needs bdii-common (>= 6.1): nothing there offers it`');

    const review = await trial.world.as('tu-vera').verifies(number);
    await trial.hears(number, review);
    const [answer = ''] = await page.answersTo(review);
    expect(answer).toContain('bdii-common');
    expect(await page.labels()).toContain('state: unverified');

    await trial.pushes(number, draft(main, await offers('bdii-common', '6.1.0', 'libc6')));
    await trial.world.reaches(number, 'unverified');
    expect(await page.check('rollout/closure')).toMatch(/^success: Can be installed from staged-rollout\n/);
    await trial.world.as('tu-vera').verifies(number);
    await trial.world.reaches(number, 'verified');
    expect(Object.keys(await trial.channel('staged-rollout')).toSorted()).toEqual([
      'bdii-common_6.1.0_amd64.deb',
      'bdii_6.1.0_amd64.deb',
    ]);
    expect(await page.check('rollout/closure')).toMatch(/^success: Can be installed from production\n/);
  }, 120_000);
});

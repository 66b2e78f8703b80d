import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Octokit } from '@octokit/rest';
import { ticketText } from '../../app/demo/actor.ts';
import { type World, startWorld } from '../../app/demo/world.ts';
import { compareDebianVersions } from '../../app/repository/debian-version.ts';
import { AptSite, debianIsReachable, download, tool } from './apt.ts';

const run = promisify(execFile);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const needs = ['apt-get', 'apt-ftparchive', 'dpkg'].every(tool) && debianIsReachable();
const real = [
  'nordugrid-arc-arex=6.17.0-3',
  'nordugrid-arc-infosys-ldap=6.17.0-3',
  'nordugrid-arc-wn=6.17.0-3',
];
const names = real.map((name) => name.split('=')[0] ?? '');

(needs ? describe : describe.skip)(
  'real packages of grid middleware (needs apt-get, apt-ftparchive, dpkg), from the provider’s pull request to apt',
  () => {
    let dir: string;
    let world: World;
    let packages: { file: string; url: string; size: number; sha256: string }[];
    let number: number;

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'rollout-real-'));
      world = await startWorld({
        dir: join(dir, 'world'),
        port: 0,
        start: new Date(Date.now() - 20 * 86_400_000),
        log: () => undefined,
      });
      await download(world.provider.dir, real);
      packages = await Promise.all(
        (await readdir(world.provider.dir)).toSorted().map(async (file) => {
          const bytes = await readFile(join(world.provider.dir, file));
          return { file, url: `${world.provider.url}/${file}`, size: bytes.length, sha256: sha256(bytes) };
        }),
      );
    }, 60_000);

    afterAll(async () => {
      await world.stop();
      await rm(dir, { recursive: true, force: true });
    });

    const channelLine = (channel: string): string => {
      const line = world.service.board
        .channels()
        .find((view) => view.channel === channel)
        ?.aptLines.find(({ distribution }) => distribution === 'umd/5')?.line;
      return (line ?? '').replace(
        `/etc/apt/keyrings/${channel}.gpg`,
        join(world.channels, 'keys', `${channel}.gpg`),
      );
    };
    const site = async (name: string, channel: string, debian = false): Promise<AptSite> => {
      // Our channel stands first; Debian gives the rest of the dependencies.
      const rest =
        'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main';
      return AptSite.setUp(join(dir, name), [channelLine(channel), ...(debian ? [rest] : [])]);
    };

    test('the provider opens the ticket with git and the REST API, and the packages come into unverified', async () => {
      const octokit = new Octokit({
        auth: world.forge.tokens['p-nordugrid'],
        baseUrl: `${world.forge.url}/api/v3`,
      });
      const [owner = '', repo = ''] = world.repository.split('/');
      await octokit.rest.repos.createFork({ owner, repo });
      const clone = join(dir, 'provider-clone');
      const fork = new URL(`${world.forge.url}/p-nordugrid/${repo}.git`);
      fork.username = 'p-nordugrid';
      fork.password = world.forge.tokens['p-nordugrid'] ?? '';
      const git = (...args: string[]) =>
        run('git', ['-c', 'user.name=Provider', '-c', 'user.email=p@nordugrid.example', ...args], {
          cwd: clone,
        });
      await run('git', ['clone', '--quiet', fork.href, clone]);
      await git('checkout', '--quiet', '-b', 'arc-6.17.0');
      const text = ticketText({
        stack: 'arc',
        component: 'nordugrid-arc',
        provider: 'nordugrid',
        version: '6.17.0-3',
        class: 'minor',
        targets: [{ platform: 'debian12', arch: 'amd64', packages }],
      }).replace('arc-nordugrid-arc-6.17.0-3', 'arc-nordugrid-arc-6.17.0');
      await run('mkdir', ['-p', join(clone, 'releases/arc/nordugrid-arc')]);
      await writeFile(join(clone, 'releases/arc/nordugrid-arc/6.17.0.yml'), text);
      await git('add', '.');
      await git('commit', '--quiet', '-m', 'ARC 6.17.0');
      await git('push', '--quiet', 'origin', 'arc-6.17.0');
      const { data } = await octokit.rest.pulls.create({
        owner,
        repo,
        title: 'ARC 6.17.0',
        head: 'p-nordugrid:arc-6.17.0',
        base: 'main',
      });
      number = data.number;
      await world.reaches(number, 'unverified');
      const unverified = await site('curious', 'unverified');
      await unverified.updates();
      expect(await unverified.offers('nordugrid-arc-wn')).toBe(true);
    }, 60_000);

    test('staged-rollout has them only after verification, and a site that tries them gets them with apt (R-2.5-4, R-2.3-8)', async () => {
      const before = await site('before-verification', 'staged-rollout');
      await before.updates();
      expect(await before.offers('nordugrid-arc-wn')).toBe(false);
      await world.as('tu-vera').verifies(number);
      await world.reaches(number, 'verified');
      const adopter = await site('adopter', 'staged-rollout');
      await adopter.updates();
      expect(await adopter.offers('nordugrid-arc-wn')).toBe(true);
    }, 60_000);

    test('before the close production has none of them', async () => {
      await world.as('ea-ndgf-a').comments(number, '/accept NDGF-T1');
      await world.reaches(number, 'rolling-out');
      await world.settled();
      await world.as('ea-ndgf-a').comments(number, '/deployed NDGF-T1');
      await world.as('ea-ndgf-a').reports(number, 'NDGF-T1', 'success');
      await world.reaches(number, 'done');
      await world.advance('5wd');
      const early = await site('early', 'production');
      await early.updates();
      expect(await early.offers('nordugrid-arc-wn')).toBe(false);
    }, 60_000);

    test('after the close apt fetches and installs exactly these bytes from production (R-2.4-12.9a)', async () => {
      await world.as('sr-mila').comments(number, '/close success\nNDGF-T1 ran it for a week.');
      await world.reaches(number, 'success');
      const production = await site('production', 'production', true);
      await production.updates();
      const cache = await production.fetches(names);
      for (const { file, sha256: digest } of packages) {
        expect([file, sha256(await readFile(join(cache, file)))]).toEqual([file, digest]);
      }
      await production.installs(['nordugrid-arc-wn']);
      expect((await stat(join(dir, 'production/usr/share/doc/nordugrid-arc-wn'))).isDirectory()).toBe(true);
    }, 120_000);

    test('the access log of the channel proves from where the bytes came', async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      const log = (await readFile(join(dir, 'world/channels-access.log'), 'utf8')).trim().split('\n');
      const served = log.map((line): unknown => JSON.parse(line));
      for (const { file, size } of packages) {
        expect(served).toContainEqual(
          expect.objectContaining({
            method: 'GET',
            status: 200,
            bytes: size,
            path: expect.stringMatching(
              new RegExp(`^/channels/production/.*/${file.replaceAll('.', '\\.')}$`),
            ),
            agent: expect.stringContaining('APT'),
          }),
        );
      }
    });

    test('the fields in Packages equal those of apt-ftparchive, field by field', async () => {
      const { stdout } = await run('apt-ftparchive', [
        ...['MD5', 'SHA1', 'SHA512'].flatMap((hash) => ['-o', `APT::FTPArchive::${hash}=false`]),
        'packages',
        world.provider.dir,
      ]);
      const root = join(world.channels, 'production/umd/5/debian12/amd64');
      const ours = stanzas(
        gunzipSync(await readFile(join(root, 'dists/production/main/binary-amd64/Packages.gz'))).toString(),
      );
      const theirs = stanzas(stdout);
      expect([...ours.keys()].toSorted()).toEqual([...theirs.keys()].toSorted());
      for (const [name, fields] of theirs) {
        const { Filename: theirPath, ...rest } = fields;
        const { Filename: ourPath, ...mine } = ours.get(name) ?? {};
        expect(mine).toEqual(rest);
        expect(ourPath?.split('/').at(-1)).toBe(theirPath?.split('/').at(-1));
      }
    });

    test('versions of every package that apt knows here order as dpkg orders them', async () => {
      const { stdout } = await run('apt-cache', ['dumpavail'], { maxBuffer: 512 * 1024 * 1024 });
      const versions = [
        ...new Set([...stdout.matchAll(/^Version: (.*)$/gm)].map(([, version = '']) => version)),
      ];
      const picked = versions.filter((_, at) => at % Math.ceil(versions.length / 60) === 0);
      for (let at = 1; at < picked.length; at++) {
        const [a = '', b = ''] = [picked[at - 1], picked[at]];
        const less = await run('dpkg', ['--compare-versions', a, 'lt', b]).then(
          () => true,
          () => false,
        );
        expect([a, b, compareDebianVersions(a, b) < 0]).toEqual([a, b, less]);
      }
    }, 60_000);
  },
);

/** Paragraphs of a Packages file by package name. */
function stanzas(text: string): Map<string, Record<string, string>> {
  const found = new Map<string, Record<string, string>>();
  for (const paragraph of text.split('\n\n')) {
    const fields: Record<string, string> = {};
    let last = '';
    for (const line of paragraph.split('\n')) {
      if (/^[ \t]/.test(line)) fields[last] += `\n${line}`;
      else if (line.includes(':')) {
        last = line.slice(0, line.indexOf(':'));
        fields[last] = line.slice(line.indexOf(':') + 1).trim();
      }
    }
    const name = fields['Package'];
    if (name !== undefined) found.set(name, fields);
  }
  return found;
}

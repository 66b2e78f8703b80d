import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyChannel } from '../../app/publish/verification/verify.ts';
import { tool } from './apt.ts';
import { AttackedSite, roots, type ClientKeyring } from './attacked-site.ts';
import { attacks } from './attacks.ts';
import { barePath, runScript, scriptTools } from './script.ts';

const needs = scriptTools.every(tool);

function verdictOf(status: number, text: string): boolean | undefined {
  if (status === 0 && /(^|\n)verified\n$/.test(text)) return true;
  return status === 1 && text.endsWith('\nNOT VERIFIED\n') && !text.includes('not found') ? false : undefined;
}

/** What both say of the same channel. */
interface Answers {
  readonly verify: boolean;
  /** Undefined when it ended in another way than with an answer. */
  readonly script: boolean | undefined;
  readonly told: string;
}

(needs ? describe : describe.skip)(
  `verify-channel.sh, where there is no Node (needs ${scriptTools.join(', ')})`,
  () => {
    let site: AttackedSite;
    let path: string;
    let memory: string;

    beforeAll(async () => {
      site = await AttackedSite.create();
      path = barePath();
      memory = join(site.world.dir, 'seen.json');
    }, 60_000);
    afterAll(async () => {
      await site.close();
      await rm(path, { recursive: true });
    });

    async function answers(question: {
      readonly keyring?: ClientKeyring | undefined;
      readonly web?: true | undefined;
      readonly seen?: 'first' | 'second' | undefined;
      readonly fingerprint?: string;
    }): Promise<Answers> {
      const { keyring = 'good', web, seen, fingerprint = site.key.fingerprint } = question;
      const place = web ? `${site.web.url}/production/` : join(site.folder, 'production');
      const lastSeen = seen && (await site.memory(seen));
      if (lastSeen) await writeFile(memory, `${JSON.stringify(lastSeen)}\n`);
      const verification = await verifyChannel({
        source: place,
        keyring: site.keyring(keyring),
        now: new Date(),
        ...(lastSeen && { lastSeen }),
      });
      const { status, text } = await runScript(path, {
        place,
        channel: 'production',
        keyring: site.keyringFile(keyring, 'gpg'),
        fingerprints: [fingerprint],
        lastSeen: lastSeen && memory,
      });
      const told = [text, ...verification.problems.map(({ where, what }) => `${where} ${what}`)].join('\n');
      return { verify: verification.ok, script: verdictOf(status, text), told };
    }

    test('has at most sixty lines, and finds no Node', async () => {
      expect(
        readFileSync('repos-manifest/verify-channel.sh', 'utf8').trimEnd().split('\n').length,
      ).toBeLessThanOrEqual(60);
      expect(scriptTools).not.toContain('node');
    });

    test.each<[string, Parameters<typeof answers>[0]]>([
      ['in its folder', {}],
      ['through HTTP', { web: true }],
      ['for one who saw the publication before', { seen: 'first' }],
      ['for one who saw it before', { seen: 'second' }],
    ])('finds a channel right %s, as rollout verify does', async (_, question) => {
      await site.restore();
      expect(await answers(question)).toMatchObject({ verify: true, script: true });
    });

    test('finds the publication before right, for one who saw that and no other', async () => {
      await site.shows(site.at('first'));
      expect(await answers({ seen: 'first' })).toMatchObject({ verify: true, script: true });
    });

    test('remembers what it saw in the form in which rollout verify does', async () => {
      await site.restore();
      await answers({ seen: 'first' });
      expect(JSON.parse(await readFile(memory, 'utf8'))).toEqual(await site.memory('second'));
    });

    test.each(attacks.map((attack) => [attack.name, attack] as const))(
      'refuses %s, as rollout verify does',
      async (_, { spoil, keyring, web, knows }) => {
        await site.restore();
        await spoil(site);
        expect(await answers({ keyring, web, seen: knows ? 'second' : undefined })).toMatchObject({
          verify: false,
          script: false,
        });
      },
    );

    test('refuses a key that is in the keyring and is not pinned', async () => {
      await site.restore();
      expect(await answers({ fingerprint: site.otherKey.fingerprint })).toMatchObject({
        verify: true,
        script: false,
      });
    });

    test.each([
      ['apt', `${roots.apt}/pool/v/voms/voms_1.1_amd64.deb`],
      ['yum', `${roots.yum}/pool/v/voms/voms-1.1-1.x86_64.rpm`],
      ['tarballs', `${roots.tar}/voms/1.0/voms-1.1.tar.gz`],
    ])('finds a package of %s in its index, and one that was changed in none', async (_, file) => {
      await site.restore();
      const copy = join(site.world.dir, 'package');
      await writeFile(copy, await site.read(file));
      const ask = () =>
        runScript(path, {
          place: `${site.web.url}/production`,
          channel: 'production',
          keyring: site.keyringFile('good', 'gpg'),
          fingerprints: [site.key.fingerprint],
          package: copy,
        });
      expect(await ask()).toMatchObject({ status: 0, text: expect.stringContaining(` ${file}\nverified`) });
      await writeFile(copy, 'x', { flag: 'a' });
      expect(await ask()).toMatchObject({
        status: 1,
        text: expect.stringContaining('is in no index of the channel'),
      });
    });

    test('says how it is used when it is used wrongly, with status 2', async () => {
      const { status, text } = await runScript(path, {
        place: '/',
        channel: 'production',
        keyring: '/none',
        fingerprints: ['F'],
      });
      expect([status, text]).toEqual([
        2,
        expect.stringContaining('ADDRESS-OR-FOLDER CHANNEL KEYRING FINGERPRINT'),
      ]);
    });
  },
);

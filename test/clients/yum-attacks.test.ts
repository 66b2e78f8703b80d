import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { tool } from './apt.ts';
import { AttackedSite, roots, type ClientKeyring } from './attacked-site.ts';
import { mustUpdate } from './program.ts';
import { attacks, type Attack, type Outcome } from './attacks.ts';
import { DnfClient } from './dnf.ts';
import { ZypperClient } from './zypper.ts';

/** How dnf and zypper say that it is the signature, the digest or the absence of a file for which they refuse. */
const refusals =
  /GPG (signature )?verification|Cannot download|Signature verification failed|Valid metadata not found|was modified after|is unsigned|signed with an unknown key|Digest verification failed|not found on medium|can't be determined|\[error\]/;

describe.each([
  ['dnf', DnfClient],
  ['zypper', ZypperClient],
] as const)('%s, with its metadata checked', (name, Client) => {
  const isThere = tool(name) && tool('rpm');
  const felt = attacks.flatMap((attack) => {
    const expected = attack[name];
    return expected ? [[attack.name, expected, attack] as const] : [];
  });

  (isThere ? describe : describe.skip)(`(needs ${name}, rpm)`, () => {
    let site: AttackedSite;

    beforeAll(async () => {
      site = await AttackedSite.create();
    }, 60_000);
    afterAll(async () => {
      await site.close();
    });

    /** A new client with the ready-made repository file of the channel. */
    async function client(
      keyring: ClientKeyring = 'good',
      plain?: Attack['plain'],
    ): Promise<DnfClient | ZypperClient> {
      const file = (await site.read('../setup/production-umd-5-el9-x86_64.repo')).toString();
      const address = `baseurl=${site.web.url}/production/${roots.yum}/`;
      return Client.with(plain ? file.replace(/^mirrorlist=.*$/m, address) : file, site.keyring(keyring));
    }

    /** What comes of an update and of fetching a package. */
    async function outcome(
      own: DnfClient | ZypperClient,
    ): Promise<{ readonly outcome: Outcome; readonly text: string }> {
      const update = await own.update();
      if (update.status !== 0) return { outcome: 'refuses', text: update.text };
      const download = await own.download('voms');
      return { outcome: download.status === 0 ? 'takes' : 'refuses', text: update.text + download.text };
    }

    test('takes a channel that nobody has touched, through its mirror list and through a plain address', async () => {
      await site.restore();
      for (const plain of [undefined, true] as const) {
        const own = await client('good', plain);
        expect(await outcome(own)).toMatchObject({ outcome: 'takes' });
        expect((await own.packages()).toSorted()).toEqual([
          'voms-api/1.0',
          'voms-api/1.1',
          'voms/1.0',
          'voms/1.1',
        ]);
        await rm(own.dir, { recursive: true });
      }
    });

    test.each(felt)(
      'before %s: %s',
      async (_, expected, { spoil, keyring, knows, plain }) => {
        await site.restore();
        const own = await client(keyring, plain);
        if (knows) await mustUpdate(own);
        await spoil(site);
        const found = await outcome(own);
        expect(found).toMatchObject({ outcome: expected });
        expect(found.text).toMatch(expected === 'refuses' ? refusals : /(?:)/);
        await rm(own.dir, { recursive: true });
      },
      60_000,
    );
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { AptClient } from '../publish/apt-client.ts';
import { tool } from './apt.ts';
import { AttackedSite, type ClientKeyring } from './attacked-site.ts';
import { mustUpdate } from './program.ts';
import { attacks, type Outcome } from './attacks.ts';

const felt = attacks.flatMap((attack) => (attack.apt ? [[attack.name, attack.apt, attack] as const] : []));

(tool('apt-get') ? describe : describe.skip)('apt (needs apt-get), with all checks on', () => {
  let site: AttackedSite;

  beforeAll(async () => {
    site = await AttackedSite.create();
  }, 60_000);
  afterAll(async () => {
    await site.close();
  });

  /** A new client with the ready-made source of the channel. */
  async function client(keyring: ClientKeyring = 'good', lax = false): Promise<AptClient> {
    const source = (await site.read('../setup/production-umd-5-debian12-amd64.sources')).toString();
    const own = source.replace(/^Signed-By:\n[^]*$/m, `Signed-By: ${site.keyringFile(keyring, 'gpg')}\n`);
    return AptClient.with(lax ? own.replace(/^Valid-Until-Max: .*\n/m, '') : own);
  }

  /** What comes of an update and of fetching a package. */
  async function outcome(apt: AptClient): Promise<{ readonly outcome: Outcome; readonly text: string }> {
    const before = await apt.packages();
    const update = await apt.update();
    if (update.status !== 0) return { outcome: 'refuses', text: update.text };
    const after = await apt.packages();
    const download = await apt.download('voms');
    const text = update.text + download.text;
    if (download.status !== 0) return { outcome: 'refuses', text };
    if (/^W:/m.test(text)) return { outcome: 'warns', text };
    return { outcome: before.length > 0 && before.join(' ') === after.join(' ') ? 'keeps' : 'takes', text };
  }

  test('takes a channel that nobody has touched, and keeps it', async () => {
    await site.restore();
    const apt = await client();
    expect(await outcome(apt)).toMatchObject({ outcome: 'takes' });
    expect(await apt.packages()).toEqual(['voms-api/1.1', 'voms/1.1']);
    expect(await outcome(apt)).toMatchObject({ outcome: 'keeps' });
    await rm(apt.dir, { recursive: true });
  });

  test.each(felt)(
    'before %s: %s',
    async (_, expected, { spoil, keyring, knows, lax, told }) => {
      await site.restore();
      const apt = await client(keyring, lax);
      if (knows) await mustUpdate(apt);
      await spoil(site);
      const found = await outcome(apt);
      expect(found).toMatchObject({ outcome: expected });
      expect(found.text).toMatch(told ?? /(?:)/);
      await rm(apt.dir, { recursive: true });
    },
    60_000,
  );
});

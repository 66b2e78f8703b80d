import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LooseKey } from '../publish/loose-key.ts';
import { type Release, Trial } from '../world/trial.ts';

const release = (component: string, version: string): Release => ({
  stack: 'glite',
  component,
  provider: 'cern',
  version,
  class: 'revision',
  packages: [component],
});
const bdii = (): Release => release('bdii', '6.2.0');
const yesterday = new Date(Date.now() - 86_400_000);

let key: LooseKey;
let stranger: LooseKey;
let trial: Trial;
beforeAll(async () => {
  [key, stranger] = [await LooseKey.make(yesterday), await LooseKey.make(yesterday)];
  const catalogue = readFileSync('releases/catalogue.yml', 'utf8').replace(
    '    team: provider-cern\n',
    `    team: provider-cern\n    signing_keys: [${key.fingerprint}]\n    signatures: required\n`,
  );
  trial = await Trial.begin({
    // The file of keys may hold others; what is pinned counts.
    files: {
      'releases/catalogue.yml': catalogue,
      'releases/keys/cern.asc': key.publicKey + stranger.publicKey,
    },
  });
}, 60_000);
afterAll(() => trial.end(), 60_000);

/** The ticket of a release, its package signed by somebody; the signature lies beside the package on the provider's server. */
async function signedBy(by: LooseKey) {
  const draft = await trial.drafts(bdii());
  const { dir } = trial.world.provider;
  const targets = await Promise.all(
    draft.targets.map(async (target) => ({
      ...target,
      packages: await Promise.all(
        target.packages.map(async (one) => {
          const signature = Buffer.from(
            await by.signDetached(await readFile(join(dir, one.file)), new Date()),
          );
          await writeFile(join(dir, `${one.file}.asc`), signature);
          const sha256 = createHash('sha256').update(signature).digest('hex');
          return { ...one, signature: { url: `${one.url}.asc`, size: signature.length, sha256 } };
        }),
      ),
    })),
  );
  return { ...draft, targets };
}

const provider = () => trial.world.as('p-cern');

describe('A provider whose packages have to be signed', () => {
  test('is told of a package without a signature', async () => {
    const number = await provider().opensTicket(await trial.drafts(release('gfal2', '2.22.0')));
    await trial.world.settled();
    expect(await trial.page(number).check('intake')).toContain(
      'gfal2_2.22.0_amd64.deb is not signed, and packages of cern have to be: name its detached signature',
    );
  }, 60_000);

  test('is told of one signed by a key that is not registered, and gets it in when the ticket is mended', async () => {
    const number = await provider().opensTicket(await signedBy(stranger));
    await trial.world.settled();
    expect(await trial.page(number).check('intake')).toMatch(
      /bdii_6\.2\.0_amd64\.deb: its signature at .* is by key [0-9A-F]{16}, which is not registered for cern/,
    );
    expect(await trial.channel('unverified')).toEqual({});
    await trial.pushes(number, await signedBy(key));
    await trial.world.reaches(number, 'unverified');
    expect(Object.keys(await trial.channel('unverified'))).toEqual(['bdii_6.2.0_amd64.deb']);
  }, 60_000);
});

import { verifyChannel } from '../../app/publish/verification/verify.ts';
import type { Site } from './site.ts';

/** What `rollout verify` finds wrong with the channel of a site, files that nothing vouches for included. `keyring` is the key of the channel, binary. */
export async function verificationProblems(
  site: Site,
  keyring: Uint8Array,
  now: Date,
): Promise<readonly string[]> {
  const folder = 'production/';
  const { problems } = await verifyChannel({
    source: {
      open: async (path) => {
        const bytes = await site.read(`${folder}${path}`);
        return bytes && piecesOf(bytes);
      },
      list: async (below) =>
        [...(await site.files()).keys()]
          .filter((path) => path.startsWith(`${folder}${below}`))
          .map((path) => path.slice(folder.length)),
    },
    keyring,
    now,
  });
  return problems.map(({ where, what }) => `${where} ${what}`);
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

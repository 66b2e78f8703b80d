import type { Channel } from '../model/channel.ts';
import type { ChannelsFile } from '../model/channels-file.ts';
import type { ChannelContents } from './channel-contents.ts';
import type { Signer } from './keys.ts';
import { binaryKeyring } from './openpgp.ts';
import type { OutputFile } from './output.ts';

/**
 * What a site needs to set a channel up: its public key, armored and as a keyring for gpgv, and for each target a ready deb822 source
 * with the key in it (sources.list(5), apt 2.4 and newer). They are how trust begins, so no channel.json vouches for them.
 */
export async function setupFiles(
  contents: ChannelContents,
  file: ChannelsFile,
  signer: Signer,
): Promise<readonly OutputFile[]> {
  const { channel } = contents;
  const encoder = new TextEncoder();
  const sources = contents.roots.flatMap(({ path, targets }) =>
    targets.map(({ target }) => {
      const name = [channel, ...target.distribution.split('/'), target.platform, target.arch].join('-');
      const text = [
        'Types: deb',
        `URIs: ${file.url}/${path}/`,
        `Suites: ${channel}`,
        'Components: main',
        `Architectures: ${target.arch}`,
        'Check-Valid-Until: yes',
        // Without it a thief of the key could sign indexes that never age (trust.md 7).
        `Valid-Until-Max: ${String(file.valid_days * 86_400)}`,
        'Signed-By:',
        ...signer.publicKey
          .trimEnd()
          .split('\n')
          .map((line) => ` ${line === '' ? '.' : line}`),
        '',
      ].join('\n');
      return { path: `setup/${name}.sources`, bytes: encoder.encode(text) };
    }),
  );
  return [...(await keyFiles(channel, signer)), ...sources];
}

/** The public key of a channel, armored and as a keyring for gpgv. It is published also when nothing may be signed: a revocation has to get out. */
export async function keyFiles(channel: Channel, { publicKey }: Signer): Promise<readonly OutputFile[]> {
  return [
    { path: `keys/${channel}.asc`, bytes: new TextEncoder().encode(publicKey) },
    { path: `keys/${channel}.gpg`, bytes: await binaryKeyring([publicKey]) },
  ];
}

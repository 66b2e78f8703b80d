import type { Channel } from '../model/channel.ts';
import type { ChannelsFile } from '../model/channels-file.ts';
import type { Output, OutputFile, Pointer } from '../storage/output.ts';
import type { ChannelContents } from './channel-contents.ts';
import type { Signer } from './signing/keys.ts';
import type { Place, Target } from './layout.ts';
import { binaryKeyring } from './signing/openpgp.ts';
import { textFile } from './roots/rendered-root.ts';

type SetupFile = Pick<ReturnType<typeof textFile>, 'path' | 'pieces'>;
type PublicSide = Pick<Signer, 'publicKey'>;

/**
 * What a site needs to set a channel up: its public key, armored and as a keyring for gpgv, and for each target a ready file for its package
 * manager. They are how trust begins, so no channel.json vouches for them.
 */
export async function setupFiles(
  { channel, roots }: ChannelContents,
  file: ChannelsFile,
  signer: PublicSide,
): Promise<readonly SetupFile[]> {
  const targets = roots.flatMap(({ place, targets: own }) =>
    own.flatMap(({ target }): readonly SetupFile[] => {
      const name = setupFileName(channel, target);
      if (name === undefined) return [];
      const text =
        target.format === 'deb'
          ? aptSource(file, place, target, signer.publicKey)
          : yumRepository(file, place, setupName(channel, target), channel);
      return [textFile(`setup/${name}`, text)];
    }),
  );
  return [...(await keyFiles(channel, signer)), ...targets];
}

async function keyFiles(channel: Channel, { publicKey }: PublicSide): Promise<readonly SetupFile[]> {
  const keyring = textFile(`keys/${channel}.gpg`, '');
  return [
    textFile(`keys/${channel}.asc`, publicKey),
    { ...keyring, pieces: [await binaryKeyring([publicKey])] },
  ];
}

/** Puts the public key of a channel in its place, also when nothing may be signed: a revocation has to get out. */
export async function putKeyFiles(output: Output, channel: Channel, signer: PublicSide): Promise<void> {
  await putWhereDifferent(output, await keyFiles(channel, signer));
}

/** The name of the file that a site puts among its sources or repositories; tarballs have no client that would read one. */
export function setupFileName(channel: Channel, target: Target): string | undefined {
  const ending = { deb: 'sources', rpm: 'repo', tar: undefined }[target.format];
  return ending === undefined ? undefined : `${setupName(channel, target)}.${ending}`;
}

/** What names a target among the client files of a site. */
function setupName(channel: string, { distribution, platform, arch }: Target): string {
  return [channel, ...distribution.split('/'), platform, arch].join('-');
}

/** A deb822 source with the key in it (sources.list(5), apt 2.4 and newer). */
function aptSource(file: ChannelsFile, place: Place, { arch }: Target, publicKey: string): string {
  return [
    'Types: deb',
    `URIs: ${file.url}/${place.path}/`,
    `Suites: ${place.suite}`,
    `Components: ${place.component}`,
    `Architectures: ${arch}`,
    'Check-Valid-Until: yes',
    // Without it a thief of the key could sign indexes that never age (trust.md 7).
    `Valid-Until-Max: ${String(file.valid_days * 86_400)}`,
    'Signed-By:',
    ...publicKey
      .trimEnd()
      .split('\n')
      .map((line) => ` ${line === '' ? '.' : line}`),
    '',
  ].join('\n');
}

/**
 * A repository file of yum, dnf and zypper (dnf.conf(5)). Its metadata is signed; the packages are as their providers made them, and the
 * signed metadata has their digests, so `gpgcheck`, which asks for a signature in each package, stays off.
 */
function yumRepository(file: ChannelsFile, place: Place, name: string, channel: string): string {
  return [
    `[${name}]`,
    `name=${file.origin} ${name}`,
    `mirrorlist=${file.url}/${place.path}/mirrorlist`,
    'enabled=1',
    'repo_gpgcheck=1',
    'gpgcheck=0',
    `gpgkey=${file.url}/keys/${channel}.asc`,
    'metadata_expire=6h',
    '',
  ].join('\n');
}

/** Puts the client files and keys of a channel in place where they are not right, and removes those of targets that it no longer has. */
export async function putSetupFiles(
  output: Output,
  contents: ChannelContents,
  file: ChannelsFile,
  signer: PublicSide,
): Promise<void> {
  const { channel } = contents;
  const files = await setupFiles(contents, file, signer);
  await putWhereDifferent(output, files);
  const wanted = new Set(files.map(({ path }) => path));
  const present = [...(await output.list('keys')), ...(await output.list('setup'))];
  await output.remove(
    present.filter(
      (path) =>
        (path.startsWith(`keys/${channel}.`) || path.startsWith(`setup/${channel}-`)) && !wanted.has(path),
    ),
  );
}

/** Puts files in place that are not there, or are there with other bytes. */
export async function putWhereDifferent(output: Output, files: readonly OutputFile[]): Promise<void> {
  const changed: Pointer[] = [];
  for (const { path, pieces } of files) {
    const there = await output.read(path);
    if (!there || !Buffer.concat([...pieces]).equals(there)) changed.push({ path, pieces });
  }
  await output.point(changed);
}

import type { Channel } from '../../model/channel.ts';
import type { RootContents } from '../channel-contents.ts';
import { tarIndexText } from './tar-index.ts';
import { textFile, vouched, type RenderedRoot, type RootSigning } from './rendered-root.ts';

/** The index of a root of tarballs: each with the release that brought it, sorted by path. */
export function tarIndex({ targets }: RootContents, channel: Channel): string {
  const [{ target, entries }] = targets;
  return tarIndexText({
    apiVersion: 'rollout/v1',
    kind: 'TarIndex',
    channel,
    distribution: target.distribution,
    platform: target.platform,
    arch: target.arch,
    files: entries.map(({ path, size, sha256, release, component, version }) => ({
      path,
      size,
      sha256,
      release,
      component,
      version,
    })),
  });
}

/** Where the signature of a `SHA256SUMS` stands for as long as that one may be read, below the root. */
export function lastingSignature(sumsSha256: string): string {
  return `signatures/${sumsSha256}.asc`;
}

/** Where a `SHA256SUMS` itself stands beside its signature: the next publication knows from it what was listed. */
export function lastingSums(sumsSha256: string): string {
  return `signatures/${sumsSha256}.sums`;
}

/**
 * Signs a root of tarballs: `index.json` for programs, `SHA256SUMS` for `sha256sum --check`, which covers the index too, and its detached
 * signature, which stands under the digest of what it signs before `SHA256SUMS` is replaced.
 */
export async function signedTarRoot(
  root: RootContents,
  { channel, issued, signer }: RootSigning,
): Promise<RenderedRoot> {
  const { place, targets } = root;
  const [{ entries }] = targets;
  const index = textFile(`${place.path}/index.json`, tarIndex(root, channel));
  const lines = [...entries.map(({ path, sha256 }) => `${sha256}  ${path}`), `${index.sha256}  index.json`];
  const sums = textFile(`${place.path}/SHA256SUMS`, lines.map((line) => `${line}\n`).join(''));
  const signature = await signer.signDetached(Buffer.concat([...sums.pieces]), issued);
  const lasting = [
    textFile(`${place.path}/${lastingSignature(sums.sha256)}`, signature),
    { ...sums, path: `${place.path}/${lastingSums(sums.sha256)}` },
  ];
  const pointers = [sums, textFile(`${place.path}/SHA256SUMS.asc`, signature), index];
  return { content: lasting, pointers, files: [...lasting, ...pointers].map(vouched) };
}

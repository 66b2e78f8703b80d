import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Channel } from '../model/channel.ts';
import { packagesIndex } from '../repository/packages-index.ts';
import { releaseText } from '../repository/release-file.ts';
import type { ListedPackage, RootContents } from './channel-contents.ts';
import { sha256Of } from '../storage/digest.ts';
import type { Signer } from './keys.ts';
import { byHashFolder, poolPath } from './layout.ts';
import type { OutputFile } from './output.ts';
import type { IndexFacts } from './package-facts.ts';
import { PublishError } from './publish-error.ts';

/** A package of a root, with the place of its file. */
interface PooledPackage {
  readonly listed: ListedPackage;
  readonly facts: IndexFacts;
  /** Relative to the apt root. */
  readonly filename: string;
}

/** The packages of a root: what its pool holds, and what each architecture's index lists. */
export interface RootPool {
  readonly pool: readonly PooledPackage[];
  readonly indexes: readonly { readonly arch: string; readonly packages: readonly PooledPackage[] }[];
}

/** What signs a root, and for how long. */
export interface RootSigning {
  readonly channel: Channel;
  readonly origin: string;
  readonly issued: Date;
  readonly expires: Date;
  readonly signer: Signer;
}

/** The files of an apt root, in the groups in which they are put in place. */
export interface RenderedRoot {
  readonly byHash: readonly OutputFile[];
  /** Packages and Packages.gz of each architecture. */
  readonly indexes: readonly OutputFile[];
  readonly release: OutputFile;
  readonly detachedSignature: OutputFile;
  /** What clients read first: the switch. */
  readonly inRelease: OutputFile;
}

const compress = promisify(gzip);
const encoder = new TextEncoder();

/**
 * Assigns the packages of a root their places. The same package in two releases, or for all architectures, stands in the pool once.
 * @throws PublishError `package-not-for-target`, `same-package-other-bytes` (trust.md T48).
 */
export function rootPool(
  channel: Channel,
  root: RootContents,
  facts: ReadonlyMap<string, IndexFacts>,
): RootPool {
  const pool = new Map<string, PooledPackage>();
  const indexes = root.targets.map(({ target, packages }) => {
    const index = new Map<string, PooledPackage>();
    for (const listed of packages) {
      const own = facts.get(listed.sha256);
      if (!own) throw new TypeError(`no facts of ${listed.file}`);
      if (own.architecture !== 'all' && own.architecture !== target.arch) {
        throw new PublishError(
          channel,
          'package-not-for-target',
          `${listed.release}: ${listed.file} is for ${own.architecture}, not for ${target.platform} ${target.arch}`,
        );
      }
      const identity = `${own.name} ${own.version} ${own.architecture}`;
      const before = pool.get(identity);
      if (before && before.listed.sha256 !== listed.sha256) {
        throw new PublishError(
          channel,
          'same-package-other-bytes',
          `${before.listed.release} and ${listed.release} both bring ${identity}, with different bytes`,
        );
      }
      const pooled = before ?? { listed, facts: own, filename: poolPath(listed.component, listed.file) };
      pool.set(identity, pooled);
      index.set(identity, pooled);
    }
    return { arch: target.arch, packages: [...index.values()] };
  });
  return { pool: [...pool.values()], indexes };
}

/** The files of one apt root. The same contents, date and key give the same bytes (channels.md). */
export async function renderRoot(
  root: RootContents,
  { indexes }: RootPool,
  signing: RootSigning,
): Promise<RenderedRoot> {
  const { channel, origin, issued, expires, signer } = signing;
  const [{ target }] = root.targets;
  const suite = `${root.path}/dists/${channel}`;
  const rendered: OutputFile[] = [];
  for (const { arch, packages } of indexes) {
    const bytes = encoder.encode(
      packagesIndex(
        packages.map(({ facts, filename, listed }) => ({
          facts,
          filename,
          size: listed.size,
          sha256: listed.sha256,
        })),
      ),
    );
    const path = `${suite}/main/binary-${arch}/Packages`;
    rendered.push({ path, bytes }, { path: `${path}.gz`, bytes: await compress(bytes, { level: 6 }) });
  }
  const digests = rendered.map(({ path, bytes }) => ({
    path,
    size: bytes.length,
    sha256: sha256Of(bytes),
    bytes,
  }));
  const text = releaseText({
    origin,
    suite: channel,
    architectures: indexes.map(({ arch }) => arch),
    description: `${origin}, channel ${channel}: ${target.distribution} for ${target.platform}`,
    date: issued,
    validUntil: expires,
    entries: digests.map(({ path, size, sha256 }) => ({ path: path.slice(suite.length + 1), size, sha256 })),
  });
  const release = encoder.encode(text);
  return {
    byHash: digests.map(({ path, sha256, bytes }) => ({ path: `${byHashFolder(path)}/${sha256}`, bytes })),
    indexes: rendered,
    release: { path: `${suite}/Release`, bytes: release },
    detachedSignature: {
      path: `${suite}/Release.gpg`,
      bytes: encoder.encode(await signer.signDetached(release, issued)),
    },
    inRelease: {
      path: `${suite}/InRelease`,
      bytes: encoder.encode(await signer.signCleartext(text, issued)),
    },
  };
}

import { channels, type Shelf, shelves } from '../model/channel.ts';
import { type Manifest, manifestLimits, ManifestSchema } from '../model/manifest.ts';
import { problemLine } from '../model/problem.ts';
import { readAs } from '../model/yaml.ts';
import type { GitRecord } from '../record/repository.ts';
import type { DocumentSigner } from '../record/signer.ts';

/** A manifest on the main branch is not what the system signed. An alarm: nothing of it is believed or published. */
export class ForgedManifest extends Error {
  override readonly name = 'ForgedManifest';
}

export const manifestPath = (shelf: Shelf, release: string): string =>
  `repos-manifest/${shelf}/${release}.yml`;

/** Everywhere that a release's manifest and its signature can stand. */
export const manifestPathsOf = (release: string): readonly string[] =>
  shelves.flatMap((shelf) => [manifestPath(shelf, release), `${manifestPath(shelf, release)}.asc`]);

/** The manifest of one release in a commit, wherever it stands; its signature is checked. Throws ForgedManifest. */
export async function manifestOf(
  record: GitRecord,
  signer: DocumentSigner,
  commit: string,
  release: string,
): Promise<{ readonly shelf: Shelf; readonly manifest: Manifest } | undefined> {
  const files = new Map(
    (await record.list(commit, manifestPathsOf(release))).map(({ path, blob }) => [path, blob]),
  );
  const standing = shelves.filter((shelf) => files.has(manifestPath(shelf, release)));
  const [shelf] = standing;
  if (shelf === undefined) return undefined;
  if (standing.length > 1) throw new ForgedManifest(`${release} stands in ${standing.join(' and ')} at once`);
  const path = manifestPath(shelf, release);
  return {
    shelf,
    manifest: await signedManifest(record, signer, path, files.get(path) ?? '', files.get(`${path}.asc`)),
  };
}

/** Every manifest of the three channels in a commit. Throws ForgedManifest for the first that is not signed as it has to be. */
export function allManifests(
  record: GitRecord,
  signer: DocumentSigner,
  commit: string,
): Promise<readonly Manifest[]> {
  return signedManifests(record, signer, commit, channels);
}

/** Every manifest on some shelves in a commit. Throws ForgedManifest for the first that is not signed as it has to be. */
export async function signedManifests(
  record: GitRecord,
  signer: DocumentSigner,
  commit: string,
  from: readonly Shelf[],
): Promise<readonly Manifest[]> {
  const files = new Map(
    (await record.list(commit, ['repos-manifest'])).map(({ path, blob }) => [path, blob]),
  );
  const manifests: Manifest[] = [];
  for (const [path, blob] of files) {
    if (!path.endsWith('.yml') || !from.some((shelf) => path.startsWith(`repos-manifest/${shelf}/`)))
      continue;
    manifests.push(await signedManifest(record, signer, path, blob, files.get(`${path}.asc`)));
  }
  return manifests;
}

const known = new WeakMap<GitRecord, Map<string, Manifest>>();

async function signedManifest(
  record: GitRecord,
  signer: DocumentSigner,
  path: string,
  blob: string,
  signature: string | undefined,
): Promise<Manifest> {
  const cache = known.get(record) ?? new Map<string, Manifest>();
  known.set(record, cache);
  const key = `${path} ${blob} ${signature ?? ''}`;
  const before = cache.get(key);
  if (before) return before;
  if (signature === undefined) throw new ForgedManifest(`${path} has no signature beside it`);
  const text = await record.blob(blob);
  if (!(await signer.verify(text, await record.blob(signature)))) {
    throw new ForgedManifest(`${path} is not signed with the system key`);
  }
  const read = readAs(ManifestSchema, text, path, manifestLimits);
  if (!read.ok) throw new ForgedManifest(read.problems.map(problemLine).join('\n'));
  if (manifestPath(read.value.channel, read.value.release) !== path) {
    throw new ForgedManifest(`${path} says that it is ${read.value.release} in ${read.value.channel}`);
  }
  cache.set(key, read.value);
  return read.value;
}

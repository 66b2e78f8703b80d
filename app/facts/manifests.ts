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
  const wanted = [...files].filter(
    ([path]) => path.endsWith('.yml') && from.some((shelf) => path.startsWith(`repos-manifest/${shelf}/`)),
  );
  const read = readAhead(record, wanted, files);
  const manifests: Manifest[] = [];
  for (const [path, blob] of wanted)
    manifests.push(await signedManifest(record, signer, path, blob, files.get(`${path}.asc`), read));
  return manifests;
}

/** How many manifests are read by one process. */
const batch = 1000;

/** Reads the manifests that are not known yet, and their signatures, many at a time, in the order in which they are going to be asked for. */
function readAhead(
  record: GitRecord,
  wanted: readonly (readonly [string, string])[],
  files: ReadonlyMap<string, string>,
): (blob: string) => Promise<string> {
  const unknown = wanted.filter(
    ([path, blob]) => !knownManifests(record).has(keyOf(path, blob, files.get(`${path}.asc`))),
  );
  let next = 0;
  let texts: ReadonlyMap<string, string> = new Map();
  return async (blob) => {
    while (!texts.has(blob) && next < unknown.length) {
      const some = unknown.slice(next, next + batch);
      next += batch;
      texts = await record.texts(some.flatMap(([path, id]) => [id, files.get(`${path}.asc`) ?? id]));
    }
    return texts.get(blob) ?? record.blob(blob);
  };
}

const known = new WeakMap<GitRecord, Map<string, Manifest>>();

/** The manifests of a record that were found to be what the system signed, each under its path and the ids of its blobs. */
export function knownManifests(record: GitRecord): Map<string, Manifest> {
  const found = known.get(record) ?? new Map<string, Manifest>();
  known.set(record, found);
  return found;
}

/** Of those the ones that stand in a commit, with what they are known by. */
export async function standingManifests(
  record: GitRecord,
  commit: string,
): Promise<readonly (readonly [string, Manifest])[]> {
  const files = new Map(
    (await record.list(commit, ['repos-manifest'])).map(({ path, blob }) => [path, blob]),
  );
  return [...files].flatMap(([path, blob]) => {
    const key = keyOf(path, blob, files.get(`${path}.asc`));
    const manifest = knownManifests(record).get(key);
    return manifest ? [[key, manifest] as const] : [];
  });
}

function keyOf(path: string, blob: string, signature: string | undefined): string {
  return `${path} ${blob} ${signature ?? ''}`;
}

async function signedManifest(
  record: GitRecord,
  signer: DocumentSigner,
  path: string,
  blob: string,
  signature: string | undefined,
  read = (id: string): Promise<string> => record.blob(id),
): Promise<Manifest> {
  const cache = knownManifests(record);
  const key = keyOf(path, blob, signature);
  const before = cache.get(key);
  if (before) return before;
  if (signature === undefined) throw new ForgedManifest(`${path} has no signature beside it`);
  const text = await read(blob);
  if (!(await signer.verify(text, await read(signature)))) {
    throw new ForgedManifest(`${path} is not signed with the system key`);
  }
  const checked = readAs(ManifestSchema, text, path, manifestLimits);
  if (!checked.ok) throw new ForgedManifest(checked.problems.map(problemLine).join('\n'));
  const { value } = checked;
  if (manifestPath(value.channel, value.release) !== path) {
    throw new ForgedManifest(`${path} says that it is ${value.release} in ${value.channel}`);
  }
  cache.set(key, value);
  return value;
}

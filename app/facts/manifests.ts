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

/** How the name of a signature ends, behind the name of what it signs. */
const asc = '.asc';

/** Where the manifests on a shelf are. */
export const shelfFolder = (shelf: Shelf): string => `repos-manifest/${shelf}`;

export const manifestPath = (shelf: Shelf, release: string): string => `${shelfFolder(shelf)}/${release}.yml`;

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
  const file = manifestFile(path, files.get(path) ?? '', files.get(`${path}${asc}`));
  return { shelf, manifest: await signedManifest(record, signer, file, (id) => record.blob(id)) };
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
  const files = await standingFiles(record, commit, from);
  const read = readAhead(record, files);
  const manifests: Manifest[] = [];
  for (const file of files) manifests.push(await signedManifest(record, signer, file, read));
  return manifests;
}

/** The file of a manifest in a commit. */
interface ManifestFile {
  readonly path: string;
  readonly blob: string;
  /** The blob of the signature beside it. */
  readonly signature: string | undefined;
  /** What it is known by: path and ids of its blobs. */
  readonly key: string;
}

async function standingFiles(
  record: GitRecord,
  commit: string,
  from: readonly Shelf[],
): Promise<readonly ManifestFile[]> {
  const files = await record.list(commit, from.map(shelfFolder));
  const signatures = new Map<string, string>();
  for (const { path, blob } of files)
    if (path.endsWith(asc)) signatures.set(path.slice(0, -asc.length), blob);
  return files.flatMap(({ path, blob }) =>
    path.endsWith('.yml') ? manifestFile(path, blob, signatures.get(path)) : [],
  );
}

function manifestFile(path: string, blob: string, signature: string | undefined): ManifestFile {
  return { path, blob, signature, key: `${path} ${blob} ${signature ?? ''}` };
}

/** How many manifests are read by one process. */
const batch = 1000;

/** Reads the manifests that are not known yet, and their signatures, many at a time, in the order in which they are going to be asked for. */
function readAhead(record: GitRecord, files: readonly ManifestFile[]): (blob: string) => Promise<string> {
  const cache = knownManifests(record);
  const unknown = files.filter(({ key }) => !cache.has(key));
  let next = 0;
  let texts: ReadonlyMap<string, string> = new Map();
  return async (id) => {
    while (!texts.has(id) && next < unknown.length) {
      const some = unknown.slice(next, next + batch);
      next += batch;
      texts = await record.texts(some.flatMap(({ blob, signature }) => [blob, signature ?? blob]));
    }
    return texts.get(id) ?? record.blob(id);
  };
}

const known = new WeakMap<GitRecord, Map<string, Manifest>>();

/** The manifests of a record that were found to be what the system signed, each under its path and the ids of its blobs. */
export function knownManifests(record: GitRecord): Map<string, Manifest> {
  const found = known.get(record) ?? new Map<string, Manifest>();
  known.set(record, found);
  return found;
}

/** Of those the ones that stand on some shelves in a commit, with what they are known by. */
export async function standingManifests(
  record: GitRecord,
  commit: string,
  from: readonly Shelf[],
): Promise<readonly (readonly [string, Manifest])[]> {
  const cache = knownManifests(record);
  return (await standingFiles(record, commit, from)).flatMap(({ key }) => {
    const manifest = cache.get(key);
    return manifest ? [[key, manifest] as const] : [];
  });
}

async function signedManifest(
  record: GitRecord,
  signer: DocumentSigner,
  { path, blob, signature, key }: ManifestFile,
  read: (id: string) => Promise<string>,
): Promise<Manifest> {
  const cache = knownManifests(record);
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

import { Buffer } from 'node:buffer';

export interface TreeEntry {
  /** Octal, as git writes it: `100644`, `100755`, `120000`, `40000`, `160000`. */
  readonly mode: string;
  readonly name: string;
  readonly sha: string;
}

/** One file set (`sha` of its blob) or taken away (`sha` null). */
export interface TreeChange {
  readonly path: string;
  readonly mode: string;
  readonly sha: string | null;
}

export interface TreeStore {
  /** The entries of a tree; undefined when there is no such tree. */
  readonly entries: (sha: string) => Promise<TreeEntry[] | undefined>;
  readonly write: (entries: readonly TreeEntry[]) => Promise<string>;
}

const treeMode = '40000';

/** The entries of a tree object (`mode SP name NUL digest`, repeated). */
export function parseTree(content: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < content.length) {
    const space = content.indexOf(32, at);
    const nul = content.indexOf(0, space);
    if (space < 0 || nul < 0) throw new Error('a tree object is cut short');
    entries.push({
      mode: content.toString('latin1', at, space),
      name: content.toString('utf8', space + 1, nul),
      sha: content.toString('hex', nul + 1, nul + 21),
    });
    at = nul + 21;
  }
  return entries;
}

/** The content of a tree object; git wants names in byte order, a folder's as if it ended in a slash. */
export function formatTree(entries: readonly TreeEntry[]): Buffer {
  const key = (entry: TreeEntry): Buffer =>
    Buffer.from(entry.mode === treeMode ? `${entry.name}/` : entry.name);
  const sorted = entries
    .map((entry) => ({ entry, key: key(entry) }))
    .toSorted((a, b) => Buffer.compare(a.key, b.key));
  return Buffer.concat(
    sorted.flatMap(({ entry }) => [
      Buffer.from(`${entry.mode} ${entry.name}\0`),
      Buffer.from(entry.sha, 'hex'),
    ]),
  );
}

/**
 * A tree with changes applied: folders are made and, when empty, dropped.
 * @param base the tree to start from; undefined starts empty
 * @returns the digest of the new tree; undefined when a path to take away is not there
 */
export async function changedTree(
  store: TreeStore,
  base: string | undefined,
  changes: readonly TreeChange[],
): Promise<string | undefined> {
  const entries = await applied(store, base, changes);
  return entries === undefined ? undefined : store.write(entries);
}

async function applied(
  store: TreeStore,
  base: string | undefined,
  changes: readonly TreeChange[],
): Promise<TreeEntry[] | undefined> {
  const old = base === undefined ? [] : ((await store.entries(base)) ?? []);
  const byName = new Map(old.map((entry) => [entry.name, entry]));
  const below = new Map<string, TreeChange[]>();
  for (const change of changes) {
    const slash = change.path.indexOf('/');
    if (slash < 0) {
      if (change.sha !== null)
        byName.set(change.path, { mode: change.mode, name: change.path, sha: change.sha });
      else if (!byName.delete(change.path)) return undefined;
    } else {
      const folder = change.path.slice(0, slash);
      const rest = { ...change, path: change.path.slice(slash + 1) };
      below.set(folder, [...(below.get(folder) ?? []), rest]);
    }
  }
  for (const [folder, inner] of below) {
    const now = byName.get(folder);
    const innerEntries = await applied(store, now?.mode === treeMode ? now.sha : undefined, inner);
    if (innerEntries === undefined) return undefined;
    if (innerEntries.length === 0) byName.delete(folder);
    else byName.set(folder, { mode: treeMode, name: folder, sha: await store.write(innerEntries) });
  }
  return [...byName.values()];
}

/** A file that is in one tree and not the same in another. */
export interface PathChange {
  readonly path: string;
  readonly what: 'added' | 'removed' | 'modified';
}

/**
 * The files that differ between two trees, looking only into folders that do.
 * @param before undefined stands for a tree without files
 */
export async function treeChanges(
  store: TreeStore,
  before: string | undefined,
  after: string | undefined,
  folder = '',
): Promise<PathChange[]> {
  if (before === after) return [];
  const [olds, news] = await Promise.all([before, after].map((sha) => entriesByName(store, sha)));
  const changes: PathChange[] = [];
  for (const name of new Set([...(olds?.keys() ?? []), ...(news?.keys() ?? [])])) {
    const [old, fresh] = [olds?.get(name), news?.get(name)];
    if (old?.sha === fresh?.sha && old?.mode === fresh?.mode) continue;
    const path = `${folder}${name}`;
    const [oldTree, freshTree] = [old, fresh].map((entry) =>
      entry?.mode === treeMode ? entry.sha : undefined,
    );
    if (oldTree !== undefined || freshTree !== undefined)
      changes.push(...(await treeChanges(store, oldTree, freshTree, `${path}/`)));
    const [oldFile, freshFile] = [old, fresh].map((entry) => entry !== undefined && entry.mode !== treeMode);
    if (oldFile === true && freshFile === true) changes.push({ path, what: 'modified' });
    else if (oldFile === true) changes.push({ path, what: 'removed' });
    else if (freshFile === true) changes.push({ path, what: 'added' });
  }
  return changes;
}

async function entriesByName(store: TreeStore, sha: string | undefined): Promise<Map<string, TreeEntry>> {
  const entries = sha === undefined ? [] : ((await store.entries(sha)) ?? []);
  return new Map(entries.map((entry) => [entry.name, entry]));
}

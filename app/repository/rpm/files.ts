import { pathThroughLink } from '../link-paths.ts';
import { Refusal, shown } from '../refusal.ts';
import type { RpmHeader } from './header.ts';
import { isOneLine } from './text.ts';

/** A path that a package owns. */
export interface RpmFile {
  /** Absolute, without a slash at the end. */
  readonly path: string;
  /** A ghost is owned but not installed. Links count as files, as in the metadata of a channel. */
  readonly type: 'file' | 'dir' | 'ghost';
  /** Digest of the content, or where a link leads: two packages may own a path when both say the same. Absent if the package does not say. */
  readonly content?: string;
}

/** Limits of a list of files (trust.md T45, T46). */
export interface FileLimits {
  readonly maximumFiles: number;
  /** Most characters in one path. */
  readonly maximumPath: number;
  /** Most characters in all paths together: few bytes of a header can give many long paths. */
  readonly maximumPaths: number;
}

const tags = {
  flags: 1037,
  modes: 1030,
  indexes: 1116,
  names: 1117,
  folders: 1118,
  oldNames: 1027,
  digests: 1035,
  links: 1036,
} as const;
const ghostFlag = 1 << 6;
/** A digest has 128 characters at most; of a link that leads further this much tells it from others. */
const longestContent = 256;
/** The type bits of a mode (inode(7)). */
const typeBits = 0o170000;
const fileTypes = { folder: 0o040000, link: 0o120000, file: 0o100000, none: 0 } as const;
const plainTypes = new Set<number>(Object.values(fileTypes));

/**
 * The paths that a package owns, in the order of its header.
 * @throws Refusal when the list is damaged or too long, a path could lead anywhere but where it says (T46), a path stands there twice, is a
 * device or a pipe, or leads through a symbolic link of the same package.
 */
export function readFiles(header: RpmHeader, isSource: boolean, limits: FileLimits): readonly RpmFile[] {
  const names = header.names(tags.names);
  const folders = header.names(tags.folders);
  const indexes = header.numbers(tags.indexes, 'int32');
  const flags = header.numbers(tags.flags, 'int32');
  const modes = header.numbers(tags.modes, 'int16');
  const digests = header.texts(tags.digests);
  const targets = header.texts(tags.links);
  if (names.length === 0 && header.has(tags.oldNames))
    throw new Refusal('its list of files is of a form from before rpm 4');
  if ([indexes, flags, modes].some(({ length }) => length !== names.length))
    throw new Refusal('its list of files is damaged');
  if (names.length > limits.maximumFiles) throw new Refusal('it holds too many files');
  const seen = new Set<string>();
  const links: string[] = [];
  let length = 0;
  const files = names.map((name, at): RpmFile => {
    const folder = folders[indexes[at] ?? 0];
    if (folder === undefined) throw new Refusal('its list of files is damaged');
    length += folder.length + name.length;
    if (folder.length + name.length > limits.maximumPath)
      throw new Refusal('it holds a path that is too long');
    if (length > limits.maximumPaths) throw new Refusal('it holds too many long paths');
    const path = isSource && folder === '' ? plainName(name) : plainPath(folder, name);
    if (seen.has(path)) throw new Refusal(`it holds the path ${shown(path)} twice`);
    seen.add(path);
    const kind = (modes[at] ?? 0) & typeBits;
    if (!plainTypes.has(kind)) throw new Refusal(`its path ${shown(path)} is a device or a pipe`);
    if (kind === fileTypes.link) links.push(path);
    if (kind === fileTypes.folder) return { path, type: 'dir' };
    if (((flags[at] ?? 0) & ghostFlag) !== 0) return { path, type: 'ghost' };
    const content = kind === fileTypes.link ? `to ${targets[at] ?? ''}` : (digests[at] ?? '');
    return { path, type: 'file', ...(content === '' ? {} : { content: content.slice(0, longestContent) }) };
  });
  const through = pathThroughLink(seen, links);
  if (through !== undefined)
    throw new Refusal(`its path ${shown(through)} leads through a symbolic link of the same package`);
  return files;
}

function plainName(name: string): string {
  if (!isOneLine(name) || name.includes('/') || name === '.' || name === '..')
    throw new Refusal(`its file name ${shown(name)} is not a plain name`);
  return name;
}

function plainPath(folder: string, name: string): string {
  // The package that owns `/` itself has it as an empty name in the folder `/`.
  if (folder === '/' && name === '') return '/';
  const path = folder + name;
  if (!isOneLine(path)) throw new Refusal(`its path ${shown(path)} is empty or holds a control character`);
  const parts = folder.split('/').slice(1, -1);
  const isPlain = folder.startsWith('/') && folder.endsWith('/') && !name.includes('/');
  if (!isPlain || [...parts, name].some((part) => part === '' || part === '.' || part === '..'))
    throw new Refusal(`its path ${shown(path)} is not a plain path from the root`);
  return path;
}

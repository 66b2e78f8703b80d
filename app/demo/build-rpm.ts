import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { numbers, rpmFile, text, texts, translated, type RpmTag } from './rpm-file.ts';

/** What goes into a sample package. */
export interface RpmContent {
  readonly name: string;
  /** 0 or nothing: the package has no epoch. */
  readonly epoch?: number;
  readonly version: string;
  readonly release: string;
  /** `noarch` or one architecture such as `x86_64`. */
  readonly architecture: string;
  /** `Name <address>`. */
  readonly packager: string;
  readonly summary: string;
  readonly description: string;
  /** Each as in a spec file: `name`, or `name >= [epoch:]version[-release]`. */
  readonly requires?: readonly string[];
  /** Beside the package itself. */
  readonly provides?: readonly string[];
  readonly conflicts?: readonly string[];
  readonly obsoletes?: readonly string[];
  /** Newest first; the time in seconds since 1970. */
  readonly changelog?: readonly { readonly time: number; readonly author: string; readonly text: string }[];
  /** Shell scripts, by their name in a spec file: `pre`, `post`, `preun` or `postun`. */
  readonly scriptlets?: Readonly<Record<string, string>>;
  /** Path without a leading slash -> content. */
  readonly files: Readonly<Record<string, string>>;
}

/** Tags of text and interpreter, and the bit of a requirement that says which scriptlet it is for. */
const scriptletTags = {
  pre: [1023, 1085, 1 << 9],
  post: [1024, 1086, 1 << 10],
  preun: [1025, 1087, 1 << 11],
  postun: [1026, 1088, 1 << 12],
} as const;
const interpreterBit = 1 << 8;
const rpmlibBit = 1 << 24;
const comparisonBits: Partial<Record<string, number>> = { '<': 2, '>': 4, '=': 8, '<=': 10, '>=': 12 };
// A fixed time makes the same content the same bytes (2024-01-01T00:00:00Z, in seconds).
const time = 1_704_067_200;
const fileMode = 0o100644;

interface Dependency {
  readonly name: string;
  readonly version: string;
  readonly flags: number;
}

/**
 * Builds a small, valid binary rpm package (rpm 4.18) with digests and a gzip payload, unsigned; the same content always gives the same bytes.
 * @throws RangeError when a dependency is not written as in a spec file.
 */
export function buildRpm(content: RpmContent): Uint8Array {
  const { name, version, release, architecture, epoch = 0 } = content;
  const paths = Object.keys(content.files).toSorted();
  const bodies = paths.map((path) => Buffer.from(content.files[path] ?? ''));
  const archive = cpioArchive(paths, bodies);
  const payload = gzipSync(archive);
  return rpmFile({
    label: `${name}-${version}-${release}`,
    payload,
    unpackedSize: archive.length,
    tags: [
      texts(100, ['C']),
      text(1000, name),
      text(1001, version),
      text(1002, release),
      ...(epoch === 0 ? [] : [numbers(1003, [epoch])]),
      translated(1004, content.summary),
      translated(1005, content.description),
      numbers(1006, [time]),
      text(1007, 'build.example'),
      numbers(1009, [bodies.reduce((sum, { length }) => sum + length, 0)]),
      text(1014, 'Apache-2.0'),
      text(1015, content.packager),
      translated(1016, 'Unspecified'),
      text(1021, 'linux'),
      text(1022, architecture),
      text(1044, `${name}-${version}-${release}.src.rpm`),
      text(1064, '4.18.0'),
      text(1124, 'cpio'),
      text(1125, 'gzip'),
      text(1126, '9'),
      text(5062, 'utf-8'),
      texts(5092, [sha256(payload)]),
      numbers(5093, [8]),
      ...fileTags(paths, bodies),
      ...scriptletsOf(content),
      ...changelogTags(content),
      ...dependencyTags([1047, 1113, 1112], providesOf(content)),
      ...dependencyTags([1049, 1050, 1048], requiresOf(content)),
      ...dependencyTags([1054, 1055, 1053], (content.conflicts ?? []).map(dependency)),
      ...dependencyTags([1090, 1115, 1114], (content.obsoletes ?? []).map(dependency)),
    ],
  });
}

function dependency(written: string): Dependency {
  const [, name, comparison, version = ''] = /^(\S+|\(.*\))(?: ([<>=]+) (\S+))?$/.exec(written) ?? [];
  const flags = comparison === undefined ? 0 : comparisonBits[comparison];
  if (name === undefined || flags === undefined) throw new RangeError(`not a dependency: ${written}`);
  return { name, version, flags };
}

function providesOf({ name, epoch = 0, version, release, provides = [] }: RpmContent): readonly Dependency[] {
  const own = `${epoch === 0 ? '' : `${String(epoch)}:`}${version}-${release}`;
  return [{ name, version: own, flags: 8 }, ...provides.map(dependency)];
}

/** What the content asks for, the shell for its scriptlets, and what of rpm itself is needed to unpack it. */
function requiresOf({ requires = [], scriptlets = {} }: RpmContent): readonly Dependency[] {
  const shells = Object.entries(scriptletTags)
    .filter(([kind]) => kind in scriptlets)
    .map(([, [, , bit]]) => ({ name: '/bin/sh', version: '', flags: interpreterBit | bit }));
  const features = [
    ['CompressedFileNames', '3.0.4-1'],
    ['FileDigests', '4.6.0-1'],
    ['PayloadFilesHavePrefix', '4.0-1'],
  ].map(([feature = '', version = '']) => ({ name: `rpmlib(${feature})`, version, flags: rpmlibBit | 10 }));
  return [...requires.map(dependency), ...shells, ...features];
}

function dependencyTags(
  [names, versions, flags]: readonly [number, number, number],
  unsorted: readonly Dependency[],
): readonly RpmTag[] {
  if (unsorted.length === 0) return [];
  // rpm looks names up by halving the list.
  const list = unsorted.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  return [
    texts(
      names,
      list.map(({ name }) => name),
    ),
    texts(
      versions,
      list.map(({ version }) => version),
    ),
    numbers(
      flags,
      list.map(({ flags: bits }) => bits),
    ),
  ];
}

function scriptletsOf({ scriptlets = {} }: RpmContent): readonly RpmTag[] {
  return Object.entries(scriptletTags).flatMap(([kind, [textTag, interpreterTag]]) => {
    const script = scriptlets[kind];
    return script === undefined ? [] : [text(textTag, script), texts(interpreterTag, ['/bin/sh'])];
  });
}

function changelogTags({ changelog = [] }: RpmContent): readonly RpmTag[] {
  if (changelog.length === 0) return [];
  return [
    numbers(
      1080,
      changelog.map((change) => change.time),
    ),
    texts(
      1081,
      changelog.map(({ author }) => author),
    ),
    texts(
      1082,
      changelog.map((change) => change.text),
    ),
  ];
}

function fileTags(paths: readonly string[], bodies: readonly Buffer[]): readonly RpmTag[] {
  if (paths.length === 0) return [];
  const folderOf = (path: string): string => `/${path.slice(0, path.lastIndexOf('/') + 1)}`;
  const folders = [...new Set(paths.map(folderOf))];
  const each = <T>(value: T): readonly T[] => paths.map(() => value);
  return [
    numbers(
      1028,
      bodies.map(({ length }) => length),
    ),
    numbers(1030, each(fileMode), 16),
    numbers(1033, each(0), 16),
    numbers(1034, each(time)),
    texts(1035, bodies.map(sha256)),
    texts(1036, each('')),
    numbers(1037, each(0)),
    texts(1039, each('root')),
    texts(1040, each('root')),
    numbers(1045, each(0xffff_ffff)),
    numbers(1095, each(1)),
    numbers(
      1096,
      paths.map((_, at) => at + 1),
    ),
    texts(1097, each('')),
    numbers(
      1116,
      paths.map((path) => folders.indexOf(folderOf(path))),
    ),
    texts(
      1117,
      paths.map((path) => path.slice(path.lastIndexOf('/') + 1)),
    ),
    texts(1118, folders),
    numbers(5011, [8]),
  ];
}

/** The form `newc` of cpio, which is the payload of a package. */
function cpioArchive(paths: readonly string[], bodies: readonly Buffer[]): Buffer {
  const parts = paths.map((path, at) =>
    cpioEntry(`./${path}`, bodies[at] ?? Buffer.alloc(0), at + 1, fileMode),
  );
  return Buffer.concat([...parts, cpioEntry('TRAILER!!!', Buffer.alloc(0), 0, 0)]);
}

function cpioEntry(path: string, body: Buffer, inode: number, mode: number): Buffer {
  const name = Buffer.from(`${path}\0`);
  const fields = [inode, mode, 0, 0, 1, mode === 0 ? 0 : time, body.length, 0, 0, 0, 0, name.length, 0];
  const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  const padding = (length: number): Buffer => Buffer.alloc((4 - (length % 4)) % 4);
  return Buffer.concat([
    Buffer.from(head),
    name,
    padding(head.length + name.length),
    body,
    padding(body.length),
  ]);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

import { gzipSync } from 'node:zlib';
import { numbers, rpmFile, text, texts, type RpmParts, type RpmTag } from '../../../app/demo/rpm-file.ts';

/** A dependency as its three tags have it. */
export interface RawDependency {
  readonly name: string | Uint8Array;
  readonly version?: string;
  readonly flags?: number;
}

/** Tags of names, versions and flags of a kind of dependency. */
export const dependencyTags = {
  provides: [1047, 1113, 1112],
  requires: [1049, 1050, 1048],
  conflicts: [1054, 1055, 1053],
  obsoletes: [1090, 1115, 1114],
  recommends: [5046, 5047, 5048],
  suggests: [5049, 5050, 5051],
  supplements: [5052, 5053, 5054],
  enhances: [5055, 5056, 5057],
  oldSuggests: [1156, 1157, 1158],
  oldEnhances: [1159, 1160, 1161],
} as const;

export function rawDependencies(
  kind: keyof typeof dependencyTags,
  list: readonly RawDependency[],
): readonly RpmTag[] {
  const [names, versions, flags] = dependencyTags[kind];
  return [
    texts(
      names,
      list.map(({ name }) => name),
    ),
    texts(
      versions,
      list.map(({ version = '' }) => version),
    ),
    numbers(
      flags,
      list.map(({ flags: bits = 0 }) => bits),
    ),
  ];
}

/** A file as the tags of the list have it; `mode` is that of a plain file if not given. */
export interface RawFile {
  readonly folder: string | Uint8Array;
  readonly name: string | Uint8Array;
  readonly mode?: number;
  readonly flags?: number;
}

export function rawFiles(files: readonly RawFile[]): readonly RpmTag[] {
  return [
    numbers(
      1030,
      files.map(({ mode = 0o100644 }) => mode),
      16,
    ),
    numbers(
      1037,
      files.map(({ flags = 0 }) => flags),
    ),
    numbers(
      1116,
      files.map((_, at) => at),
    ),
    texts(
      1117,
      files.map(({ name }) => name),
    ),
    texts(
      1118,
      files.map(({ folder }) => folder),
    ),
  ];
}

const identity: readonly RpmTag[] = [
  text(1000, 'voms'),
  text(1001, '2.1.0'),
  text(1002, '1.el9'),
  text(1004, 'a sample'),
  text(1022, 'noarch'),
  text(1044, 'voms-2.1.0-1.el9.src.rpm'),
];

/** A small package in which tags are replaced or added; `without` takes some away. */
export function rawRpm(
  tags: readonly RpmTag[] = [],
  { without = [], ...parts }: Partial<RpmParts> & { readonly without?: readonly number[] } = {},
): Buffer {
  const replaced = new Set([...without, ...tags.map(({ tag }) => tag)]);
  return rpmFile({
    label: 'voms-2.1.0-1.el9',
    payload: gzipSync('payload'),
    unpackedSize: 7,
    ...parts,
    tags: [...identity.filter(({ tag }) => !replaced.has(tag)), ...tags],
  });
}

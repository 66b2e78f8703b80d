import type { MadePackage } from './made-packages.ts';
import type { Contents, Format, SetPackage } from './package-set.ts';
import type { Sample } from './sample.ts';

export type Mode = 'warm' | 'cold';
/** What is measured: a release comes into the first channel, goes on into the second one as well, or leaves the first for the second. */
export type Operation = 'add' | 'promote' | 'move';

/** One release as a tool gets it: its packages with their names, and their files in the store. */
export interface Delivery {
  readonly release: number;
  readonly named: readonly SetPackage[];
  readonly made: readonly MadePackage[];
}

/** What a tool needs to set itself up. */
export interface Arena {
  readonly format: Format;
  readonly seed: number;
  readonly store: string;
  /** File that lists the packages of the set. */
  readonly list: string;
  /** All packages made, in the order of the set. */
  readonly made: readonly MadePackage[];
  readonly contents: Contents;
  /** A folder of the tool's own, empty. */
  readonly folder: string;
  /** Folder with the key that gpg signs with, and its fingerprint. */
  readonly gpg: { readonly home: string; readonly fingerprint: string };
  /** Folder of the channels' keys, of the same kind and length. */
  readonly keys: string;
}

/** A tool with two channels that are published already; every operation changes them, publishes and signs. */
export interface Contestant {
  readonly tool: string;
  readonly mode: Mode;
  readonly operations: Readonly<Partial<Record<Operation, (delivery: Delivery) => Promise<Sample>>>>;
  /** Stops what runs. */
  readonly end: () => Promise<void>;
}

import type { Channel } from '../model/channel.ts';
import type { ChannelsFile } from '../model/channels-file.ts';
import type { PackageFormat } from '../model/distributions.ts';
import type { Manifest } from '../model/manifest.ts';
import { inTextOrder, withChanges } from '../model/sorted.ts';
import type { IndexEntry } from '../repository/index-chunks.ts';
import { isPlainPath, placeOf, poolPath, tarballPath, type Place, type Target } from './layout.ts';
import { PublishError } from './publish-error.ts';

/** The packages of one target in a channel, sorted by path. */
export interface TargetContents {
  readonly target: Target;
  /** The same list as before when nothing changed. */
  readonly entries: readonly IndexEntry[];
}

/** A root: one folder with its own packages, for one platform and one or, if the layout says so, several architectures. */
export interface RootContents {
  readonly place: Place;
  readonly format: PackageFormat;
  readonly targets: readonly [TargetContents, ...TargetContents[]];
}

/** What a channel holds: an outcome of its manifests alone, in an order that does not depend on theirs. */
export interface ChannelContents {
  readonly channel: Channel;
  readonly releases: readonly Manifest[];
  readonly roots: readonly RootContents[];
}

type ManifestTarget = Manifest['targets'][number];

/** What is known of a target from the last time. */
interface TargetState {
  readonly target: Target;
  /** How many parts of manifests are for it. */
  parts: number;
  readonly files: ListedFiles;
  entries: readonly IndexEntry[];
}

const fileEnding: Record<PackageFormat, RegExp> = {
  deb: /\.deb$/,
  rpm: /\.rpm$/,
  tar: /[a-z0-9]$/i,
};

/**
 * Follows what a channel holds from one commit to the next: a manifest that is the same object as before costs nothing. What it gives is
 * an outcome of the manifests alone, whatever came before.
 */
export class ContentsFollower {
  readonly #channel: Channel;
  readonly #states = new Map<string, TargetState>();
  /** By release. */
  #releases: readonly Manifest[] = [];
  #known: ReadonlySet<Manifest> = new Set();

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /**
   * What the channel holds now. `targets` get a root even when nothing is in it, so that clients can be set up before the first release and
   * do not break after the last. After an error a new follower has to begin.
   * @throws PublishError `package-not-for-target`, `same-file-other-bytes` (trust.md T48), `layout-unusable`.
   */
  contents(manifests: readonly Manifest[], file: ChannelsFile, targets: readonly Target[]): ChannelContents {
    const now = new Set(manifests.filter(({ channel }) => channel === this.#channel));
    const gone = new Set([...this.#known].filter((manifest) => !now.has(manifest)));
    const come = [...now].filter((manifest) => !this.#known.has(manifest));
    this.#known = now;
    this.#releases = withChanges(this.#releases, gone, come, byRelease);
    for (const target of targets) this.#stateOf(target);
    for (const [state, changes] of this.#changesOf(gone, come)) this.#follow(state, changes);
    const wanted = new Set(targets.map(keyOf));
    for (const [key, { parts }] of this.#states)
      if (parts === 0 && !wanted.has(key)) this.#states.delete(key);
    return { channel: this.#channel, releases: this.#releases, roots: this.#roots(file) };
  }

  #stateOf(target: Target): TargetState {
    const key = keyOf(target);
    const state = this.#states.get(key) ?? { target, parts: 0, files: new ListedFiles(), entries: [] };
    this.#states.set(key, state);
    return state;
  }

  /** What manifests that went and that came change, target by target. */
  #changesOf(gone: Iterable<Manifest>, come: Iterable<Manifest>): ReadonlyMap<TargetState, TargetChanges> {
    const changed = new Map<TargetState, TargetChanges>();
    const of = ({ distribution }: Manifest, { platform, arch, format }: ManifestTarget): TargetChanges => {
      const state = this.#stateOf({ distribution, platform, arch, format });
      const changes = changed.get(state) ?? { gone: [], come: [] };
      changed.set(state, changes);
      return changes;
    };
    for (const manifest of gone)
      for (const part of manifest.targets) of(manifest, part).gone.push([manifest, part]);
    for (const manifest of come)
      for (const part of manifest.targets) of(manifest, part).come.push([manifest, part]);
    return changed;
  }

  #follow(state: TargetState, { gone, come }: TargetChanges): void {
    const { files } = state;
    const before = new Map<string, IndexEntry | undefined>();
    const touch = (file: string): void => {
      if (!before.has(file)) before.set(file, files.first(file));
    };
    for (const [{ release }, { packages }] of gone) {
      for (const { file } of packages) {
        touch(file);
        files.remove(file, release);
      }
    }
    for (const [manifest, { format, packages }] of come) {
      for (const one of packages) {
        touch(one.file);
        const entry = this.#entry(manifest, format, one);
        this.#refuseOtherBytes(files.first(entry.file), entry);
        files.add(entry);
      }
    }
    state.parts += come.length - gone.length;
    const removed = new Set<IndexEntry>();
    const added: IndexEntry[] = [];
    for (const [file, was] of before) {
      const is = files.first(file);
      if (was === is) continue;
      if (was) removed.add(was);
      if (is) added.push(is);
    }
    if (removed.size > 0 || added.length > 0)
      state.entries = withChanges(state.entries, removed, added, byPath);
  }

  #entry(
    { release, component, version }: Manifest,
    format: PackageFormat,
    { file, size, sha256 }: ManifestTarget['packages'][number],
  ): IndexEntry {
    if (!isPlainPath(file) || file.includes('/') || !fileEnding[format].test(file)) {
      throw new PublishError(
        this.#channel,
        'package-not-for-target',
        `${release} lists a file that is not named like a package`,
      );
    }
    const path = format === 'tar' ? tarballPath(component, version, file) : poolPath(component, file);
    return { path, file, size, sha256, release, component, version };
  }

  /** trust.md T48: in one root a file name stands for one content. */
  #refuseOtherBytes(other: IndexEntry | undefined, entry: IndexEntry): void {
    if (!other || (other.sha256 === entry.sha256 && other.size === entry.size)) return;
    throw new PublishError(
      this.#channel,
      'same-file-other-bytes',
      `${other.release} and ${entry.release} both bring ${entry.file}, with different bytes`,
    );
  }

  #roots(file: ChannelsFile): readonly RootContents[] {
    const roots = new Map<
      string,
      { readonly place: Place; readonly states: [TargetState, ...TargetState[]] }
    >();
    for (const [, state] of [...this.#states].toSorted(([a], [b]) => inTextOrder(a, b))) {
      const place = placeOf(file, this.#channel, state.target);
      const shared = roots.get(place.path);
      if (!shared) {
        roots.set(place.path, { place, states: [state] });
        continue;
      }
      const [{ target }] = shared.states;
      if (
        target.format !== 'deb' ||
        state.target.format !== 'deb' ||
        target.distribution !== state.target.distribution ||
        target.platform !== state.target.platform
      ) {
        throw new PublishError(
          this.#channel,
          'layout-unusable',
          `the layout puts ${keyOf(target)} and ${keyOf(state.target)} in one folder, ${place.path}: only architectures of a Debian platform may share one`,
        );
      }
      shared.states.push(state);
    }
    return [...roots.values()].map(({ place, states }) => {
      const [first, ...others] = states;
      for (const [at, state] of others.entries()) {
        for (const entry of state.entries)
          for (const other of states.slice(0, at + 1))
            this.#refuseOtherBytes(other.files.first(entry.file), entry);
      }
      const contents = ({ target, entries }: TargetState): TargetContents => ({ target, entries });
      return { place, format: first.target.format, targets: [contents(first), ...others.map(contents)] };
    });
  }
}

function keyOf({ distribution, platform, arch, format }: Target): string {
  return `${distribution} ${platform} ${arch} ${format}`;
}

/** Parts of manifests that went from a target and that came to it. */
interface TargetChanges {
  readonly gone: (readonly [Manifest, ManifestTarget])[];
  readonly come: (readonly [Manifest, ManifestTarget])[];
}

/** The files of a target by their names. One file may come with several releases: the first of them by name is the one that is listed. */
class ListedFiles {
  readonly #first = new Map<string, IndexEntry>();
  /** All entries of the few files that come with several releases. */
  readonly #several = new Map<string, readonly IndexEntry[]>();

  first(file: string): IndexEntry | undefined {
    return this.#first.get(file);
  }

  add(entry: IndexEntry): void {
    const first = this.#first.get(entry.file);
    if (first) this.#set(entry.file, [...(this.#several.get(entry.file) ?? [first]), entry]);
    else this.#first.set(entry.file, entry);
  }

  remove(file: string, release: string): void {
    const first = this.#first.get(file);
    const entries = this.#several.get(file) ?? (first ? [first] : []);
    this.#set(
      file,
      entries.filter((entry) => entry.release !== release),
    );
  }

  #set(file: string, entries: readonly IndexEntry[]): void {
    const sorted = entries.toSorted(
      (a, b) => inTextOrder(a.release, b.release) || inTextOrder(a.path, b.path),
    );
    const [first] = sorted;
    if (first) this.#first.set(file, first);
    else this.#first.delete(file);
    if (sorted.length > 1) this.#several.set(file, sorted);
    else this.#several.delete(file);
  }
}

const byPath = ({ path }: IndexEntry): string => path;
const byRelease = ({ release }: Manifest): string => release;

import type { Channel } from '../model/channel.ts';
import type { ChannelsFile } from '../model/channels-file.ts';
import type { PackageFormat } from '../model/distributions.ts';
import type { Manifest } from '../model/manifest.ts';
import { withChanges, type IndexEntry } from '../repository/index-chunks.ts';
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
  sources: ReadonlyMap<ManifestTarget, Manifest>;
  /** Every entry by the name of its file: one file may come with several releases. */
  readonly holders: Map<string, readonly IndexEntry[]>;
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
  readonly #targets = new WeakMap<ManifestTarget, [Target, string]>();

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /**
   * What the channel holds now. `targets` get a root even when nothing is in it, so that clients can be set up before the first release and
   * do not break after the last. After an error a new follower has to begin.
   * @throws PublishError `package-not-for-target`, `same-file-other-bytes` (trust.md T48), `layout-unusable`.
   */
  contents(manifests: readonly Manifest[], file: ChannelsFile, targets: readonly Target[]): ChannelContents {
    const releases = inOrder(manifests.filter(({ channel }) => channel === this.#channel));
    const wanted = new Map<
      string,
      { readonly target: Target; readonly sources: Map<ManifestTarget, Manifest> }
    >();
    const sourcesOf = (target: Target, key = keyOf(target)) => {
      const found = wanted.get(key) ?? { target, sources: new Map<ManifestTarget, Manifest>() };
      wanted.set(key, found);
      return found.sources;
    };
    for (const target of targets) sourcesOf(target);
    for (const manifest of releases) {
      for (const source of manifest.targets)
        sourcesOf(...this.#targetOf(manifest, source)).set(source, manifest);
    }
    for (const key of this.#states.keys()) if (!wanted.has(key)) this.#states.delete(key);
    for (const [key, { target, sources }] of wanted) {
      const state = this.#states.get(key) ?? { target, sources: new Map(), holders: new Map(), entries: [] };
      this.#states.set(key, state);
      this.#follow(state, sources);
    }
    return { channel: this.#channel, releases, roots: this.#roots(file) };
  }

  /** The target of a part of a manifest, and its key; both are made once. */
  #targetOf({ distribution }: Manifest, source: ManifestTarget): [Target, string] {
    const before = this.#targets.get(source);
    if (before) return before;
    const { platform, arch, format } = source;
    const target = { distribution, platform, arch, format };
    const made: [Target, string] = [target, keyOf(target)];
    this.#targets.set(source, made);
    return made;
  }

  #follow(state: TargetState, sources: ReadonlyMap<ManifestTarget, Manifest>): void {
    const before = new Map<string, IndexEntry | undefined>();
    const touch = (file: string) => {
      if (!before.has(file)) before.set(file, state.holders.get(file)?.[0]);
    };
    for (const [source, { release }] of state.sources) {
      if (sources.has(source)) continue;
      for (const { file } of source.packages) {
        touch(file);
        const left = (state.holders.get(file) ?? []).filter((entry) => entry.release !== release);
        if (left.length === 0) state.holders.delete(file);
        else state.holders.set(file, left);
      }
    }
    for (const [source, manifest] of sources) {
      if (state.sources.has(source)) continue;
      for (const { file, size, sha256 } of source.packages) {
        touch(file);
        const entry = this.#entry(manifest, source.format, { file, size, sha256 });
        state.holders.set(file, this.#held(state.holders.get(file) ?? [], entry));
      }
    }
    state.sources = sources;
    const changed = [...before].flatMap(([file, was]) => {
      const is = state.holders.get(file)?.[0];
      return was === is ? [] : [{ was, is }];
    });
    if (changed.length === 0) return;
    const removed = new Set(changed.flatMap(({ was }) => was ?? []));
    state.entries = withChanges(
      state.entries,
      removed,
      changed.flatMap(({ is }) => is ?? []),
    );
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

  /** The entries of a file name with one more, the one that is listed first. */
  #held(others: readonly IndexEntry[], entry: IndexEntry): readonly IndexEntry[] {
    this.#refuseOtherBytes(others[0], entry);
    return [...others, entry].toSorted(
      (a, b) => inTextOrder(a.release, b.release) || inTextOrder(a.path, b.path),
    );
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
            this.#refuseOtherBytes(other.holders.get(entry.file)?.[0], entry);
      }
      const contents = ({ target, entries }: TargetState): TargetContents => ({ target, entries });
      return { place, format: first.target.format, targets: [contents(first), ...others.map(contents)] };
    });
  }
}

function keyOf({ distribution, platform, arch, format }: Target): string {
  return `${distribution} ${platform} ${arch} ${format}`;
}

/** Manifests by release; they mostly come in that order. */
function inOrder(manifests: readonly Manifest[]): readonly Manifest[] {
  const isSorted = manifests.every(
    ({ release }, at) => at === 0 || (manifests[at - 1]?.release ?? '') <= release,
  );
  return isSorted ? manifests : manifests.toSorted((a, b) => inTextOrder(a.release, b.release));
}

function inTextOrder(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

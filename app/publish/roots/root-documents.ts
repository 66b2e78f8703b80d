import type { Channel } from '../../model/channel.ts';
import { chunksOf, type EntryChunk, type IndexEntry } from '../../repository/index-chunks.ts';
import { isMultilib } from '../../repository/rpm/nevra.ts';
import { repodataHead, repodataKinds, repodataTail } from '../../repository/rpm/repodata.ts';
import type { Digest } from '../../storage/digest.ts';
import { inParallel } from '../../storage/in-parallel.ts';
import type { RootContents, TargetContents } from '../channel-contents.ts';
import { gzipMember } from './gzip.ts';
import { architectureIn, chunkAverage, type ChunkMaker, type IndexChunk } from './index-chunk.ts';
import type { ReadFormat } from './package-facts.ts';
import type { Packed, PackedStore } from './packed-store.ts';
import { PieceDigest } from './piece-digest.ts';
import { PlainText } from './plain-text.ts';
import { PublishError } from '../publish-error.ts';

/** A packed document of an index: `Packages` of one architecture, or one of yum's three. */
export interface IndexDocument {
  readonly name: 'Packages' | (typeof repodataKinds)[number];
  readonly arch: string;
  readonly pieces: Iterable<Uint8Array>;
  readonly packed: Digest;
  /** Of the unpacked text; apt wants it. */
  readonly plain?: Digest;
}

interface TargetState {
  entries: readonly IndexEntry[];
  chunks: readonly IndexChunk[];
  documents: readonly IndexDocument[];
  /** By the names of documents. */
  readonly digests: Map<string, PieceDigest<Packed>>;
  readonly plain: PlainText;
}

/** Follows the documents of a root's indexes from one publication to the next; what did not change is neither read nor packed nor hashed again. */
export class RootDocuments {
  readonly #channel: Channel;
  readonly #maker: ChunkMaker;
  readonly #targets = new Map<string, TargetState>();
  readonly #scratch: string | undefined;

  /** `scratch` is a folder for files that are gone with the process; without one nothing is put aside for the next time. */
  constructor(channel: Channel, maker: ChunkMaker, scratch: string | undefined) {
    this.#channel = channel;
    this.#maker = maker;
    this.#scratch = scratch;
  }

  /**
   * The documents of a root of packages that are read. `prefix` goes before the path of each package. After an error a new follower has to
   * begin.
   * @throws PublishError `package-not-for-target`, `same-package-other-bytes` (trust.md T48), and those of `soundFacts`
   */
  async documents(
    { targets }: RootContents,
    format: ReadFormat,
    prefix: string,
  ): Promise<readonly IndexDocument[]> {
    const documents: IndexDocument[] = [];
    const coming: IndexChunk[] = [];
    const architectures = new Set(targets.map(({ target }) => target.arch));
    for (const arch of this.#targets.keys()) if (!architectures.has(arch)) this.#targets.delete(arch);
    for (const contents of targets) {
      const { arch } = contents.target;
      const state = this.#targets.get(arch) ?? {
        entries: [],
        chunks: [],
        documents: [],
        digests: new Map(),
        plain: new PlainText(this.#maker.packed, this.#scratch),
      };
      if (!this.#targets.has(arch) || state.entries !== contents.entries) {
        this.#targets.set(arch, state);
        coming.push(...(await this.#follow(state, contents, format, prefix)));
      }
      documents.push(...state.documents);
    }
    this.#refuseOtherBytes(coming);
    return documents;
  }

  /** What the documents are made of now. */
  get chunks(): readonly IndexChunk[] {
    return [...this.#targets.values()].flatMap(({ chunks }) => chunks);
  }

  /** Gives the chunks that came. */
  async #follow(
    state: TargetState,
    { target, entries }: TargetContents,
    format: ReadFormat,
    prefix: string,
  ): Promise<readonly IndexChunk[]> {
    const known = new Set(state.chunks);
    const wanted = entries.length === 0 ? [] : chunksOf(entries, chunkAverage[format], state.chunks);
    const standing = new Set<EntryChunk>(wanted);
    const leaving = state.chunks.filter((chunk) => !standing.has(chunk));
    const chunks: IndexChunk[] = [];
    const make = async ([at, chunk]: readonly [number, EntryChunk | IndexChunk]): Promise<void> => {
      chunks[at] =
        'parts' in chunk ? chunk : await this.#maker.chunk(this.#channel, format, chunk, prefix, leaving);
    };
    await inParallel([...wanted.entries()], make);
    const coming = chunks.filter((chunk) => !known.has(chunk));
    for (const chunk of coming) this.#refuseOtherArchitecture(chunk, format, target);
    Object.assign(state, {
      entries,
      chunks,
      documents: await documentsOf(state, chunks, format, target.arch, this.#maker.packed),
    });
    return coming;
  }

  #refuseOtherArchitecture(
    { identities, entries }: IndexChunk,
    format: ReadFormat,
    target: TargetContents['target'],
  ): void {
    for (const [at, identity] of identities.entries()) {
      const architecture = architectureIn(identity);
      if (isFor(architecture, format, target.arch)) continue;
      const { release, file } = entryAt(entries, at);
      throw new PublishError(
        this.#channel,
        'package-not-for-target',
        `${release}: ${file} is for ${architecture}, not for ${target.platform} ${target.arch}`,
      );
    }
  }

  /**
   * Refuses chunks that come to the root when it would then list two contents under one identity. Looking through all identities takes some
   * milliseconds for a hundred thousand; a map of them would take more memory than themselves.
   */
  #refuseOtherBytes(coming: readonly IndexChunk[]): void {
    const held = new Map<string, IndexEntry>();
    const look = ({ identities, entries }: IndexChunk, isComing: boolean): void => {
      for (const [at, identity] of identities.entries()) {
        const other = held.get(identity);
        if (!other && !isComing) continue;
        const entry = entryAt(entries, at);
        if (!other) held.set(identity, entry);
        else if (other.sha256 !== entry.sha256) {
          throw new PublishError(
            this.#channel,
            'same-package-other-bytes',
            `${other.release} and ${entry.release} both bring ${identity}, with different bytes`,
          );
        }
      }
    };
    for (const chunk of coming) look(chunk, true);
    const isComing = new Set(coming);
    for (const chunk of this.chunks) if (!isComing.has(chunk)) look(chunk, false);
  }
}

function entryAt(entries: readonly IndexEntry[], at: number): IndexEntry {
  const entry = entries[at];
  if (!entry) throw new TypeError('a chunk has more packages than entries');
  return entry;
}

/** Packages for all architectures stand in the index of each. */
function isFor(architecture: string, format: ReadFormat, arch: string): boolean {
  if (architecture === arch) return true;
  if (format === 'deb') return architecture === 'all';
  return architecture === 'noarch' || isMultilib(architecture, arch);
}

async function documentsOf(
  { digests, plain }: TargetState,
  chunks: readonly IndexChunk[],
  format: ReadFormat,
  arch: string,
  store: PackedStore,
): Promise<readonly IndexDocument[]> {
  const count = chunks.reduce((sum, { entries }) => sum + entries.length, 0);
  const names = format === 'deb' ? (['Packages'] as const) : repodataKinds;
  return Promise.all(
    names.map(async (name, part): Promise<IndexDocument> => {
      const digest = digests.get(name) ?? new PieceDigest<Packed>((some) => store.read(some, true));
      digests.set(name, digest);
      const parts = chunks.flatMap((chunk) => chunk.parts[part] ?? []);
      const all = await framed(
        name,
        count,
        parts.map(({ packed }) => packed),
      );
      const pieces = { [Symbol.iterator]: () => store.read(all)[Symbol.iterator]() };
      const document = { name, arch, pieces, packed: digest.of(all) };
      return name === 'Packages' ? { ...document, plain: await plain.digest(parts) } : document;
    }),
  );
}

/** The packed stretches of a document with what stands before and behind them, for `count` packages. */
async function framed(
  name: IndexDocument['name'],
  count: number,
  packed: readonly Packed[],
): Promise<readonly Packed[]> {
  // An empty file would be no gzip file.
  if (name === 'Packages') return packed.length > 0 ? packed : [await gzipMember(new Uint8Array(0))];
  const encoder = new TextEncoder();
  return [
    await gzipMember(encoder.encode(repodataHead(name, count))),
    ...packed,
    await gzipMember(encoder.encode(repodataTail(name))),
  ];
}

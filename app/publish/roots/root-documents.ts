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
import { PieceDigest } from './piece-digest.ts';
import { PlainText } from './plain-text.ts';
import { PublishError } from '../publish-error.ts';

/** A packed document of an index: `Packages` of one architecture, or one of yum's three. */
export interface IndexDocument {
  readonly name: 'Packages' | (typeof repodataKinds)[number];
  readonly arch: string;
  readonly pieces: readonly Uint8Array[];
  readonly packed: Digest;
  /** Of the unpacked text; apt wants it. */
  readonly plain?: Digest;
}

interface TargetState {
  entries: readonly IndexEntry[];
  chunks: readonly IndexChunk[];
  documents: readonly IndexDocument[];
  /** By the names of documents. */
  readonly digests: Map<string, PieceDigest<Uint8Array>>;
  readonly plain: PlainText;
}

/** Follows the documents of a root's indexes from one publication to the next; what did not change is neither read nor packed nor hashed again. */
export class RootDocuments {
  readonly #channel: Channel;
  readonly #maker: ChunkMaker;
  readonly #targets = new Map<string, TargetState>();
  /** Whose bytes stand for an identity. */
  readonly #identities = new Map<string, IndexEntry>();
  /** In how many indexes more than one an identity stands, for the few of which that is true. */
  readonly #moreUses = new Map<string, number>();
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
    for (const contents of targets) {
      const { arch } = contents.target;
      const state = this.#targets.get(arch) ?? {
        entries: [],
        chunks: [],
        documents: [],
        digests: new Map(),
        plain: new PlainText(this.#scratch),
      };
      if (!this.#targets.has(arch) || state.entries !== contents.entries) {
        this.#targets.set(arch, state);
        await this.#follow(state, contents, format, prefix);
      }
      documents.push(...state.documents);
    }
    return documents;
  }

  /** What the documents are made of now. */
  get chunks(): readonly IndexChunk[] {
    return [...this.#targets.values()].flatMap(({ chunks }) => chunks);
  }

  async #follow(
    state: TargetState,
    { target, entries }: TargetContents,
    format: ReadFormat,
    prefix: string,
  ): Promise<void> {
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
    const now = new Set(chunks);
    for (const chunk of state.chunks) if (!now.has(chunk)) this.#leave(chunk);
    for (const chunk of chunks) if (!known.has(chunk)) this.#enter(chunk, format, target);
    Object.assign(state, {
      entries,
      chunks,
      documents: await documentsOf(state, chunks, format, target.arch),
    });
  }

  #leave({ identities }: IndexChunk): void {
    for (const identity of identities) {
      const more = this.#moreUses.get(identity) ?? 0;
      if (more > 1) this.#moreUses.set(identity, more - 1);
      else if (more === 1) this.#moreUses.delete(identity);
      else this.#identities.delete(identity);
    }
  }

  #enter({ identities, entries }: IndexChunk, format: ReadFormat, target: TargetContents['target']): void {
    for (const [at, identity] of identities.entries()) {
      const entry = entries[at];
      if (!entry) throw new TypeError('a chunk has more packages than entries');
      const architecture = architectureIn(identity);
      if (!isFor(architecture, format, target.arch)) {
        throw new PublishError(
          this.#channel,
          'package-not-for-target',
          `${entry.release}: ${entry.file} is for ${architecture}, not for ${target.platform} ${target.arch}`,
        );
      }
      const held = this.#identities.get(identity);
      if (held && held.sha256 !== entry.sha256) {
        throw new PublishError(
          this.#channel,
          'same-package-other-bytes',
          `${held.release} and ${entry.release} both bring ${identity}, with different bytes`,
        );
      }
      if (held) this.#moreUses.set(identity, (this.#moreUses.get(identity) ?? 0) + 1);
      else this.#identities.set(identity, entry);
    }
  }
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
): Promise<readonly IndexDocument[]> {
  const count = chunks.reduce((sum, { entries }) => sum + entries.length, 0);
  const names = format === 'deb' ? (['Packages'] as const) : repodataKinds;
  return Promise.all(
    names.map(async (name, part): Promise<IndexDocument> => {
      const digest = digests.get(name) ?? new PieceDigest<Uint8Array>((pieces) => pieces);
      digests.set(name, digest);
      const parts = chunks.flatMap((chunk) => chunk.parts[part] ?? []);
      const packed = parts.map((one) => one.packed);
      if (name === 'Packages') {
        // An empty file would be no gzip file.
        const pieces = packed.length > 0 ? packed : [await gzipMember(new Uint8Array(0))];
        return { name, arch, pieces, packed: digest.of(pieces), plain: await plain.digest(parts) };
      }
      const encoder = new TextEncoder();
      const pieces = [
        await gzipMember(encoder.encode(repodataHead(name, count))),
        ...packed,
        await gzipMember(encoder.encode(repodataTail(name))),
      ];
      return { name, arch, pieces, packed: digest.of(pieces) };
    }),
  );
}

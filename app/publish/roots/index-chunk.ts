import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Channel } from '../../model/channel.ts';
import { chunkLines, type EntryChunk, type IndexEntry } from '../../repository/index-chunks.ts';
import { packageStanza } from '../../repository/packages-index.ts';
import { evr } from '../../repository/rpm/nevra.ts';
import { filelistsFragment, otherFragment, primaryFragment } from '../../repository/rpm/repodata.ts';
import { sha256Of } from '../../storage/digest.ts';
import { keepFile, keptFile } from '../../storage/kept-file.ts';
import { KeptMap } from '../../storage/kept-map.ts';
import type { Store } from '../../storage/store.ts';
import { gzipMember } from './gzip.ts';
import type { ReadFormat } from './package-facts.ts';
import type { PackedStore } from './packed-store.ts';
import { chunkBytes, chunkIn, type ChunkPart, type MadeChunk } from './kept-chunk.ts';
import { soundFacts } from './sound-package.ts';

/** Neighbouring packages of an index with what they become in each of its documents. */
export interface IndexChunk extends EntryChunk, MadeChunk {
  /** Digest of everything that determines its bytes. */
  readonly key: string;
}

/** The architecture in an identity. */
export function architectureIn(identity: string): string {
  return identity.slice(identity.lastIndexOf(' ') + 1);
}

/** Raised whenever the same packages give other bytes than before. */
const renderingVersion = 3;
/** Packages in a chunk on average (channels.md). */
export const chunkAverage: Record<ReadFormat, number> = { deb: 64, rpm: 32 };
const readAtOnce = 16;
const encoder = new TextEncoder();
const unpacked = promisify(gunzip);

export interface ChunkMakerParts {
  readonly store: Store;
  /** Folder that keeps what was made before. */
  readonly cache: string;
  readonly packed: PackedStore;
}

/**
 * Makes the chunks of indexes and keeps them by what determines their bytes, for all channels together: a package that moves from one channel
 * to the next is rendered and packed once.
 */
export class ChunkMaker {
  readonly #parts: ChunkMakerParts;
  #made = new Map<string, IndexChunk>();
  readonly #recalled = new Map<string, KeptMap>();

  /** Where the packed parts of all chunks are. */
  readonly packed: PackedStore;

  constructor(parts: ChunkMakerParts) {
    this.#parts = parts;
    this.packed = parts.packed;
  }

  /**
   * The chunk of some packages. `prefix` goes before the path of each, for indexes whose paths begin elsewhere. What stands in one of the
   * chunks `relatives`, of the same index, is taken from there instead of being rendered again.
   * @throws PublishError of `soundFacts`
   */
  async chunk(
    channel: Channel,
    format: ReadFormat,
    chunk: EntryChunk,
    prefix: string,
    relatives: readonly IndexChunk[],
  ): Promise<IndexChunk> {
    const key = sha256Of(`${String(renderingVersion)} ${format} ${prefix}\n${chunkLines(chunk)}`);
    const before = this.#made.get(key) ?? this.#recalledChunk(key) ?? (await this.#kept(key));
    // The entries are those of this channel, so that they are known again by reference.
    const made = {
      ...(before ?? (await this.#make(channel, format, chunk, prefix, key, relatives))),
      entries: chunk.entries,
      key,
    };
    this.#made.set(key, made);
    return made;
  }

  /** Reads the chunks that `keep` left in one file, so that none of them has to be read out of its own. */
  async recall(file: string): Promise<void> {
    this.#recalled.set(file, await KeptMap.open(file));
  }

  /** Keeps chunks in one file for the next `recall`. */
  async keep(file: string, chunks: readonly IndexChunk[]): Promise<void> {
    const byKey = new Map(chunks.map((chunk) => [chunk.key, chunk]));
    const kept = this.#recalled.get(file) ?? (await KeptMap.open(file));
    await kept.keep(byKey.keys(), (key) => {
      const chunk = byKey.get(key);
      if (!chunk) throw new TypeError('a chunk is asked for that is not kept');
      return chunkBytes(chunk, this.packed);
    });
  }

  /** Forgets all but what the channels use now. */
  forget(used: readonly IndexChunk[]): void {
    this.#made = new Map(used.map((chunk) => [chunk.key, chunk]));
    this.packed.tidy(used.flatMap(({ parts }) => parts.map(({ packed }) => packed)));
  }

  async #make(
    channel: Channel,
    format: ReadFormat,
    { entries }: EntryChunk,
    prefix: string,
    key: string,
    relatives: readonly IndexChunk[],
  ): Promise<MadeChunk> {
    const { store, cache } = this.#parts;
    const known = await renderedBefore(entries, relatives, this.packed);
    const rendered: Rendered[] = [];
    for (let from = 0; from < entries.length; from += readAtOnce) {
      const some = entries.slice(from, from + readAtOnce);
      rendered.push(
        ...(await Promise.all(
          some.map(async (entry) => {
            const before = known.get(entry);
            if (before) return before;
            return format === 'deb'
              ? debRendered(await soundFacts(channel, 'deb', entry, store, cache), entry)
              : rpmRendered(await soundFacts(channel, 'rpm', entry, store, cache), entry, prefix);
          }),
        )),
      );
    }
    const count = rendered[0]?.texts.length ?? 0;
    const parts = await Promise.all(
      Array.from({ length: count }, async (_, part): Promise<ChunkPart> => {
        const texts = rendered.map((one) => one.texts[part] ?? new Uint8Array(0));
        const text = Buffer.concat(texts);
        const lengths = Uint32Array.from(texts, ({ length }) => length);
        return { size: text.length, lengths, packed: this.packed.hold(await gzipMember(text)) };
      }),
    );
    const made = { identities: rendered.map(({ identity }) => identity), parts };
    await keepFile(this.#path(key), chunkBytes(made, this.packed));
    return made;
  }

  #path(key: string): string {
    return join(this.#parts.cache, 'chunks', key.slice(0, 2), key);
  }

  /** A chunk that was kept; undefined when there is none or its file is damaged. */
  async #kept(key: string): Promise<MadeChunk | undefined> {
    const bytes = await keptFile(this.#path(key));
    return bytes && chunkIn(bytes, this.packed);
  }

  #recalledChunk(key: string): MadeChunk | undefined {
    for (const kept of this.#recalled.values()) {
      const bytes = kept.get(key);
      if (bytes) return chunkIn(bytes, this.packed);
    }
    return undefined;
  }
}

interface Rendered {
  readonly identity: string;
  readonly texts: readonly Uint8Array[];
}

/** What stands already of some packages in other chunks of the same index. */
async function renderedBefore(
  entries: readonly IndexEntry[],
  relatives: readonly IndexChunk[],
  store: PackedStore,
): Promise<ReadonlyMap<IndexEntry, Rendered>> {
  const wanted = new Set(entries);
  const found = new Map<IndexEntry, Rendered>();
  for (const { entries: others, identities, parts } of relatives) {
    if (!others.some((entry) => wanted.has(entry))) continue;
    const texts = await Promise.all(
      parts.map(async ({ packed }) => unpacked(Buffer.concat([...store.read([packed])]))),
    );
    const ends = parts.map(() => 0);
    for (const [at, entry] of others.entries()) {
      const pieces = texts.map((text, part) => {
        const from = ends[part] ?? 0;
        const to = from + (parts[part]?.lengths[at] ?? 0);
        ends[part] = to;
        return text.subarray(from, to);
      });
      const identity = identities[at];
      if (identity !== undefined && wanted.has(entry)) found.set(entry, { identity, texts: pieces });
    }
  }
  return found;
}

function debRendered(
  facts: Parameters<typeof packageStanza>[0]['facts'],
  { path, size, sha256 }: IndexEntry,
): Rendered {
  const { name, version, architecture } = facts;
  return {
    identity: `${name} ${version} ${architecture}`,
    texts: [encoder.encode(`${packageStanza({ facts, filename: path, size, sha256 })}\n`)],
  };
}

function rpmRendered(
  facts: Parameters<typeof primaryFragment>[0],
  { path, size, sha256 }: IndexEntry,
  prefix: string,
): Rendered {
  // createrepo_c writes the time of the file, which no two machines share; when the package was built is as good and always the same.
  const place = { href: `${prefix}${path}`, size, sha256, time: facts.buildTime };
  return {
    identity: `${facts.name} ${evr(facts)} ${facts.architecture}`,
    texts: [
      primaryFragment(facts, place),
      filelistsFragment(facts, sha256),
      otherFragment(facts, sha256),
    ].map((text) => encoder.encode(text)),
  };
}

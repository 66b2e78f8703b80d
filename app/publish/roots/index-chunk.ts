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
import type { Store } from '../../storage/store.ts';
import { gzipMember } from './gzip.ts';
import type { ReadFormat } from './package-facts.ts';
import type { PackedStretch } from './plain-text.ts';
import { soundFacts } from './sound-package.ts';

/** A piece of one document of an index. */
interface ChunkPart extends PackedStretch {
  /** For each package the length of its text, in bytes. */
  readonly lengths: Uint32Array;
}

/** Neighbouring packages of an index with what they become in each of its documents. */
export interface IndexChunk extends EntryChunk {
  /** What each package is by its own word: name, version and architecture. No index lists two contents under one identity. */
  readonly identities: readonly string[];
  /** apt: Packages. yum: primary, filelists, other. */
  readonly parts: readonly ChunkPart[];
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
}

/**
 * Makes the chunks of indexes and keeps them by what determines their bytes, for all channels together: a package that moves from one channel
 * to the next is rendered and packed once.
 */
export class ChunkMaker {
  readonly #parts: ChunkMakerParts;
  readonly #made = new Map<string, WeakRef<IndexChunk>>();

  constructor(parts: ChunkMakerParts) {
    this.#parts = parts;
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
    const before = this.#made.get(key)?.deref() ?? (await this.#kept(key));
    // The entries are those of this channel, so that they are known again by reference.
    const made = {
      ...(before ?? (await this.#make(channel, format, chunk, prefix, key, relatives))),
      entries: chunk.entries,
    };
    this.#made.set(key, new WeakRef(made));
    return made;
  }

  /** Forgets what no channel uses any more. */
  forget(): void {
    for (const [key, made] of this.#made) if (!made.deref()) this.#made.delete(key);
  }

  async #make(
    channel: Channel,
    format: ReadFormat,
    { entries }: EntryChunk,
    prefix: string,
    key: string,
    relatives: readonly IndexChunk[],
  ): Promise<Omit<IndexChunk, 'entries'>> {
    const { store, cache } = this.#parts;
    const known = await renderedBefore(entries, relatives);
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
        return { size: text.length, lengths, packed: await gzipMember(text) };
      }),
    );
    const made = { identities: rendered.map(({ identity }) => identity), parts };
    await this.#keep(key, made);
    return made;
  }

  #path(key: string): string {
    return join(this.#parts.cache, 'chunks', key.slice(0, 2), key);
  }

  async #keep(key: string, { identities, parts }: Omit<IndexChunk, 'entries'>): Promise<void> {
    const head: ChunkHead = {
      identities,
      parts: parts.map(({ lengths, packed }) => [[...lengths], packed.length]),
    };
    const body = Buffer.concat([
      Buffer.from(`${JSON.stringify(head)}\n`),
      ...parts.map(({ packed }) => packed),
    ]);
    await keepFile(this.#path(key), body);
  }

  /** A chunk that was kept; undefined when there is none or its file is damaged. */
  async #kept(key: string): Promise<Omit<IndexChunk, 'entries'> | undefined> {
    const body = await keptFile(this.#path(key));
    if (!body) return undefined;
    const headEnd = body.indexOf('\n');
    // oxlint-disable-next-line no-unsafe-type-assertion -- the digest says that `keep` has written it
    const head = JSON.parse(body.toString('utf8', 0, headEnd)) as ChunkHead;
    let at = headEnd + 1;
    const parts = head.parts.map(([lengths, length]): ChunkPart => {
      // A copy: the file around it need not stay in memory.
      const packed = new Uint8Array(body.subarray(at, at + length));
      at += length;
      return {
        size: lengths.reduce((sum, one) => sum + one, 0),
        lengths: Uint32Array.from(lengths),
        packed,
      };
    });
    return { identities: head.identities, parts };
  }
}

/** What stands before the packed parts of a chunk that is kept. */
interface ChunkHead {
  readonly identities: readonly string[];
  /** Of each part the lengths of its texts, and its packed length. */
  readonly parts: readonly (readonly [readonly number[], number])[];
}

interface Rendered {
  readonly identity: string;
  readonly texts: readonly Uint8Array[];
}

/** What stands already of some packages in other chunks of the same index. */
async function renderedBefore(
  entries: readonly IndexEntry[],
  relatives: readonly IndexChunk[],
): Promise<ReadonlyMap<IndexEntry, Rendered>> {
  const wanted = new Set(entries);
  const found = new Map<IndexEntry, Rendered>();
  for (const { entries: others, identities, parts } of relatives) {
    if (!others.some((entry) => wanted.has(entry))) continue;
    const texts = await Promise.all(parts.map(({ packed }) => unpacked(packed)));
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

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import xz from 'xz-decompress';
import type { ByteSource } from './byte-source.ts';
import { Refusal } from './refusal.ts';
import { checkZstd } from './zstd-frame.ts';

/** Takes bytes in order; what it throws ends the reading. The bytes are only valid during the call. */
export type Sink = (bytes: Uint8Array) => void;

/** How far a packed member may grow (trust.md T45, 8.5). */
export interface ExpansionLimits {
  /** Most unpacked bytes, whatever the packed size. */
  readonly maximumBytes: number;
  /** Most unpacked bytes for each packed byte, beyond `freeBytes`. */
  readonly ratio: number;
  /** Unpacked bytes that are always allowed: small text packs very well. */
  readonly freeBytes: number;
}

export const packings = ['', '.gz', '.xz', '.zst'] as const;
/** How a member of a package is packed, as the end of its name says. */
export type Packing = (typeof packings)[number];

/**
 * How many times the ratio a part of a member may reach: a large bomb is to be stopped as early as a small one, and real packages have parts
 * that pack better than the whole (libjs-moment-timezone of Debian 12 has 178:1 over all, and over 200:1 on the way).
 */
const leeway = 3;

type Decoder = (packed: AsyncIterable<Uint8Array>, sink: Sink) => Promise<void>;

const decoders: Record<Packing, Decoder> = { '': passOn, '.gz': gunzip, '.xz': unpackXz, '.zst': unpackZstd };

// Small, because a piece of a zstd bomb becomes 30,000 times as long in one call.
const pieceSize = 16 * 1024;

/**
 * Unpacks a member into a sink without ever holding the whole, and stops as soon as the limits are passed.
 * @throws Refusal when the member is damaged, cut short or grows too far (T45); and whatever the sink or the source throws.
 */
export async function unpack(
  source: ByteSource,
  packing: Packing,
  limits: ExpansionLimits,
  sink: Sink,
): Promise<void> {
  if (packing === '.zst') await checkZstd(source);
  let count = 0;
  let consumed = 0;
  // Decoders hide or wrap what goes wrong around them; only their own errors say that the data is damaged.
  let outer: { readonly error: unknown } | undefined;
  const packed = async function* (): AsyncGenerator<Uint8Array> {
    for (let offset = 0; offset < source.size; offset += pieceSize) {
      let piece: Uint8Array;
      // Only this: a decoder that fails throws its own error into the generator, where it waits with a piece handed out.
      try {
        piece = await source.read(offset, Math.min(pieceSize, source.size - offset));
      } catch (error) {
        outer ??= { error };
        throw error;
      }
      consumed += piece.length;
      yield piece;
    }
  };
  const counted: Sink = (bytes) => {
    try {
      count += bytes.length;
      if (count > limits.maximumBytes)
        throw new Refusal(`it unpacks to more than ${String(limits.maximumBytes)} bytes`);
      const packedSize = Math.min(source.size, consumed * leeway);
      if (count > Math.max(limits.freeBytes, packedSize * limits.ratio))
        throw new Refusal(`it unpacks to more than ${String(limits.ratio)} times its size`);
      sink(bytes);
    } catch (error) {
      outer ??= { error };
      throw error;
    }
  };
  try {
    await decoders[packing](packed(), counted);
  } catch {
    if (outer) throw outer.error;
    throw new Refusal('its packed data is damaged or cut short');
  }
}

async function passOn(packed: AsyncIterable<Uint8Array>, sink: Sink): Promise<void> {
  for await (const bytes of packed) sink(bytes);
}

async function gunzip(packed: AsyncIterable<Uint8Array>, sink: Sink): Promise<void> {
  await pipeline(
    Readable.from(packed, { objectMode: false }),
    createGunzip(),
    async (unpacked: AsyncIterable<Buffer>) => {
      for await (const bytes of unpacked) sink(bytes);
    },
  );
}

async function unpackXz(packed: AsyncIterable<Uint8Array>, sink: Sink): Promise<void> {
  const source = packed[Symbol.asyncIterator]();
  const stream = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const next = await source.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
  });
  for await (const bytes of new xz.XzReadableStream(stream)) sink(bytes);
}

async function unpackZstd(packed: AsyncIterable<Uint8Array>, sink: Sink): Promise<void> {
  const decoder = new Decompress(sink);
  for await (const bytes of packed) decoder.push(bytes);
  decoder.push(new Uint8Array(0), true);
}

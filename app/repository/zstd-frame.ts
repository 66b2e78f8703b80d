import type { ByteSource } from './byte-source.ts';
import { Refusal } from './refusal.ts';

/** The window every decoder should support (RFC 8878 3.1.1.1.2); `dpkg-deb -Zzstd` at its default level 19 needs no more. */
const maximumWindow = 8 * 1024 * 1024;
const maximumBlock = 128 * 1024;

/**
 * Walks the blocks of a zstd member without unpacking it (RFC 8878 3.1.1). The decoder believes the header: it takes memory for
 * any window, and moves the whole window for every block, so a hostile frame could cost gigabytes or hours.
 * @throws Refusal unless the member is exactly one frame with a window of at most 8 MiB and blocks of a reasonable length.
 */
export async function checkZstd(source: ByteSource): Promise<void> {
  const { window, headerSize, checksumSize } = await readHeader(source);
  if (window > maximumWindow) throw new Refusal('its zstd data needs a window of more than 8 MiB');
  let at = headerSize;
  let blocks = 0;
  for (;;) {
    if (at + 3 > source.size) throw cutShort();
    const [low = 0, middle = 0, high = 0] = await source.read(at, 3);
    const block = low | (middle << 8) | (high << 16);
    const type = (block >> 1) & 3;
    const length = block >> 3;
    if (type === 3 || length > maximumBlock) throw cutShort();
    at += 3 + (type === 1 ? 1 : length);
    blocks += 1;
    if (blocks > 2048 + at / 2048) throw new Refusal('its zstd data is cut into too many small blocks');
    if (block & 1) break;
  }
  if (at + checksumSize !== source.size) throw cutShort();
}

async function readHeader(
  source: ByteSource,
): Promise<{ window: number; headerSize: number; checksumSize: number }> {
  // Magic 4, descriptor 1, window 0 or 1, dictionary 0 to 4, content size 0 to 8.
  const bytes = await source.read(0, Math.min(source.size, 18));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 6 || view.getUint32(0, true) !== 0xfd2f_b528) throw cutShort();
  const descriptor = view.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x0b) !== 0) throw new Refusal('its zstd data uses a dictionary or a reserved feature');
  const contentSizeLength = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const headerSize = 5 + (isSingleSegment ? 0 : 1) + contentSizeLength;
  if (headerSize > bytes.length) throw cutShort();
  const checksumSize = descriptor & 4 ? 4 : 0;
  if (isSingleSegment) return { window: contentSize(view, contentSizeLength), headerSize, checksumSize };
  const windowByte = view.getUint8(5);
  const base = 2 ** (10 + (windowByte >> 3));
  return { window: base + (base / 8) * (windowByte & 7), headerSize, checksumSize };
}

/** In a single segment the window is the content itself. */
function contentSize(view: DataView, length: number): number {
  if (length === 1) return view.getUint8(5);
  if (length === 2) return view.getUint16(5, true) + 256;
  return length === 4 ? view.getUint32(5, true) : Number(view.getBigUint64(5, true));
}

function cutShort(): Refusal {
  return new Refusal('its zstd data is damaged, cut short or followed by other bytes');
}

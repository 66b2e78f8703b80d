import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { array, assert, asyncProperty, nat, tuple } from 'fast-check';
import { PackedAside, PackedInMemory, type PackedStore } from '../../app/publish/roots/packed-store.ts';
import { PlainText, type PackedStretch } from '../../app/publish/roots/plain-text.ts';
import { sha256Of } from '../../app/storage/digest.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollout-plain-'));
});
afterEach(() => rm(folder, { recursive: true }));

const textOf = (nth: number): Buffer =>
  Buffer.from(`Package: p${String(nth)}\n`.repeat(1 + (nth % 900) * 20));
const stretchOf = (nth: number, store: PackedStore): PackedStretch => {
  const text = textOf(nth);
  return { size: text.length, packed: store.hold(gzipSync(text)) };
};

describe.each([
  ['in a service', () => ({ store: new PackedAside(folder), scratch: folder })],
  ['in a command', () => ({ store: new PackedInMemory(), scratch: undefined })],
])('The digest of the text of an index %s', (_, parts) => {
  test('is that of the text, whatever comes and goes between two times', async () => {
    await assert(
      asyncProperty(
        array(nat({ max: 1000 }), { maxLength: 60 }),
        array(tuple(nat(), nat({ max: 3 }), array(nat({ max: 1000 }), { maxLength: 3 })), { maxLength: 8 }),
        async (first, changes) => {
          const { store, scratch } = parts();
          const plain = new PlainText(store, scratch);
          let numbers = first;
          let stretches = first.map((nth) => stretchOf(nth, store));
          const agrees = async (): Promise<void> => {
            const text = Buffer.concat(numbers.map(textOf));
            expect(await plain.digest(stretches)).toEqual({ size: text.length, sha256: sha256Of(text) });
          };
          await agrees();
          for (const [seed, gone, come] of changes) {
            const at = seed % (numbers.length + 1);
            numbers = numbers.toSpliced(at, gone, ...come);
            stretches = stretches.toSpliced(at, gone, ...come.map((nth) => stretchOf(nth, store)));
            store.tidy(stretches.map(({ packed }) => packed));
            await agrees();
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test('is not given for a stretch that is damaged, and is right again afterwards', async () => {
    const { store, scratch } = parts();
    const plain = new PlainText(store, scratch);
    const good = [1, 2, 3].map((nth) => stretchOf(nth, store));
    await plain.digest(good);
    const packed = gzipSync(textOf(4));
    packed[packed.length - 5] = (packed[packed.length - 5] ?? 0) ^ 1;
    await expect(
      plain.digest([...good, { size: textOf(4).length, packed: store.hold(packed) }]),
    ).rejects.toThrow('incorrect data check');
    const short = { size: 1, packed: store.hold(gzipSync(textOf(5))) };
    await expect(plain.digest([...good, short])).rejects.toThrow('not as long as it says');
    const text = Buffer.concat([1, 2, 3, 6].map(textOf));
    expect(await plain.digest([...good, stretchOf(6, store)])).toEqual({
      size: text.length,
      sha256: sha256Of(text),
    });
  });
});

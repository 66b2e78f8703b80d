import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, assert, integer, nat, property, uint8Array } from 'fast-check';
import { ScratchFile, type BytesAside } from '../../app/storage/scratch-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollout-scratch-'));
});
afterEach(() => rm(folder, { recursive: true }));

const megabyte = 1 << 20;
const all = (file: ScratchFile, places: readonly BytesAside[], isShort?: boolean): Buffer =>
  Buffer.concat(
    [...file.read(places, isShort)].map((piece) => (isShort === true ? Buffer.from(piece) : piece)),
  );

describe('A scratch file', () => {
  test('gives what was put aside, in whatever order it is asked for', () => {
    assert(
      property(array(uint8Array({ maxLength: 40 }), { minLength: 1 }), array(nat()), (contents, order) => {
        const file = new ScratchFile(folder);
        const places = contents.map((bytes) => file.put(bytes));
        const asked = order.map((at) => at % contents.length);
        const wanted = Buffer.concat(asked.map((at) => contents[at] ?? Buffer.alloc(0)));
        expect(
          all(
            file,
            asked.map((at) => places[at] ?? { length: 0 }),
          ),
        ).toEqual(wanted);
      }),
      { numRuns: 50 },
    );
  });

  test('has no name: nothing is left behind, however the process ends', async () => {
    const file = new ScratchFile(join(folder, 'made', 'when needed'));
    const place = file.put(Buffer.from('aside'));
    expect(await readdir(join(folder, 'made', 'when needed'))).toEqual([]);
    expect(all(file, [place]).toString()).toBe('aside');
  });

  test('reads what lies side by side in pieces of about a megabyte', () => {
    const file = new ScratchFile(folder);
    const places = Array.from({ length: 40 }, (_, at) => file.put(Buffer.alloc(megabyte / 10, at)));
    const pieces = [...file.read(places)];
    expect(pieces.length).toBe(4);
    expect(Buffer.concat(pieces).length).toBe(places.length * Math.floor(megabyte / 10));
  });

  test('is written anew when most of it is of no use, and what is used stays the same', () => {
    assert(
      property(
        array(integer({ min: 0, max: 255 }), { minLength: 3, maxLength: 12 }),
        nat(),
        (values, seed) => {
          const file = new ScratchFile(folder);
          const places = values.map((value) => file.put(Buffer.alloc(4 * megabyte, value)));
          const used = places.filter((_, at) => (at + seed) % 6 === 0);
          const before = used.map((place) => all(file, [place]));
          const isAnew = file.tidy([...used, ...used]);
          expect(isAnew).toBe(places.length * 4 > used.length * 8 + 16);
          // Not `toEqual`, which compares megabytes byte by byte.
          expect(all(file, used).equals(Buffer.concat(before))).toBe(true);
          const later = file.put(Buffer.from('later'));
          const wanted = Buffer.concat([...before, Buffer.from('later')]);
          expect(all(file, [...used, later]).equals(wanted)).toBe(true);
        },
      ),
      { numRuns: 15 },
    );
  });

  test('refuses what it let go instead of giving something else', () => {
    const file = new ScratchFile(folder);
    const places = Array.from({ length: 8 }, (_, at) => file.put(Buffer.alloc(4 * megabyte, at)));
    const [first = { length: 0 }, second = { length: 0 }] = places;
    expect(file.tidy([second])).toBe(true);
    expect(() => all(file, [first])).toThrow('not in the scratch file');
    expect(() => all(new ScratchFile(folder), [second])).toThrow('not in the scratch file');
    expect(all(file, [second], true).equals(Buffer.alloc(4 * megabyte, 1))).toBe(true);
  });
});

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256Of } from '../../app/storage/digest.ts';
import { openOutput, openStore } from '../../app/storage/open.ts';
import { isLeftover, type Output } from '../../app/storage/output.ts';
import type { Store } from '../../app/storage/store.ts';
import { stored } from '../world/stored.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const file = (path: string, ...texts: string[]) => ({ path, pieces: texts.map(bytes) });

let dir: string;
let store: Store;
let output: Output;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'output-'));
  store = await openStore(pathToFileURL(join(dir, 'store')).href);
  output = await openOutput(pathToFileURL(join(dir, 'out')).href, store);
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

describe('an output folder', () => {
  test('puts files in place whole, and gives them back', async () => {
    await output.put([file('a/b/c', 'n', '', 'ew'), file('d', 'other')]);
    expect(await output.read('a/b/c')).toEqual(Buffer.from('new'));
    expect(await output.digest('d')).toEqual({ size: 5, sha256: sha256Of('other') });
    expect(await output.read('none')).toBeUndefined();
    expect(await output.digest('a')).toBeUndefined();
    expect((await output.list('a')).concat(await output.list('none'))).toEqual(['a/b/c']);
  });

  test('writes an index of thousands of pieces whole', async () => {
    const pieces = Array.from({ length: 3500 }, (_, number) => `${String(number)}\n`);
    await output.put([file('index', ...pieces)]);
    expect(await output.digest('index')).toEqual({
      size: pieces.join('').length,
      sha256: sha256Of(pieces.join('')),
    });
  });

  test('that cannot write one file puts none in place and leaves nothing', async () => {
    await mkdir(join(dir, 'out'));
    await writeFile(join(dir, 'out/file'), 'x');
    await expect(output.put([file('first', '1'), file('file/below', '2')])).rejects.toThrow('EEXIST');
    expect(await readdir(join(dir, 'out'))).toEqual(['file']);
  });

  test('that fails at a pointer leaves those after it as they were, and nothing aside', async () => {
    await output.put([file('third', 'old')]);
    await mkdir(join(dir, 'out/second/full'), { recursive: true });
    await expect(output.point([file('first', '1'), file('second', '2'), file('third', '3')])).rejects.toThrow(
      'rename',
    );
    expect(await output.read('first')).toEqual(Buffer.from('1'));
    expect(await output.read('third')).toEqual(Buffer.from('old'));
    expect((await output.list('')).filter(isLeftover)).toEqual([]);
  });

  test('points at a file that was put before without writing it again', async () => {
    await output.put([file('by-hash/1', 'index')]);
    await output.point([{ path: 'index', from: 'by-hash/1' }]);
    await output.point([{ path: 'index', from: 'by-hash/1' }]);
    expect((await stat(join(dir, 'out/index'))).nlink).toBe(2);
    expect(await output.list('')).toHaveLength(2);
  });

  test('replaces a pointer only if it still holds what was seen', async () => {
    await output.pointIf(file('channel.json', '1'), undefined);
    await expect(output.pointIf(file('channel.json', '2'), undefined)).rejects.toThrow('somebody else');
    await expect(output.pointIf(file('channel.json', '2'), bytes('0'))).rejects.toThrow('somebody else');
    await output.pointIf(file('channel.json', '2'), bytes('1'));
    expect(await output.read('channel.json')).toEqual(Buffer.from('2'));
  });

  test('links a file of the store, again without harm, and knows it by its bytes', async () => {
    const placed = { path: 'pool/a', ...(await stored(store, 'package')) };
    expect(await output.holds(placed)).toBe(false);
    await output.place([placed]);
    await output.place([placed]);
    expect(await readdir(join(dir, 'out/pool'))).toEqual(['a']);
    expect((await stat(join(dir, 'out/pool/a'))).nlink).toBe(2);
    expect(await output.holds(placed)).toBe(true);
    await rm(join(dir, 'out/pool/a'));
    await writeFile(join(dir, 'out/pool/a'), 'PACKAGE');
    expect(await output.holds(placed)).toBe(false);
    await writeFile(join(dir, 'out/pool/a'), 'package');
    expect(await output.holds(placed)).toBe(true);
  });

  test('copies a file of a store that has no place on this disk', async () => {
    const placed = { path: 'pool/a', ...(await stored(store, 'package')) };
    const { path: _, ...elsewhere } = store;
    await (await openOutput(pathToFileURL(join(dir, 'out')).href, elsewhere)).place([placed]);
    expect(await readFile(join(dir, 'out/pool/a'), 'utf8')).toBe('package');
    expect((await stat(join(dir, 'out/pool/a'))).nlink).toBe(1);
  });

  test('removes a file with the folders that it leaves empty, and no others', async () => {
    await output.put([file('a/b/c/d', '1'), file('a/e', '2')]);
    await output.remove(['a/b/c/d', 'a/none']);
    expect(await readdir(join(dir, 'out/a'))).toEqual(['e']);
  });
});

describe('a store folder', () => {
  test('gives a file back whole and in parts, lists it, and lets it go', async () => {
    const { sha256 } = await stored(store, 'package');
    const parts: Uint8Array[] = [];
    for await (const part of (await store.content(sha256)) ?? []) parts.push(part);
    expect(Buffer.concat(parts).toString()).toBe('package');
    const opened = await store.open(sha256);
    expect(Buffer.from((await opened?.read(2, 3)) ?? []).toString()).toBe('cka');
    await opened?.close();
    const listed = [];
    for await (const { sha256: digest, size } of store.list()) listed.push({ digest, size });
    expect(listed).toEqual([{ digest: sha256, size: 7 }]);
    await store.remove(sha256);
    await store.remove(sha256);
    expect([await store.has(sha256), await store.content(sha256), await store.open(sha256)]).toEqual([
      false,
      undefined,
      undefined,
    ]);
  });

  test('keeps a bad file out of reach', async () => {
    const { sha256 } = await stored(store, 'package');
    await store.quarantine(sha256);
    expect(await store.has(sha256)).toBe(false);
    expect(await readFile(join(dir, 'store/quarantine', sha256), 'utf8')).toBe('package');
  });
});

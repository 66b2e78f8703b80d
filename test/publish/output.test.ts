import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLeftover, meantPath, outputFolder, type Output } from '../../app/publish/output.ts';
import { sha256 } from './channel-world.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

let dir: string;
let output: Output;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'output-'));
  output = outputFolder(dir);
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

describe('an output folder', () => {
  test('puts files in place whole, and gives them back', async () => {
    await output.put([
      { path: 'a/b/c', bytes: bytes('new') },
      { path: 'd', bytes: bytes('other') },
    ]);
    expect(await output.read('a/b/c')).toEqual(Buffer.from('new'));
    expect(await output.digest('d')).toEqual({ size: 5, sha256: sha256(bytes('other')) });
    expect(await output.read('none')).toBeUndefined();
    expect(await output.digest('a')).toBeUndefined();
    expect((await output.list('a')).concat(await output.list('none'))).toEqual(['a/b/c']);
  });

  test('that cannot write one file puts none in place and leaves nothing', async () => {
    await writeFile(join(dir, 'file'), 'x');
    await expect(
      output.put([
        { path: 'first', bytes: bytes('1') },
        { path: 'file/below', bytes: bytes('2') },
      ]),
    ).rejects.toThrow('EEXIST');
    expect(await readdir(dir)).toEqual(['file']);
  });

  test('that fails in the middle of the switch keeps the rest aside, to be finished', async () => {
    await mkdir(join(dir, 'second/full'), { recursive: true });
    await expect(
      output.put([
        { path: 'first', bytes: bytes('1') },
        { path: 'second', bytes: bytes('2') },
      ]),
    ).rejects.toThrow('rename');
    const leftover = (await readdir(dir)).find(isLeftover) ?? '';
    expect(meantPath(leftover)).toBe('second');
    expect(await readFile(join(dir, 'first'), 'utf8')).toBe('1');
    await rm(join(dir, 'second'), { recursive: true });
    await output.finish(leftover);
    expect(await readFile(join(dir, 'second'), 'utf8')).toBe('2');
    expect((await readdir(dir)).filter(isLeftover)).toEqual([]);
  });

  test('links a file of the store, again without harm, and knows it by its bytes', async () => {
    const storeFile = join(dir, 'stored');
    await writeFile(storeFile, 'package');
    const file = { path: 'pool/a', storeFile };
    const digest = { size: 7, sha256: sha256(bytes('package')) };
    expect(await output.holds(file, digest)).toBe(false);
    await output.place([file]);
    await output.place([file]);
    expect(await readdir(join(dir, 'pool'))).toEqual(['a']);
    expect((await stat(storeFile)).nlink).toBe(2);
    expect(await output.holds(file, digest)).toBe(true);
    await rm(join(dir, 'pool/a'));
    await writeFile(join(dir, 'pool/a'), 'PACKAGE');
    expect(await output.holds(file, digest)).toBe(false);
    await writeFile(join(dir, 'pool/a'), 'package');
    expect(await output.holds(file, digest)).toBe(true);
  });

  test('removes a file with the folders that it leaves empty, and no others', async () => {
    await output.put([
      { path: 'a/b/c/d', bytes: bytes('1') },
      { path: 'a/e', bytes: bytes('2') },
    ]);
    await output.remove(['a/b/c/d', 'a/none']);
    expect(await readdir(join(dir, 'a'))).toEqual(['e']);
  });
});

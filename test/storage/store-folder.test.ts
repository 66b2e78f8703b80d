import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { transformFile } from '@swc/core';
import { openStore } from '../../app/storage/open.ts';
import { StorageOutage, StorageSettingError } from '../../app/storage/store.ts';
import { content, digestOf } from '../intake/hostile-server.ts';
import { makeScratch, type Scratch } from '../intake/scratch.ts';

const digest = digestOf(content);
const place = `${digest.slice(0, 2)}/${digest}`;

/** The store as a module that a process of its own can import. */
async function compiledStore(dir: string): Promise<string> {
  for (const name of ['store', 'store-folder']) {
    const { code } = await transformFile(new URL(`../../app/storage/${name}.ts`, import.meta.url).pathname, {
      jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    });
    await writeFile(join(dir, `${name}.mjs`), code.replaceAll(/'\.\/([a-z-]+)\.ts'/g, "'./$1.mjs'"));
  }
  return pathToFileURL(join(dir, 'store-folder.mjs')).href;
}

describe('the store', () => {
  let scratch: Scratch;
  beforeEach(async () => {
    scratch = await makeScratch();
  });
  afterEach(() => scratch.remove());

  test('keeps a file under its digest, read-only, and knows it again', async () => {
    const { store } = scratch;
    expect(await store.has(digest)).toBe(false);
    const receiver = await store.receive();
    await receiver.write(content.subarray(0, 7));
    await receiver.write(content.subarray(7));
    expect(await receiver.commit(digest, content.length)).toEqual({
      ok: true,
      sha256: digest,
      size: content.length,
    });
    expect(await store.has(digest)).toBe(true);
    expect(await store.size(digest)).toBe(content.length);
    expect(await scratch.files()).toEqual([place]);
    expect(await readFile(store.path(digest))).toEqual(content);
    expect((await stat(store.path(digest))).mode & 0o777).toBe(0o444);
    expect(await (await openStore(scratch.storeUrl)).has(digest)).toBe(true);
  });

  test('has nothing of a file until it is committed, and nothing of one that is dropped', async () => {
    const receiver = await scratch.store.receive();
    await receiver.write(content);
    expect(await scratch.store.has(digest)).toBe(false);
    await receiver.abort();
    await receiver.abort();
    expect(await scratch.files()).toEqual([]);
  });

  test.each([
    ['another digest', digestOf(Buffer.from('x')), content.length, 'wrong-digest'],
    ['another size', digest, content.length + 1, 'wrong-size'],
  ])('drops a file that has %s than expected', async (_what, sha256, size, reason) => {
    const receiver = await scratch.store.receive();
    await receiver.write(content);
    expect(await receiver.commit(sha256, size)).toEqual({
      ok: false,
      reason,
      sha256: digest,
      size: content.length,
    });
    expect(await scratch.files()).toEqual([]);
  });

  test('keeps the first of two equal files, which hard links may share', async () => {
    const save = async (): Promise<void> => {
      const receiver = await scratch.store.receive();
      await receiver.write(content);
      await receiver.commit(digest, content.length);
    };
    await save();
    await link(scratch.store.path(digest), join(scratch.dir, 'pool.deb'));
    await save();
    expect((await stat(scratch.store.path(digest))).nlink).toBe(2);
    expect(await scratch.files()).toEqual([place]);
  });

  test('replaces a stored file that is shorter than it must be', async () => {
    await mkdir(join(scratch.store.path(digest), '..'), { recursive: true });
    await writeFile(scratch.store.path(digest), 'cut');
    const receiver = await scratch.store.receive();
    await receiver.write(content);
    await receiver.commit(digest, content.length);
    expect(await readFile(scratch.store.path(digest))).toEqual(content);
  });

  test('ends a file once', async () => {
    const receiver = await scratch.store.receive();
    await receiver.commit(digestOf(Buffer.alloc(0)), 0);
    await expect(receiver.write(content)).rejects.toThrow('committed or dropped');
    await expect(receiver.commit(digest, 0)).rejects.toThrow('once');
    await receiver.abort();
  });

  test.each(['', '../../etc/passwd', digest.toUpperCase(), `${digest}0`, `${digest}\n`])(
    'takes %j for no digest',
    async (text) => {
      expect(() => scratch.store.path(text)).toThrow(RangeError);
      await expect(scratch.store.has(text)).rejects.toThrow(RangeError);
    },
  );

  test('tells an outage by name when its folder is gone', async () => {
    await rm(scratch.dir, { recursive: true });
    await expect(scratch.store.receive()).rejects.toThrow(StorageOutage);
    await writeFile(scratch.dir, 'not a folder');
    await expect(scratch.store.has(digest)).rejects.toThrow('ENOTDIR');
    await expect(openStore(scratch.storeUrl)).rejects.toThrow(StorageOutage);
  });

  test('tells an outage by name when a write fails, and holds nothing of the file', async () => {
    const script = `
      import { openStoreFolder as openStore } from ${JSON.stringify(await compiledStore(scratch.dir))};
      const receiver = await (await openStore(process.argv[1])).receive();
      await receiver.write(Buffer.alloc(10_000)).then(() => console.log('small written'));
      await receiver.write(Buffer.alloc(100_000)).catch((error) => console.log(error.name, error.message));
      await receiver.abort();`;
    // The shell's limit on the size of a file stands in for a full disk.
    const { stdout } = await promisify(execFile)('/bin/sh', [
      '-c',
      'ulimit -f 64; exec "$0" --input-type=module -e "$1" "$2"',
      process.execPath,
      script,
      scratch.storeUrl,
    ]);
    expect(stdout).toBe('small written\nStorageOutage The store could not write a file: EFBIG.\n');
    expect(await scratch.files()).toEqual([]);
  });

  test('sweeps leftovers older than this process, and no others', async () => {
    const incoming = join(scratch.dir, 'store', 'incoming');
    const [old, fresh, foreign] = [`${'a'.repeat(32)}.part`, `${'b'.repeat(32)}.part`, 'notes.txt'];
    for (const name of [old, fresh, foreign]) await writeFile(join(incoming, name), 'x');
    for (const name of [old, foreign]) await utimes(join(incoming, name), 1_000_000, 1_000_000);
    await openStore(scratch.storeUrl);
    expect(await scratch.files()).toEqual([`incoming/${fresh}`, `incoming/${foreign}`]);
  });

  test('holds nothing of a process that was killed while receiving, once it is opened again', async () => {
    const script = `
      import { openStoreFolder as openStore } from ${JSON.stringify(await compiledStore(scratch.dir))};
      const store = await openStore(process.argv[1]);
      const receiver = await store.receive();
      await receiver.write(Buffer.alloc(100_000, 'x'));
      process.stdout.write('written');
      setInterval(() => {}, 1000);`;
    const begin = async (): Promise<{ stop: () => Promise<void> }> => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, scratch.storeUrl], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      return {
        stop: async () => {
          child.kill('SIGKILL');
          await once(child, 'exit');
        },
      };
    };
    const killed = await begin();
    const before = await scratch.files();
    expect(before).toHaveLength(1);
    await killed.stop();
    expect(await scratch.files()).toEqual(before);

    const next = await begin();
    const after = await scratch.files();
    await next.stop();
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
  });
});

describe('the address of a store', () => {
  test.each([
    '/var/lib/store',
    'file://server/store',
    'file:store',
    'file:///a%2fb',
    'file:///a?b',
    'https://example.org/',
    '',
  ])('%j is a start-up error that says how to write it', async (url) => {
    await expect(openStore(url)).rejects.toThrow(StorageSettingError);
    await expect(openStore(url)).rejects.toThrow('file:///var/lib/rollout/store');
  });
});

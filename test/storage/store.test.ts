import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { digestOf, sha256Of } from '../../app/storage/digest.ts';
import { openStore } from '../../app/storage/open.ts';
import { kinds, openPlaces, type Places, textIn } from './kinds.ts';

/** What a store promises, wherever it is. */
describe.each(kinds)('A store in a %s', (kind) => {
  let places: Places;
  beforeEach(async () => {
    places = await openPlaces(kind, 'folder');
  });
  afterEach(() => places.close());

  const listed = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { sha256, size, since } of places.store.list()) {
      expect(Math.abs(since.getTime() - Date.now())).toBeLessThan(60_000);
      found.push(`${sha256} ${String(size)}`);
    }
    return found.toSorted();
  };

  const content = async (sha256: string): Promise<AsyncIterable<Uint8Array>> => {
    const pieces = await places.store.content(sha256);
    if (!pieces) throw new Error('nothing there');
    return pieces;
  };

  test('keeps a file under its digest, and knows it when it is opened again', async () => {
    const { sha256 } = await places.stored('package');
    expect([await places.store.has(sha256), await places.store.size(sha256)]).toEqual([true, 7]);
    const again = await openStore(places.storeUrl, places.server.access);
    expect(await again.size(sha256)).toBe(7);
    expect(await listed()).toEqual([`${sha256} 7`]);
  });

  test('gives a file back whole, and any part of it', async () => {
    const text = Array.from({ length: 200_000 }, (_, at) => String(at)).join(' ');
    const { sha256, size } = await places.stored(text);
    expect(await digestOf(await content(sha256))).toEqual({ sha256, size });
    const opened = await places.store.open(sha256);
    expect(opened?.size).toBe(size);
    for (const [from, length] of [
      [0, 10],
      [5, 10],
      [size - 10, 10],
      [1000, 600_000],
      [300_000, 0],
      [262_140, 20],
      [0, size],
    ] as const)
      expect(textIn(await opened?.read(from, length))).toBe(text.slice(from, from + length));
    await opened?.close();
  });

  test('keeps a file of no bytes', async () => {
    const { sha256 } = await places.stored('');
    expect(await places.store.size(sha256)).toBe(0);
    expect((await digestOf(await content(sha256))).size).toBe(0);
    const opened = await places.store.open(sha256);
    expect(textIn(await opened?.read(0, 0))).toBe('');
    await opened?.close();
  });

  test('has nothing of what it never got', async () => {
    const { store } = places;
    const sha256 = sha256Of('never');
    expect(
      await Promise.all([store.has(sha256), store.size(sha256), store.content(sha256), store.open(sha256)]),
    ).toEqual([false, undefined, undefined, undefined]);
    await store.remove(sha256);
    await store.quarantine(sha256);
    expect(await listed()).toEqual([]);
    expect(await store.quarantined()).toEqual([]);
  });

  test('has nothing of a file until it is committed, and nothing of one that is dropped', async () => {
    const receiver = await places.store.receive();
    await receiver.write(Buffer.from('package'));
    expect(await places.store.has(sha256Of('package'))).toBe(false);
    await receiver.abort();
    await receiver.abort();
    expect(await listed()).toEqual([]);
  });

  test.each([
    ['another digest', sha256Of('x'), 7, 'wrong-digest'],
    ['another size', sha256Of('package'), 8, 'wrong-size'],
  ])('drops a file that has %s than expected', async (_what, sha256, size, reason) => {
    const receiver = await places.store.receive();
    await receiver.write(Buffer.from('package'));
    const seen = { sha256: sha256Of('package'), size: 7 };
    expect(await receiver.commit(sha256, size)).toEqual({ ok: false, reason, ...seen });
    expect(await listed()).toEqual([]);
  });

  test('ends a file once', async () => {
    const receiver = await places.store.receive();
    await receiver.commit(sha256Of(''), 0);
    await expect(receiver.write(Buffer.from('x'))).rejects.toThrow('committed or dropped');
    await expect(receiver.commit(sha256Of(''), 0)).rejects.toThrow('once');
    await receiver.abort();
  });

  test('takes equal files from two writers at once, and has one', async () => {
    await Promise.all([places.stored('package'), places.stored('package'), places.stored('other')]);
    expect(await listed()).toHaveLength(2);
  });

  test('lists more files than one answer holds, each once', async () => {
    const texts = Array.from({ length: 10 }, (_, number) => `package ${String(number)}`);
    for (const text of texts) await places.stored(text);
    expect(await listed()).toEqual(
      texts.map((text) => `${sha256Of(text)} ${String(text.length)}`).toSorted(),
    );
  });

  test('lets go of a file, twice without harm, and of no other', async () => {
    const { sha256 } = await places.stored('package');
    const other = await places.stored('other');
    await places.store.remove(sha256);
    await places.store.remove(sha256);
    expect(await listed()).toEqual([`${other.sha256} 5`]);
  });

  test('keeps a bad file out of reach', async () => {
    const { sha256 } = await places.stored('package');
    await places.store.quarantine(sha256);
    expect(await places.store.has(sha256)).toBe(false);
    expect(await listed()).toEqual([]);
    expect(await places.store.quarantined()).toEqual([sha256]);
    await places.stored('package');
    expect(await places.store.has(sha256)).toBe(true);
  });

  test.each(['', '../../etc/passwd', sha256Of('x').toUpperCase(), `${sha256Of('x')}0`, `${sha256Of('x')}\n`])(
    'takes %j for no digest',
    async (text) => {
      await expect(places.store.has(text)).rejects.toThrow('SHA-256');
    },
  );
});

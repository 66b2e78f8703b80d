import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { digestOf, sha256Of } from '../../app/storage/digest.ts';
import { openOutput } from '../../app/storage/open.ts';
import { file, type Kind, openPlaces, type Places, textIn } from './kinds.ts';

const combinations: readonly (readonly [Kind, Kind])[] = [
  ['folder', 'folder'],
  ['bucket', 'folder'],
  ['folder', 'bucket'],
  ['bucket', 'bucket'],
];

/** What an output promises, wherever it is and wherever its packages come from. */
describe.each(combinations)('With a store in a %s, an output in a %s', (storeKind, outputKind) => {
  let places: Places;
  beforeEach(async () => {
    places = await openPlaces(storeKind, outputKind);
  });
  afterEach(() => places.close());

  const texts = async (...paths: string[]) =>
    Promise.all(paths.map(async (path) => textIn(await places.output.read(path))));

  test('puts files in their places whole, and gives them back', async () => {
    const { output } = places;
    await output.put([file('a/b/c', 'n', '', 'ew'), file('d', 'other'), file('empty')]);
    expect(await texts('a/b/c', 'd', 'empty', 'none', 'a/b')).toEqual([
      'new',
      'other',
      '',
      undefined,
      undefined,
    ]);
    expect(await output.digest('d')).toEqual({ size: 5, sha256: sha256Of('other') });
    expect(await output.digest('a')).toBeUndefined();
    const content = await output.content('d');
    expect(content && (await digestOf(content))).toEqual({ size: 5, sha256: sha256Of('other') });
    expect(await output.content('a')).toBeUndefined();
  });

  test('puts what is there already again, under a digest too, and mends what has other bytes', async () => {
    const { output } = places;
    for (const text of ['bad', 'good', 'good'])
      await output.put([file('x/by-hash/1', text), file('x/Release', text)]);
    expect(await texts('x/by-hash/1', 'x/Release')).toEqual(['good', 'good']);
  });

  test('lists every file below a folder, and of none that only begins like it', async () => {
    const { output } = places;
    const paths = ['a/1', 'a/b/2', 'a/b/c/3', 'a/b/c/4', 'a/+~%41^ß', 'ab/5', 'a.b/6'];
    await output.put(paths.map((path) => file(path, path)));
    expect([...(await output.list('a'))].toSorted()).toEqual(paths.slice(0, 5).toSorted());
    expect([...(await output.list(''))].toSorted()).toEqual(paths.toSorted());
    expect(await output.list('none')).toEqual([]);
    expect(await texts(...paths)).toEqual(paths);
  });

  test('points in the order given, also at what was put before', async () => {
    const { output } = places;
    await output.put([file('by-hash/1', 'index')]);
    await output.point([file('first', '1'), { path: 'index', from: 'by-hash/1' }, file('last', '2')]);
    await output.point([file('first', '1'), { path: 'index', from: 'by-hash/1' }, file('last', '3')]);
    expect(await texts('first', 'index', 'last')).toEqual(['1', 'index', '3']);
  });

  test('replaces a pointer only if it still holds what was seen', async () => {
    const { output } = places;
    const bytes = (text: string) => new TextEncoder().encode(text);
    await output.pointIf(file('channel.json', '1'), undefined);
    await expect(output.pointIf(file('channel.json', '2'), undefined)).rejects.toThrow('somebody else');
    await expect(output.pointIf(file('channel.json', '2'), bytes('0'))).rejects.toThrow('somebody else');
    expect(await texts('channel.json')).toEqual(['1']);
    await output.pointIf(file('channel.json', '2'), bytes('1'));
    expect(await texts('channel.json')).toEqual(['2']);
    await expect(output.pointIf(file('absent', '1'), bytes('0'))).rejects.toThrow('somebody else');
    expect(await texts('absent')).toEqual([undefined]);
  });

  test('places files of the store, again without harm, and knows them by their bytes', async () => {
    const { output } = places;
    const placed = { path: 'pool/v/voms/voms_2.1.0-1+x_amd64.deb', ...(await places.stored('package')) };
    expect(await output.holds(placed)).toBe(false);
    await output.place([placed]);
    await output.place([placed]);
    expect(await output.holds(placed)).toBe(true);
    expect(await texts(placed.path)).toEqual(['package']);
    const other = { path: placed.path, ...(await places.stored('PACKAGE')) };
    expect(await output.holds(other)).toBe(false);
    expect(await output.holds({ ...placed, size: 8 })).toBe(false);
    await output.place([other]);
    expect([await output.holds(placed), await output.holds(other)]).toEqual([false, true]);
  });

  test('stops at a package that the store has no longer', async () => {
    const placed = { path: 'pool/a', size: 7, sha256: sha256Of('package') };
    await expect(places.output.place([placed])).rejects.toHaveProperty(
      'name',
      expect.stringMatching(/StorageOutage|Error/),
    );
    expect(await places.output.list('')).toEqual([]);
  });

  test('removes files, absent ones without harm, and no others', async () => {
    const { output } = places;
    await output.put([file('a/b/c/d', '1'), file('a/e', '2')]);
    await output.remove(['a/b/c/d', 'a/none']);
    expect(await output.list('')).toEqual(['a/e']);
  });

  test('lets one of two publishers win, and the other one know', async () => {
    const second = await openOutput(places.outputUrl, places.store, places.server.access);
    await places.output.pointIf(file('channel.json', '1'), undefined);
    const seen = await second.read('channel.json');
    await places.output.pointIf(file('channel.json', '2'), seen);
    await expect(second.pointIf(file('channel.json', 'two'), seen)).rejects.toHaveProperty(
      'name',
      'Overtaken',
    );
    expect(await texts('channel.json')).toEqual(['2']);
  });
});

import { describe, expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { text } from '../../app/demo/rpm-file.ts';
import { memorySource } from '../../app/repository/byte-source.ts';
import { readDeb } from '../../app/repository/deb.ts';
import type { Reading } from '../../app/repository/refusal.ts';
import { readRpm } from '../../app/repository/rpm/rpm.ts';
import { readTarball } from '../../app/repository/tarball.ts';
import { goodControl, rawDeb, rawTar } from '../repository/raw-package.ts';
import { rawFiles, rawRpm } from '../repository/rpm/raw-rpm.ts';

/** Never the name or the version of a package, nor of a release tarball (trust.md T46, T47). */
const names = [
  '',
  ' ',
  '.',
  '..',
  '...',
  '/',
  '//',
  '\\',
  '-',
  '--',
  '-rf',
  '--help',
  '-oProxyCommand=x',
  '../voms',
  '../../etc/cron.d/x',
  '/etc/passwd',
  'a/b',
  'a/../b',
  './a',
  'a\\b',
  '..\\a',
  'C:\\a',
  'a..b/',
  '~',
  '~root',
  'a b',
  ' a',
  'a\tb',
  'a\nb',
  'a\r\nb',
  'a\u0000b',
  'a\u0001',
  'a\u001b[2J',
  'a\u007f',
  'a\u0085b',
  'a\u009b',
  'a\u00a0b',
  'a\u2028b',
  'a\u202eb',
  'a\u200bb',
  '\ufeffa',
  'a\ufffe',
  'vоms',
  'ｖｏｍｓ',
  'é',
  'e\u0301',
  '日本',
  '😀',
  '$(id)',
  '`id`',
  'a;b',
  'a|b',
  'a&b',
  'a>b',
  'a<b',
  'a*b',
  'a?b',
  'a[b]',
  '{a,b}',
  "a'b",
  'a"b',
  'a#b',
  'a%2fb',
  '%2e%2e',
  '%00',
  '%n%s',
  '%{name}',
  '${HOME}',
  'a=b',
  'a,b',
  'a!b',
  'a@b',
  '<!--',
  '&lt;',
  ']]>',
  'a\nSHA256: 0',
  'a\n\nPackage: b',
  'a (= 1)',
  'x'.repeat(300),
  'a\u{1f468}\u200d',
];

/** Never a path in a package or a tarball. */
const paths = [
  '..',
  '../x',
  '../../etc/passwd',
  'a/..',
  'a/../../x',
  'a/../x',
  './../x',
  'a/./x',
  'a//x',
  '/etc/passwd',
  '//etc/passwd',
  '/',
  '\u0001',
  'a\nb',
  'a\rb',
  'a\tb',
  'a\u001b[2Jb',
  'a\u007fb',
  'a\u0085b',
  'a\u009bb',
  'a/\u0000',
  `${'a/'.repeat(2500)}x`,
  'x'.repeat(5000),
];

const debWith = (from: string, to: string): Buffer =>
  rawDeb({ control: goodControl.replace(from, () => to) });
/** A tar archive with a path that may be long and is UTF-8, as GNU tar writes it. */
const tarWith = (path: string): Buffer =>
  rawTar([
    { path: '././@LongLink', type: 'L', content: `${path}\0` },
    { path: 'x', content: 'x' },
  ]);
const refusals: Readonly<Record<string, (name: string) => Promise<Reading<unknown>>>> = {
  'name in a deb': (name) => readDeb(memorySource(debWith('Package: voms', `Package: ${name}`))),
  'version in a deb': (name) => readDeb(memorySource(debWith('2.1.0-1', name))),
  'architecture in a deb': (name) => readDeb(memorySource(debWith('amd64', name))),
  'name in an rpm': (name) => readRpm(memorySource(rawRpm([text(1000, name.replaceAll('\0', '\u0001'))]))),
  'version in an rpm': (name) => readRpm(memorySource(rawRpm([text(1001, name.replaceAll('\0', '\u0001'))]))),
  'release in an rpm': (name) => readRpm(memorySource(rawRpm([text(1002, name.replaceAll('\0', '\u0001'))]))),
  'architecture in an rpm': (name) =>
    readRpm(memorySource(rawRpm([text(1022, name.replaceAll('\0', '\u0001'))]))),
  'file name of a tarball': (name) =>
    readTarball(memorySource(rawTar([{ path: 'a', content: 'x' }])), `${name}.tar`),
};
const pathRefusals: Readonly<Record<string, (path: string) => Promise<Reading<unknown>>>> = {
  'path in a deb': (path) => readDeb(memorySource(rawDeb({ dataTar: gzipSync(tarWith(path)) }))),
  'path in a tarball': (path) => readTarball(memorySource(tarWith(path)), 'a.tar'),
  'path in an rpm': (path) => {
    const slash = path.lastIndexOf('/') + 1;
    const file = {
      folder: `/usr/${path.slice(0, slash)}`,
      name: path.slice(slash).replaceAll('\0', '\u0001'),
    };
    return readRpm(memorySource(rawRpm(rawFiles([file]))));
  },
};

describe('Evil names', () => {
  test('are more than 80, each another', () => {
    expect(new Set([...names, ...paths]).size).toBeGreaterThan(80);
  });

  test.each(Object.keys(refusals))('are refused as %s, and a plain one is not', async (place) => {
    const read = refusals[place];
    expect(await read?.(place.startsWith('arch') ? 'amd64' : '2.1.0')).toMatchObject({ ok: true });
    const taken: string[] = [];
    for (const name of names) if ((await read?.(name))?.ok !== false) taken.push(name);
    expect(taken).toEqual([]);
  });

  test.each(Object.keys(pathRefusals))('are refused as %s, and a plain one is not', async (place) => {
    const read = pathRefusals[place];
    expect(await read?.('usr/bin/voms')).toMatchObject({ ok: true });
    const taken: string[] = [];
    for (const path of paths) if ((await read?.(path))?.ok !== false) taken.push(path);
    expect(taken).toEqual([]);
  });
});

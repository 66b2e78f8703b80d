import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { memorySource } from '../../../app/repository/byte-source.ts';
import {
  filelistsFragment,
  otherFragment,
  primaryFragment,
  repodataHead,
  repodataKinds,
  repodataTail,
} from '../../../app/repository/rpm/repodata.ts';
import { repomdText } from '../../../app/repository/rpm/repomd.ts';
import { readRpm } from '../../../app/repository/rpm/rpm.ts';
import { hasProgram } from '../raw-package.ts';
import { writeCorpus } from './corpus.ts';

const hasTools = hasProgram('createrepo_c') && hasProgram('rpmbuild');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The fragments of a document by the digest of their package, and what stands around them. */
function takenApart(document: string): { head: string; packages: ReadonlyMap<string, string>; tail: string } {
  const [head = '', ...rest] = document.split(/^(?=<package )/m);
  const last = rest.at(-1) ?? '';
  const end = last.indexOf('</package>\n') + '</package>\n'.length;
  const fragments = [...rest.slice(0, -1), last.slice(0, end)];
  const digestOf = (fragment: string): string =>
    /(?:pkgid="YES">|pkgid=")([0-9a-f]{64})/.exec(fragment)?.[1] ?? '';
  return {
    head,
    packages: new Map(fragments.map((fragment) => [digestOf(fragment), fragment])),
    tail: last.slice(end),
  };
}

(hasTools ? describe : describe.skip)('Metadata of rpm packages', () => {
  let folder = '';
  let names: readonly string[] = [];
  const documents: Record<string, string> = {};

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rpm-corpus-'));
    writeCorpus(folder);
    names = readdirSync(folder).filter((name) => name.endsWith('.rpm'));
    execFileSync('createrepo_c', ['--quiet', '--no-database', folder], {
      stdio: 'pipe',
      env: { ...process.env, LC_ALL: 'C' },
    });
    for (const name of readdirSync(join(folder, 'repodata'))) {
      const kind = /-(\w+)\.xml\.gz$/.exec(name)?.[1];
      if (kind !== undefined)
        documents[kind] = gunzipSync(readFileSync(join(folder, 'repodata', name))).toString();
    }
  }, 60_000);
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(repodataKinds)(
    '%s is byte for byte what createrepo_c writes, for every package (needs createrepo_c, rpmbuild)',
    async (kind) => {
      const theirs = takenApart(documents[kind] ?? '');
      expect(names.length).toBeGreaterThan(140);
      expect(theirs.packages.size).toBe(names.length);
      expect(repodataHead(kind, names.length)).toBe(theirs.head);
      expect(repodataTail(kind)).toBe(theirs.tail);
      for (const name of names) {
        const bytes = readFileSync(join(folder, name));
        const read = await readRpm(memorySource(bytes));
        if (!read.ok) throw new Error(`${name}: ${read.reason}`);
        const digest = sha256(bytes);
        const place = {
          href: name,
          size: bytes.length,
          sha256: digest,
          time: Math.floor(statSync(join(folder, name)).mtimeMs / 1000),
        };
        const ours = {
          primary: () => primaryFragment(read.value, place),
          filelists: () => filelistsFragment(read.value, digest),
          other: () => otherFragment(read.value, digest),
        }[kind]();
        expect(ours).toBe(theirs.packages.get(digest));
        // What is kept between publications is plain data.
        expect(JSON.parse(JSON.stringify(read.value))).toEqual(read.value);
      }
    },
  );

  test('repomd.xml is byte for byte what createrepo_c writes (needs createrepo_c, rpmbuild)', () => {
    const theirs = readFileSync(join(folder, 'repodata/repomd.xml'), 'utf8');
    const value = (name: string, of: string): string =>
      new RegExp(`<${name}[^>]*>([^<]*)`).exec(of)?.[1] ?? '';
    const data = theirs
      .split('<data ')
      .slice(1)
      .map((part) => ({
        type: /type="(\w+)"/.exec(part)?.[1] ?? '',
        href: /href="([^"]*)"/.exec(part)?.[1] ?? '',
        size: Number(value('size', part)),
        sha256: value('checksum', part),
        open: { size: Number(value('open-size', part)), sha256: value('open-checksum', part) },
        timestamp: Number(value('timestamp', part)),
      }));
    expect(data.map(({ type }) => type)).toEqual(['primary', 'filelists', 'other']);
    expect(repomdText({ revision: value('revision', theirs), data })).toBe(theirs);
  });

  test('repomd.xml with tags is byte for byte what createrepo_c writes (needs createrepo_c, rpmbuild)', () => {
    const other = mkdtempSync(join(tmpdir(), 'rpm-tags-'));
    execFileSync(
      'createrepo_c',
      [
        '--quiet',
        '--no-database',
        '--revision',
        '17',
        '--repo',
        'r&d',
        '--content',
        'c"1"',
        '--distro',
        'cpe:/o:x:y,Unix & <Co>',
        '--distro',
        'plain',
        other,
      ],
      { stdio: 'pipe' },
    );
    const theirs = readFileSync(join(other, 'repodata/repomd.xml'), 'utf8');
    rmSync(other, { recursive: true });
    const tags = {
      content: ['c"1"'],
      repo: ['r&d'],
      distro: [{ name: 'Unix & <Co>', cpeid: 'cpe:/o:x:y' }, { name: 'plain' }],
    };
    const head = repomdText({ revision: '17', tags, data: [] }).replace('</repomd>\n', '');
    expect(theirs.slice(0, theirs.indexOf('  <data '))).toBe(head);
  });
});

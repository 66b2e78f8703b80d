import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { buildDeb } from '../../app/demo/build-deb.ts';
import { memorySource } from '../../app/repository/byte-source.ts';
import { readDeb } from '../../app/repository/deb.ts';
import { paragraphsOf, parseParagraph } from '../../app/repository/deb822.ts';
import { packagesIndex, packageStanza, type IndexedPackage } from '../../app/repository/packages-index.ts';
import { goodControl, hasProgram, rawDeb } from './raw-package.ts';

const maintainer = 'Product Team <team@provider.example>';
const packages: Readonly<Record<string, Uint8Array>> = {
  'plain.deb': buildDeb({
    name: 'plain',
    version: '1.0',
    architecture: 'amd64',
    maintainer,
    description: 'plain',
    files: {},
  }),
  'long.deb': buildDeb({
    name: 'long-text',
    version: '2:1.0~rc1-3',
    architecture: 'all',
    maintainer,
    depends: 'plain (>= 1), a | b',
    description: 'long\n First line.\n .\n   * indented\n last — with UTF-8',
    files: { 'opt/x': 'x' },
  }),
  'odd.deb': rawDeb({
    control: goodControl.replace(
      'Maintainer',
      `Source: voms (2.0)
Multi-Arch: same
Breaks: a (<< 1),
 b (<< 2)
Homepage: https://example.org/a?b=c:d
X-Own-Field: kept
Tag: role::program, uitoolkit::none
Maintainer`,
    ),
  }),
  'folded.deb': rawDeb({
    control: goodControl.replace('voms', 'folded').replace('Description', 'Depends:\n a,\n b\nDescription'),
  }),
};

async function indexed(file: string, bytes: Uint8Array): Promise<IndexedPackage> {
  const read = await readDeb(memorySource(bytes));
  if (!read.ok) throw new Error(read.reason);
  return {
    facts: read.value,
    filename: `pool/${file}`,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

describe('the index of packages', () => {
  (hasProgram('apt-ftparchive') ? describe : describe.skip)('with apt-ftparchive', () => {
    test('says field by field what apt-ftparchive says, without MD5 and SHA-1 (needs apt-ftparchive)', async () => {
      const dir = mkdtempSync(join(tmpdir(), 'index-'));
      execFileSync('mkdir', [join(dir, 'pool')]);
      for (const [file, bytes] of Object.entries(packages)) writeFileSync(join(dir, 'pool', file), bytes);
      const theirs = execFileSync('apt-ftparchive', ['packages', 'pool'], {
        cwd: dir,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      rmSync(dir, { recursive: true });
      const ours = packagesIndex(
        await Promise.all(Object.entries(packages).map(([file, bytes]) => indexed(file, bytes))),
      );
      const weak = new Set(['MD5sum', 'SHA1', 'SHA512']);
      const fieldsByPackage = (text: string) =>
        [...paragraphsOf(text)]
          .map((paragraph) =>
            Object.fromEntries(parseParagraph(paragraph).filter(([name]) => !weak.has(name))),
          )
          .toSorted((a, b) => String(a['Package']).localeCompare(String(b['Package'])));
      expect(fieldsByPackage(ours)).toEqual(fieldsByPackage(theirs));
      expect(fieldsByPackage(ours)).toHaveLength(4);
      expect(ours).not.toMatch(/^(MD5sum|SHA1):/m);
    });
  });

  test('is sorted by name, version in Debian order, and architecture, however the packages come', async () => {
    const list = await Promise.all(
      [
        ['bb', '1.0', 'amd64'],
        ['aa', '1.10', 'amd64'],
        ['aa', '1.9', 'amd64'],
        ['aa', '1.9', 'all'],
        ['aa', '1.9~rc1', 'amd64'],
        ['aa', '1.09', 'amd64'],
      ].map(([name = '', version = '', architecture = '']) =>
        indexed(
          `${name}.deb`,
          buildDeb({ name, version, architecture, maintainer, description: 'x', files: {} }),
        ),
      ),
    );
    const text = packagesIndex(list);
    const order = [...paragraphsOf(text)].map((paragraph) =>
      parseParagraph(paragraph)
        .slice(0, 3)
        .map(([, value]) => value)
        .join(' '),
    );
    expect(order).toEqual([
      'aa 1.9~rc1 amd64',
      'aa 1.09 amd64',
      'aa 1.9 all',
      'aa 1.9 amd64',
      'aa 1.10 amd64',
      'bb 1.0 amd64',
    ]);
    fc.assert(
      fc.property(fc.shuffledSubarray(list, { minLength: list.length }), (shuffled) => {
        expect(packagesIndex(shuffled)).toBe(text);
      }),
    );
  });

  test('of no packages is empty', () => {
    expect(packagesIndex([])).toBe('');
  });

  test('gives back what was put in: fields cannot leak into each other (T47)', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9.,:;<>=()é -]{0,30}$/).map((text) => text.trim());
    const value = fc
      .tuple(
        word,
        fc.array(
          word.filter((text) => text !== ''),
          { maxLength: 3 },
        ),
      )
      .map(([first, more]) => [first, ...more].join('\n '));
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^X-[A-Za-z]{1,8}$/), {
          selector: (name) => name.toLowerCase(),
          maxLength: 5,
        }),
        value,
        (names, text) => {
          const fields = [['Package', 'a'] as const, ...names.map((name) => [name, text] as const)];
          const stanza = packageStanza({
            facts: { fields, name: 'a', version: '1', architecture: 'all' },
            filename: 'pool/a/a/a.deb',
            size: 1,
            sha256: '0'.repeat(64),
          });
          expect(parseParagraph(stanza)).toEqual([
            ...fields,
            ['Filename', 'pool/a/a/a.deb'],
            ['Size', '1'],
            ['SHA256', '0'.repeat(64)],
          ]);
        },
      ),
    );
  });
});

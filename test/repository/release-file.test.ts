import { describe, expect, test } from '@jest/globals';
import { Refusal } from '../../app/repository/refusal.ts';
import { parseRelease, releaseText, type Release } from '../../app/repository/release-file.ts';

const release: Release = {
  origin: 'Staged Rollout',
  suite: 'production',
  component: 'main',
  architectures: ['amd64', 'arm64'],
  description: 'Staged Rollout, channel production: umd/5 for debian12',
  date: new Date('2026-11-02T09:05:07Z'),
  validUntil: new Date('2026-11-09T09:05:07Z'),
  entries: [
    { path: 'main/binary-amd64/Packages', size: 644, sha256: 'a'.repeat(64) },
    { path: 'main/binary-amd64/Packages.gz', size: 12_345_678_901, sha256: 'b'.repeat(64) },
  ],
};

describe('a Release file', () => {
  test('names the channel twice, its time and expiry in the form of apt, and each index', () => {
    expect(releaseText(release)).toBe(`Origin: Staged Rollout
Label: Staged Rollout
Suite: production
Codename: production
Date: Mon, 02 Nov 2026 09:05:07 UTC
Valid-Until: Mon, 09 Nov 2026 09:05:07 UTC
Acquire-By-Hash: yes
Architectures: amd64 arm64
Components: main
Description: Staged Rollout, channel production: umd/5 for debian12
SHA256:
 ${'a'.repeat(64)}       644 main/binary-amd64/Packages
 ${'b'.repeat(64)} 12345678901 main/binary-amd64/Packages.gz
`);
  });

  test('is read back as it was', () => {
    expect(parseRelease(releaseText(release))).toEqual(release);
    expect(parseRelease(releaseText({ ...release, entries: [] }))).toEqual({ ...release, entries: [] });
  });

  test.each([
    ['another codename', 'Codename: production', 'Codename: unverified'],
    ['an extra field', 'Components: main', 'Components: main\nMD5Sum: x'],
    ['a date in another form', 'Mon, 02 Nov 2026 09:05:07 UTC', '2026-11-02T09:05:07Z'],
    ['no date at all', 'Mon, 02 Nov 2026 09:05:07 UTC', 'never'],
    ['a digest cut short', 'a'.repeat(64), 'a'.repeat(63)],
    ['a path with spaces', 'main/binary-amd64/Packages\n', 'main/binary amd64/Packages\n'],
    ['no expiry', 'Valid-Until: Mon, 09 Nov 2026 09:05:07 UTC\n', ''],
    ['two paragraphs', 'Components: main\n', 'Components: main\n\n'],
  ])('with %s is refused', (_, from, to) => {
    expect(() => parseRelease(releaseText(release).replace(from, to))).toThrow(Refusal);
  });
});

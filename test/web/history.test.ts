import { describe, expect, test } from '@jest/globals';
import type { EarlyAdopterReport } from '../../app/model/report.ts';
import type { Entry, Event, Person } from '../../app/model/journal.ts';
import { entrySentence } from '../../app/web/history.ts';

const digest = '12'.repeat(32);
const carmen: Person = { login: 'carmen', id: 41 };
const entry = (event: Event, by: Person | 'rollout' = 'rollout'): Entry => ({
  ...event,
  at: '2026-03-11T10:00:00Z',
  by,
  n: 1,
  prev: '0'.repeat(64),
});
const verification = { kind: 'VerificationReport', release: 'r', digest } as const;
const report: Omit<EarlyAdopterReport, 'outcome'> = {
  kind: 'EarlyAdopterReport',
  release: 'r',
  digest,
  site: 'CESGA',
  targets: [{ platform: 'al9', arch: 'x86_64' }],
  effort_hours: 1,
};

const sentences: readonly (readonly [Event, Person | 'rollout', string])[] = [
  [
    { event: 'certified', pull: 1, head: '', digest, path: '', ticket: '' },
    'rollout',
    'The ticket is complete: certified with the release digest 121212121212.',
  ],
  [
    { event: 'pull-failed', head: '', reason: 'digest', message: 'a.deb: wrong sha256.' },
    'rollout',
    'The packages could not be pulled: “a.deb: wrong sha256”.',
  ],
  [{ event: 'retried' }, carmen, 'carmen had the packages pulled again.'],
  [
    { event: 'pulled', digest, packages: [{ file: 'a', sha256: digest, size: 1 }] },
    'rollout',
    '1 package was pulled; size and SHA-256 are what the ticket says.',
  ],
  [
    { event: 'moved', shelf: 'unverified', digest, pull: 12, commit: '' },
    'rollout',
    'The release was put into the channel unverified by the promotion #12.',
  ],
  [
    { event: 'moved', shelf: 'withdrawn', digest, pull: 0, commit: '' },
    'rollout',
    'The release was taken out of the channels.',
  ],
  [
    { event: 'published', shelf: 'production', digest, number: 7, url: '' },
    'rollout',
    'The channel production was published (number 7), read back and verified.',
  ],
  [
    { event: 'published', shelf: 'withdrawn', digest, number: 8, url: '' },
    'rollout',
    'The channels were published without it, read back and verified.',
  ],
  [
    { event: 'verified', digest, head: '', report: { ...verification, outcome: 'accept' } },
    carmen,
    'carmen verified the packages.',
  ],
  [
    {
      event: 'verified',
      digest,
      head: '',
      report: { ...verification, outcome: 'accept-with-notes', notes: 'Slow.' },
    },
    carmen,
    'carmen verified the packages, with notes: “Slow”.',
  ],
  [
    {
      event: 'verified',
      digest,
      head: '',
      report: { ...verification, outcome: 'wait-for-provider', countermeasure: 'A new build' },
    },
    carmen,
    'carmen found a problem and waits for the provider: “A new build”.',
  ],
  [
    { event: 'verified', digest, head: '', report: { ...verification, outcome: 'reject', notes: 'Broken' } },
    carmen,
    'carmen rejected the release at verification: “Broken”.',
  ],
  [{ event: 'rejected', reason: 'Broken' }, carmen, 'carmen rejected the release at verification: “Broken”.'],
  [{ event: 'withdrawn', reason: '' }, carmen, 'carmen took the release back: nothing written.'],
  [
    { event: 'withdrawn', reason: '@oxana closed the pull request' },
    'rollout',
    'The release was taken back: “@oxana closed the pull request”.',
  ],
  [{ event: 'called', issue: 9 }, 'rollout', 'The early adopters were called in #9.'],
  [{ event: 'taken' }, carmen, 'carmen took the ticket.'],
  [{ event: 'accepted', site: 'CESGA', committed: true }, carmen, 'CESGA takes part, says carmen.'],
  [
    { event: 'accepted', site: 'CESGA', committed: false },
    carmen,
    'CESGA takes part as a volunteer, says carmen.',
  ],
  [{ event: 'deployed', site: 'CESGA' }, carmen, 'CESGA runs it in production, says carmen.'],
  [
    { event: 'reported', site: 'CESGA', digest, report: { ...report, outcome: 'success' } },
    carmen,
    'CESGA reported success, says carmen.',
  ],
  [
    {
      event: 'reported',
      site: 'CESGA',
      digest,
      report: { ...report, outcome: 'reject', issues: [{ severity: 'major', summary: 'It\n  stops.' }] },
    },
    carmen,
    'CESGA reported reject, says carmen: major “It stops”.',
  ],
  [
    {
      event: 'reported',
      site: 'CESGA',
      digest,
      report: {
        ...report,
        outcome: 'warning',
        changes_requested: ['a', 'b', 'c', 'd', 'e'].map((text) => ({ kind: 'release-notes', text })),
      },
    },
    carmen,
    'CESGA reported warning, says carmen: change of release-notes requested “a”, change of release-notes requested “b”, change of release-notes requested “c”, and 2 more.',
  ],
  [
    { event: 'closed', outcome: 'warning', summary: 'Read the notes.', head: '' },
    carmen,
    'carmen closed the staged rollout with warning: “Read the notes”.',
  ],
  [
    { event: 'merged', commit: 'abcdefabcdefabcdef' },
    'rollout',
    'The ticket was merged as abcdefabcdef, and the evidence held as of the merge.',
  ],
  [
    { event: 'held', because: 'the grace period has not begun' },
    'rollout',
    'The release is held, because the grace period has not begun.',
  ],
  [
    { event: 'voided', was: digest, now: '34'.repeat(32) },
    'rollout',
    'The content changed from 121212121212 to 343434343434: everything said of the old one is void.',
  ],
];

describe('An entry of the journal', () => {
  test.each(sentences.map(([event, by, sentence]) => [sentence, event, by] as const))(
    'reads: %s',
    (sentence, event, by) => {
      expect(entrySentence(entry(event, by))).toBe(sentence);
    },
  );

  test('is one line of bounded length with nothing hidden, whatever somebody wrote', () => {
    const sentence = entrySentence(
      entry({ event: 'rejected', reason: `\u202e${'long\n'.repeat(10_000)}` }, carmen),
    );
    expect(sentence).toMatch(/^carmen rejected the release at verification: “\\u\{202e\}long long .*…”\.$/);
    expect(sentence.length).toBeLessThan(320);
  });
});

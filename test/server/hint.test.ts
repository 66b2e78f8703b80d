import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { hintsOf, webhookEvents, type Hint, withoutEcho } from '../../app/server/hint.ts';
import { payloads } from './payloads.ts';

const issue = (number: number): Hint => ({ kind: 'issue', number });
const repository = (ref: string): Hint => ({ kind: 'repository', ref });

describe('a webhook says which ticket to look at', () => {
  const table: readonly (readonly [what: string, event: string, payload: unknown, hints: readonly Hint[]])[] =
    [
      ['a pull request', 'pull_request', payloads.pull_request, [issue(7)]],
      ['a merged pull request', 'pull_request', payloads.merged, [issue(7), repository('refs/heads/main')]],
      ['a pull request closed without merge', 'pull_request', payloads.closed, [issue(7)]],
      ['a review', 'pull_request_review', payloads.pull_request_review, [issue(7)]],
      ['a comment', 'issue_comment', payloads.issue_comment, [issue(7)]],
      ['an issue', 'issues', payloads.issues, [issue(9)]],
      ['a check run', 'check_run', payloads.check_run, [issue(7), issue(8)]],
      ['a check suite', 'check_suite', payloads.check_suite, [issue(7)]],
      ['a check run from a fork', 'check_run', { check_run: { pull_requests: [] } }, []],
      ['a push to the default branch', 'push', payloads.push, [repository('refs/heads/main')]],
      ['a push to another branch', 'push', { ...payloads.push, ref: 'refs/heads/topic' }, []],
      ['a tag', 'push', { ...payloads.push, ref: 'refs/tags/main' }, []],
      ['a membership', 'membership', payloads.membership, [repository('HEAD')]],
      ['a team', 'team', payloads.team, [repository('HEAD')]],
      ['a merge queue', 'merge_group', payloads.merge_group, [issue(104), repository('refs/heads/main')]],
      [
        'a merge queue of another naming',
        'merge_group',
        { merge_group: { head_ref: 'refs/heads/queue/1', base_ref: 'refs/heads/main' } },
        [repository('refs/heads/main')],
      ],
    ];
  test.each(table)('%s (%s)', (_what, event, payload, hints) => {
    expect(hintsOf(event, payload)).toEqual(hints);
  });
});

describe('an odd webhook says nothing', () => {
  test.each([
    'ping',
    'star',
    '*',
    'error',
    '__proto__',
    'constructor',
    'toString',
    '',
    'pull_request.opened',
  ])('event %j is not heard', (event) => {
    for (const payload of Object.values(payloads)) expect(hintsOf(event, payload)).toEqual([]);
  });

  test.each([5, null, undefined, [], [1], 'text', true, {}, { pull_request: null }, { pull_request: [] }])(
    'payload %j gives no ticket',
    (payload) => {
      for (const event of webhookEvents) {
        expect(hintsOf(event, payload).filter(({ kind }) => kind === 'issue')).toEqual([]);
      }
    },
  );

  test.each([0, -1, 1.5, 2 ** 31, Number.NaN, Infinity, '7', null, [7], { valueOf: 7 }])(
    'number %j is none',
    (number) => {
      expect(hintsOf('issues', { issue: { number } })).toEqual([]);
    },
  );

  test.each([
    'refs/heads/-x',
    'refs/heads/a b',
    'refs/heads/`x`',
    `refs/heads/${'a'.repeat(256)}`,
    'main',
    7,
  ])('branch %j is none, even if it is called the default one', (ref) => {
    const name = typeof ref === 'string' ? ref.replace('refs/heads/', '') : ref;
    expect(hintsOf('push', { ref, repository: { default_branch: name } })).toEqual([]);
  });

  test('a merged pull request with an odd base is still a ticket', () => {
    expect(
      hintsOf('pull_request', { pull_request: { number: 7, merged: true, base: { ref: '`' } } }),
    ).toEqual([issue(7)]);
  });

  test('a check run of more than a hundred pull requests is left to the sweep', () => {
    const pull_requests = Array.from({ length: 101 }, (_, index) => ({ number: index + 1 }));
    expect(hintsOf('check_run', { check_run: { pull_requests: pull_requests.slice(1) } })).toHaveLength(100);
    expect(hintsOf('check_run', { check_run: { pull_requests } })).toEqual([]);
  });
});

test('no payload crashes it, and no hint holds more than a number or the name of a branch', () => {
  const wild = fc.anything({ withNullPrototype: true, withDate: true, withMap: true, withBigInt: true });
  const shaped = fc.record(
    Object.fromEntries(
      ['pull_request', 'issue', 'check_run', 'merge_group', 'repository', 'ref', 'action', '__proto__'].map(
        (key) => [
          key,
          fc.oneof(
            wild,
            fc.record(
              { number: fc.oneof(wild, fc.nat()), merged: fc.boolean(), base: wild },
              { requiredKeys: [] },
            ),
          ),
        ],
      ),
    ),
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.constantFrom(...webhookEvents), fc.string()),
      fc.oneof(wild, shaped),
      (event, payload) => {
        for (const hint of hintsOf(event, payload)) {
          const held = hint.kind === 'issue' ? String(hint.number) : hint.ref;
          expect(held).toMatch(/^([1-9]\d{0,9}|HEAD|refs\/heads\/[\w./+-]{1,255})$/);
        }
      },
    ),
    { numRuns: 3000 },
  );
});

describe('our own echoes', () => {
  const self = 'staged-rollout[bot]';
  const sent = (event: string, by: string, more: object): readonly string[] => {
    const payload = { sender: { login: by }, ...more };
    return withoutEcho(event, payload, self, hintsOf(event, payload)).map(({ kind }) => kind);
  };

  test.each([
    ['our own comment wakes nobody', 'issue_comment', self, { action: 'created', issue: { number: 7 } }, []],
    [
      'somebody’s comment does',
      'issue_comment',
      'tu-vera',
      { action: 'created', issue: { number: 7 } },
      ['issue'],
    ],
    [
      'our own journal entry wakes nobody',
      'push',
      self,
      { ref: 'refs/heads/main', repository: { default_branch: 'main' } },
      [],
    ],
    [
      'somebody’s push to main does',
      'push',
      'sr-mario',
      { ref: 'refs/heads/main', repository: { default_branch: 'main' } },
      ['repository'],
    ],
    [
      'our own merge drives the publisher, and nothing else',
      'pull_request',
      self,
      { action: 'closed', pull_request: { number: 7, merged: true, base: { ref: 'main' } } },
      ['repository'],
    ],
    [
      'a team that changes is heard of whoever sent it',
      'membership',
      self,
      { action: 'added' },
      ['repository'],
    ],
  ])('%s', (_, event, by, more, expected) => {
    expect(sent(event, by, more)).toEqual(expected);
  });
});

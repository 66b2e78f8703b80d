import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Facts } from '../../app/model/facts.ts';
import type { Problem } from '../../app/model/problem.ts';
import { plan } from '../../app/plan/plan.ts';
import { decide } from '../../app/rollout/decide.ts';
import { after, factsAt } from '../rollout/facts.ts';
import { people } from '../rollout/people.ts';
import { comment, heard, report, review, verification } from '../rollout/said.ts';
import { digest, digestOf, journalOf, release, stories, told } from '../rollout/story.ts';

const canary = '@grid/canary <img src=canary> [canary](http://canary) <!-- rollout canary --> canary';

/** What Markdown does not read as code: fences first, then code spans, which end with their paragraph. */
function outsideCode(markdown: string): string {
  const prose: string[] = [];
  let fence = '';
  for (const line of markdown.split('\n')) {
    const [, ticks = '', info = ''] = /^ {0,3}(`{3,})(.*)$/.exec(line) ?? [];
    if (fence !== '') {
      if (ticks.length >= fence.length && info.trim() === '') fence = '';
      prose.push('');
    } else if (ticks !== '' && !info.includes('`')) {
      fence = ticks;
      prose.push('');
    } else {
      // List entries and table rows are blocks of their own.
      prose.push(/^(- |\|)/.test(line) ? `\n${line}` : line);
    }
  }
  return prose
    .join('\n')
    .split(/\n[ \t]*\n/)
    .map(withoutSpans)
    .join('\n\n');
}

/** Code spans, and what is escaped: an escaped tick opens none, and in code nothing is escaped. */
function withoutSpans(paragraph: string): string {
  const token = /\\[!-/:-@[-`{-~]|`+/g;
  let prose = '';
  let from = 0;
  for (let found = token.exec(paragraph); found; found = token.exec(paragraph)) {
    prose += paragraph.slice(from, found.index);
    from = token.lastIndex;
    if (found[0].startsWith('\\')) continue;
    const rest = paragraph.slice(from);
    const end = Array.from(rest.matchAll(/`+/g)).find(([ticks]) => ticks.length === found[0].length);
    if (end) from += end.index + end[0].length;
    token.lastIndex = from;
  }
  return prose + paragraph.slice(from);
}

/** Everything that people would read of a decision about these facts. */
function everythingRead(facts: Facts): readonly string[] {
  const decision = decide(facts);
  const unrecorded = decision.record.length > 0 ? { ...decision, record: [] } : decision;
  const bodies = plan(facts, unrecorded).flatMap((effect) => {
    if (effect.do === 'comment' || effect.do === 'edit-comment') return [effect.body];
    if (effect.do === 'check') return [effect.check.title, effect.check.summary];
    return [];
  });
  return [...bodies, ...decision.answers.map(({ body }) => body)];
}

const yaml = (text: string): string => JSON.stringify(text);
const problem = (text: string): Problem => ({
  rule: 'x',
  severity: 'error',
  file: `releases/${text}`,
  line: 1,
  column: 2,
  message: `The field "${text}" stands here twice.`,
  mend: `Write ${text}.`,
});
const said = (text: string): string => `Because\n${text.replaceAll('\n/', '\n ')}`;

/** Each way in which words of others come to us, and what is then told. */
const ways: readonly (readonly [string, (text: string) => Facts])[] = [
  [
    'a mistake in the ticket',
    (text) => factsAt('none', { ticket: { ...factsAt('none').ticket, problems: [problem(text)] } }),
  ],
  [
    'the name of a second file',
    (text) => factsAt('none', { changes: [{ path: text, status: 'added', mode: '100644' }] }),
  ],
  [
    'a second file at the close',
    (text) =>
      heard(
        factsAt('done', {
          now: '2026-03-09T13:00:00Z',
          changes: [{ path: text, status: 'added', mode: '100644' }],
        }),
        comment(people.joao, '/close success Fine.', '2026-03-09T13:00:00Z'),
      ),
  ],
  [
    'two mistakes when it is held',
    (text) =>
      factsAt('done', {
        journal: journalOf([
          ...stories.done,
          [
            '2026-03-09T13:00:00Z',
            {
              event: 'held',
              because:
                decide(
                  heard(
                    factsAt('done', {
                      now: '2026-03-09T13:00:00Z',
                      ticket: { ...factsAt('done').ticket, problems: [problem(text), problem(`\` ${text}`)] },
                    }),
                    comment(people.joao, '/close success Fine.', '2026-03-09T13:00:00Z'),
                  ),
                ).answers[0]?.body ?? '',
            },
          ],
        ]),
      }),
  ],
  [
    'a failed pull',
    (text) =>
      factsAt('certified', {
        now: '2026-03-05T08:00:00Z',
        journal: journalOf([
          told.certified(),
          ...['08:01', '08:02', '08:03'].map(
            (time) =>
              [
                `2026-03-02T${time}:00Z`,
                {
                  event: 'pull-failed' as const,
                  head: factsAt('none').pull.head,
                  reason: 'x',
                  message: text,
                },
              ] as const,
          ),
        ]),
      }),
  ],
  [
    'the answer of a channel',
    (text) =>
      factsAt('unverified', {
        journal: journalOf([
          told.certified(),
          told.pulled(),
          told.moved('unverified', '2026-03-02T08:08:00Z'),
        ]),
        readBack: { unverified: { ok: false, reason: text } },
      }),
  ],
  [
    'the notes of a verification',
    (text) =>
      factsAt('verified', {
        journal: journalOf([
          ...stories.unverified,
          [
            '2026-03-02T09:00:00Z',
            {
              event: 'verified',
              digest,
              head: digest,
              report: {
                kind: 'VerificationReport',
                release,
                digest,
                outcome: 'accept-with-notes',
                notes: text,
              },
            },
            people.tiziana,
          ],
          told.published('staged-rollout', '2026-03-02T09:10:00Z'),
        ]),
      }),
  ],
  [
    'a countermeasure',
    (text) =>
      after(factsAt('unverified'), [
        '2026-03-02T08:20:00Z',
        {
          event: 'verified',
          digest,
          head: digest,
          report: {
            kind: 'VerificationReport',
            release,
            digest,
            outcome: 'wait-for-provider',
            countermeasure: text,
          },
        },
        people.tiziana,
      ]),
  ],
  [
    'a reject',
    (text) =>
      after(factsAt('unverified'), [
        '2026-03-02T08:20:00Z',
        { event: 'rejected', reason: said(text) },
        people.tiziana,
      ]),
  ],
  [
    'a withdrawal',
    (text) =>
      after(factsAt('deployed'), [
        '2026-03-02T12:20:00Z',
        { event: 'withdrawn', reason: text },
        people.oxana,
      ]),
  ],
  [
    'the issues of a report',
    (text) =>
      after(
        factsAt('accepted'),
        told.reported({
          issues: [
            { severity: 'major', summary: text },
            { severity: 'minor', summary: `\` ${text}` },
          ],
        }),
      ),
  ],
  [
    'the changes that a report asks for',
    (text) =>
      after(
        factsAt('accepted'),
        told.reported({
          outcome: 'warning',
          changes_requested: [
            { kind: 'release-notes', text },
            { kind: 'installation', text },
          ],
        }),
      ),
  ],
  [
    'the summary of a close',
    (text) =>
      after(factsAt('done'), [
        '2026-03-09T13:00:00Z',
        { event: 'closed', outcome: 'success', summary: text, head: digest },
        people.joao,
      ]),
  ],
  [
    'a report about another release',
    (text) =>
      heard(
        factsAt('accepted'),
        review(
          people.carmen,
          'approved',
          report('CESGA', 'success').replace(release, () => yaml(text.slice(0, 150))),
          '2026-03-02T10:20:00Z',
        ),
      ),
  ],
  [
    'a report about another site',
    (text) =>
      heard(
        factsAt('accepted'),
        review(
          people.carmen,
          'approved',
          report('CESGA', 'success').replace('site: CESGA', () => `site: ${yaml(text.slice(0, 50))}`),
          '2026-03-02T10:20:00Z',
        ),
      ),
  ],
  [
    'a report about a strange target',
    (text) =>
      heard(
        factsAt('accepted'),
        review(
          people.carmen,
          'approved',
          report('CESGA', 'success').replace(
            'platform: debian12',
            () => `platform: ${yaml(text.slice(0, 50))}`,
          ),
          '2026-03-02T10:20:00Z',
        ),
      ),
  ],
  [
    'a criterion that failed',
    (text) =>
      heard(
        factsAt('unverified'),
        review(
          people.tiziana,
          'approved',
          verification(
            'accept',
            `criteria: [{id: ${yaml(text.slice(0, 55))}, result: FAIL}, {id: ${yaml(text.slice(0, 50))}, result: FAIL}]`,
          ),
          '2026-03-02T08:20:00Z',
        ),
      ),
  ],
  [
    'a form that an outsider cannot write',
    (text) =>
      heard(
        factsAt('unverified'),
        review(
          people.otto,
          'approved',
          [
            '```yaml',
            'kind: VerificationReport',
            `${yaml(text.slice(0, 80))}: 1`,
            `${yaml(text.slice(0, 80))}: 2`,
            `outcome: ${yaml(text.slice(0, 80))}`,
            '```',
          ].join('\n'),
          '2026-03-02T08:20:00Z',
        ),
      ),
  ],
  [
    'an unknown command',
    (text) =>
      heard(
        factsAt('unverified'),
        comment(people.otto, `/frob ${text}\n/accept ${text}\n/close ${text}`, '2026-03-02T08:20:00Z'),
      ),
  ],
  [
    'a report with other content',
    (text) =>
      heard(
        factsAt('accepted'),
        review(
          people.carmen,
          'approved',
          report('CESGA', 'success', digestOf(3), `comments: ${yaml(text)}`),
          '2026-03-02T10:20:00Z',
        ),
      ),
  ],
];

/** Answered without a word of it. */
const mute = new Set(['a report about another site', 'an unknown command', 'a report with other content']);

const part = fc.constantFrom(
  canary,
  '@grid/canary',
  '`',
  '``',
  '```',
  '````',
  '\n',
  '\n\n',
  '\n- ',
  '\n> ',
  '\n| ',
  '~~~\n',
  '&commat;canary',
  '"',
  '<canary',
  '-->',
  '\\',
  '\\`',
  'word ',
  ' ',
  '\n```\n',
  '\n````\n',
  '`\n\n`',
  'GH-1',
  '#1',
  '[canary]: http://canary\n',
);
const hostile = fc.array(part, { minLength: 1, maxLength: 14 }).map((parts) => parts.join(''));

describe('Nothing that others write gets out of its quotes', () => {
  test.each(ways)('in %s', (way, facts) => {
    let seen = false;
    fc.assert(
      fc.property(hostile, (text) => {
        for (const body of everythingRead(facts(text))) {
          seen ||= body.includes('canary');
          // With a word joiner behind it, the sign of a mention is plain text.
          const open = outsideCode(body).replaceAll(/[@#]\u2060/g, '');
          expect(open).not.toMatch(
            /@grid\/canary|<img|<canary|\]\(http|<!-- rollout canary|&commat;|\]: http/,
          );
        }
      }),
      { numRuns: 60 },
    );
    expect({ [way]: seen }).toEqual({ [way]: !mute.has(way) });
  });

  test('and what does is noticed', () => {
    expect(outsideCode('see `a`\n\n@grid/canary')).toContain('@grid/canary');
    expect(outsideCode('- major: ```text\na\n\n@grid/canary\n```')).toContain('@grid/canary');
    expect(outsideCode('a ` b `@grid/canary`')).toContain('@grid/canary');
    expect(outsideCode('```text\n@grid/canary\n```\n`@grid/canary`')).not.toContain('@grid/canary');
  });
});

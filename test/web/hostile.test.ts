import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createPages } from '../../app/web/pages.tsx';
import { tagsOf, textOf, unbalanced } from './markup.ts';
import { sampleBoard, sketches, withChannels } from './sample.ts';
import { told } from './story.ts';

/** Tags and attributes that the pages themselves are made of. */
const own = createPages(sampleBoard());
const ownTags = async (): Promise<ReadonlySet<string>> => {
  const all = await Promise.all(
    ['/', ...sketches.map(({ number }) => `/tickets/${String(number)}`)].map(async (path) =>
      tagsOf(await (await own.request(path)).text()),
    ),
  );
  return new Set([...all.flat().map(({ name }) => name), 'pre']);
};

/** The pages of one ticket in which everything that people and files say is `text`, every address `address`. */
async function pagesSaying(text: string, address = 'https://example.org/'): Promise<readonly string[]> {
  const board = sampleBoard([
    {
      number: 50,
      component: 'arc-ce',
      version: '1.0',
      story: [
        ...told.unverified(50),
        [
          '2026-03-05T09:00:00Z',
          {
            event: 'verified',
            digest: '50'.repeat(32),
            head: '',
            report: {
              kind: 'VerificationReport',
              release: '',
              digest: '50'.repeat(32),
              outcome: 'accept',
              notes: text,
            },
          },
          { login: text, id: 21 },
        ],
        ...told.verified(50).slice(-3),
        ['2026-03-09T14:00:00Z', { event: 'accepted', site: text, committed: true }, { login: text, id: 41 }],
        [
          '2026-03-09T15:00:00Z',
          {
            event: 'reported',
            site: text,
            digest: '50'.repeat(32),
            report: {
              kind: 'EarlyAdopterReport',
              release: '',
              digest: '50'.repeat(32),
              site: text,
              outcome: 'reject',
              targets: [],
              effort_hours: 1,
              issues: [{ severity: 'major', summary: text }],
              changes_requested: [{ kind: 'configuration', text }],
            },
          },
        ],
        ['2026-03-10T09:00:00Z', { event: 'closed', outcome: 'success', summary: text, head: '' }],
        ['2026-03-10T10:00:00Z', { event: 'held', because: text }],
      ],
      facts: ({ pull, ticket, configuration }) => ({
        pull: { ...pull, title: text, url: address, author: { login: text, id: 11 } },
        ticket: {
          ...ticket,
          id: text,
          path: text,
          value: ticket.value && {
            ...ticket.value,
            spec: { ...ticket.value.spec, release_notes: address, changelog: address, distribution: text },
          },
          problems: [
            { rule: 'x', severity: 'warning', file: text, line: 1, column: 1, message: text, mend: text },
          ],
        },
        configuration: {
          ...configuration,
          catalogue: { ...configuration.catalogue, providers: { nordugrid: { title: text, team: 'x' } } },
        },
      }),
    },
    {
      number: 51,
      component: 'arc-ce',
      version: '1.1',
      facts: ({ pull, ticket }) => ({
        pull: { ...pull, title: text, draft: true },
        ticket: { ...ticket, id: undefined, path: undefined, value: undefined, digest: undefined },
      }),
    },
  ]);
  const hostile = createPages({
    ...withChannels(board, () => ({
      releases: [{ id: text, digest: '50'.repeat(32) }],
      aptLines: [{ platform: text, arch: text, distribution: text, line: text }],
      sources: [
        {
          platform: text,
          arch: text,
          distribution: text,
          format: 'deb',
          address: text,
          setup: { url: text, file: text },
        },
        { platform: text, arch: text, distribution: text, format: 'tar', address: text },
      ],
    })),
    repository: text,
    repositoryUrl: address,
  });
  return Promise.all(
    ['/', '/tickets/50', '/tickets/51'].map(async (path) => (await hostile.request(path)).text()),
  );
}

/** What on a page is not made of our own tags, or could run something. */
function foreignMarkup(page: string, known: ReadonlySet<string>): readonly string[] {
  const tags = tagsOf(page);
  const open = unbalanced(tags);
  return [
    ...(open === undefined ? [] : [`${open} is not closed`]),
    ...tags.filter(({ name }) => !known.has(name)).map(({ name }) => name),
    ...tags.flatMap(({ attributes }) =>
      [...attributes.keys()].filter((key) => /^(on|style$|src|action|formaction)/i.test(key)),
    ),
  ];
}

describe('Whatever people and files say', () => {
  test.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    '</title></head><body onload=alert(1)>',
    '`</code><script>alert(1)</script>`',
    '```text\n</pre><iframe srcdoc="x">\n```',
    '<!-- --><style>*{display:none}</style>',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '\\<b\\>bold\\</b\\>',
    '{{constructor.constructor("alert(1)")()}}',
    '__proto__',
  ])('%s stands on the pages as text', async (text) => {
    const known = await ownTags();
    const [, ticket = '', draft = ''] = await pagesSaying(text);
    for (const page of await pagesSaying(text)) expect(foreignMarkup(page, known)).toEqual([]);
    expect(textOf(draft)).toContain(text.split('\n')[0]);
    expect(textOf(ticket)).toContain(text.split('\n')[0]);
  });

  test('no text whatever brings markup of its own', async () => {
    const known = await ownTags();
    const markup = fc.array(
      fc.constantFrom(
        '<',
        '>',
        '"',
        "'",
        '&',
        '`',
        '```',
        '\n',
        'text',
        '\\',
        '/',
        '=',
        ' ',
        'a',
        'script',
        'onload',
        '-->',
        '\u202e',
        '\0',
      ),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          markup.map((parts) => parts.join('')),
          fc.string({ unit: 'binary' }),
        ),
        async (text) => {
          for (const page of await pagesSaying(text)) expect(foreignMarkup(page, known)).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    ' javascript:alert(1)',
    '//evil.example/',
    'vbscript:x',
  ])('the address %s leads nowhere', async (address) => {
    for (const page of await pagesSaying('x', address)) {
      const links = tagsOf(page).flatMap(({ attributes }) => attributes.get('href') ?? []);
      for (const href of links)
        expect(href).toMatch(/^(https:\/\/(repository|github)\.example\.org\/|\/(?!\/)|#)/);
    }
  });

  test('characters that turn or hide text are written out in names', async () => {
    const [, , draft = ''] = await pagesSaying('good\u202etxt.exe\u200b');
    expect(textOf(draft)).toContain('good\\u{202e}txt.exe\\u{200b}');
  });

  test('a name without end is cut', async () => {
    const [, , draft = ''] = await pagesSaying('x'.repeat(100_000));
    expect(draft.length).toBeLessThan(20_000 + 100_000);
    expect(textOf(draft)).toContain(`${'x'.repeat(160)}…`);
  });
});

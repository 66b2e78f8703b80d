import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { commandNames, commandsOf, yamlBlockOf } from '../../app/rollout/command.ts';

const words = (body: string): readonly string[] =>
  commandsOf(body).map(({ word, argument }) => `${word} ${argument}`.trim());

describe('A command', () => {
  const seen: readonly (readonly [string, string, readonly string[]])[] = [
    ['alone', '/take', ['take']],
    ['with its argument', '/accept CESGA', ['accept CESGA']],
    ['in capitals', '/ACCEPT CESGA', ['accept CESGA']],
    ['behind up to three spaces', '   /take', ['take']],
    ['behind a tab between word and argument', '/accept\tCESGA', ['accept CESGA']],
    ['with spaces around its argument', '/accept   CESGA   ', ['accept CESGA']],
    ['with spaces behind it', '/take   ', ['take']],
    ['between lines of text', 'Hello,\n/accept CESGA\nthank you', ['accept CESGA']],
    ['between paragraphs', 'Hello,\n\n/accept CESGA\n\nthank you', ['accept CESGA']],
    ['in lines ended by CRLF', 'Hello\r\n/accept CESGA\r\n', ['accept CESGA']],
    ['in lines ended by CR', 'Hello\r/accept CESGA\r', ['accept CESGA']],
    ['after another', '/accept CESGA\n/deployed CESGA', ['accept CESGA', 'deployed CESGA']],
    ['that is not known', '/frobnicate now', ['frobnicate now']],
    ['with a hyphen in it', '/re-try', ['re-try']],
    ['after a closed fence', '```\ncode\n```\n/take', ['take']],
    ['after a closed fence of tildes', '~~~\ncode\n~~~\n/take', ['take']],
    ['after a fence with a word behind it', '```yaml\nkind: x\n```\n/take', ['take']],
    ['after a fence closed by a longer one', '```\ncode\n`````\n/take', ['take']],
    ['after a line that only looks like a fence', '```foo``` is a word\n/take', ['take']],
    ['after a quotation and an empty line', '> quoted\n\n/take', ['take']],
    ['after a comment and a line', '<!-- hidden -->\n/take', ['take']],
    ['after a comment of several lines', '<!--\nhidden\n-->\n/take', ['take']],
    ['after a list', '- one\n- two\n/take', ['take']],
    ['after a fence in a list', '- ```\n  code\n  ```\n/take', ['take']],
    ['after a heading', '# Report\n/take', ['take']],
    ['after bold HTML', 'Thank you <b>all</b>\n/take', ['take']],
    ['after a complete link', 'See [this](https://x.example)\n/take', ['take']],
    ['after an address in brackets', 'See <https://x.example>\n/take', ['take']],
    ['after a complete code span', 'Run `arcctl` first\n/take', ['take']],
    ['after a comparison', 'if a < b then\n/take', ['take']],
    ['after HTML and an empty line', '<details>\n<summary>Log</summary>\n\n/take', ['take']],
    ['after a preformatted block', '<pre>\nlog\n</pre>\n/take', ['take']],
  ];
  test.each(seen)('is seen %s', (_, body, expected) => {
    expect(words(body)).toEqual(expected);
  });

  const unseen: readonly (readonly [string, string])[] = [
    ['in a sentence', 'please /take it'],
    ['behind a list marker', '- /take'],
    ['behind a number', '1. /take'],
    ['in a heading', '# /take'],
    ['in a fence', '```\n/take\n```'],
    ['in a fence with a word behind it', '```text\n/take\n```'],
    ['in a fence of tildes', '~~~\n/take\n~~~'],
    ['in a fence that is never closed', '```\n/take'],
    ['in a fence that tildes do not close', '```\n~~~\n/take\n```'],
    ['in a fence that backticks do not close', '~~~\n```\n/take\n~~~'],
    ['in a long fence with a short one in it', '````\n```\n/take\n```\n````'],
    ['in a fence whose end has words behind it', '```\n``` not the end\n/take\n```'],
    ['in a fence whose end stands too far right', '```\n    ```\n/take\n```'],
    ['in an indented fence', '   ```\n/take\n   ```'],
    ['in a fence in a list', '- ```\n  /take\n  ```'],
    ['in a fence in a numbered list', '1. ```sh\n   /take\n   ```'],
    ['in a fence in a list in a list', '- - ```\n  /take\n  ```'],
    ['in a fence in a list that is not closed yet', '- ```\n        ```\n  /take\n  ```'],
    ['in a fence with CRLF', '```\r\n/take\r\n```\r\n'],
    ['in a quotation', '> /take'],
    ['in a quotation without a space', '>/take'],
    ['in a quotation in a quotation', '> > /take'],
    ['in a quotation in a list', '- > text\n  /take'],
    ['in the wrapped line of a quotation', '> a long line of somebody else\n/take'],
    ['in an indented quotation', '  > /take'],
    ['in indented code', '    /take'],
    ['in code indented by a tab', '\t/take'],
    ['in code indented by a space and a tab', ' \t/take'],
    ['in an HTML comment', '<!-- /take -->'],
    ['in a long HTML comment', '<!--\n/take\n-->'],
    ['in an HTML comment that is never closed', '<!--\n/take'],
    ['before an HTML comment on its line', '/take <!-- not really -->'],
    ['behind an HTML comment on its line', '<!-- x -->/take'],
    ['behind the end of an HTML comment', '<!--\n-->/take'],
    ['in the second of two comments on a line', '<!-- a --><!--\n/take\n-->'],
    ['in a preformatted block', '<pre>\n/take\n</pre>'],
    ['in a preformatted block with an empty line', '<pre>\n\n/take\n</pre>'],
    ['in a processing instruction', '<?x\n\n/take\n?>'],
    ['in a CDATA section', '<![CDATA[\n\n/take\n]]>'],
    ['in a declaration', '<!DOCTYPE\n/take\n>'],
    ['in the attribute of a tag', '<div title="\n/take\n">'],
    ['in the attribute of a tag in a sentence', 'See <a title="\n/take\n">this</a>'],
    ['in an attribute behind a sign that ends no tag', 'See <a title=">\n/take\n">this</a>'],
    ['in a code span of several lines', 'Write `\n/take\n` to take it'],
    ['in a code span of two backticks', 'Write `` a`\n/take\n`` to take it'],
    ['in the title of a link', 'See [this](https://x.example "\n/take\n")'],
    ['in the definition of a link', '[this]:\n/take'],
    ['with a full-width solidus', '\uff0ftake'],
    ['with a division slash', '\u2215take'],
    ['with a Cyrillic letter', '/t\u0430ke'],
    ['with a zero-width space before it', '\u200b/take'],
    ['with a zero-width space in it', '/ta\u200bke'],
    ['behind a no-break space', '\u00a0/take'],
    ['behind a form feed', '\f/take'],
    ['with a bidirectional mark', '\u202e/take'],
    ['with a digit', '/2take'],
    ['with a space behind the slash', '/ take'],
    ['with two slashes', '//take'],
    ['that is a path', '/etc/passwd'],
    ['that is a path below a command', '/take/it'],
    ['that is an address', '/accept.html'],
    ['with a colon', '/take: it'],
    ['with a word that is longer than any', `/${'a'.repeat(32)}`],
    ['in nothing', ''],
  ];
  test.each(unseen)('is not seen %s', (_, body) => {
    expect(words(body)).toEqual([]);
  });

  test('has its argument and all lines below it as text, up to the next command', () => {
    const [close, help] = commandsOf('/close success All well.\n\nThree sites, no problem.\n\n/help\nplease');
    expect(close).toEqual({
      word: 'close',
      name: 'close',
      argument: 'success All well.',
      text: 'success All well.\n\nThree sites, no problem.',
    });
    expect(help).toMatchObject({ name: 'help', argument: '', text: 'please' });
  });

  test('keeps in its text what might be a continuation, and leaves out what is quoted', () => {
    const [close] = commandsOf('/close warning\nRead `the notes\n/first.\n> /take\n\n```\n/take\n```\nDone.');
    expect(close?.text).toBe('warning\nRead `the notes\n/first.\n\nDone.');
  });

  test('that we know has its name, and any other has none', () => {
    for (const name of commandNames) expect(commandsOf(`/${name}`)[0]?.name).toBe(name);
    for (const word of ['constructor', 'toString', 'hasOwnProperty', 'frob']) {
      expect(commandsOf(`/${word}`)[0]?.name).toBeUndefined();
    }
  });

  test('is one of at most ten in a comment', () => {
    const many = Array.from({ length: 25 }, (_, place) => `/accept site-${String(place)}`).join('\n');
    const found = commandsOf(many);
    expect(found.map(({ argument }) => argument)).toEqual(
      Array.from({ length: 10 }, (_, place) => `site-${String(place)}`),
    );
  });
});

const line = fc.oneof(
  fc.constantFrom(
    '/take',
    '/close success x',
    '```',
    '~~~~',
    '```yaml',
    '> q',
    '<!--',
    '-->',
    '<pre>',
    '',
    '    x',
    '- ```',
    '`',
    '<a b="',
    '">',
    '[x]:',
    '/etc/passwd',
    '\t/take',
    '1. > /take',
  ),
  fc.string({ maxLength: 20 }),
);
const anyBody = fc.array(line, { maxLength: 20 }).map((lines) => lines.join('\n'));

describe('Any text', () => {
  test('is read without a throw, and gives at most ten commands in plain letters', () => {
    fc.assert(
      fc.property(fc.oneof(anyBody, fc.string({ unit: 'binary', maxLength: 200 })), (body) => {
        const found = commandsOf(body);
        expect(found.length).toBeLessThanOrEqual(10);
        for (const { word } of found) expect(word).toMatch(/^[a-z][a-z-]{0,30}$/);
      }),
      { numRuns: 1000 },
    );
  });

  test('in a fence longer than any in it yields no command and no report of its own', () => {
    const marks = fc.constantFrom('`', '~');
    fc.assert(
      fc.property(
        anyBody,
        marks,
        fc.integer({ min: 5, max: 9 }),
        fc.constantFrom('', '- ', '2) '),
        (body, mark, length, list) => {
          const fence = mark.repeat(length);
          const inside = `${list}${fence}text\n${body}\n${fence}`;
          expect(commandsOf(`${inside}\n\n/help`).map(({ word }) => word)).toEqual(['help']);
          expect(yamlBlockOf(inside)).toBeUndefined();
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('in a comment, or quoted line by line, yields no command', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        expect(commandsOf(`<!--\n${body.replaceAll('-->', '')}\n-->`)).toEqual([]);
        expect(commandsOf(body.replaceAll(/^/gm, '> '))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test('that is hostile and as long as GitHub allows is read in a moment', () => {
    const hostile = ['<a"', '](', '`', '``a', '<!--', '-->', '- ', '[x]:', '<a \'"', '\n>', '\n/x'];
    const began = process.hrtime.bigint();
    for (const part of hostile) commandsOf(part.repeat(Math.floor(65_536 / part.length)));
    expect(Number(process.hrtime.bigint() - began) / 1e6).toBeLessThan(2000);
  });
});

describe('The form in a review', () => {
  const form = 'kind: EarlyAdopterReport\nsite: CESGA';
  const found: readonly (readonly [string, string])[] = [
    ['alone', `\`\`\`yaml\n${form}\n\`\`\``],
    ['marked yml, in capitals', `\`\`\`YML\n${form}\n\`\`\``],
    ['behind a word of thanks', `Thank you!\n\n\`\`\`yaml\n${form}\n\`\`\`\nBye.`],
    ['behind other code', `\`\`\`text\nlog\n\`\`\`\n\`\`\`yaml\n${form}\n\`\`\``],
    ['with CRLF', `\`\`\`yaml\r\n${form.replace('\n', '\r\n')}\r\n\`\`\`\r\n`],
    ['without an end', `\`\`\`yaml\n${form}`],
    ['between tildes', `~~~yaml\n${form}\n~~~`],
    ['before a second one', `\`\`\`yaml\n${form}\n\`\`\`\n\`\`\`yaml\nkind: Other\n\`\`\``],
  ];
  test.each(found)('is found %s', (_, body) => {
    expect(yamlBlockOf(body)).toBe(form);
  });

  const hidden: readonly (readonly [string, string])[] = [
    ['without a fence', form],
    ['in a fence without its word', `\`\`\`\n${form}\n\`\`\``],
    ['in a quotation', `> \`\`\`yaml\n> ${form}\n> \`\`\``],
    ['in a comment', `<!--\n\`\`\`yaml\n${form}\n\`\`\`\n-->`],
    ['in a longer fence', `\`\`\`\`\n\`\`\`yaml\n${form}\n\`\`\`\n\`\`\`\``],
    ['in indented code', `    \`\`\`yaml\n    ${form}\n    \`\`\``],
    ['in a preformatted block', `<pre>\n\`\`\`yaml\n${form}\n\`\`\`\n</pre>`],
  ];
  test.each(hidden)('is not found %s', (_, body) => {
    expect(yamlBlockOf(body)).toBeUndefined();
  });
});

import { describe, expect, test } from '@jest/globals';
import { fieldLabels, readRequest, registryForm } from '../../app/registry/request.ts';
import { isMadeBy, readForm } from '../../app/registry/form.ts';
import { problemForm, problemLabels, problemOf } from '../../app/registry/problem.ts';
import { channels } from '../../app/model/channel.ts';
import { wishes } from '../../app/model/registry-request.ts';
import { labels } from '../../app/model/label.ts';
import { form, join } from './facts.ts';
import { filled, template } from './forms.ts';

const labelsOf = (name: string): readonly (string | undefined)[] =>
  template(name)
    .body.filter(({ type }) => type !== 'markdown')
    .map(({ attributes }) => attributes.label);

describe('The issue forms', () => {
  test('have the fields that are read, and put on labels that there are (R-3.1-4)', () => {
    expect(labelsOf('become-an-early-adopter')).toEqual(Object.values(fieldLabels));
    expect(labelsOf('problem-in-production')).toEqual(Object.values(problemLabels));
    const known = labels.map(({ name }) => name);
    for (const name of ['become-an-early-adopter', 'problem-in-production'])
      expect(known).toEqual(expect.arrayContaining([...template(name).labels]));
  });

  test('offer the wishes and channels that there are', () => {
    const options = (name: string, id: string) =>
      template(name).body.find((field) => field.id === id)?.attributes.options ?? [];
    expect(options('become-an-early-adopter', 'wish').map((text) => text.split(':')[0])).toEqual([...wishes]);
    expect(options('problem-in-production', 'channel').toSorted()).toEqual([...channels].toSorted());
  });

  test('a body is known by the headings that no answer takes away', () => {
    expect(isMadeBy(form({}), registryForm)).toBe(true);
    expect(isMadeBy(form({}).replaceAll('\n', '\r\n'), registryForm)).toBe(true);
    expect(isMadeBy(filled('problem-in-production', {}), registryForm)).toBe(false);
    expect(isMadeBy(filled('problem-in-production', {}), problemForm)).toBe(true);
    expect(isMadeBy('### Site\n\nPIC', registryForm)).toBe(false);
  });

  test.each([
    ['blanks and a separator of lines', `###${' '.repeat(60_000)}\u2028x`],
    ['blanks within a heading', `### a${' '.repeat(60_000)}x`],
    ['many of both', '###   \u2028 '.repeat(6_000)],
  ])('a body of %s is read at once (T53)', (_, body) => {
    const begun = performance.now();
    expect(isMadeBy(body, registryForm)).toBe(false);
    expect(readForm(body, registryForm).fields.size).toBe(0);
    expect(performance.now() - begun).toBeLessThan(500);
  });
});

describe('A body of a form', () => {
  test('is read field by field; what was not answered is not there', () => {
    const request = readRequest(form({ ...join, vos: 'atlas, CMS;atlas\nops', country: 'es', ngi: 'n/a' }));
    expect(request).toMatchObject({
      wish: 'join',
      site: 'PIC',
      ngi: undefined,
      country: 'ES',
      logins: ['otto'],
      vos: ['atlas', 'CMS', 'ops'],
      commitments: ['bdii debian12 amd64'],
      problems: [],
    });
  });

  test('may have headings of its own in an answer, and headings in code are none', () => {
    const read = readForm(
      filled('problem-in-production', {
        release: 'glite-bdii-6.0.1',
        symptom: '### What I did\n\n```\n### Release\n```\n\nnothing',
      }),
      problemForm,
    );
    expect(read.fields.get('Release')).toBe('glite-bdii-6.0.1');
    expect(read.fields.get('What you see')).toContain('### What I did');
    expect(read.twice).toEqual([]);
  });

  test('is refused when a heading of the form stands there twice, hidden or not', () => {
    const request = readRequest(`${form(join)}\n<!--\n### Site\n\nOTHER\n-->`);
    expect(request.site).toBe('PIC');
    expect(request.problems).toEqual([expect.objectContaining({ field: 'Site' })]);
  });

  test.each([
    ['site', 'a b'],
    ['site', '../../x'],
    ['site', 'PIC\u202e'],
    ['country', 'Spain'],
    ['organisation', 'two\nlines'],
    ['organisation', 'y'.repeat(201)],
    ['organisation', 'zero\u200bwidth'],
    ['logins', 'otto, not a login!'],
    ['logins', Array.from({ length: 51 }, (_, n) => `otto${String(n)}`).join(' ')],
    ['mailbox', 'grid-admin'],
    ['zone', 'Mars/Phobos'],
    ['calendar', 'My Calendar'],
    ['vos', 'atlas, <b>'],
    ['wish', 'become famous'],
  ])('is told that %s cannot be %j', (field, text) => {
    const { problems } = readRequest(form({ ...join, [field]: text }));
    const label = fieldLabels[field as keyof typeof fieldLabels];
    expect([...new Set(problems.map((problem) => problem.field))]).toEqual([label]);
    for (const { mend } of problems) expect(mend).toMatch(/^(Write|Leave) .*\.$/);
  });

  test('gives a problem its release, channel and symptom', () => {
    expect(
      problemOf({
        body: filled('problem-in-production', {
          release: '`glite-bdii-6.0.1`',
          channel: 'production',
          symptom: 'It does not start.',
        }),
      }),
    ).toEqual({ release: 'glite-bdii-6.0.1', channel: 'production', symptom: 'It does not start.' });
    expect(problemOf({ body: 'It is broken.' })).toEqual({
      release: undefined,
      channel: undefined,
      symptom: undefined,
    });
  });

  test('of any text at all is read without an error', () => {
    for (const text of [
      '',
      '### ',
      '### Site',
      '```\n### Site\n',
      '\0'.repeat(1000),
      '### Site\n'.repeat(5000),
    ])
      expect(() => readRequest(text)).not.toThrow();
  });
});

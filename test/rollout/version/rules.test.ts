import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type * as z from 'zod';
import { DistributionsSchema } from '../../../app/model/distributions.ts';
import { TicketSchema, type Ticket } from '../../../app/model/ticket.ts';
import { examine, readAs, readYaml } from '../../../app/model/yaml.ts';
import { cadenceOf } from '../../../app/rollout/version/cadence.ts';
import { lastingVersionProblems, versionProblems } from '../../../app/rollout/version/rules.ts';
import { supersededBy } from '../../../app/rollout/version/turn.ts';
import {
  type Sketch,
  arm64,
  attempt,
  contextOf,
  distributionsWith,
  earlier,
  link,
  now,
  told,
} from './versions.ts';

type Rows = readonly (readonly [name: string, sketch: Sketch, rules: readonly string[]])[];
const production = [earlier('4.2.7')];
const withVersion = (
  version: string,
  releaseClass: Ticket['spec']['class'],
  more: Partial<Ticket['spec']> = {},
) => ({
  version,
  class: releaseClass,
  ...more,
});
const targets = (on: readonly { platform: string; arch: string }[]): Ticket['spec']['targets'] =>
  on.map((target) => ({ ...target, packages: [] }));

describe('the class of a release (R-2.2-1, R-2.2-2, R-2.2-3)', () => {
  const rows: Rows = [
    ['a revision after production', { history: production }, []],
    [
      'a revision by its packaging alone',
      { history: production, spec: withVersion('4.2.7-2', 'revision') },
      [],
    ],
    ['a minor after production', { history: production, spec: withVersion('4.3.0', 'minor') }, []],
    [
      'a revision with a minor bump (L23)',
      { history: production, spec: withVersion('4.3.0', 'revision') },
      ['class-vs-version'],
    ],
    [
      'a minor that is a revision only',
      { history: production, spec: withVersion('4.2.8', 'minor') },
      ['class-vs-version?'],
    ],
    [
      'a major that is a minor only',
      { history: production, spec: withVersion('4.3.0', 'major') },
      ['class-vs-version?', 'too-soon?'],
    ],
    [
      'what production has already',
      { history: production, spec: { version: '4.2.7' } },
      ['version-not-newer'],
    ],
    ['something older', { history: production, spec: { version: '4.2.6' } }, ['version-not-newer']],
    [
      'an older packaging',
      { history: [earlier('4.2.7-2')], spec: { version: '4.2.7-1' } },
      ['version-not-newer'],
    ],
    [
      'the newest in production counts, not the last that came there',
      {
        history: [earlier('4.2.9', { productionAt: '2026-02-10T10:00:00Z' }), earlier('4.3.0')],
        spec: withVersion('4.3.1', 'revision'),
      },
      [],
    ],
    [
      'without production the previous version counts',
      { spec: { version: '4.3.0', previous: '4.2.9' } },
      ['class-vs-version'],
    ],
    [
      'something older than the previous version',
      { spec: { version: '4.2.8', previous: '4.2.9' } },
      ['version-not-newer'],
    ],
    [
      'without either a whole baseline counts',
      {
        distributions: distributionsWith({ 'umd/4': { baseline: { dcache: '4.2.7-1' } } }),
        spec: { version: '4.3.0' },
      },
      ['class-vs-version'],
    ],
    ['a major alone as baseline says nothing of minors', { spec: { version: '4.9.0' } }, []],
    [
      'production of another distribution does not count',
      { history: [earlier('4.9.0', { distribution: 'umd/5' })] },
      [],
    ],
    [
      'the same version for other targets',
      { history: production, spec: { ...withVersion('4.2.7', 'minor'), targets: targets(arm64) } },
      [],
    ],
    [
      'something newer for other targets alone does not count',
      { history: [earlier('4.3.0', { targets: arm64 })], spec: { previous: '4.2.7' } },
      [],
    ],
    [
      'what has left production does not count',
      { history: [earlier('4.3.0', { state: 'withdrawn', productionAt: '2025-06-01T00:00:00Z' })] },
      [],
    ],
  ];
  test.each(rows)('%s', (_, sketch, rules) => {
    expect(told(sketch)).toEqual(rules);
  });

  test.each([
    ['4.2.8', []],
    ['4.3.0', ['class-vs-version']],
    ['5.0.0', ['class-vs-version', 'major-inside-distribution']],
  ])('of an emergency is a revision-level bump: %s (A-40)', (version, rules) => {
    expect(told({ history: production, spec: withVersion(version, 'emergency') })).toEqual(rules);
  });

  test.each([
    ['4.2.7', []],
    ['4.2.7-1', []],
    ['4.2.5', ['previous-version?']],
  ])('is told with the previous version as production has it: %s', (previous, rules) => {
    expect(told({ history: production, spec: { previous } })).toEqual(rules);
  });
});

describe('within a distribution major a component keeps its major (R-2.2-7, R-2.2-8, A-19)', () => {
  const major = withVersion('5.2.5', 'major', { roadmap: 'https://roadmap.example/umd-5' });
  const rows: Rows = [
    [
      'a major after production, dcache 4.2.27 to 5.2.5 (L19)',
      { history: [earlier('4.2.27')], spec: major },
      ['major-inside-distribution', 'too-soon?'],
    ],
    ['a major against the baseline', { spec: major }, ['major-inside-distribution']],
    [
      'a major whose class lies about it',
      {
        history: [earlier('5.1.0', { distribution: 'umd/5' })],
        spec: withVersion('5.2.5', 'minor', { previous: '5.1.0' }),
      },
      ['major-inside-distribution'],
    ],
    [
      'a major below the one agreed',
      { spec: withVersion('3.9.0', 'revision') },
      ['major-inside-distribution'],
    ],
    [
      'a major into the distribution that agreed on it',
      { spec: { ...major, distribution: 'umd/5', previous: '4.2.27' } },
      [],
    ],
    [
      'a major into the one that agreed on it, while the old one is in production there',
      { history: [earlier('4.2.27', { distribution: 'umd/5' })], spec: { ...major, distribution: 'umd/5' } },
      ['too-soon?'],
    ],
    [
      'a major into the next distribution',
      {
        history: [earlier('4.2.27', { distribution: 'umd/6', productionAt: '2024-01-01T00:00:00Z' })],
        spec: { ...major, distribution: 'umd/6' },
      },
      [],
    ],
    [
      'a major into a distribution that never had the component',
      { spec: { ...major, distribution: 'cmd/1', previous: '4.2.27' } },
      [],
    ],
  ];
  test.each(rows)('%s', (_, sketch, rules) => {
    expect(told(sketch)).toEqual(rules);
  });

  test('and the provider is told where it can go', () => {
    const [problem] = versionProblems(contextOf({ spec: major }));
    expect(problem?.mend).toBe('Release it for umd/5, as the roadmap says.');
  });

  const allowing = distributionsWith({ 'umd/4': { version_exceptions: true } });
  test.each<[string, Sketch, readonly string[]]>([
    ['lifts it', { exceptions: new Set(['version']), distributions: allowing }, []],
    [
      'for the cadence does not',
      { exceptions: new Set(['cadence']), distributions: allowing },
      ['major-inside-distribution'],
    ],
    [
      'is nothing where the distribution knows none',
      { exceptions: new Set(['version']) },
      ['major-inside-distribution'],
    ],
    [
      'does not lift what the class says',
      {
        exceptions: new Set(['version']),
        distributions: allowing,
        spec: { ...major, class: 'minor', previous: '4.2.7' },
      },
      ['class-vs-version'],
    ],
  ])('an approved exception %s (A-46)', (_, sketch, rules) => {
    expect(told({ spec: major, ...sketch })).toEqual(rules);
  });
});

describe('a component that sites never had (R-2.2-4)', () => {
  const fresh = { component: 'fresh', spec: { version: '1.0.0' } } as const;
  const asNew = withVersion('1.0.0', 'major', { new_service: true });
  const before = (state: 'rejected' | 'withdrawn') => [
    attempt('0.9.0', state, { id: 'community-fresh-1.0.0', certifiedAt: '2025-03-01T10:00:00Z' }),
  ];
  const rows: Rows = [
    ['is a new service: a revision is none', fresh, ['new-service-is-major']],
    [
      'is a new service: a major has to say so',
      { ...fresh, spec: withVersion('1.0.0', 'major') },
      ['new-service-is-major'],
    ],
    ['is a new service, and a major', { ...fresh, spec: asNew }, []],
    [
      'is still one after a rejected attempt',
      { ...fresh, spec: asNew, history: before('rejected') },
      ['rejected-attempt?'],
    ],
    ['is still one after a withdrawn attempt', { ...fresh, spec: asNew, history: before('withdrawn') }, []],
    [
      'is one when its previous version is named',
      { ...fresh, spec: { version: '1.0.1', previous: '1.0.0' } },
      [],
    ],
    [
      'is none when its previous version is named',
      { ...fresh, spec: { ...asNew, previous: '0.9' } },
      ['not-a-new-service'],
    ],
    [
      'is none when it was in production',
      { history: production, spec: withVersion('4.3.0', 'major', { new_service: true }) },
      ['not-a-new-service', 'too-soon?'],
    ],
    [
      'is none when some baseline has it',
      { spec: { ...asNew, distribution: 'cmd/1', version: '5.0.0' } },
      ['not-a-new-service'],
    ],
    [
      'is one for further targets too',
      {
        ...fresh,
        spec: { ...asNew, targets: targets(arm64) },
        history: [
          earlier('1.0.0', {
            id: 'community-fresh-1.0.0',
            class: 'major',
            productionAt: '2026-03-01T00:00:00Z',
          }),
        ],
      },
      [],
    ],
  ];
  test.each(rows)('%s', (_, sketch, rules) => {
    expect(told(sketch)).toEqual(rules);
  });
});

describe('one open ticket for each component, distribution and target (A-42)', () => {
  const open = attempt('4.2.7', 'open');
  const supersedes = open.id;
  const rows: Rows = [
    ['a second one is refused', { history: [open] }, ['second-open-ticket']],
    [
      'also with a lower number, when the other was certified first',
      { history: [attempt('4.2.7', 'open', { pull: 9 })] },
      ['second-open-ticket'],
    ],
    ['for other targets it is not', { history: [attempt('4.2.7', 'open', { targets: arm64 })] }, []],
    [
      'for one target in common it is',
      { history: [attempt('4.2.7', 'open', { targets: [...arm64, ...open.targets] })] },
      ['second-open-ticket'],
    ],
    [
      'for another distribution it is not',
      { history: [attempt('4.2.7', 'open', { distribution: 'umd/5' })] },
      [],
    ],
    ['one that ended is none', { history: [attempt('4.2.7', 'withdrawn')] }, []],
    ['the first is not touched by the second', { history: [open], certifiedAt: '2026-02-20T10:00:00Z' }, []],
    [
      'of two certified in one second the lower number came first',
      { history: [open], certifiedAt: open.certifiedAt, pull: 2 },
      [],
    ],
    ['and the higher one second', { history: [open], certifiedAt: open.certifiedAt }, ['second-open-ticket']],
    ['one that supersedes it takes its place', { history: [open], spec: { supersedes } }, []],
    [
      'one that supersedes another is refused still',
      { history: [open, attempt('4.2.6', 'open')], spec: { supersedes } },
      ['second-open-ticket'],
    ],
  ];
  test.each(rows)('%s', (_, sketch, rules) => {
    expect(told(sketch)).toEqual(rules);
  });

  test('and the other one is named', () => {
    const [problem] = versionProblems(contextOf({ history: [open] }));
    expect(problem?.message).toContain('community-dcache-4.2.7 (pull request #3)');
    expect(problem?.mend).toContain('supersedes: community-dcache-4.2.7');
  });
});

describe('a release that supersedes another (A-42)', () => {
  const issues = [link(1), link(2)];
  const embargoUntil = '2026-03-20T12:00:00Z';
  const old = attempt('4.2.7', 'open');
  const spec = { supersedes: old.id } as const;
  const security = (embargo_until: string): Ticket['spec']['security'] => ({
    advisory: link(9),
    embargo_until,
  });
  const rows: Rows = [
    ['may do so with a rejected one', { history: [attempt('4.2.7', 'rejected')], spec }, []],
    ['may do so with a withdrawn one', { history: [attempt('4.2.7', 'withdrawn')], spec }, []],
    ['cannot do so with one in production', { history: [earlier('4.2.7')], spec }, ['supersedes-production']],
    ['cannot do so with one that nobody knows', { spec }, ['supersedes-unknown']],
    [
      'cannot do so with one of another provider',
      { history: [attempt('4.2.7', 'open', { provider: 'other' })], spec },
      ['supersedes-provider'],
    ],
    [
      'has the same class or a higher one',
      {
        history: [attempt('4.2.7', 'open', { class: 'minor' })],
        spec: { ...spec, ...withVersion('4.3.0', 'minor') },
      },
      [],
    ],
    [
      'has no lower class',
      {
        history: [attempt('4.3.0', 'open', { class: 'minor' })],
        spec: { supersedes: 'community-dcache-4.3.0', version: '4.3.1' },
      },
      ['superseded-class'],
    ],
    ['can be an emergency after a revision', { history: [old], spec: { ...spec, class: 'emergency' } }, []],
    [
      'keeps all issues',
      { history: [attempt('4.2.7', 'open', { issues })], spec: { ...spec, issues: [link(3), ...issues] } },
      [],
    ],
    [
      'loses no issue',
      { history: [attempt('4.2.7', 'open', { issues })], spec: { ...spec, issues: [link(1)] } },
      ['superseded-issues'],
    ],
    [
      'keeps the embargo',
      {
        history: [attempt('4.2.7', 'open', { embargoUntil })],
        spec: { ...spec, security: security('2026-03-20T14:00:00+02:00') },
      },
      [],
    ],
    [
      'does not drop the embargo',
      { history: [attempt('4.2.7', 'open', { embargoUntil })], spec },
      ['superseded-embargo'],
    ],
    [
      'does not shorten the embargo',
      {
        history: [attempt('4.2.7', 'open', { embargoUntil })],
        spec: { ...spec, security: security('2026-03-20T11:59:59Z') },
      },
      ['superseded-embargo'],
    ],
    [
      'need not keep an embargo that is over',
      { history: [attempt('4.2.7', 'open', { embargoUntil: now })], spec },
      [],
    ],
  ];
  test.each(rows)('%s', (_, sketch, rules) => {
    expect(told(sketch)).toEqual(rules);
  });

  test('is told which issues to add', () => {
    const many = Array.from({ length: 8 }, (_, at) => link(at));
    const [problem] = versionProblems(
      contextOf({
        history: [attempt('4.2.7', 'open', { issues: many })],
        spec: { ...spec, issues: [link(0)] },
      }),
    );
    expect(problem?.mend).toBe(`Add ${many.slice(1, 6).join(', ')} and 2 more.`);
  });

  const again = (changes: Parameters<typeof attempt>[2], state: 'open' | 'withdrawn' = 'open') =>
    attempt('4.2.8', state, { id: 'community-dcache-4.2.8', supersedes: old.id, ...changes });
  test.each([
    ['of the same provider', again({}), '4.2.8'],
    ['of another provider', again({ provider: 'other' }), undefined],
    ['that was taken back itself', again({}, 'withdrawn'), undefined],
    ['that names another', again({ supersedes: 'community-dcache-4.2.6' }), undefined],
  ])('is known to the older one: a ticket %s', (_, newer, version) => {
    expect(supersededBy([newer], old)?.version).toBe(version);
  });

  const rejected = attempt('4.2.7', 'rejected');
  test.each<[string, Sketch, readonly string[]]>([
    ['is asked for', { history: [rejected] }, ['rejected-attempt?']],
    ['for other targets is not asked for', { history: [{ ...rejected, targets: arm64 }] }, []],
    [
      'is not asked for when another one followed it already',
      { history: [rejected, again({ targets: arm64 })], spec: { version: '4.2.9' } },
      [],
    ],
    [
      'is not asked for after later production',
      {
        history: [rejected, earlier('4.2.7-2', { productionAt: '2026-03-02T10:00:00Z', class: 'revision' })],
        spec: { class: 'emergency' },
      },
      [],
    ],
  ])('after a rejection %s (A-04)', (_, sketch, rules) => {
    expect(told(sketch)).toEqual(rules);
  });
});

describe('how often (R-2.2-2, R-2.2-3, R-2.2-4, A-20, A-21)', () => {
  const last = earlier('4.2.7', { productionAt: '2026-03-01T10:00:00Z' });
  const cadence = (sketch: Sketch) => cadenceOf(contextOf({ history: [last], ...sketch }));

  test.each([
    ['revision', '4.2.8', '2026-03-15T10:00:00Z'],
    ['minor', '4.3.0', '2026-03-31T10:00:00Z'],
    ['major', '5.0.0', '2027-03-01T10:00:00Z'],
  ] as const)('a %s comes not before its days are over (L20)', (releaseClass, version, earliest) => {
    const sketch = { spec: withVersion(version, releaseClass) };
    expect(cadence(sketch)).toEqual({ rule: 'too-soon', earliest, last: last.id });
    expect(told({ history: [last], ...sketch })).toContain('too-soon?');
    const secondBefore = `${new Date(Date.parse(earliest) - 1000).toISOString().slice(0, 19)}Z`;
    expect(cadence({ ...sketch, now: secondBefore })?.earliest).toBe(earliest);
    expect(cadence({ ...sketch, now: earliest })).toBeUndefined();
  });

  test.each<[string, Sketch]>([
    ['an emergency comes when it is needed (A-40)', { spec: { class: 'emergency' } }],
    ['another distribution has its own', { history: [{ ...last, distribution: 'umd/5' }] }],
    ['the same version for other targets is the same release', { spec: { version: '4.2.7-2' } }],
    ['what never came to production does not count', { history: [attempt('4.2.7', 'rejected')] }],
    [
      'an approved exception lifts it where the distribution knows exceptions (A-46)',
      {
        exceptions: new Set(['cadence']),
        distributions: distributionsWith({ 'umd/4': { version_exceptions: true } }),
      },
    ],
  ])('%s', (_, sketch) => {
    expect(cadence(sketch)).toBeUndefined();
  });

  test.each<[string, Sketch]>([
    ['an exception counts nowhere else (A-46)', { exceptions: new Set(['cadence']) }],
    [
      'an exception for the version is another one',
      {
        exceptions: new Set(['version']),
        distributions: distributionsWith({ 'umd/4': { version_exceptions: true } }),
      },
    ],
    ['what has left production was there all the same', { history: [{ ...last, state: 'withdrawn' }] }],
    [
      'the last one counts, in whatever order they stand',
      { history: [earlier('4.2.5'), last, earlier('4.2.4')] },
    ],
  ])('%s', (_, sketch) => {
    expect(cadence(sketch)?.last).toBe(last.id);
  });
});

describe('after certification', () => {
  const certifiedAt = '2026-03-05T10:00:00Z';
  const lasting = (sketch: Sketch) =>
    lastingVersionProblems(contextOf({ certifiedAt, ...sketch })).map(({ rule }) => rule);

  test.each<[string, Sketch, readonly string[]]>([
    ['a newer version got into production first', { history: [earlier('4.2.9')] }, ['version-not-newer']],
    ['an earlier ticket is still open', { history: [attempt('4.2.7', 'open')] }, ['second-open-ticket']],
    [
      'the one it supersedes got into production',
      { history: [earlier('4.2.7')], spec: { supersedes: 'community-dcache-4.2.7' } },
      ['supersedes-production'],
    ],
  ])('it comes back when %s', (_, sketch, rules) => {
    expect(lasting(sketch)).toEqual(rules);
  });

  test.each<[string, Sketch]>([
    [
      'a later ticket was opened',
      { history: [attempt('4.2.9', 'open', { certifiedAt: '2026-03-06T10:00:00Z' })] },
    ],
    [
      'the baseline was changed',
      { distributions: distributionsWith({ 'umd/4': { baseline: { dcache: '4.9.0' } } }) },
    ],
    ['production makes the class look wrong', { history: [earlier('4.1.0')] }],
    [
      'the one it supersedes gained an issue',
      {
        history: [attempt('4.2.7', 'open', { issues: [link(5)] })],
        spec: { supersedes: 'community-dcache-4.2.7' },
      },
    ],
  ])('nothing comes back when %s', (_, sketch) => {
    expect(lasting(sketch)).toEqual([]);
  });
});

describe('with the ticket’s text', () => {
  test('a problem stands at its line, without it at the file', () => {
    const text = 'metadata:\n  id: x\nspec:\n  class: revision\n  version: 4.3.0\n';
    const read = readYaml(text, 'a.yml');
    const sketch = { history: production, spec: withVersion('4.3.0', 'revision') };
    const at = (document?: ReturnType<typeof contextOf>['document']) =>
      versionProblems(contextOf({ ...sketch, document, path: 'a.yml' })).map(({ file, line, column }) => [
        file,
        line,
        column,
      ]);
    expect(at(read.ok ? read.value : undefined)).toEqual([['a.yml', 4, 10]]);
    expect(at()).toEqual([['a.yml', 0, 0]]);
  });

  test('of a distribution that nobody knows nothing is said: that is told elsewhere', () => {
    expect(told({ spec: withVersion('9.0', 'revision', { distribution: 'umd/99' }) })).toEqual([]);
  });
});

const fixtures = '../shared/fixtures/tickets';
(existsSync(fixtures) ? describe : describe.skip)('the tickets written around real facts', () => {
  function sample<S extends z.ZodType>(schema: S, file: string): z.infer<S> {
    const checked = readAs(schema, readFileSync(file, 'utf8'), file);
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
    return checked.value;
  }
  const distributions = sample(DistributionsSchema, 'releases/distributions.yml');
  const rulesOf = (name: string, change = (text: string) => text): readonly string[] => {
    const reading = examine(TicketSchema, change(readFileSync(`${fixtures}/${name}`, 'utf8')), name);
    if (!reading.sound) throw new Error(JSON.stringify(reading.problems));
    const { value: ticket, document } = reading;
    return versionProblems({ ticket, document, path: name, pull: 7, history: [], distributions, now }).map(
      ({ rule, line }) => `${rule} ${String(line)}`,
    );
  };

  test.each([
    'emergency-wms-3.3.5.yaml',
    'major-xrootd-5.2.0.yaml',
    'minor-arc-6.15.1.yaml',
    'opstools-sam-nagios-update-23.yaml',
    'revision-cream-1.16.7.yaml',
  ])('%s keeps the version rules of the sample distributions', (name) => {
    expect(rulesOf(name)).toEqual([]);
  });

  test('xrootd 4.12.4 to 5.2.0 is refused for umd/4 (R-2.2-7, L19)', () => {
    expect(
      rulesOf('major-xrootd-5.2.0.yaml', (text) =>
        text.replace('distribution: umd/5', 'distribution: umd/4'),
      ),
    ).toEqual(['major-inside-distribution 6']);
  });
});

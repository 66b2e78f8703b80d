import { describe, expect, test } from '@jest/globals';
import type { OwnComment } from '../../app/model/facts.ts';
import type { RegistryFacts } from '../../app/model/registry-request.ts';
import { commitMessage, decideRegistry } from '../../app/registry/decide.ts';
import { planRegistry } from '../../app/registry/plan.ts';
import { cern, cesga, comment, configuration, facts, form, join, mario, mila, otto } from './facts.ts';

const names = (one: RegistryFacts): readonly string[] =>
  planRegistry(one, decideRegistry(one)).map((effect) => effect.do);
const answers = (one: RegistryFacts): readonly string[] =>
  decideRegistry(one)
    .notices.filter(({ marker }) => marker.startsWith('answer:'))
    .map(({ body }) => body);
const asked = (more: Parameters<typeof facts>[1] = {}, answered = {}): RegistryFacts =>
  facts(form({ ...join, ...answered }), more);
const own = (marker: string, body = ''): OwnComment => ({ id: 9, marker, body, at: '', where: 'ticket' });

describe('A request to join', () => {
  test('waits for a manager, who is told what was read', () => {
    const { stands, status } = decideRegistry(asked());
    expect(stands).toBe('waiting');
    expect(status).toContain('**`PIC` joins.** It waits for a member of the team staged-rollout');
    expect(status).toContain('commits to `bdii debian12 amd64`');
    expect(names(asked())).toEqual(['label', 'comment']);
  });

  test('is recorded, and nothing else done yet, when a manager approves (R-3.1-5)', () => {
    const approved = asked({ inputs: [comment(mario, 'Fine.\n\n/approve')] });
    const decision = decideRegistry(approved);
    expect(decision.stands).toBe('approved');
    expect(names(approved)).toEqual(['record']);
    expect(commitMessage(approved, decision)).toBe(
      [
        'Registry: PIC joins',
        '',
        'Request: #12',
        `Request-Digest: ${approved.issue.bodySha256}`,
        'Site: PIC',
        'Wish: join',
        'Requested-By: Otto',
        'Approved-By: sr-mario',
      ].join('\n'),
    );
  });

  const at = '2026-11-24T11:00:00Z';
  test.each([
    ['by nobody in the team', [comment(cern, '/approve')], {}, 'Only members of the team staged-rollout'],
    [
      'by the one who asks',
      [comment(otto, '/approve')],
      { managers: [otto, mario] },
      'Nobody approves a request of their own',
    ],
    ['edited afterwards', [comment(mario, '/approve', { edited: true })], {}, 'edited before it was read'],
    [
      'before the request was edited',
      [comment(mario, '/approve')],
      { issue: { edited: { at: '2026-11-24T11:00:01Z', by: 'Otto' } } },
      'edited after this was written',
    ],
    [
      'in the second in which it was edited',
      [comment(mario, '/approve')],
      { issue: { edited: { at, by: 'Otto' } } },
      'edited after this was written',
    ],
    ['of another digest', [comment(mario, `/approve ${'0'.repeat(12)}`)], {}, 'Read it again'],
  ])('is not approved %s', (_, inputs, more, what) => {
    const one = asked({ ...more, inputs });
    expect(decideRegistry(one).stands).toBe('waiting');
    expect(answers(one)).toEqual([expect.stringContaining(what)]);
  });

  test.each(['`/approve`', '> /approve', '```\n/approve\n```', 'please /approve', '<!-- /approve -->'])(
    'is not approved by %j, which is no command',
    (text) => {
      const one = asked({ inputs: [comment(mario, text)] });
      expect(decideRegistry(one).stands).toBe('waiting');
      expect(answers(one)).toEqual([]);
    },
  );

  test('is not approved by a manager who would be one of its administrators', () => {
    const one = asked(
      { inputs: [comment(mila, '/approve')], issue: { author: mario } },
      { logins: 'SR-Mila' },
    );
    expect(answers(one)).toEqual([expect.stringContaining('or for their own site')]);
  });

  test('is approved after an edit, by its digest or without', () => {
    const edited = { at: '2026-11-24T10:59:59Z', by: 'Otto' };
    for (const digest of ['', ` ${asked().issue.bodySha256.slice(0, 12)}`, ' welcome!'])
      expect(
        decideRegistry(asked({ inputs: [comment(mario, `/approve${digest}`)], issue: { edited } })).stands,
      ).toBe('approved');
  });

  test('that was refused an approval once is not approved by it later', () => {
    const early = comment(mario, '/approve');
    const mistaken = asked({ inputs: [early] }, { commitments: 'unheard-of debian12' });
    expect(answers(mistaken)).toEqual([expect.stringContaining('has mistakes')]);
    // The catalogue has it now.
    const later = asked({ inputs: [early], ownComments: [own(`answer:comment:${String(early.id)}:0`)] });
    expect(decideRegistry(later).stands).toBe('waiting');
  });

  test('is declined with a reason, told once, and closed; the last word of a manager counts', () => {
    const no = comment(mario, '/decline We have enough sites of @all kinds.');
    const one = asked({ inputs: [no] });
    expect(names(one)).toEqual(['label', 'comment', 'comment', 'close']);
    expect(decideRegistry(one).notices[0]?.body).toContain('`We have enough sites of @all kinds.`');
    const yes = comment(mila, '/approve', { id: 900, at: '2026-11-24T12:00:00Z' });
    expect(decideRegistry(asked({ inputs: [no, yes] })).stands).toBe('approved');
    expect(answers(asked({ inputs: [comment(mario, '/decline')] }))).toEqual([
      expect.stringContaining('Please say why'),
    ]);
  });

  test('that was declined and edited waits again, without a word about the old decline', () => {
    const no = comment(mario, '/decline Not yet.');
    const one = asked({
      inputs: [no],
      ownComments: [own(`registry:declined:${String(no.id)}`)],
      issue: { edited: { at: '2026-11-24T12:00:00Z', by: 'Otto' }, reopened: true },
    });
    expect(decideRegistry(one).stands).toBe('waiting');
    expect(answers(one)).toEqual([]);
  });

  test('that was closed is taken back: an approval does nothing any more', () => {
    expect(names(asked({ inputs: [comment(mario, '/approve')], issue: { open: false } }))).toEqual([]);
    expect(names(asked({ issue: { open: false, labels: ['waiting: staged-rollout'] } }))).toEqual(['label']);
  });

  test('gets at most twenty answers', () => {
    const inputs = Array.from({ length: 30 }, (_, n) => comment(cern, '/approve', { id: 1000 + n }));
    expect(answers(asked({ inputs }))).toHaveLength(20);
    const given = Array.from({ length: 20 }, (_, n) => own(`answer:comment:${String(n)}:0`));
    expect(answers(asked({ inputs, ownComments: given }))).toEqual([]);
  });

  test('by a provider of the component is allowed, and told', () => {
    const { problems, status } = decideRegistry(asked({}, { logins: 'otto, p-cern' }));
    expect(problems).toEqual([]);
    expect(status).toContain('`p-cern` belongs to the provider `cern` of `bdii`');
  });

  test.each([
    ['maria.rossi@pic.example', true],
    ['somebody@gmail.com', true],
    ['grid-admin@pic.example', false],
    ['grid.support@pic.example', false],
    ['arc@pic.example', false],
  ])('with the mailbox %s is told that a role mailbox is wanted: %s (A-39)', (mailbox, is) => {
    const { problems, status } = decideRegistry(asked({}, { mailbox }));
    expect(problems).toEqual([]);
    expect(status.includes('looks like a person’s own')).toBe(is);
  });

  test('waits while the registry on the main branch is broken', () => {
    expect(
      decideRegistry(asked({ registryText: undefined, inputs: [comment(mario, '/approve')] })),
    ).toMatchObject({
      stands: 'mistaken',
      change: undefined,
    });
  });
});

describe('Foreign text', () => {
  test('in a form comes out as code: nothing mentions, links or hides', () => {
    const evil = '@grid/all <!-- `x` ![i](http://x.example) </details>';
    for (const answered of [
      { organisation: evil },
      { commitments: evil },
      { logins: evil },
      { site: evil },
      { ngi: evil },
    ]) {
      const { status } = decideRegistry(asked({}, answered));
      const outside = status.replaceAll(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '').replace(/^@Otto /, '');
      expect(outside).not.toMatch(/@(?!\u2060)[a-z]|(?<!\\)<|(?<!\\)\]\(/i);
    }
  });
});

describe('A site that ends a commitment', () => {
  const ending = (more: Parameters<typeof facts>[1] = {}): RegistryFacts =>
    facts(form({ wish: 'end: commitments', site: 'CESGA', commitments: 'bdii' }), {
      ...more,
      issue: { author: cesga, ...more.issue },
    });

  test('needs no approval (R-3.2-4)', () => {
    const one = ending();
    expect(names(one)).toEqual(['record']);
    expect(commitMessage(one, decideRegistry(one))).not.toContain('Approved-By');
  });

  test('needs none after an edit of its own, and one after that of somebody else', () => {
    const edited = (by: string) => ending({ issue: { edited: { at: '2026-11-24T10:30:00Z', by } } });
    expect(decideRegistry(edited('ea-cesga-a')).stands).toBe('approved');
    expect(decideRegistry(edited('sr-mario')).stands).toBe('waiting');
  });

  test('needs one when a manager asks for it, by another manager', () => {
    const one = ending({ issue: { author: mario }, inputs: [comment(mario, '/approve')] });
    expect(decideRegistry(one).stands).toBe('waiting');
    const other = ending({ issue: { author: mario }, inputs: [comment(mila, '/approve')] });
    expect(decideRegistry(other).stands).toBe('approved');
  });
});

describe('A recorded request', () => {
  const policy = { ...configuration.policy, registry: { manage_teams: true } };
  const recorded = (more: Parameters<typeof facts>[1] = {}): RegistryFacts =>
    facts('', {
      recorded: { commit: 'a'.repeat(40), wish: 'join', site: 'CESGA', approvedBy: 'sr-mario' },
      issue: { labels: ['early-adopter', 'waiting: staged-rollout'] },
      ...more,
    });
  const team = 'early-adopters-glite';

  test('is told, thanked for and closed (R-3.1-6)', () => {
    expect(names(recorded())).toEqual(['label', 'comment', 'comment', 'close']);
    const [done] = decideRegistry(recorded()).notices;
    expect(done?.body).toContain('from this moment on the site is called for releases');
    expect(done?.body).toContain('- `bdii debian12 amd64`');
  });

  test('asks the manager to add whom the system may not add', () => {
    const memberships = [
      { team, login: 'a', stands: 'none' },
      { team, login: 'b', stands: 'active' },
      { team: 'ea-cesga', login: 'a', stands: 'none' },
    ] as const;
    const [done] = decideRegistry(recorded({ memberships })).notices;
    expect(done?.body).toContain('@sr-mario The call mentions teams');
    expect(done?.body).toContain(`- to \`${team}\`: \`a\`\n- to \`ea-cesga\`: \`a\``);
  });

  test('adds them itself first where the policy says so, and tells whom GitHub refused', () => {
    const may = { configuration: { ...configuration, policy } };
    const missing = recorded({ ...may, memberships: [{ team, login: 'a', stands: 'none' }] });
    expect(names(missing)).toEqual(['enrol']);
    const refused = recorded({
      ...may,
      memberships: [
        { team, login: 'a', stands: 'refused' },
        { team, login: 'b', stands: 'pending' },
      ],
    });
    expect(names(refused)).toEqual(['label', 'comment', 'comment', 'close']);
    const [done] = decideRegistry(refused).notices;
    expect(done?.body).toContain(`- to \`${team}\`: \`a\``);
    expect(done?.body).toContain('the invitation has to be accepted');
  });

  test('needs nothing more once all is said, and is not closed against the will of who opened it again', () => {
    const said = recorded({ issue: { labels: ['early-adopter'], open: false } });
    const { status, notices } = decideRegistry(said);
    const all = [
      own('registry:status', `<!-- rollout registry:status -->\n${status}`),
      ...notices.map(({ marker }) => own(marker)),
    ];
    expect(names({ ...said, ownComments: all })).toEqual([]);
    expect(
      names({ ...said, ownComments: all, issue: { ...said.issue, open: true, reopened: true } }),
    ).toEqual([]);
    expect(names({ ...said, ownComments: all, issue: { ...said.issue, open: true } })).toEqual(['close']);
  });
});

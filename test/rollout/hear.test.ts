import { describe, expect, test } from '@jest/globals';
import type { Facts, Input, OwnComment } from '../../app/model/facts.ts';
import type { Person } from '../../app/model/journal.ts';
import { commandNames } from '../../app/rollout/command.ts';
import { decide } from '../../app/rollout/decide.ts';
import { after, factsAt } from './facts.ts';
import { people } from './people.ts';
import { answersTo, comment, gains, heard, mark, report, review, verification } from './said.ts';
import { digestOf, journalOf, stories, told } from './story.ts';

const { oxana, pavel, otto, carmen, tiziana, joao } = people;
const verified = factsAt('verified');
const says = (facts: Facts, by: Person, body: string, more: Partial<Input> = {}): Facts =>
  heard(facts, comment(by, body, facts.now, more));

/** The facts after their answers were posted. */
function answered(facts: Facts): Facts {
  const own = decide(facts).answers.map(({ marker, body, where }, place): OwnComment => ({
    id: 9000 + place,
    marker,
    body,
    where,
    at: facts.now,
  }));
  return { ...facts, ownComments: [...facts.ownComments, ...own] };
}

describe('An answer', () => {
  test('is given once', () => {
    const facts = says(verified, otto, '/accept');
    expect(answersTo(facts)).toHaveLength(1);
    expect(answersTo(answered(facts))).toEqual([]);
  });

  test('is given to each command of a comment, and to a report and a command of one review', () => {
    expect(answersTo(says(verified, otto, '/accept\n/deployed\n/frob'))).toHaveLength(3);
    const facts = heard(verified, review(otto, 'approved', 'Fine.\n\n/take', verified.now));
    expect(answersTo(facts)).toHaveLength(2);
    expect(answersTo(answered(facts))).toEqual([]);
  });

  test('stands where the question stood, and speaks to who asked', () => {
    const [answer] = decide(says(verified, otto, '/accept', { where: 'call' })).answers;
    expect(answer).toMatchObject({ where: 'call', to: otto, marker: 'answer:comment:1000:0' });
    expect(answer?.body).toMatch(/^@otto /);
  });

  test('is given again to the same words in another comment', () => {
    const facts = says(answered(says(verified, otto, '/accept')), otto, '/accept');
    expect(answersTo(facts)).toHaveLength(1);
  });

  test('to an act that was refused stays the answer: what is refused once does not count later', () => {
    const early = answered(says(factsAt('unverified'), carmen, '/accept CESGA'));
    expect(gains({ ...verified, inputs: early.inputs, ownComments: early.ownComments })).toEqual([]);
  });

  test('is given twenty times a day, and not more', () => {
    const many = heard(
      verified,
      ...Array.from({ length: 30 }, (_, place) =>
        comment(otto, '/accept', `2026-03-02T09:2${String(place % 10)}:${String(10 + place)}Z`),
      ),
    );
    expect(answersTo(many)).toHaveLength(20);
    expect(answersTo(answered(many))).toEqual([]);
    expect(answersTo({ ...answered(many), now: '2026-03-03T09:30:00Z' })).toHaveLength(10);
  });

  test('is not given to the conversation of people, nor to programs', () => {
    expect(answersTo(says(verified, otto, 'I would /accept it, if I were at a site.'))).toEqual([]);
    expect(answersTo(says(verified, otto, '/accept', { bot: true }))).toEqual([]);
    const bot = heard(
      verified,
      review(carmen, 'approved', report('CESGA', 'success'), verified.now, { bot: true }),
    );
    expect(gains(bot)).toEqual([]);
  });

  test('to an unknown command names those there are', () => {
    const [answer = ''] = answersTo(says(verified, otto, '/aprove'));
    expect(answer).toContain('There is no command `/aprove`');
    for (const name of commandNames) expect(answer).toContain(`\`/${name}\``);
  });

  test('to /help tells every command', () => {
    const [answer = ''] = answersTo(says(verified, otto, '/help'));
    for (const name of commandNames) expect(answer).toContain(`/${name}`);
  });

  test('to /explain tells where the ticket stands and who is awaited', () => {
    const [answer = ''] = answersTo(says(verified, otto, '/explain'));
    expect(answer).toContain('Waits for an early adopter to accept');
    expect(answer).toContain('2026-03-03T09:10:00Z');
  });
});

describe('An act', () => {
  test('that is in the journal is not recorded again', () => {
    const source = { kind: 'comment', id: 1000, body: mark('/accept CESGA') } as const;
    const [when, event] = told.accepted();
    const facts = after(verified, [when, event, carmen, source]);
    expect(gains(says(facts, carmen, '/accept CESGA'))).toEqual([]);
  });

  test('is recorded with who did it, when, and where it was read', () => {
    const facts = heard(verified, comment(carmen, 'Hello\n/explain\n/accept CESGA', '2026-03-02T09:25:00Z'));
    expect(decide(facts).record).toMatchObject([
      {
        by: carmen,
        at: '2026-03-02T09:25:00Z',
        source: { kind: 'comment', id: 1000, part: 1, body: mark('Hello\n/explain\n/accept CESGA') },
      },
    ]);
  });

  test('takes effect in the order of time, whatever the order in which it is read', () => {
    const inputs = [
      comment(carmen, '/accept CESGA', '2026-03-02T09:21:00Z', { id: 5 }),
      comment(carmen, '/deployed CESGA', '2026-03-02T09:22:00Z', { id: 4 }),
      review(carmen, 'approved', report('CESGA', 'success'), '2026-03-02T09:23:00Z', { id: 3 }),
    ];
    const forth = heard(verified, ...inputs);
    const back = heard(verified, ...inputs.toReversed());
    expect(gains(forth)).toEqual(['accepted CESGA as committed', 'deployed CESGA', 'reported CESGA success']);
    expect(decide(back)).toEqual(decide(forth));
  });

  test('that is deleted after it was recorded still stands', () => {
    expect(decide(factsAt('done')).sites).toMatchObject([{ site: 'CESGA', outcome: 'success' }]);
  });

  test('of a person who has lost the role by now does not count (R-2.3-5)', () => {
    const facts = heard(
      { ...factsAt('unverified'), teams: { ...factsAt('unverified').teams, 'technology-unit': [] } },
      review(tiziana, 'approved', verification('accept'), '2026-03-02T08:20:00Z'),
    );
    expect(gains(facts)).toEqual([]);
  });

  test('before the ticket is certified is answered and not kept', () => {
    const draft = factsAt('none');
    const facts = says({ ...draft, pull: { ...draft.pull, draft: true } }, joao, '/take');
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining('not certified yet')]);
  });

  test('leaves the same decision when it is decided twice', () => {
    const facts = says(factsAt('done', { now: '2026-03-09T13:00:00Z' }), joao, '/close success All well.');
    expect(decide(facts)).toEqual(decide(facts));
  });
});

describe('The provider', () => {
  test.each(['certified', 'unverified', 'verified', 'accepted', 'done'] as const)(
    'takes its release back while it is %s (T12, A-37)',
    (point) => {
      const facts = says(factsAt(point), oxana, '/withdraw A better one comes.');
      expect(gains(facts)).toEqual(['withdrawn A better one comes.']);
      expect(decide(facts).state).toBe('withdrawn');
      expect(decide(facts).todo.move?.to).toBe(point === 'certified' ? undefined : 'withdrawn');
    },
  );

  const refusedActs: readonly (readonly [string, Facts, string])[] = [
    ['without a reason', says(verified, pavel, '/withdraw'), 'Please say why'],
    ['when it is not the provider', says(verified, joao, '/withdraw It is bad.'), 'Only the provider'],
    ['when it is closing', says(factsAt('closing'), oxana, '/withdraw Wait!'), 'can no longer be withdrawn'],
    ['in an edited comment', says(verified, oxana, '/withdraw Why.', { edited: true }), 'edited before'],
  ];
  test.each(refusedActs)('takes nothing back %s', (_, facts, why) => {
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining(why)]);
  });
});

describe('What the system tells the people', () => {
  const notices = (facts: Facts): readonly string[] => decide(facts).notices.map(({ marker }) => marker);

  test('is told once the entry it rests on is in the journal, not before', () => {
    expect(notices(says(verified, carmen, '/accept CESGA'))).toEqual([]);
    const facts = after(verified, told.accepted());
    expect(notices(facts)).toEqual(['form:CESGA:9', 'state:rolling-out:7']);
  });

  test('is the form for a site that accepted, with its digest and targets (R-2.4-12.6b, R-2.4-12.8b, R-3-2, R-3-6)', () => {
    const form = decide(factsAt('accepted')).notices.find(({ marker }) => marker.startsWith('form:'));
    expect(form?.body).toContain('@carmen Thank you: CESGA takes part.');
    expect(form?.body).toContain('  - {platform: debian12, arch: amd64}');
    expect(form?.body).toContain('exposure: {real_users: true, vos: [atlas, ops]}');
  });

  test.each(['certified', 'unverified', 'verified', 'accepted', 'done', 'closing'] as const)(
    'is to the provider every change of state, in the ticket: %s (R-2.4-10.1b, R-2-4)',
    (point) => {
      const found = decide(factsAt(point)).notices.filter(({ marker }) => marker.startsWith('state:'));
      expect(found).toEqual([
        expect.objectContaining({ where: 'ticket', body: expect.stringMatching(/^@oxana /) as unknown }),
      ]);
    },
  );

  test.each(['accepted', 'deployed', 'done'] as const)(
    'concerns nobody but the provider and the sites that accepted: %s (R-2.4-12.2.4, A-25)',
    (point) => {
      const facts = after(factsAt(point), told.reported({ outcome: 'reject', issues: [] }));
      for (const known of [factsAt(point), facts]) {
        const mentioned = decide(known).notices.flatMap(({ body }) => body.match(/@[\w/-]+/g) ?? []);
        expect(mentioned).toContain('@oxana');
        expect(mentioned.filter((name) => name !== '@oxana' && name !== '@carmen')).toEqual([]);
      }
    },
  );

  test('says of a verified release what that means: production quality (R-3-4)', () => {
    const notice = decide(verified).notices.find(({ marker }) => marker.startsWith('state:verified'));
    expect(notice?.body).toContain('production quality: deployable without interrupting the service');
  });

  test('is to the provider every problem that a site reports (R-2.4-12.5, R-2.2-14)', () => {
    const problem = { severity: 'major', summary: 'It forgets its configuration.' } as const;
    const facts = after(factsAt('accepted'), told.reported({ issues: [problem] }));
    const notice = decide(facts).notices.find(({ marker }) => marker.startsWith('report:'));
    expect(notice?.body).toMatch(/^@oxana CESGA reported \*\*success\*\*/);
    expect(notice?.body).toContain('It forgets its configuration.');
  });

  test('is to everybody who said something that the content changed', () => {
    const journal = journalOf([
      ...stories.done,
      ['2026-03-03T10:30:00Z', { event: 'voided', was: digestOf(0), now: digestOf(1) }],
      told.certified('2026-03-03T10:30:00Z', digestOf(1)),
    ]);
    const done = factsAt('done', { journal });
    const facts = { ...done, ticket: { ...done.ticket, digest: digestOf(1) } };
    const body = decide(facts).notices.find(({ marker }) => marker.startsWith('voided:'))?.body;
    expect(body).toMatch(/^@oxana @tiziana @carmen/);
  });
});

import { describe, expect, test } from '@jest/globals';
import type { Breakage, ClosureFacts, TargetClosure } from '../../app/model/closure.ts';
import type { Facts } from '../../app/model/facts.ts';
import { plan } from '../../app/plan/plan.ts';
import { decide } from '../../app/rollout/decide.ts';
import { after, factsAt } from './facts.ts';
import { people } from './people.ts';
import { answersTo, gains, heard, review, says, verification } from './said.ts';
import { digest, digestOf, told } from './story.ts';

const { tiziana, joao } = people;
const stuck: Breakage = {
  is: 'stuck',
  what: 'arc 7.0.1',
  because: ['arc 7.0.1 needs libarc: nothing there offers it'],
};
const target: TargetClosure = {
  platform: 'debian12',
  arch: 'amd64',
  base: ['debian12-main'],
  looked: 1,
  affected: 0,
  breaks: [],
  assumed: [],
};
const closed = (
  changes: Partial<ClosureFacts> & { readonly breaks?: readonly Breakage[] } = {},
): ClosureFacts => ({
  digest,
  channel: 'staged-rollout',
  targets: [{ ...target, breaks: changes.breaks ?? [] }],
  unknown: undefined,
  ...changes,
});
const failing = closed({ breaks: [stuck] });
const at = '2026-03-02T08:20:00Z';
const verifying = (closure: ClosureFacts | undefined): Facts =>
  heard(factsAt('unverified', { closure }), review(tiziana, 'approved', verification('accept'), at));
const waived = (facts: Facts): Facts =>
  after(
    facts,
    told.asked(['closure'], joao, ['staged-rollout'], { at: '2026-03-02T08:11:00Z' }),
    told.approved(tiziana, ['technology-unit'], '2026-03-02T08:12:00Z'),
  );

describe('A release that something would break for', () => {
  test('is not verified, and the verifier is told what breaks and what mends it (A-36)', () => {
    const facts = verifying(failing);
    expect(gains(facts)).toEqual([]);
    const [answer = ''] = answersTo(facts);
    expect(answer).toContain('`arc 7.0.1` cannot be installed on debian12 amd64');
    expect(answer).toContain('arc 7.0.1 needs libarc: nothing there offers it');
    expect(answer).toContain('`/waive closure <reason>`');
  });

  const passing: readonly (readonly [string, ClosureFacts | undefined])[] = [
    ['nothing breaks', closed()],
    ['nobody looked', undefined],
    ['it was looked at with another content', { ...failing, digest: digestOf(5) }],
  ];
  test.each(passing)('is verified when %s', (_, closure) => {
    expect(gains(verifying(closure))).toEqual(['verified accept']);
  });

  test('can still be rejected at verification', () => {
    const no = verification('reject', 'notes: It cannot be installed.');
    const facts = heard(
      factsAt('unverified', { closure: failing }),
      review(tiziana, 'changes-requested', no, at),
    );
    expect(gains(facts)).toEqual(['verified reject']);
  });

  test('is verified when two persons of two roles lifted the rule, and is reviewed afterwards (A-22)', () => {
    expect(gains(waived(verifying(failing)))).toEqual(['verified accept']);
    const one = after(
      verifying(failing),
      told.asked(['closure'], joao, ['staged-rollout'], { at: '2026-03-02T08:11:00Z' }),
    );
    expect(gains(one)).toEqual([]);
  });

  test('may have the rule lifted whatever its class', () => {
    const facts = factsAt('unverified', { closure: failing });
    expect(gains(says(facts, joao, '/waive closure The library is in the next release.'))).toEqual([
      'asked E1 closure',
    ]);
  });

  test('stays where it is although it is verified, and moves when nothing breaks any more', () => {
    const verified = after(factsAt('unverified'), told.verified());
    expect(decide({ ...verified, closure: failing }).todo.move).toBeUndefined();
    expect(decide({ ...verified, closure: closed() }).todo.move?.to).toBe('staged-rollout');
  });

  test.each(['success', 'warning'] as const)('is not closed with %s (A-36)', (outcome) => {
    const closure = closed({ channel: 'production', breaks: [stuck] });
    const command = `/close ${outcome} All well.\nknown_issue: none`;
    const done = (facts: Partial<Facts>): Facts =>
      says(factsAt('done', { now: '2026-03-09T13:00:00Z', ...facts }), joao, command);
    expect(gains(done({ closure: closed({ channel: 'production' }) }))).toEqual([`closed ${outcome}`]);
    expect(gains(done({ closure }))).toEqual([]);
    expect(answersTo(done({ closure }))[0]).toContain('in production something would break');
  });

  test('is held when it breaks something only after the close', () => {
    const closure = closed({ channel: 'production', breaks: [{ ...stuck, is: 'broken', what: 'tool 1' }] });
    expect(gains(factsAt('closing', { closure }))[0]).toContain(
      '`tool 1`, which is there, could not be installed any more',
    );
  });

  test('waits for its provider, whose step says why, and offers what would count', () => {
    const decision = decide(factsAt('unverified', { closure: failing }));
    expect(decision.awaiting.map(({ who }) => who)).toContain('provider');
    expect(decision.steps.flatMap(({ because }) => because).join('\n')).toContain('arc 7.0.1 needs libarc');
    const commands = decision.commands.map(({ text }) => text);
    expect(commands).toContain('/waive closure <reason>');
    expect(commands).not.toContain('review: approve with the verification form');
  });

  test('is not let through on a guess: what could not be found out stands in the way', () => {
    const unknown = closed({ targets: [], unknown: 'The metadata of debian12-main could not be pulled.' });
    expect(gains(verifying(unknown))).toEqual([]);
    expect(answersTo(verifying(unknown))[0]).toContain('could not be found out');
  });
});

describe('The check rollout/closure', () => {
  const checkOf = (facts: Facts) =>
    plan(facts, decide(facts)).flatMap((effect) =>
      effect.do === 'check' && effect.check.name === 'rollout/closure' ? [effect.check] : [],
    )[0];

  test('names everything that breaks, with the whole chain', () => {
    const breaks: readonly Breakage[] = [
      { ...stuck, because: ['a needs b', 'b needs `c`'] },
      { is: 'files', what: '/usr/bin/x', because: ['a 1 and b 2'] },
    ];
    const check = checkOf(factsAt('unverified', { closure: closed({ breaks }) }));
    expect(check).toMatchObject({
      status: 'completed',
      conclusion: 'failure',
      title: '2 things break in staged-rollout',
    });
    expect(check?.summary).toContain(
      '- `arc 7.0.1` cannot be installed\n  - `a needs b`\n  - `` b needs `c` ``',
    );
    expect(check?.summary).toContain('- `/usr/bin/x` would belong to two packages\n  - `a 1 and b 2`');
  });

  const conclusions: readonly (readonly [string, ClosureFacts | undefined, string | undefined])[] = [
    ['success', closed(), 'success'],
    ['failure', failing, 'failure'],
    [
      'neutral where a base is only guessed',
      closed({ targets: [{ ...target, base: [], assumed: ['arc 7.0.1 needs libc6'] }] }),
      'neutral',
    ],
    [
      'success without a base when nothing is needed of it',
      closed({ targets: [{ ...target, base: [] }] }),
      'success',
    ],
    ['under way while it is not known', closed({ targets: [], unknown: 'no answer' }), undefined],
  ];
  test.each(conclusions)('is %s', (_, closure, conclusion) => {
    const check = checkOf(factsAt('unverified', { closure }));
    expect(check?.name).toBe('rollout/closure');
    expect(check?.conclusion).toBe(conclusion);
  });

  test('tells what is guessed when no base repository is configured', () => {
    const closure = closed({ targets: [{ ...target, base: [], assumed: ['arc 7.0.1 needs libc6'] }] });
    const summary = checkOf(factsAt('unverified', { closure }))?.summary ?? '';
    expect(summary).toContain('No base repositories are configured for debian12');
    expect(summary).toContain('arc 7.0.1 needs libc6');
  });

  test('is neutral where an exception lets it pass', () => {
    expect(checkOf(waived(factsAt('unverified', { closure: failing })))).toMatchObject({
      conclusion: 'neutral',
      title: 'One thing breaks in staged-rollout; lifted by an exception',
    });
  });

  test('is not written where nobody looked, nor again when it says the same', () => {
    expect(checkOf(factsAt('unverified'))).toBeUndefined();
    const facts = factsAt('unverified', { closure: failing });
    const check = checkOf(facts);
    if (!check) throw new Error('no check');
    const { name, status, title, summary, conclusion = null } = check;
    const seen = { ...facts, checks: [{ id: 1, name, status, title, summary, conclusion }] };
    expect(checkOf(seen)).toBeUndefined();
  });
});

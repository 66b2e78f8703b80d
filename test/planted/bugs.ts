export interface Bug {
  readonly name: string;
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly tests?: readonly string[];
}

/**
 * Bugs that somebody could have made: a guard that is not there, a comparison the wrong way round, something forgotten. Each is planted
 * alone (`before` becomes `after` in `file`), and has to be caught: by the sequences, or else by the table tests named.
 */
export const bugs: readonly Bug[] = [
  {
    name: 'the provider may close',
    file: 'app/rollout/close.ts',
    before: 'if (isProvider(facts, input.by)) {',
    after: 'if (isProvider(facts, input.by) && input.edited) {',
  },
  {
    name: 'anybody may close',
    file: 'app/rollout/close.ts',
    before: "if (!isIn(facts, 'staged-rollout', input.by)) {",
    after: "if (!isIn(facts, 'staged-rollout', input.by) && input.edited) {",
  },
  {
    name: 'the provider may verify',
    file: 'app/rollout/verify.ts',
    before: 'if (isProvider(facts, input.by)) {',
    after: 'if (isProvider(facts, input.by) && input.edited) {',
  },
  {
    name: 'an unverified release may close',
    file: 'app/rollout/evidence.ts',
    before: "if (!isVerified && !(isEmergency && lifted(situation, 'verification')))",
    after: "if (!isVerified && !isEmergency && !lifted(situation, 'verification'))",
  },
  {
    name: 'what nobody could install is verified',
    file: 'app/rollout/verify.ts',
    before: "event === 'approved' ? unmetClosure(situation) : undefined",
    after: "event === 'approved' && act.input.edited ? unmetClosure(situation) : undefined",
    tests: ['test/rollout/closure.test.ts'],
  },
  {
    name: 'what breaks production is closed',
    file: 'app/rollout/evidence.ts',
    before: 'if (closure !== undefined) unmet.push(closure);',
    after: "if (closure !== undefined && closing.outcome === 'reject') unmet.push(closure);",
    tests: ['test/rollout/closure.test.ts'],
  },
  {
    name: 'a Reject does not block',
    file: 'app/rollout/evidence.ts',
    before: 'if (progress.rejects.has(digest) && !overridesReject) {',
    after: 'if (progress.rejects.has(digest) && overridesReject) {',
  },
  {
    name: 'a Reject is forgotten when its site reports anew',
    file: 'app/rollout/progress.ts',
    before: 'draft.rejects.set(entry.digest, laterOf(',
    after: 'draft.rejects.set(entry.site, laterOf(',
  },
  {
    name: 'one manager and somebody else override a Reject',
    file: 'app/rollout/exceptions.ts',
    before: "return [['staged-rollout'], ['staged-rollout']];",
    after: "return [['staged-rollout'], anyRole];",
    tests: ['test/rollout/close.test.ts'],
  },
  {
    name: 'one person skips a stage',
    file: 'app/rollout/exceptions.ts',
    before: "return [['staged-rollout'], ['technology-unit'], ...",
    after: "return [['staged-rollout'], ...",
  },
  {
    name: 'a revision skips a stage',
    file: 'app/rollout/exceptions.ts',
    before: "if (classOf(facts) === 'emergency') return undefined;",
    after: "if (classOf(facts) !== 'major') return undefined;",
  },
  {
    name: 'the provider approves an exception',
    file: 'app/rollout/exceptions.ts',
    before: 'if (isProvider(facts, person))',
    after: 'if (isProvider(facts, person) && facts.pull.draft)',
  },
  {
    name: 'an exception is good for ever',
    file: 'app/rollout/exceptions.ts',
    before: 'isApproved(facts, asked) && at <= expiryOf(facts, asked)) return asked;',
    after: 'isApproved(facts, asked) && asked.at <= expiryOf(facts, asked)) return asked;',
    tests: ['test/rollout/exceptions.test.ts', 'test/rollout/close.test.ts'],
  },
  {
    name: 'nobody waits for a site that accepted',
    file: 'app/rollout/reports.ts',
    before: '.filter((part) => !part.report)',
    after: '.filter((part) => !part.report && !part.committed)',
  },
  {
    name: 'the provider’s own site is enough',
    file: 'app/rollout/reports.ts',
    before: 'reported.filter((part) => !isOwnWord(facts, part)).length',
    after: 'reported.length',
  },
  {
    name: 'an edited report goes on counting',
    file: 'app/rollout/reports.ts',
    before: 'return input !== undefined && input.bodySha256 !== source.body;',
    after: 'return input === undefined && source.body === undefined;',
    tests: ['test/rollout/stage.test.ts', 'test/rollout/hear.test.ts', 'test/rollout/close.test.ts'],
  },
  {
    name: 'the grace period is over before it is',
    file: 'app/rollout/grace.ts',
    before: 'return { over: all && mayEndEarly,',
    after: 'return { over: all || mayEndEarly,',
  },
  {
    name: 'the grace period begins with the acceptance, whoever deployed later',
    file: 'app/rollout/grace.ts',
    before: 'const start = (starts.length > 0 ? starts : accepts).toSorted()[0];',
    after: 'const start = [...starts, ...accepts].toSorted()[0];',
    tests: ['test/rollout/close.test.ts'],
  },
  {
    name: 'what is void stays in its channel',
    file: 'app/rollout/move.ts',
    before: '(actual.manifest.digest !== digest || progress.pulled === undefined)',
    after: 'actual.manifest.digest === digest && progress.pulled === undefined',
  },
  {
    name: 'a push of other content is not noticed',
    file: 'app/rollout/certify.ts',
    before: 'if (was !== undefined && ticket.digest !== was) {',
    after: 'if (was !== undefined && ticket.digest === undefined) {',
  },
  {
    name: 'another content is merged than was verified',
    file: 'app/rollout/merge.ts',
    before: 'if (merge.digest !== progress.certified?.digest)',
    after: 'if (merge.digest === undefined)',
    tests: ['test/rollout/merge.test.ts'],
  },
  {
    name: 'a merge may change other files',
    file: 'app/rollout/merge.ts',
    before: 'if (!merge.onlyTheTicket)',
    after: 'if (!merge.onlyTheTicket && merge.digest === undefined)',
    tests: ['test/rollout/merge.test.ts'],
  },
  {
    name: 'a close that came too early takes effect later',
    file: 'app/rollout/decide.ts',
    before: "if (early.is !== 'counts' || then === progress) return early;",
    after: "if (early.is === 'counts' && then === progress) return early;",
  },
  {
    name: 'what was edited before it was read counts',
    file: 'app/rollout/interpret.ts',
    before: "if (verdict.is !== 'counts' || !act.input.edited) return verdict;",
    after: "if (verdict.is !== 'counts' || act.input.edited) return verdict;",
  },
  {
    name: 'a frozen release goes on',
    file: 'app/rollout/evidence.ts',
    before: 'if (frozen !== undefined) unmet.push(frozen);',
    after: 'if (frozen === undefined && progress.frozen) unmet.push(progress.frozen.reason);',
  },
  {
    name: 'an embargo ends early',
    file: 'app/rollout/embargo.ts',
    before: 'Date.parse(until) > Date.parse(at) ? until : undefined',
    after: 'Date.parse(until) < Date.parse(at) ? until : undefined',
  },
  {
    name: 'a component may have releases as often as it likes',
    file: 'app/rollout/evidence.ts',
    before: "if (soon !== undefined && !lifted(situation, 'cadence'))",
    after: "if (soon !== undefined && lifted(situation, 'cadence'))",
  },
  {
    name: 'anybody speaks for a site',
    file: 'app/rollout/authority.ts',
    before: 'site.github.some((login) => sameLogin(login, person.login)),',
    after: 'site.github.some((login) => login.length > 0 && person.id > 0),',
  },
  {
    name: 'a login is believed that somebody else has now',
    file: 'app/rollout/authority.ts',
    before: 'member.id === person.id',
    after: 'member.login === person.login',
    tests: ['test/rollout/verify.test.ts', 'test/rollout/hear.test.ts', 'test/rollout/close.test.ts'],
  },
  {
    name: 'a site is excused before it is due',
    file: 'app/rollout/invite.ts',
    before: 'if (due > at)\n    return refused(',
    after: 'if (due > at && site !== word)\n    return refused(',
  },
  {
    name: 'a reminder is told before it is time',
    file: 'app/rollout/remind.ts',
    before: 'half > since && half <= at',
    after: 'half > since && since <= at',
  },
  {
    name: 'a reminder is told over and over',
    file: 'app/rollout/remind.ts',
    before: "(one.mark === 'late' || one.mark === 'call') && one.day >= day",
    after: "(one.mark === 'late' || one.mark === 'call') && one.day > day",
  },
  {
    name: 'the clock of the verification runs on while the provider is waited for',
    file: 'app/rollout/running-clocks.ts',
    before: "due: clocks.dueWithPauses(since, 'step2', pauses)",
    after: "due: clocks.due(since, 'step2')",
  },
  {
    name: 'what is withdrawn stays in its channel',
    file: 'app/rollout/move.ts',
    before: 'const gone = progress.rejected ?? progress.withdrawn;',
    after: 'const gone = progress.rejected;',
  },
  {
    name: 'one manager rolls a release back',
    file: 'app/rollout/rollback.ts',
    before: "return counts(ask(situation, input.by, ['rollback'], reason));",
    after: "return counts({ event: 'rolled-back', reason });",
    tests: ['test/rollout/rollback.test.ts', 'test/rollout/exceptions.test.ts'],
  },
  {
    name: 'anybody withdraws',
    file: 'app/rollout/interpret.ts',
    before: "if (!isIn(facts, 'provider', input.by) && facts.pull.author.id !== input.by.id) {",
    after: "if (!isIn(facts, 'provider', input.by) && facts.pull.author.id === input.by.id) {",
  },
  {
    name: 'a decision depends on the order in which things are read',
    file: 'app/rollout/acts.ts',
    before: 'a.at < b.at ? -1 : a.at > b.at ? 1 : a.id - b.id',
    after: 'a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0',
  },
  {
    name: 'holidays count as working days',
    file: 'app/rollout/time/working-time.ts',
    before: 'if (this.#holidays.has(day)) continue;',
    after: 'if (this.#holidays.has(-1)) continue;',
    tests: ['test/rollout/time/working-time.test.ts', 'test/rollout/time/timeline.test.ts'],
  },
];

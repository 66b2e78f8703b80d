import type { Decision } from '../../app/model/decision.ts';
import type { Facts, Input } from '../../app/model/facts.ts';
import type { Entry, NewEntry, Person } from '../../app/model/journal.ts';
import { type State, terminalStates } from '../../app/model/state.ts';
import { hoursBetween, hoursOf } from './clock-work.ts';
import { configuration, people } from './people.ts';
import { embargoUntil } from './settings.ts';

type Of<K extends Entry['event'], E extends NewEntry = Entry> = Extract<E, { event: K }>;
export const is =
  <K extends Entry['event']>(...events: readonly K[]) =>
  <E extends NewEntry>(entry: E): entry is E & Of<K, E> =>
    (events as readonly string[]).includes(entry.event);

const providers = new Set<number>([people.oxana.id, people.pavel.id, people.kim.id]);
const { policy } = configuration;

export const speaksFor = (by: Person, site: string): boolean =>
  configuration.earlyAdopters.sites.find((known) => known.site === site)?.github.includes(by.login) === true;

/** Where a release may go from one look to the next: the process's own steps, several of them at once where people were quicker. */
const edges: Readonly<Record<State, readonly State[]>> = {
  draft: ['certified', 'closing'],
  certified: ['unverified', 'withdrawn', 'closing'],
  unverified: ['certified', 'verified', 'rejected', 'withdrawn', 'closing'],
  verified: ['certified', 'rolling-out', 'done', 'closing', 'rejected', 'withdrawn'],
  'rolling-out': ['certified', 'done', 'closing', 'rejected', 'withdrawn'],
  done: ['certified', 'rolling-out', 'closing', 'rejected', 'withdrawn'],
  closing: ['certified', 'success', 'warning', 'rejected', 'withdrawn'],
  success: [],
  warning: [],
  rejected: [],
  withdrawn: [],
};

/** What was true when it was true, noted by the test itself and not by what it tests. */
export class Witness {
  readonly wrong: string[] = [];
  readonly #said = new Map<number, Input>();
  /** Contents that a site taking part rejected while the system could read it. */
  readonly #rejectedInSight = new Set<string>();
  /** What the clocks told already. */
  readonly #reminded = new Set<string>();
  #was: State | undefined;

  claim(holds: boolean, what: string): void {
    if (!holds && !this.wrong.includes(what)) this.wrong.push(what);
  }

  /** At each decision: what the system sees, and what it makes of it. */
  looks(facts: Facts, decision: Decision): void {
    for (const input of facts.inputs) if (!this.#said.has(input.id)) this.#said.set(input.id, input);
    const { journal } = facts;
    const certified = journal.findLast(is('certified'));
    this.#rejects(facts, decision, certified?.digest);
    this.#moves(decision);
    for (const entry of decision.record) this.#enters(facts, entry, decision.record);
    if (facts.shelf?.shelf === 'production') this.#production(facts);
    if (facts.shelf && facts.shelf.shelf !== 'withdrawn') this.#channel(facts, facts.shelf.manifest.digest);
    this.claim(
      !decision.todo.mergeTicket || facts.ticket.digest === certified?.digest,
      'I7: it merges other content',
    );
    this.claim(new Set(decision.labels).size === decision.labels.length, 'a label twice');
    this.claim(
      new Set(decision.notices.map(({ marker }) => marker)).size === decision.notices.length,
      'a notice twice',
    );
  }

  /** I10: which contents were rejected by somebody who may, in sight of the system. */
  #rejects({ journal, inputs, ticket }: Facts, { state }: Decision, content: string | undefined): void {
    if (content === undefined || ticket.digest !== content || journal.some(is('merged'))) return;
    if (state === 'rejected' || state === 'withdrawn') return;
    const begun = journal.findLastIndex(is('certified', 'voided'));
    for (const { site, at } of journal.slice(Math.max(0, begun)).filter(is('accepted'))) {
      const reject = inputs.find(
        (input) =>
          input.kind === 'review' &&
          !journal.some(({ source }) => source?.id === input.id) &&
          input.at >= at &&
          input.body.includes(`site: ${site}\n`) &&
          input.body.includes('outcome: reject') &&
          input.body.includes('issues: [{') &&
          input.body.includes(content) &&
          speaksFor(input.by, site),
      );
      if (reject) this.#rejectedInSight.add(content);
    }
  }

  /** I6: along the edges of the process only, and never out of an end. */
  #moves({ state, held, record }: Decision): void {
    const was = this.#was;
    this.#was = state;
    if (was === undefined || was === state) return;
    this.claim(!terminalStates.has(was), `I6: ${was} became ${state}`);
    this.claim(edges[was].includes(state), `I6: ${was} became ${state}`);
    if (state === 'closing' && (was === 'draft' || was === 'certified'))
      this.claim(held, 'I6: it closes before it was pulled');
    if (state === 'certified' && was !== 'draft')
      this.claim(record.some(is('voided')), `I6: ${was} became certified, and nothing was voided`);
  }

  /** Each new entry: who is behind it, and, of a clock, whether it is time. */
  #enters(facts: Facts, entry: NewEntry, record: readonly NewEntry[]): void {
    const { by } = entry;
    if (entry.event === 'reminded') this.#tells(facts, entry, record);
    if (entry.event === 'merged') this.#merges(facts, record);
    if (by === 'rollout') {
      const judging = [
        'verified',
        'accepted',
        'deployed',
        'reported',
        'closed',
        'excused',
        'asked',
        'approved',
        'taken',
        'frozen',
        'unfrozen',
        'rejected',
      ];
      this.claim(!judging.includes(entry.event), `A-45: the system ${entry.event}`);
      return;
    }
    const isIn = (team: keyof Facts['teams']): boolean => facts.teams[team].some(({ id }) => id === by.id);
    const manages = isIn('staged-rollout');
    const mayBack = manages || isIn('technology-unit') || isIn('svg');
    const isStranger = !providers.has(by.id);
    const may: Readonly<Partial<Record<Entry['event'], boolean>>> = {
      verified: isIn('technology-unit') && isStranger,
      rejected: isIn('technology-unit') && isStranger,
      closed: (manages || 'exception' in entry) && isStranger,
      excused: manages && isStranger,
      invited: manages && isStranger,
      asked: mayBack && isStranger,
      approved: mayBack && isStranger,
      'rolled-back': mayBack && isStranger,
      taken: (manages || isIn('technology-unit')) && isStranger,
      frozen: manages,
      unfrozen: manages && isStranger,
      advised: isIn('svg') || (manages && facts.ticket.value?.spec.security?.embargo_until === undefined),
      retried: isIn('repository-managers') || isIn('provider'),
      resumed: !isStranger,
      withdrawn: isIn('provider') || by.id === people.oxana.id,
    };
    this.claim(may[entry.event] ?? true, `I12, I13: ${by.login} ${entry.event}`);
    if (is('accepted', 'declined', 'deployed', 'left', 'reported')(entry))
      this.claim(speaksFor(by, entry.site), `I13: ${by.login} ${entry.event} for ${entry.site}`);
    if (entry.event === 'asked') {
      const skips = entry.rules.some((rule) => rule === 'verification' || rule === 'staged-rollout');
      this.claim(!skips || facts.ticket.value?.spec.class === 'emergency', 'I16: no emergency skips');
      this.claim(entry.reason.trim() !== '', 'I16: an exception without a reason');
    }
    if (entry.event === 'rolled-back') {
      const asked = record
        .concat(facts.journal)
        .filter(is('asked'))
        .findLast(({ rules }) => rules.includes('rollback'));
      const isSecond = asked?.by !== 'rollout' && asked?.by.id !== by.id;
      this.claim(asked !== undefined && isSecond, 'A-34: rolled back by one person');
    }
    const source = facts.inputs.find(({ kind, id }) => kind === entry.source?.kind && id === entry.source.id);
    const isYes =
      is('accepted', 'approved', 'unfrozen', 'advised')(entry) ||
      (is('verified', 'reported', 'closed')(entry) && !JSON.stringify(entry).includes('"outcome":"reject"'));
    this.claim(!isYes || source?.edited !== true, 'I11: what was edited before it was read counts');
    if (entry.event === 'excused') {
      const now = facts.journal.filter(is('accepted', 'deployed'));
      const begun = now.findLast(({ site, event }) => site === entry.site && event === 'deployed')?.at;
      const since = begun ?? now.findLast(({ site }) => site === entry.site)?.at;
      const { clock, step3 } = this.#classOf(facts);
      if (since !== undefined)
        this.claim(hoursBetween(since, entry.at, clock) >= hoursOf(step3), 'I27: excused before it was due');
    }
  }

  #classOf = (facts: Facts) => policy.classes[facts.ticket.value?.spec.class ?? 'revision'];

  /** I27: no clock tells anything before the calendar says so, or twice. */
  #tells(
    facts: Facts,
    { clock: name, who, since, due, mark, day, at }: Of<'reminded', NewEntry>,
    record: readonly NewEntry[],
  ): void {
    const key = [name, who, since, mark, day].join(' ');
    this.claim(!this.#reminded.has(key), `I27: told twice: ${key}`);
    this.#reminded.add(key);
    const own = this.#classOf(facts);
    const clock = name === 'review' ? 'working' : own.clock;
    const span = name === 'review' ? 40 : hoursOf(own[name]);
    // What was due stays late, whatever is waited for afterwards.
    const until = mark === 'half' ? at : due;
    const stoodStill =
      name === 'step2' ? this.#pausedHours([...facts.journal, ...record], since, until, clock) : 0;
    // Hours are fractions: a millionth of one is less than the seconds in which instants are told.
    const gone = hoursBetween(since, until, clock) - stoodStill + 1e-6;
    this.claim(gone >= (mark === 'half' ? span / 2 : span), `I27: ${mark} of ${name} is told too early`);
    this.claim(mark === 'half' || at >= due, `I27: ${mark} of ${name} is told before ${due}`);
    if (mark === 'late') {
      const late = hoursBetween(due, at, own.clock) / (own.clock === 'wall' ? 24 : 8);
      this.claim(day >= 1 && late >= day, `I27: ${name} is not ${String(day)} days late`);
    }
    if (mark === 'call')
      this.claim(
        hoursBetween(since, at, clock) >= 2 * span,
        'I27: new sites are called for before twice the time',
      );
    // A no that cannot be read begins a clock too, and stands in the conversation alone.
    const begins = [...facts.journal, ...record, ...facts.inputs].some((entry) => entry.at === since);
    this.claim(begins, `I27: ${name} began when nothing happened`);
    const verified = [...facts.journal, ...record].findLast(is('verified', 'voided'));
    const isDone = verified?.event === 'verified' && verified.report.outcome.startsWith('accept');
    this.claim(name !== 'step2' || !isDone, 'the Technology Unit is reminded of what it has done');
  }

  #pausedHours(journal: readonly NewEntry[], from: string, to: string, clock: 'working' | 'wall'): number {
    let [hours, since] = [0, ''];
    const counted = (begin: string, end: string): number =>
      Math.max(0, hoursBetween(begin < from ? from : begin, end > to ? to : end, clock));
    for (const entry of journal.filter(is('verified', 'resumed', 'voided'))) {
      const waits = entry.event === 'verified' && entry.report.outcome === 'wait-for-provider';
      if (waits && since === '') since = entry.at;
      if (!waits && since !== '') {
        hours += counted(since, entry.at);
        since = '';
      }
    }
    return since === '' ? hours : hours + counted(since, to);
  }

  /** Nothing is in a channel that was not pulled and certified as this very content. */
  #channel({ journal }: Facts, content: string): void {
    this.claim(
      journal.some((entry) => entry.event === 'pulled' && entry.digest === content),
      'I2: content in a channel that was never pulled',
    );
  }

  /** The exceptions that were approved, each by whom: two persons at least. */
  #approved(journal: readonly NewEntry[], rule: string, by: string): readonly Of<'asked', NewEntry>[] {
    return journal.filter(is('asked')).filter((asked) => {
      if (!(asked.rules as readonly string[]).includes(rule)) return false;
      const approvals = journal
        .filter(is('approved'))
        .filter(({ exception }) => exception === asked.exception);
      const backers = [asked, ...approvals].filter(({ at }) => at <= by);
      const persons = new Set(backers.map((entry) => (entry.by === 'rollout' ? 0 : entry.by.id)));
      const roles = new Set<string>(backers.flatMap(({ as }) => as));
      const managers = backers.filter(({ as }) => as.includes('staged-rollout'));
      const enough =
        rule === 'override-reject'
          ? new Set(managers.map((entry) => (entry.by === 'rollout' ? 0 : entry.by.id))).size >= 2
          : roles.has('staged-rollout') && roles.has('technology-unit');
      return persons.size >= 2 && enough && !persons.has(0) && ![...persons].some((id) => providers.has(id));
    });
  }

  /** What has to hold as of the merge beside the evidence of the people: no freeze, no embargo, not too soon. */
  #merges(facts: Facts, record: readonly NewEntry[]): void {
    const { history, ticket, pull } = facts;
    const journal = [...facts.journal, ...record];
    const closed = journal.findLast(is('closed'));
    const closedAt = closed?.at ?? '';
    const mergedAt = pull.merge?.at ?? '';
    const at = closedAt > mergedAt ? closedAt : mergedAt;
    for (const { site, source } of journal
      .slice(journal.findLastIndex(is('certified')))
      .filter(is('reported'))) {
      const isLast =
        journal.findLast((entry) => entry.event === 'reported' && entry.site === site)?.source === source;
      const input = facts.inputs.find(({ kind, id }) => kind === source?.kind && id === source.id);
      const isEdited = input !== undefined && input.bodySha256 !== source?.body;
      const isIn = !journal.some((entry) => is('left', 'excused')(entry) && entry.site === site);
      const isTried = this.#approved(journal, 'staged-rollout', at).length === 0;
      this.claim(
        !isLast || !isEdited || !isIn || !isTried || closed?.exception !== undefined,
        'I11: it merges on a report that was edited',
      );
    }
    const still = journal.findLast(is('frozen', 'unfrozen'));
    this.claim(
      still?.event !== 'frozen' || this.#approved(journal, 'freeze', at).length > 0,
      'it merges although it is frozen',
    );
    const security = ticket.value?.spec.security;
    if (security?.embargo_until !== undefined)
      this.claim(at >= embargoUntil || journal.some(is('advised')), 'it merges under embargo');
    if (ticket.value?.spec.class === 'emergency') return;
    for (const { productionAt } of history) {
      const days = productionAt === undefined ? 14 : (Date.parse(at) - Date.parse(productionAt)) / 86_400_000;
      this.claim(days >= 14 || this.#approved(journal, 'cadence', at).length > 0, 'it merges too soon');
    }
  }

  /** I1, I2, I10, I12, I16: what is in production went through everything, bound to one content, or past it by recorded exceptions. */
  #production(facts: Facts): void {
    const { journal, shelf, pull } = facts;
    const content = shelf?.manifest.digest ?? '';
    const begun = journal.findLastIndex((entry) => entry.event === 'certified' && entry.digest === content);
    const now = journal.slice(begun);
    const closed = now.findLast(is('closed'));
    const merged = now.findLast(is('merged'));
    this.claim(begun >= 0 && !now.some(is('voided')), 'I1: in production with content that was voided');
    this.claim(closed !== undefined && closed.outcome !== 'reject', 'I1: not closed');
    this.claim(
      merged !== undefined && pull.merge?.digest === content && pull.merge.onlyTheTicket,
      'I1: not merged',
    );
    this.claim(
      now.some((entry) => entry.event === 'pulled' && entry.digest === content),
      'I2: not pulled',
    );
    this.claim(
      now.some(
        (entry) =>
          entry.event === 'published' && entry.shelf === 'staged-rollout' && entry.digest === content,
      ),
      'I2: never in staged-rollout',
    );
    if (!closed) return;
    this.claim(closed.by !== 'rollout' && !providers.has(closed.by.id), 'I12: the provider closed');
    this.claim(closed.summary.trim() !== '', 'I1: closed without a summary');
    const isByException = closed.exception !== undefined;
    this.claim(
      this.#byHand(closed, isByException ? '/approve' : `/close ${closed.outcome}`),
      'I1: a close that nobody wrote',
    );
    const isEmergency = facts.ticket.value?.spec.class === 'emergency';
    const mayWaive = (rule: string): boolean =>
      isEmergency &&
      this.#approved(journal, rule, closed.at).some(
        (asked) => hoursBetween(asked.at, closed.at, 'wall') <= 40 && asked.reason.trim() !== '',
      );
    const verified = now.findLast(is('verified'));
    const isVerified = verified?.digest === content && verified.report.outcome.startsWith('accept');
    this.claim(isVerified || mayWaive('verification'), 'I1, I16: not verified');
    if (verified && isVerified) {
      this.claim(verified.by !== 'rollout' && !providers.has(verified.by.id), 'I12: the provider verified');
      this.claim(this.#byHand(verified, 'VerificationReport'), 'I1: a verification that nobody wrote');
      this.claim(content.startsWith(verified.report.digest), 'I2: verified with other bytes');
    }
    this.#rejected(facts, content, closed);
    if (!mayWaive('staged-rollout')) this.#tried(facts, now, content, closed);
  }

  /** I10: a Reject blocks its content, unless two managers overrode it after it was there. */
  #rejected({ journal }: Facts, content: string, closed: Of<'closed'>): void {
    const rejects = journal
      .filter(is('reported'))
      .filter(({ digest, report }) => digest === content && report.outcome === 'reject');
    const isOverridden = this.#approved(journal, 'override-reject', closed.at).some(
      ({ exception, at }) => exception === closed.exception && rejects.every((reject) => reject.at <= at),
    );
    this.claim(isOverridden || rejects.length === 0, 'I10: a Reject is in the journal');
    this.claim(
      isOverridden || !this.#rejectedInSight.has(content),
      'I10: a Reject was seen and is forgotten',
    );
  }

  /** Enough sites tried it, all that did said so, and the grace period passed. */
  #tried(facts: Facts, now: readonly Entry[], content: string, closed: Of<'closed'>): void {
    const sites = [...new Set(now.filter(is('accepted')).map(({ site }) => site))];
    const last = (site: string, ...events: readonly Entry['event'][]): Entry | undefined =>
      now.findLast((entry) => 'site' in entry && entry.site === site && events.includes(entry.event));
    const without = (site: string): boolean =>
      is('left', 'excused')(last(site, 'accepted', 'deployed', 'reported', 'left', 'excused') ?? closed);
    const parts = sites.filter((site) => !without(site));
    this.claim(parts.length > 0, 'I1: nobody tried it');
    this.claim(
      parts.some((site) => site !== 'NDGF-T1'),
      'I1: only the provider’s own site tried it',
    );
    let isExposed = true;
    for (const site of parts) {
      const report = now.filter(is('reported')).findLast((entry) => entry.site === site);
      this.claim(report !== undefined, 'I1: a site did not report');
      if (!report) continue;
      this.claim(report.digest === content, 'I2: a report on other content');
      this.claim(content.startsWith(report.report.digest), 'I2: a report that quotes other bytes');
      this.claim(report.report.outcome !== 'reject' || closed.exception !== undefined, 'I1: a site rejected');
      this.claim(report.at <= closed.at, 'I1: closed before the last report');
      this.claim(this.#byHand(report, `site: ${site}`), 'I1: a report that nobody wrote');
      this.claim(report.by !== 'rollout' && speaksFor(report.by, site), 'I13: a stranger reported');
      const vos = configuration.earlyAdopters.sites.find((known) => known.site === site)?.vos ?? [];
      const exposed = report.report.exposure?.vos ?? [];
      isExposed &&= vos.length > 0 && vos.every((vo) => exposed.includes(vo));
    }
    const deployments = parts.flatMap(
      (site) => now.filter(is('deployed')).find((entry) => entry.site === site)?.at ?? [],
    );
    const acceptances = parts.flatMap((site) => last(site, 'accepted')?.at ?? []);
    const start = (deployments.length > 0 ? deployments : acceptances).toSorted()[0] ?? closed.at;
    const own = this.#classOf(facts);
    const gone = hoursBetween(start, closed.at, own.clock);
    const mayEndEarly = isExposed || closed.notes?.early_because !== undefined;
    this.claim(
      gone >= hoursOf(own.grace) || (mayEndEarly && gone >= hoursOf(own.grace_minimum)),
      'I27: the grace period is not over',
    );
    const worst = Math.max(
      ...parts.map((site) => {
        const report = now.filter(is('reported')).findLast((entry) => entry.site === site);
        return ['success', 'warning', 'reject'].indexOf(report?.report.outcome ?? 'success');
      }),
    );
    const isBetter = ['success', 'warning', 'reject'].indexOf(closed.outcome) < worst;
    this.claim(
      !isBetter || closed.notes?.better_because !== undefined,
      'A-12: better than the worst report, and nobody says why',
    );
  }

  #byHand({ by, at, source }: Entry, words: string): boolean {
    const input = this.#said.get(source?.id ?? 0);
    return by !== 'rollout' && input?.by.id === by.id && input.at === at && input.body.includes(words);
  }
}

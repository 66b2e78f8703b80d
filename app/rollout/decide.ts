import type { Answer, Decision } from '../model/decision.ts';
import type { Facts } from '../model/facts.ts';
import type { Entry, Event, NewEntry, Person } from '../model/journal.ts';
import { type State, terminalStates } from '../model/state.ts';
import { answerText } from '../wording/answers.ts';
import { pilotForm } from '../wording/forms.ts';
import { noticesOf } from '../wording/notices.ts';
import { explanation } from '../wording/status.ts';
import { isIn } from './authority.ts';
import { awaitedOf } from './await.ts';
import { certify } from './certify.ts';
import { foreseen, mayComeEarly } from './foreseen.ts';
import { invitedSites } from './invite.ts';
import { intakeOf, pulledEvents } from './intake.ts';
import { actsIn, sourceOf } from './acts.ts';
import { canBeNegative, isNegative, judge } from './interpret.ts';
import { judgeMerge } from './merge.ts';
import { movedEvents, wantedMove } from './move.ts';
import { type Progress, progressOf, sourceKey } from './progress.ts';
import { nextReminder, reminders } from './remind.ts';
import { missingReports } from './reports.ts';
import { reviewEvents, wantsReview } from './review.ts';
import { type Act, type Situation, refused } from './situation.ts';
import { sideStandings } from './side-standings.ts';
import { stepsOf } from './steps.ts';
import { supersededBy } from './version/turn.ts';

/** Refusals that one ticket gives people in a day; what comes after is silence, so that nobody can make the system write for ever (trust.md 8.11). */
const mostAnswersADay = 20;

/**
 * What the facts mean. Pure: the same facts give the same decision, whatever the order in which they became known (I14).
 * Takes everything that was read about one ticket; gives its state, why, who is awaited, what has to be recorded and done next.
 */
export function decide(facts: Facts): Decision {
  const record: NewEntry[] = [];
  const entries = (): readonly (Entry | NewEntry)[] =>
    record.length === 0 ? facts.journal : [...facts.journal, ...record];
  let progress = progressOf(entries());
  const add = (
    events: readonly Event[],
    by: Person | 'rollout',
    at: string,
    source?: NewEntry['source'],
  ): void => {
    for (const event of events) record.push({ ...event, at, by, ...(source ? { source } : {}) });
    if (events.length > 0) progress = progressOf(entries());
  };
  const byItself = (events: readonly Event[]): void => {
    add(events, 'rollout', facts.now);
  };

  const early = foreseen(facts, progress);
  const certified = certify(facts, early.length > 0 ? progressOf(early) : progress);
  byItself(certified);
  if (certified.length > 0) for (const { by, at, source, ...event } of early) add([event], by, at, source);
  else if (early.length > 0) progress = progressOf(early);
  const answers = hear(facts, () => progress, entries, add);
  byItself(closedByHand(facts, progress));
  byItself(superseded(facts, progress));
  byItself(pulledEvents(facts, progress));
  byItself(movedEvents(facts, progress));
  if (facts.call && progress.call === undefined)
    byItself([{ event: 'called', issue: facts.call.number, invited: invitedSites(facts) }]);
  byItself(judgeMerge(facts, progress));
  byItself(reviewEvents(facts, progress));
  byItself(reminders({ facts, progress, at: facts.now }, stateOf(facts, progress)));

  return conclude(facts, progress, record, answers);
}

/** Goes through what people wrote, oldest first, and records or answers what is new. */
function hear(
  facts: Facts,
  progress: () => Progress,
  entries: () => readonly (Entry | NewEntry)[],
  add: (events: readonly Event[], by: Person | 'rollout', at: string, source?: NewEntry['source']) => void,
): readonly Answer[] {
  const answered = new Set(facts.ownComments.map(({ marker }) => marker));
  const today = facts.now.slice(0, 10);
  let left =
    mostAnswersADay -
    facts.ownComments.filter(({ marker, at }) => marker.startsWith('answer:') && at.startsWith(today)).length;
  const answers: Answer[] = [];
  for (const act of actsIn(facts.inputs)) {
    const { input, part } = act;
    const key = sourceKey(input.kind, input.id, part);
    if (progress().seen.has(key)) continue;
    const marker = `answer:${key}`;
    // Whoever may edit our comments could mark somebody's no as answered: an answer settles everything but a no (I10, I11).
    if (answered.has(marker) && !canBeNegative(act)) continue;
    const verdict = judgeThenAndNow(facts, progress(), entries(), act);
    const isNo = verdict.is === 'counts' && verdict.events.every(isNegative);
    if (answered.has(marker) && !isNo) continue;
    if (verdict.is === 'counts') {
      add(verdict.events, input.by, input.at, sourceOf(act));
    } else if (verdict.is !== 'nothing' && left > 0) {
      left -= 1;
      answers.push({
        marker,
        where: input.where,
        to: input.by,
        body: answerText(input, verdict, {
          explain: () => explanation(standingOf(facts, progress())),
          pilot: () => pilotForm(facts),
        }),
      });
    }
  }
  return answers;
}

/** An act has to be allowed where the release stood when it was written, and where it stands now (see `Situation`). */
function judgeThenAndNow(
  facts: Facts,
  progress: Progress,
  entries: readonly NewEntry[],
  act: Act,
): ReturnType<typeof judge> {
  const { at } = act.input;
  const before = entries.filter((entry) => entry.at <= at);
  const then = before.length === entries.length ? progress : progressOf(before);
  const early = judge({ facts, progress: then, at }, act);
  if (early.is !== 'counts' || then === progress) return early;
  const late = judge({ facts, progress, at }, act);
  // What lifts a rule was said in view of a content: it lifts nothing of another one (T16, A-22).
  const isOfOther = then.certified?.digest !== progress.certified?.digest;
  const lifts = late.is === 'counts' && !late.events.every(isNegative) && !mayComeEarly(late.events);
  if (isOfOther && lifts)
    return refused(
      'The content of the release changed since this was written. Look at what is here now, and write it again.',
    );
  return late;
}

/** A ticket closed unmerged by hand counts as taken back, when somebody did it who may (process.md, odd ends). */
function closedByHand(facts: Facts, progress: Progress): readonly Event[] {
  const { pull } = facts;
  if (pull.open || pull.merge || terminalStates.has(progress.state) || progress.phase === 'none') return [];
  const by = pull.closedBy;
  if (!by || !mayClose(facts, by)) return [];
  return [{ event: 'withdrawn', reason: `@${by.login} closed the pull request` }];
}

/** its provider opened another ticket that takes the place of this one; what is closed or merged already goes its way. */
function superseded(facts: Facts, progress: Progress): readonly Event[] {
  const { id, value } = facts.ticket;
  if (terminalStates.has(progress.state) || progress.phase === 'none') return [];
  if (progress.closed ?? progress.merged ?? facts.pull.merge) return [];
  if (id === undefined || value === undefined) return [];
  const newer = supersededBy(facts.history, { id, provider: value.metadata.provider });
  return newer ? [{ event: 'withdrawn', reason: `superseded by ${newer.id} (#${String(newer.pull)})` }] : [];
}

const mayClose = (facts: Facts, by: Person): boolean =>
  by.id === facts.pull.author.id ||
  (['provider', 'repository-managers', 'technology-unit', 'staged-rollout'] as const).some((team) =>
    isIn(facts, team, by),
  );

/** Where the ticket stands, why, and who is awaited: what every page and text prints. */
function standingOf(facts: Facts, progress: Progress) {
  const state = stateOf(facts, progress);
  const situation: Situation = { facts, progress, at: facts.now };
  return {
    state,
    held: state === 'closing' && progress.held !== undefined,
    release: facts.ticket.id,
    digest: facts.ticket.digest,
    steps: stepsOf(facts, progress, state),
    ...awaitedOf(situation, state),
    ...sideStandings(situation, state),
  };
}

function conclude(
  facts: Facts,
  progress: Progress,
  record: readonly NewEntry[],
  answers: readonly Answer[],
): Decision {
  const standing = standingOf(facts, progress);
  const { state } = standing;
  const move = wantedMove(facts, progress);
  const ended = terminalStates.has(state);
  const atRest = move === undefined && (facts.shelf === undefined || progress.shelf?.published === true);
  const intake = intakeOf(facts, progress);
  const isOpenYet = progress.closed === undefined && progress.merged === undefined;
  const inRollout = isOpenYet && (progress.phase === 'verified' || progress.phase === 'rolling-out');
  const callOpen = facts.call?.open === true;
  // As in `fold`: a literal that begins with a copy would be slow.
  return {
    record,
    ...standing,
    answers,
    notices: record.length > 0 ? [] : noticesOf(facts, progress, standing),
    todo: {
      pull: intake.is === 'now',
      move,
      mergeTicket:
        state === 'closing' && progress.closed !== undefined && !facts.pull.merge && facts.pull.open,
      closeTicket: ended && atRest && facts.pull.open,
      reopenTicket:
        !ended &&
        progress.phase !== 'none' &&
        !facts.pull.open &&
        !facts.pull.merge &&
        facts.pull.closedBy !== undefined,
      openCall: inRollout && !ended && progress.call === undefined && facts.call === undefined,
      closeCall: ended && callOpen,
      openReview: wantsReview(facts, progress),
    },
    wakeAt: intake.is === 'later' ? intake.at : nextReminder({ facts, progress, at: facts.now }, state),
    settled:
      (ended || isGivenUp(facts, progress)) &&
      atRest &&
      !facts.pull.open &&
      !callOpen &&
      record.length === 0 &&
      (progress.review === undefined || progress.reviewed) &&
      standing.exceptions.every(({ stands }) => stands !== 'waiting'),
  };
}

/** Closed, or merged as somebody else's ticket, before it was certified: nothing is awaited, and nothing of it is in the record. */
const isGivenUp = ({ pull }: Facts, { state }: Progress): boolean => state === 'draft' && !pull.open;

/** The state people see: the journal's, refined by what only the facts know. */
function stateOf(facts: Facts, progress: Progress): State {
  if (progress.state === 'certified' && facts.pull.draft && !progress.pulled) return 'draft';
  if (progress.state === 'rolling-out' && missingReports(facts, progress).length === 0) return 'done';
  return progress.state;
}

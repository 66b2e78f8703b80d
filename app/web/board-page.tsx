import type { Step } from '../model/decision.ts';
import { type State, states, terminalStates } from '../model/state.ts';
import type { Board, TicketView } from './board.ts';
import { Awaited } from './awaited.tsx';
import { ChannelList } from './channel-list.tsx';
import { Frame, Link } from './frame.tsx';
import { LateList } from './late-list.tsx';
import { PathPicture } from './path-picture.tsx';
import { SiteList } from './site-list.tsx';
import { awaitedAt } from './ticket-data.ts';
import { Time } from './time.tsx';
import { Told } from './told.tsx';
import { flagsOf, pathOf, providerOf, stateWords, ticketName } from './words.ts';

/** Cards shown of one state; the rest is counted, and in the JSON. Ended releases are many and rarely looked at. */
const mostCards = 60;
const mostEnded = 6;

/** `/`: every release by its state, who is late, and the channels. */
export const BoardPage = ({ board }: { readonly board: Board }) => {
  const tickets = board.tickets();
  const groups = states.map((state) => ({ state, tickets: inOrder(tickets, state, board.now()) }));
  return (
    <Frame title={`Staged Rollout: ${board.repository}`} board={board} data={undefined} here="board">
      <h1>Releases on their way into production</h1>
      <p class="lead">
        Software goes from its provider through three signed package channels. The Technology Unit verifies
        it, and early adopter sites run it before everybody else does. Here is where every release stands, and
        who is awaited.
      </p>
      <LateList board={board} />
      <PathPicture board={board} />
      <Stages
        title="Under way"
        id="under-way"
        groups={groups.filter(({ state }) => !terminalStates.has(state))}
        board={board}
      />
      <Stages
        title="Ended"
        id="ended"
        groups={groups.filter(({ state }) => terminalStates.has(state))}
        board={board}
      />
      <ChannelList channels={board.channels()} />
    </Frame>
  );
};

interface Group {
  readonly state: State;
  readonly tickets: readonly TicketView[];
}

const Stages = ({
  title,
  id,
  groups,
  board,
}: {
  readonly title: string;
  readonly id: string;
  readonly groups: readonly Group[];
  readonly board: Board;
}) => {
  const filled = groups.filter(({ tickets }) => tickets.length > 0);
  const empty = groups
    .filter(({ tickets }) => tickets.length === 0)
    .map(({ state }) => stateWords[state].title);
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {filled.map((group) => (
        <Stage group={group} board={board} />
      ))}
      {empty.length > 0 ? (
        <p class="quiet">
          {filled.length === 0
            ? `Nothing in any state: ${empty.join(', ')}.`
            : `Nothing in ${empty.join(', ')}.`}
        </p>
      ) : null}
      {filled.length === 0 && id === 'under-way' ? (
        <p>
          A release begins with a pull request that adds its ticket to{' '}
          <Link to={board.repositoryUrl}>{board.repository}</Link>.
        </p>
      ) : null}
    </section>
  );
};

const Stage = ({ group: { state, tickets }, board }: { readonly group: Group; readonly board: Board }) => {
  const shown = tickets.slice(0, terminalStates.has(state) ? mostEnded : mostCards);
  const { title, meaning } = stateWords[state];
  return (
    <div class={`stage stage-${state}`}>
      <div class="stage-name">
        <h3>
          {title} <span class="number">{tickets.length}</span>
        </h3>
        <p>{meaning}</p>
      </div>
      <ul class="cards">
        {shown.map((view) => (
          <Card view={view} now={board.now()} />
        ))}
        {shown.length < tickets.length ? (
          <li class="more">
            and {tickets.length - shown.length} earlier, in{' '}
            <a href="/api/tickets.json">all tickets as JSON</a>
          </li>
        ) : null}
      </ul>
    </div>
  );
};

const Card = ({ view, now }: { readonly view: TicketView; readonly now: string }) => {
  const { facts, decision } = view;
  const ticket = facts.ticket.value;
  const ended = terminalStates.has(decision.state);
  const awaited = awaitedAt(decision, now);
  const step = currentStep(decision.steps);
  return (
    <li class={`card${awaited.some(({ late }) => late) ? ' card-late' : ''}`}>
      <div>
        <h4>
          <a href={pathOf(facts)}>
            <bdi>{ticketName(facts)}</bdi>
          </a>
        </h4>
        <p class="tags">
          {ticket === undefined ? null : (
            <span class={`tag tag-${ticket.spec.class}`}>{ticket.spec.class}</span>
          )}
          {flagsOf(decision).map((flag) => (
            <span class="tag tag-bad">{flag}</span>
          ))}
          {!ended && !decision.held && step?.stands === 'failed' ? (
            <span class="tag tag-bad">needs mending</span>
          ) : null}
          <span>{providerOf(facts)}</span>
          <span>#{facts.pull.number}</span>
        </p>
      </div>
      <div>
        {step === undefined ? null : (
          <p class="stands">
            <Told text={step.title} />
          </p>
        )}
        {awaited.map((one) => (
          <Awaited view={view} awaited={one} now={now} />
        ))}
        {ended && facts.journal.length > 0 ? (
          <p class="quiet">
            <Time at={lastEvent(view)} />
          </p>
        ) : null}
      </div>
      <SiteList sites={decision.sites} now={now} />
    </li>
  );
};

/** The step that tells where a ticket stands: the one that is under way or needs mending, else the last that was reached. */
const currentStep = (steps: readonly Step[]): Step | undefined =>
  steps.findLast(({ stands }) => stands === 'failed' || stands === 'working') ??
  steps.findLast(({ stands }) => stands === 'met') ??
  steps.find(({ stands }) => stands === 'waiting');

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const lastEvent = ({ facts }: TicketView): string => facts.journal.at(-1)?.at ?? '';

/** Tickets of one state: late ones first, then by what is due next; ended ones, newest first. */
function inOrder(tickets: readonly TicketView[], state: State, now: string): readonly TicketView[] {
  const those = tickets.filter(({ decision }) => decision.state === state);
  if (terminalStates.has(state)) {
    return those.toSorted((one, other) => byText(lastEvent(other), lastEvent(one)));
  }
  const urgency = ({ decision, facts }: TicketView): string => {
    const dues = awaitedAt(decision, now).map(({ due }) => due ?? '9');
    return `${dues.toSorted(byText)[0] ?? '9'} ${String(facts.pull.number).padStart(12, '0')}`;
  };
  return those.toSorted((one, other) => byText(urgency(one), urgency(other)));
}

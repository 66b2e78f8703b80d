import type { Entry } from '../model/journal.ts';
import { Awaited } from './awaited.tsx';
import { Alarms, Beside } from './beside.tsx';
import type { Board, ChannelView, TicketView } from './board.ts';
import { Sources } from './channel-list.tsx';
import { ForecastSection } from './forecast.tsx';
import { Frame, Link } from './frame.tsx';
import { entrySentence } from './history.ts';
import { SiteTable } from './site-list.tsx';
import { StepTimeline } from './step-timeline.tsx';
import { awaitedAt, packagesOf, standingIn } from './ticket-data.ts';
import { Time } from './time.tsx';
import { heldMeaning, providerOf, stateWords, ticketName } from './words.ts';

/** Entries of the journal shown, the newest; all of them are in the JSON. */
const mostHistory = 200;

/** `/tickets/N`: where one release stands, why, who is awaited, what can be done, and what happened so far. */
export const TicketPage = ({ view, board }: { readonly view: TicketView; readonly board: Board }) => {
  const { facts, decision } = view;
  const now = board.now();
  const name = ticketName(facts);
  const awaiting = awaitedAt(decision, now);
  return (
    <Frame
      title={`${name}: ${stateWords[decision.state].title}`}
      board={board}
      data={`/api/tickets/${String(facts.pull.number)}.json`}
    >
      <h1>
        <bdi>{name}</bdi>
      </h1>
      <p class={`state-line stage-${decision.state}`}>
        <strong>
          {stateWords[decision.state].title}
          {decision.held ? ', held' : ''}
        </strong>{' '}
        {decision.held ? heldMeaning : stateWords[decision.state].meaning}
      </p>
      <Alarms view={view} />
      <About view={view} />
      <section aria-labelledby="awaiting">
        <h2 id="awaiting">Who is awaited</h2>
        {awaiting.length === 0 ? (
          <p>Nobody.</p>
        ) : (
          awaiting.map((one) => <Awaited view={view} awaited={one} now={now} />)
        )}
      </section>
      <ForecastSection view={view} now={now} />
      <div class="columns">
        <section aria-labelledby="steps">
          <h2 id="steps">Where it stands</h2>
          <StepTimeline steps={decision.steps} now={now} />
        </section>
        <Commands view={view} />
      </div>
      <section aria-labelledby="sites">
        <h2 id="sites">Early adopter sites</h2>
        {decision.sites.length === 0 ? (
          <p>None takes part yet.</p>
        ) : (
          <SiteTable sites={decision.sites} now={now} />
        )}
        {decision.suggestion === undefined ? null : (
          <p class="apart">
            The worst report suggests <strong>{decision.suggestion}</strong>; a manager decides.
          </p>
        )}
      </section>
      <Beside view={view} />
      <Packages view={view} />
      <Addresses view={view} channels={board.channels()} />
      <History journal={facts.journal} />
    </Frame>
  );
};

/** What the release is. */
const About = ({ view }: { readonly view: TicketView }) => {
  const { facts, decision } = view;
  const spec = facts.ticket.value?.spec;
  return (
    <dl class="about">
      <Row name="Provider">{providerOf(facts)}</Row>
      {spec === undefined ? null : (
        <>
          <Row name="Class">
            <span class={`tag tag-${spec.class}`}>{spec.class}</span>
          </Row>
          <Row name="Distribution">{spec.distribution}</Row>
          <Row name="To read">
            <Link to={spec.release_notes}>release notes</Link>, <Link to={spec.changelog}>changes</Link>
          </Row>
        </>
      )}
      <Row name="Ticket">
        <Link to={facts.pull.url}>pull request #{facts.pull.number}</Link>
      </Row>
      {decision.digest === undefined ? null : (
        <Row name="Release digest">
          <code class="digest">{decision.digest}</code>
        </Row>
      )}
    </dl>
  );
};

const Row = ({ name, children }: { readonly name: string; readonly children?: unknown }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const Commands = ({ view: { facts, decision } }: { readonly view: TicketView }) => (
  <section aria-labelledby="commands">
    <h2 id="commands">What can be done now</h2>
    <p>
      A command stands on a line of its own in a comment of the <Link to={facts.pull.url}>pull request</Link>.
    </p>
    <dl class="commands">
      {[...new Set(decision.commands.map(({ for: who }) => who))].map((who) => (
        <>
          <dt>{who}</dt>
          {decision.commands
            .filter((command) => command.for === who)
            .map(({ text }) => (
              <dd>{text.startsWith('/') ? <code>{text}</code> : text}</dd>
            ))}
        </>
      ))}
    </dl>
  </section>
);

const Packages = ({ view }: { readonly view: TicketView }) => {
  const packages = packagesOf(view.facts);
  return (
    <section aria-labelledby="packages">
      <h2 id="packages">Packages</h2>
      {packages.length === 0 ? (
        <p>The ticket does not list any yet.</p>
      ) : (
        <table class="packages" aria-labelledby="packages">
          <thead>
            <tr>
              <th scope="col">Package and its SHA-256</th>
              <th scope="col">Target and size</th>
            </tr>
          </thead>
          <tbody>
            {packages.map(({ file, sha256, size, target }) => (
              <tr>
                <th scope="row">
                  <span class="file">{file}</span>
                  <code class="digest">{sha256}</code>
                </th>
                <td>
                  {target}
                  <span class="below">{readableSize(size)}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
};

/** The channels that hold these packages now, with the source lines of their targets. */
const Addresses = ({
  view,
  channels,
}: {
  readonly view: TicketView;
  readonly channels: readonly ChannelView[];
}) => {
  const { facts, decision } = view;
  const spec = facts.ticket.value?.spec;
  const standing = channels
    .map((channel) => ({ channel, ...standingIn(channel, facts, decision) }))
    .filter(({ published }) => published);
  return (
    <section aria-labelledby="addresses">
      <h2 id="addresses">Where to get it</h2>
      {standing.length === 0 ? <p>It is in no channel at present.</p> : null}
      {standing.map(({ channel, url, verified_at: verifiedAt }) => (
        <div class="card">
          <h3>{channel.channel}</h3>
          <p>
            <Link to={url}>{url}</Link>
            {verifiedAt === null ? (
              <span class="quiet"> · not read back yet</span>
            ) : (
              <span class="quiet">
                {' '}
                · read back and verified <Time at={verifiedAt} />
              </span>
            )}
          </p>
          <Sources
            view={channel}
            lines={channel.aptLines.filter(
              (line) =>
                line.distribution === spec?.distribution &&
                spec.targets.some(({ platform, arch }) => platform === line.platform && arch === line.arch),
            )}
            sources={channel.sources.filter(
              (source) =>
                source.distribution === spec?.distribution &&
                spec.targets.some(
                  ({ platform, arch }) => platform === source.platform && arch === source.arch,
                ),
            )}
          />
        </div>
      ))}
    </section>
  );
};

const History = ({ journal }: { readonly journal: readonly Entry[] }) => {
  const shown = journal.slice(-mostHistory);
  return (
    <section aria-labelledby="history">
      <h2 id="history">What happened</h2>
      {journal.length === 0 ? (
        <p>Nothing is recorded yet: the journal begins when the ticket is certified.</p>
      ) : null}
      {shown.length < journal.length ? (
        <p>The {journal.length - shown.length} entries before these are in the JSON.</p>
      ) : null}
      <ol class="history">
        {shown.map((entry) => (
          <li value={entry.n}>
            <Time at={entry.at} /> <bdi>{entrySentence(entry)}</bdi>
          </li>
        ))}
      </ol>
    </section>
  );
};

/** `812 bytes`, `1.5 MB`: powers of ten, as apt says it. */
function readableSize(bytes: number): string {
  if (bytes < 1000) return `${String(bytes)} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB'] as const;
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1] ?? ''}`;
}

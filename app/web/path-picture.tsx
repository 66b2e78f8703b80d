import type { Channel } from '../model/channel.ts';
import type { Board, TicketView } from './board.ts';
import { awaitedAt } from './ticket-data.ts';
import { counted, gateWords } from './words.ts';

/** Dots drawn at one station; the number beside them always tells all. */
const mostDots = 24;
const dotsARow = 8;
/** From dot to dot, in pixels. */
const pitch = 14;

interface Station {
  readonly name: string;
  readonly gate: string;
  readonly count: number;
  readonly what: string;
  readonly late: number;
  readonly icon: keyof typeof icons;
}

/** The path of a release, drawn: from its provider through the three channels, with what is at each and what it takes to get there. */
export const PathPicture = ({ board }: { readonly board: Board }) => (
  <section aria-labelledby="path">
    <h2 id="path">The path of a release</h2>
    <ol class="path">
      {stationsOf(board).map((station) => (
        <li class="station">
          <Icon name={station.icon} />
          <h3>{station.name}</h3>
          <p class="count">
            <strong>{station.count}</strong> {station.what}
            {station.late > 0 ? <span class="late-tag">{station.late} late</span> : null}
          </p>
          <Dots count={station.count} late={station.late} />
          <p class="gate">{station.gate}</p>
        </li>
      ))}
    </ol>
  </section>
);

function stationsOf(board: Board): readonly Station[] {
  const now = board.now();
  const tickets = board.tickets();
  const isLate = ({ decision }: TicketView): boolean => awaitedAt(decision, now).some(({ late }) => late);
  const preparing = tickets.filter(({ decision: { state } }) => state === 'draft' || state === 'certified');
  const lateIds = new Set(tickets.filter(isLate).map(({ decision }) => decision.release));
  return [
    {
      name: 'Provider',
      gate: 'opens a ticket: a pull request with one file',
      count: preparing.length,
      what: preparing.length === 1 ? 'ticket in preparation' : 'tickets in preparation',
      late: preparing.filter(isLate).length,
      icon: 'provider',
    },
    ...board.channels().map(({ channel, releases }) => ({
      name: channelTitles[channel],
      gate: gateWords[channel],
      count: releases.length,
      what: counted(releases.length, 'release').replace(/^\d+ /, ''),
      late: releases.filter(({ id }) => lateIds.has(id)).length,
      icon: channel,
    })),
  ];
}

const channelTitles: Readonly<Record<Channel, string>> = {
  unverified: 'Unverified',
  'staged-rollout': 'Staged rollout',
  production: 'Production',
};

/** One dot a release, and a plus for those that are not drawn; a late one is a square, so that it is not told by its colour alone. */
const Dots = ({ count, late }: { readonly count: number; readonly late: number }) => {
  const places = Math.min(count, mostDots);
  const width = String(dotsARow * pitch);
  const height = String(Math.max(1, Math.ceil(places / dotsARow)) * pitch);
  return (
    <svg class="dots" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
      {Array.from({ length: places }, (_, place) => {
        const x = (place % dotsARow) * pitch + 2;
        const y = Math.floor(place / dotsARow) * pitch + 2;
        if (place === mostDots - 1 && count > mostDots) {
          return <path class="dot-more" d={`M${String(x)} ${String(y + 5)}h10m-5 -5v10`} />;
        }
        return place < late ? (
          <rect class="dot-late" x={x} y={y} width="10" height="10" />
        ) : (
          <circle class="dot" cx={x + 5} cy={y + 5} r="4.5" />
        );
      })}
    </svg>
  );
};

const icons = {
  provider: 'M12 3 4 7v10l8 4 8-4V7l-8-4Zm0 0v18M4 7l8 4 8-4M8 5l8 4',
  unverified: 'M4 14v5h16v-5M12 4v10m-4-4 4 4 4-4M4 14h4l1 2h6l1-2h4',
  'staged-rollout': 'M9 3h6M10 3v6l-5 9a2 2 0 0 0 2 3h10a2 2 0 0 0 2-3l-5-9V3M7.5 15h9',
  production: 'M4 4h16v5H4zM4 9.5h16v5H4zM4 15h16v5H4zM7 6.5h.01M7 12h.01M7 17.5h.01',
} as const;

const Icon = ({ name }: { readonly name: keyof typeof icons }) => (
  <svg class="icon" viewBox="0 0 24 24" width="28" height="28" aria-hidden="true">
    <path d={icons[name]} />
  </svg>
);

import type { Board } from './board.ts';
import { roleOf } from './lateness.ts';
import { awaitedAt } from './ticket-data.ts';
import { Due } from './time.tsx';
import { Told } from './told.tsx';
import { pathOf, ticketName, whoWords } from './words.ts';

/** Shown at most; the rest is counted, and marked on the cards. */
const mostLate = 30;

/** Who is late, worst first: the first thing to be seen. */
export const LateList = ({ board }: { readonly board: Board }) => {
  const now = board.now();
  const late = board
    .tickets()
    .flatMap((view) => awaitedAt(view.decision, now).map((awaited) => ({ view, awaited })))
    .filter(({ awaited }) => awaited.late)
    .toSorted((one, other) => Date.parse(one.awaited.due ?? now) - Date.parse(other.awaited.due ?? now));
  if (late.length === 0) return <p class="nobody-late">Nobody is late.</p>;
  return (
    <section class="late-list" aria-labelledby="late">
      <h2 id="late">{late.length} late</h2>
      <ul>
        {late.slice(0, mostLate).map(({ view, awaited }) => (
          <li>
            <span>
              <strong class="who">{whoWords(view.facts, awaited.who)}</strong>
              {roleOf(awaited.who) === awaited.who ? null : (
                <span class="below">step of the {whoWords(view.facts, roleOf(awaited.who))}</span>
              )}
            </span>
            <a href={pathOf(view.facts)}>
              <bdi>{ticketName(view.facts)}</bdi>
            </a>
            <span>
              <Told text={awaited.for} />,{' '}
              {awaited.due === null ? 'late' : <Due at={awaited.due} late now={now} />}
            </span>
          </li>
        ))}
      </ul>
      {late.length > mostLate ? <p>And {late.length - mostLate} more below.</p> : null}
    </section>
  );
};

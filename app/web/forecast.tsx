import type { Forecast } from '../model/decision.ts';
import type { TicketView } from './board.ts';
import { Time, apart, isPast } from './time.tsx';
import { Told } from './told.tsx';
import { whoWords } from './words.ts';

/** The picture is this wide, in its own units; marks keep clear of both ends. */
const width = 640;
const edge = 14;
const middle = 20;

/** What is still to come, drawn on a line of time and told below it. */
export const ForecastSection = ({ view, now }: { readonly view: TicketView; readonly now: string }) => {
  const { forecast } = view.decision;
  if (!forecast) return null;
  const { steps, production, soonest, target } = forecast;
  return (
    <section aria-labelledby="forecast">
      <h2 id="forecast">What comes next</h2>
      <p>
        {production === undefined ? (
          'The next step is late: when the release is in production depends on it.'
        ) : (
          <>
            In production by <Time at={production} /> if everybody takes all the time there is, in{' '}
            {apart(production, now)}
            {soonest === undefined ? null : (
              <>
                ; not before <Time at={soonest} />
              </>
            )}
            {view.decision.frozen === undefined ? '.' : ', if the freeze is over by then.'}
          </>
        )}
        {target === undefined ? null : <Target target={target} production={production} now={now} />}
      </p>
      <Picture forecast={forecast} now={now} />
      <ol class="forecast">
        {steps.map(({ what, who, by }) => (
          <li>
            <Time at={by} /> <strong>{whoWords(view.facts, who)}</strong>: <Told text={what} />, at the latest
          </li>
        ))}
      </ol>
    </section>
  );
};

const Target = ({
  target,
  production,
  now,
}: {
  readonly target: string;
  readonly production: string | undefined;
  readonly now: string;
}) => (
  <>
    {' '}
    The target of its class (MS402, Table 3) {isPast(target, now) ? 'was' : 'is'} <Time at={target} />
    {production !== undefined && Date.parse(target) < Date.parse(production)
      ? ': it is missed unless somebody is faster than they have to be.'
      : '.'}
  </>
);

/** From now to the last mark: a numbered dot for each step of the list below, a diamond for the target. The list says the same. */
const Picture = ({ forecast, now }: { readonly forecast: Forecast; readonly now: string }) => {
  const { steps, target, production } = forecast;
  const last = production === undefined ? -1 : steps.length - 1;
  const instants = [now, ...steps.map(({ by }) => by), ...(target === undefined ? [] : [target])];
  const times = instants.map((instant) => Date.parse(instant));
  const first = Math.min(...times);
  const span = Math.max(1, Math.max(...times) - first);
  const x = (instant: string): number =>
    Math.round(edge + ((Date.parse(instant) - first) / span) * (width - 2 * edge));
  const path = (shape: string): string => `M${shape}`;
  return (
    <>
      <svg class="forecast-picture" viewBox={`0 0 ${String(width)} 40`} aria-hidden="true">
        <path class="line-of-time" d={path(`${String(edge)} ${String(middle)}H${String(width - edge)}`)} />
        <path class="mark-now" d={path(`${String(x(now))} 8V32`)} />
        {target === undefined ? null : (
          <path class="mark-target" d={path(`${String(x(target))} 11l9 9-9 9-9-9Z`)} />
        )}
        {steps.map(({ by }, place) => (
          <circle
            class={place === last ? 'mark-last' : 'mark-step'}
            cx={x(by)}
            cy={middle}
            r={place === last ? 7 : 5}
          />
        ))}
      </svg>
      <p class="below" aria-hidden="true">
        Bar: now.{' '}
        {steps.length === 1 ? 'Dot: the step below' : 'Dots: the steps below; the last is the big one'}.
        {target === undefined ? '' : ' Diamond: the target.'}
      </p>
    </>
  );
};

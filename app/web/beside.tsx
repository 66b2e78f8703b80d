import type { Pilot } from '../model/pilot.ts';
import { clockWords } from '../wording/clocks.ts';
import type { TicketView } from './board.ts';
import { Link } from './frame.tsx';
import { breachesOf } from './lateness.ts';
import { Time } from './time.tsx';
import { Told } from './told.tsx';
import { counted, whoWords } from './words.ts';

/** What keeps a release where it is or took it away again: said before everything else. */
export const Alarms = ({ view: { decision } }: { readonly view: TicketView }) => (
  <>
    {decision.rolledBack === undefined ? null : (
      <p class="alarm">
        <strong>Rolled back.</strong> It was taken out of production again: “{decision.rolledBack}”
      </p>
    )}
    {decision.frozen === undefined ? null : (
      <div class="alarm">
        <strong>Frozen:</strong> <Told text={decision.frozen} />
      </div>
    )}
  </>
);

/** What stands beside the steps: exceptions, problems, advisories, pilots, oddities, who was late. Nothing of it when there is none. */
export const Beside = ({ view }: { readonly view: TicketView }) => {
  const { decision } = view;
  const { exceptions, problems, advisories, pilots, remarks } = decision;
  return (
    <>
      {exceptions.length === 0 ? null : (
        <section aria-labelledby="exceptions">
          <h2 id="exceptions">Exceptions</h2>
          <p class="quiet">Rules that more than one person agreed, or is asked, to set aside here.</p>
          <ul class="items">
            {exceptions.map((one) => (
              <li class="card">
                <h3>
                  {one.id}: {one.rules.join(', ')}{' '}
                  <span class={`word ${exceptionLook[one.stands]}`}>{one.stands}</span>
                </h3>
                <p>“{one.reason}”</p>
                <p class="quiet">
                  Behind it: {one.by.join(', ')}.{' '}
                  {one.stands === 'waiting' ? <>Waits for {one.waitsFor}. </> : null}
                  {one.stands === 'expired' ? 'Expired' : 'May be used until'} <Time at={one.expires} />.
                </p>
              </li>
            ))}
          </ul>
        </section>
      )}
      {problems.length === 0 ? null : (
        <section aria-labelledby="problems">
          <h2 id="problems">Problems found</h2>
          <ul class="items">
            {problems.map(({ site, severity, summary, bug, workaround }) => (
              <li class="card">
                <p>
                  <bdi>{site}</bdi>, <strong>{severity}</strong>: “{summary}”
                </p>
                {bug === undefined || bug === '' ? null : (
                  <p>
                    Bug: <Link to={bug}>{bug}</Link>
                  </p>
                )}
                {workaround === undefined || workaround === '' ? null : <p>Workaround: “{workaround}”</p>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {advisories.length === 0 ? null : (
        <section aria-labelledby="advisories">
          <h2 id="advisories">Advisories</h2>
          <ul>
            {advisories.map((link) => (
              <li>
                <Link to={link}>{link}</Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      {pilots.length === 0 ? null : (
        <section aria-labelledby="pilots">
          <h2 id="pilots">Pilots</h2>
          <p class="quiet">Beside the process, never instead of it: nothing waits for a pilot.</p>
          <ul class="items">
            {pilots.map((pilot) => (
              <PilotCard pilot={pilot} />
            ))}
          </ul>
        </section>
      )}
      {remarks.length === 0 ? null : (
        <section aria-labelledby="remarks">
          <h2 id="remarks">To know</h2>
          <ul>
            {remarks.map((remark) => (
              <li>
                <Told text={remark} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <Late view={view} />
    </>
  );
};

const exceptionLook = { waiting: 'word-late', approved: 'word-success', expired: 'word-open' } as const;

const PilotCard = ({ pilot }: { readonly pilot: Pilot }) => (
  <li class="card">
    <h3>
      {pilot.name}, for {pilot.purpose}
    </h3>
    <p>
      {pilot.stages
        .map(({ part, begins }) => (begins === undefined ? part : `${part} from ${begins}`))
        .join(', then ')}
      ; installs from {pilot.source}
    </p>
    <p class="quiet">{pilot.participants.map(({ who, as }) => `${who} (${as})`).join(', ')}</p>
    {pilot.result ? (
      <p>
        <strong>{pilot.result.outcome}</strong>: “{pilot.result.text}”
      </p>
    ) : null}
  </li>
);

/** Who was late so far, under the role whose step it was (R-2.4-T3-5). */
const Late = ({ view: { facts } }: { readonly view: TicketView }) => {
  const breaches = breachesOf(facts.journal);
  if (breaches.length === 0) return null;
  return (
    <section aria-labelledby="breaches">
      <h2 id="breaches">Times that were not kept</h2>
      <ul>
        {breaches.map(({ clock, role, who, due, days }) => (
          <li>
            <strong>{whoWords(facts, role)}</strong>: {clockWords[clock]}
            {who === role ? '' : ` of ${who}`}, due <Time at={due} />
            {days === 0 ? '' : `, ${counted(days, 'working day')} late`}
          </li>
        ))}
      </ul>
    </section>
  );
};

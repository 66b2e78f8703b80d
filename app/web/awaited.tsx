import type { TicketView } from './board.ts';
import type { AwaitedData } from './ticket-data.ts';
import { Due } from './time.tsx';
import { Told } from './told.tsx';
import { whoWords } from './words.ts';

/** Who is awaited for what until when, as one line. */
export const Awaited = ({
  view,
  awaited,
  now,
}: {
  readonly view: TicketView;
  readonly awaited: AwaitedData;
  readonly now: string;
}) => (
  <p class="awaited">
    <strong>{whoWords(view.facts, awaited.who)}</strong>: <Told text={awaited.for} />
    {awaited.due === null ? null : (
      <>
        , <Due at={awaited.due} late={awaited.late} now={now} />
      </>
    )}
  </p>
);

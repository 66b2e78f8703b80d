const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const format = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** `Tue 4 Mar 2025, 15:00 UTC`. Takes an ISO instant; what is none is given back as it is. */
export function readable(instant: string): string {
  const time = Date.parse(instant);
  return Number.isNaN(time) ? instant : `${format.format(time).replace(',', '')} UTC`;
}

/** How far two instants are apart, in the largest unit that tells enough: `40 minutes`, `3 hours`, `12 days`. On the wall clock. */
export function apart(one: string, other: string): string {
  const span = Math.abs(Date.parse(one) - Date.parse(other));
  if (Number.isNaN(span)) return 'some time';
  if (span < minute) return 'less than a minute';
  const [size, name] = span < hour ? [minute, 'minute'] : span < 2 * day ? [hour, 'hour'] : [day, 'day'];
  const count = Math.floor(span / size);
  return `${String(count)} ${name}${count === 1 ? '' : 's'}`;
}

/** Whether an instant has passed; undefined has not. */
export const isPast = (instant: string | undefined, now: string): boolean =>
  instant !== undefined && Date.parse(instant) < Date.parse(now);

/** An instant as people read it, with the exact one for programs. */
export const Time = ({ at }: { readonly at: string }) => <time datetime={at}>{readable(at)}</time>;

/** When something is due, and how far off that is. Lateness is said in words, not only in colour. */
export const Due = ({
  at,
  late,
  now,
}: {
  readonly at: string;
  readonly late: boolean;
  readonly now: string;
}) =>
  late ? (
    <span class="late">
      <strong>late by {apart(at, now)}</strong> — was due <Time at={at} />
    </span>
  ) : (
    <span class="due">
      by <Time at={at} />, {isPast(at, now) ? `${apart(at, now)} ago` : `in ${apart(at, now)}`}
    </span>
  );

const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i;

/** Milliseconds since the epoch of an ISO 8601 instant with its offset. Throws a RangeError on any other text. */
export function epochMilliseconds(instant: string): number {
  const found = form.test(instant) ? Date.parse(instant) : Number.NaN;
  if (Number.isNaN(found)) throw new RangeError(`not an instant: ${instant}`);
  return found;
}

/** The ISO instant in UTC, whole seconds, of milliseconds since the epoch. Parts of a second are left out. */
export const isoInstant = (instant: number): string => `${new Date(instant).toISOString().slice(0, 19)}Z`;

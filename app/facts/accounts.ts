/** How long a person is believed to be one, and how long a login that is nobody's. */
const personKept = 3_600_000;
const nobodyKept = 600_000;
const mostKept = 10_000;

/**
 * Says whether a login is a person on GitHub, and keeps the answer: a form may name fifty, and each sweep reads it again, so a few forms of a
 * stranger would use up the whole budget of requests (trust.md T15).
 */
export function keepingPersons(
  isPerson: (login: string) => Promise<boolean>,
  now: () => Date,
): (login: string) => Promise<boolean> {
  const kept = new Map<string, { readonly until: number; readonly answer: boolean }>();
  return async (login) => {
    const key = login.toLowerCase();
    const before = kept.get(key);
    if (before && before.until > now().getTime()) return before.answer;
    const answer = await isPerson(login);
    if (kept.size >= mostKept) kept.clear();
    kept.set(key, { until: now().getTime() + (answer ? personKept : nobodyKept), answer });
    return answer;
  };
}

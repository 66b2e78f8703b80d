/** Did GitHub answer with one of these HTTP statuses? Octokit's errors carry theirs in `status`; anything else has none. */
export const hasStatus = (error: unknown, ...statuses: readonly number[]): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'status' in error &&
  statuses.some((status) => status === error.status);

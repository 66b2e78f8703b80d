import type { Situation } from './situation.ts';

/** Filled in with the version rules. */
export const tooSoon = (_situation: Situation): string | undefined => undefined;

/** Numbers that look random and follow from a seed alone: the same on every machine. */
export interface Random {
  /** A whole number from 0 to `below`, exclusively. */
  below(below: number): number;
  pick(from: readonly string[]): string;
}

/** A generator that depends on all seeds given (mulberry32, after mixing them as FNV-1a does). Good for texts, not for secrets. */
export function randomOf(...seeds: readonly number[]): Random {
  let state = 0x811c9dc5;
  for (const seed of seeds) state = Math.imul(state ^ seed, 0x01000193) ^ (state >>> 13);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { below, pick: (from) => from[below(from.length)] ?? '' };
}

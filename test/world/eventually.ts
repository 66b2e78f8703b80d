import { setTimeout as pause } from 'node:timers/promises';

/** Asks again and again until there is an answer, for at most half a minute. @throws naming what did not come */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const end = Date.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what} did not come`);
    await pause(50);
  }
}

import type { Arena, Contestant, Delivery, Operation } from './contestant.ts';
import { rowOf, type Row } from './figures.ts';
import { packagesOf } from './made-packages.ts';
import { perRelease, setRelease } from './package-set.ts';
import type { Sample } from './sample.ts';

/** How many fresh releases a round brings: one is added and promoted, one is moved. */
export const perRound = 2;

/**
 * Plays rounds: in each the same fresh release is added and promoted by everybody, one after the other, and nobody goes always first, so
 * that whatever else the machine does meets all alike.
 */
export async function playRounds(
  arena: Omit<Arena, 'folder'>,
  contestants: readonly Contestant[],
  runs: number,
): Promise<readonly Row[]> {
  const samples = new Map<Contestant, Map<Operation, Sample[]>>();
  for (let run = 0; run < runs; run += 1) {
    const release = arena.contents.fresh + run * perRound;
    const first = run % Math.max(1, contestants.length);
    const order = [...contestants.slice(first), ...contestants.slice(0, first)];
    for (const operation of ['add', 'promote', 'move'] as const) {
      const delivery = deliveryOf(arena, operation === 'move' ? release + 1 : release);
      for (const contestant of order) {
        const sample = await contestant.operations[operation]?.(delivery);
        if (!sample) continue;
        const own = samples.get(contestant) ?? new Map<Operation, Sample[]>();
        samples.set(contestant, own);
        own.set(operation, [...(own.get(operation) ?? []), sample]);
      }
    }
  }
  const packages = arena.contents.staging.length * perRelease;
  return contestants.flatMap((contestant) =>
    [...(samples.get(contestant) ?? [])].map(([operation, taken]) => {
      const { tool, mode } = contestant;
      return rowOf({ tool, operation, format: arena.format, packages, mode }, taken);
    }),
  );
}

function deliveryOf({ seed, made }: Omit<Arena, 'folder'>, release: number): Delivery {
  return { release, named: setRelease(seed, release).packages, made: packagesOf(made, release) };
}

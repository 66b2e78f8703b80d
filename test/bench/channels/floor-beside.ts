import type { Arena, Contestant } from './contestant.ts';
import type { FloorStart } from './floor.ts';
import { otherProcess } from './other-process.ts';
import { perRelease } from './package-set.ts';
import type { Sample } from './sample.ts';

/** The floor of a promotion, in a process of its own, measured with the indexes that are published in `out`. */
export async function floorBeside(arena: Arena, out: string): Promise<Contestant> {
  const floor = otherProcess('./floor.js');
  const { format, keys, folder, contents } = arena;
  const packages = contents.next.length * perRelease;
  const start: FloorStart = { format, packages, out, keys, folder };
  await floor.ask(start);
  return {
    tool: 'floor',
    mode: 'warm',
    operations: { promote: async () => (await floor.ask('again')) as Sample },
    end: () => {
      floor.end();
      return Promise.resolve();
    },
  };
}

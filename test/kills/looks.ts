import { setTimeout as pause } from 'node:timers/promises';
import { sha256Of } from '../../app/storage/digest.ts';
import { openStore } from '../../app/storage/open.ts';
import { roundsIn } from './change.ts';
import { PublisherProcess } from './publisher-process.ts';
import { viewsOf, type Ground } from './series.ts';
import { Site, type Storage } from './site.ts';

/** What somebody saw who looked all the time. */
export interface Looks {
  readonly looks: number;
  /** Publications meanwhile. */
  readonly publications: number;
  readonly problems: readonly string[];
}

const leastPublications = 10;
/** So that looks are spread over the publications. */
const betweenMs = 10;

/**
 * Looks at a channel as clients do, again and again, while another process publishes it without pause. Each view must be whole at every look and
 * never go back. `least` is how many looks there are at least.
 */
export async function looksDuring(ground: Ground, storage: Storage, least: number): Promise<Looks> {
  const site = await Site.empty(ground.dir, storage, ground.keys);
  const round = await roundsIn(await openStore(site.place.store, site.place.access));
  const publisher = await PublisherProcess.start({ place: site.place });
  const over = new AbortController();
  let publications = 0;
  const problems: string[] = [];
  const publishes = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const outcome = await publisher?.carryOut(round(publications));
      if (outcome?.ok !== true) throw new Error(`publishing fails: ${outcome?.message ?? 'it died'}`);
      publications += 1;
    }
  };
  const statement = async (): Promise<string> =>
    sha256Of((await site.read('production/channel.json')) ?? new Uint8Array(0));
  let looks = 0;
  const looksOn = async (): Promise<void> => {
    const ages = new Map<string, number>();
    const isEnough = (): boolean => looks >= least && publications >= leastPublications;
    while (!isEnough()) {
      await pause(betweenMs);
      const before = await statement();
      const views = await viewsOf(site, ground.gpgv);
      const isSame = before === (await statement());
      for (const [name, view] of Object.entries(views)) {
        // What was superseded longest ago goes with the next statement: whoever compares all of it begins anew, as `rollout verify` does.
        if (name !== 'statement' || isSame) problems.push(...view.problems);
        if (view.age < (ages.get(name) ?? 0)) problems.push(`${name} went back`);
        ages.set(name, view.age);
      }
      looks += 1;
    }
  };
  try {
    await Promise.all([
      publishes(),
      looksOn().finally(() => {
        over.abort();
      }),
    ]);
  } finally {
    await publisher?.end();
    await site.remove();
  }
  return { looks, publications, problems };
}

import { readS3Access } from '../service/settings.ts';
import { openStore } from '../storage/open.ts';
import { collectGarbage } from '../upkeep/collection.ts';
import { mentionsIn } from '../upkeep/mentions.ts';
import { optionOrSetting, withRecordAt } from './record-at.ts';

export interface StoreGcOptions {
  readonly dryRun?: true;
  readonly keepDays: number;
  readonly keepReleases: number;
  readonly dropWithdrawn?: true;
  readonly repo: string;
  readonly store?: string;
  readonly keys?: string;
  readonly json?: true;
}

/** What was stored this many days ago or less stays, whatever the options say. */
const freshDays = 7;

/**
 * `rollout store gc`: takes out of the store what nothing in the record refers to; with `dryRun` it only tells. Removes nothing when the
 * record cannot be read whole or is not the system's own. `progress` gets lines for whoever waits.
 */
export async function storeGc(
  options: StoreGcOptions,
  write: (text: string) => void,
  progress: (line: string) => void = () => undefined,
): Promise<number> {
  const access = await readS3Access(process.env);
  const store = await openStore(optionOrSetting(options.store, 'ROLLOUT_STORE', '--store URL'), access);
  const isDry = options.dryRun === true;
  const { garbage, kept } = await withRecordAt(options, (sources) =>
    collectGarbage({
      store,
      readMentions: async () => {
        const { main } = await sources.record.fetch();
        return mentionsIn(sources, main, {
          keepReleases: options.keepReleases,
          keepWithdrawn: options.dropWithdrawn !== true,
        });
      },
      keepDays: options.keepDays,
      freshDays,
      now: new Date(),
      remove: !isDry,
      onRemoved: (removed, of) => {
        if (removed % 100 === 0) progress(`${String(removed)} of ${String(of)} files removed`);
      },
    }),
  );
  const bytes = garbage.reduce((sum, { size }) => sum + size, 0);
  if (options.json === true) {
    const files = garbage.map(({ sha256, size, because, since }) => ({
      sha256,
      size,
      because,
      since: since.toISOString(),
    }));
    write(`${JSON.stringify({ dryRun: isDry, files, bytes, kept })}\n`);
    return 0;
  }
  for (const { sha256, size, because, since } of garbage)
    write(`${sha256}  ${String(size)} bytes, ${because}, since ${since.toISOString().slice(0, 10)}\n`);
  write(
    `${String(garbage.length)} files, ${String(bytes)} bytes ${isDry ? 'would be removed' : 'removed'}; kept: ` +
      `${String(kept.named)} named by the record, ${String(kept.recent)} named within ${String(options.keepDays)} days, ` +
      `${String(kept.fresh)} stored within ${String(freshDays)} days\n`,
  );
  return 0;
}

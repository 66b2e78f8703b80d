import { join } from 'node:path';
import { keepBelieved, recallBelieved } from '../facts/believed.ts';
import { ConfigurationReader } from '../facts/configuration.ts';
import type { Channel } from '../model/channel.ts';
import { Publisher } from '../service/publisher.ts';
import { readS3Access } from '../service/settings.ts';
import { openOutput, openStore } from '../storage/open.ts';
import { optionOrSetting, withRecordAt } from './record-at.ts';

interface PublishCommandOptions {
  readonly channel?: Channel;
  readonly repo: string;
  readonly store?: string;
  readonly out?: string;
  readonly keys?: string;
  /** Look at every published file, also when the last run left all of them in place. */
  readonly lookAgain?: true;
  readonly json?: true;
}

/** `rollout publish`: the publisher by itself, on any clone of the repository. Writes nothing when nothing changed. */
export async function publishCommand(
  options: PublishCommandOptions,
  write: (text: string) => void,
): Promise<number> {
  const access = await readS3Access(process.env);
  const store = await openStore(optionOrSetting(options.store, 'ROLLOUT_STORE', '--store URL'), access);
  const outUrl = optionOrSetting(options.out, 'ROLLOUT_CHANNELS', '--out file:///…');
  // Nothing is written beside the folder that was named: what a run learns is kept only where the service keeps it.
  const state = process.env['ROLLOUT_STATE'] ?? '';
  const own = state === '' ? undefined : join(state, 'publish-command');
  const published = await withRecordAt(
    { ...options, clone: own },
    async ({ record, signer, keys, scratch }) => {
      const { main } = await record.fetch();
      const believed = join(own ?? scratch, 'believed');
      const provenance = await recallBelieved(believed, record, signer);
      const publisher = new Publisher({
        record,
        signer,
        provenance,
        configuration: new ConfigurationReader(() => undefined),
        store,
        keys,
        output: await openOutput(outUrl, store, access),
        cache: join(state === '' ? scratch : state, 'package-facts'),
        ...(own === undefined || options.lookAgain === true ? {} : { lastRun: own }),
      });
      const outcome = await publisher.publish(
        main,
        options.channel === undefined ? undefined : [options.channel],
      );
      await keepBelieved(believed, record, signer, provenance);
      return outcome;
    },
  );
  if (options.json === true) write(`${JSON.stringify(published)}\n`);
  else
    for (const { channel, changed, number, url } of published) {
      write(
        `${channel.padEnd(15)} publication ${String(number)}  ${changed ? 'written' : 'unchanged'}  ${url}\n`,
      );
    }
  return 0;
}

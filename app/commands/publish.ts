import { join } from 'node:path';
import type { Channel } from '../model/channel.ts';
import type { PublishedChannel } from '../publish/publish.ts';
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
  const places = {
    store: optionOrSetting(options.store, 'ROLLOUT_STORE', '--store URL'),
    out: optionOrSetting(options.out, 'ROLLOUT_CHANNELS', '--out file:///…'),
  };
  // Nothing is written beside the folder that was named: what a run learns is kept only where the service keeps it.
  const state = process.env['ROLLOUT_STATE'] ?? '';
  const own = state === '' ? undefined : join(state, 'publish-command');
  // Loaded while git brings the record up to date.
  const publishing = import('./publish-once.ts');
  const published = await withRecordAt({ ...options, clone: own }, async (at) => {
    const { publishOnce } = await publishing;
    return publishOnce(
      { ...at, ...places, own, cache: join(state === '' ? at.scratch : state, 'package-facts') },
      options,
    );
  });
  write(options.json === true ? `${JSON.stringify(published)}\n` : published.map(lineOf).join(''));
  return 0;
}

function lineOf({ channel, changed, number, url }: PublishedChannel): string {
  return `${channel.padEnd(15)} publication ${String(number)}  ${changed ? 'written' : 'unchanged'}  ${url}\n`;
}

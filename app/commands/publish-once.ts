import { join } from 'node:path';
import { Believed } from '../facts/believed.ts';
import { ConfigurationReader } from '../facts/configuration.ts';
import { channels, type Channel } from '../model/channel.ts';
import type { PublishedChannel } from '../publish/publish.ts';
import { Publisher } from '../service/publisher.ts';
import { readS3Access } from '../service/settings.ts';
import { openOutput, openStore } from '../storage/open.ts';
import type { RecordAt } from './record-at.ts';

interface PublishPlaces extends Omit<RecordAt, 'provenance'> {
  /** Address of the package store. */
  readonly store: string;
  /** Address of the channels. */
  readonly out: string;
  /** Folder where runs keep what the next one may believe; without one each looks at everything. */
  readonly own: string | undefined;
  /** Folder that keeps what was made of packages. */
  readonly cache: string;
}

/** Publishes the channel named, or all, from a record that was fetched. @throws what `Publisher` throws */
export async function publishOnce(
  { record, main, signer, keys, scratch, store: storeUrl, out, own, cache }: PublishPlaces,
  { channel, lookAgain }: { readonly channel?: Channel; readonly lookAgain?: true },
): Promise<readonly PublishedChannel[]> {
  const wanted = channel === undefined ? channels : [channel];
  const access = await readS3Access(process.env);
  const store = await openStore(storeUrl, access);
  const folder = join(own ?? scratch, 'believed-shelves');
  const believed = await Believed.recall(folder, record, signer, [...wanted, 'withdrawn']);
  const publisher = new Publisher({
    record,
    signer,
    provenance: believed.provenance,
    configuration: new ConfigurationReader(() => undefined),
    store,
    keys,
    output: await openOutput(out, store, access),
    cache,
    ...(own === undefined || lookAgain === true ? {} : { lastRun: own }),
  });
  const published = await publisher.publish(main, wanted);
  if (own !== undefined) await believed.keep();
  return published;
}

import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationReader } from '../facts/configuration.ts';
import { keepBelieved, recallBelieved } from '../facts/believed.ts';
import { openOutput, openStore } from '../storage/open.ts';
import type { Channel } from '../model/channel.ts';
import { openKeys } from '../publish/signing/keys.ts';
import { GitRecord } from '../record/repository.ts';
import { Publisher } from '../service/publisher.ts';
import { readS3Access } from '../service/settings.ts';
import { documentSigner } from '../service/system-key.ts';
import { WrongUse } from './outcome.ts';

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
  const setting = (value: string | undefined, name: string, option: string): string => {
    const text = value ?? process.env[name] ?? '';
    if (text === '') throw new WrongUse(`say ${option}, or set ${name}`);
    return text;
  };
  const access = await readS3Access(process.env);
  const store = await openStore(setting(options.store, 'ROLLOUT_STORE', '--store URL'), access);
  const outUrl = setting(options.out, 'ROLLOUT_CHANNELS', '--out file:///…');
  const keys = await openKeys(setting(options.keys, 'ROLLOUT_KEYS', '--keys DIR'));
  const repository = await realpath(options.repo).catch(() => {
    throw new WrongUse(`${options.repo}: there is no such folder`);
  });
  const signer = await documentSigner(keys.system);
  const scratch = await mkdtemp(join(tmpdir(), 'rollout-publish-'));
  // Nothing is written beside the folder that was named: what a run learns is kept only where the service keeps it.
  const state = process.env['ROLLOUT_STATE'] ?? '';
  const own = state === '' ? scratch : join(state, 'publish-command');
  try {
    const record = await GitRecord.open({
      dir: own,
      url: pathToFileURL(repository).href,
      token: undefined,
      signer,
      author: { name: 'Staged Rollout', email: 'rollout@localhost.invalid' },
    });
    const { main } = await record.fetch();
    const configuration = new ConfigurationReader(() => undefined);
    const believed = join(own, 'believed');
    const provenance = await recallBelieved(believed, record, signer);
    const cache = join(state === '' ? scratch : state, 'package-facts');
    const publisher = new Publisher({
      record,
      signer,
      provenance,
      configuration,
      store,
      keys,
      output: await openOutput(outUrl, store, access),
      cache,
      ...(state === '' || options.lookAgain === true ? {} : { lastRun: join(state, 'publish-command') }),
    });
    const published = await publisher.publish(
      main,
      options.channel === undefined ? undefined : [options.channel],
    );
    await keepBelieved(believed, record, signer, provenance);
    if (options.json === true) write(`${JSON.stringify(published)}\n`);
    else
      for (const { channel, changed, number, url } of published) {
        write(
          `${channel.padEnd(15)} publication ${String(number)}  ${changed ? 'written' : 'unchanged'}  ${url}\n`,
        );
      }
    return 0;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

import { join } from 'node:path';
import { ConfigurationReader } from '../facts/configuration.ts';
import { allManifests } from '../facts/manifests.ts';
import { channels } from '../model/channel.ts';
import { Publisher } from '../service/publisher.ts';
import { readS3Access } from '../service/settings.ts';
import { openOutput, openStore } from '../storage/open.ts';
import { copyAt } from '../upkeep/copy.ts';
import { scrub, type BadFile, type ScrubReport } from '../upkeep/scrub.ts';
import { optionOrSetting, withRecordAt } from './record-at.ts';

export interface StoreScrubOptions {
  /** In bytes. */
  readonly limit?: number;
  readonly after?: string;
  readonly repairFrom?: string;
  readonly repo: string;
  readonly store?: string;
  readonly out?: string;
  readonly keys?: string;
  readonly json?: true;
}

/**
 * `rollout store scrub`: reads every stored and every published byte, sets aside what is damaged, and brings back what it can. Gives 0 when
 * everything is right in the end, 1 when something is not. `progress` gets lines for whoever waits.
 */
export async function storeScrub(
  options: StoreScrubOptions,
  write: (text: string) => void,
  progress: (line: string) => void = () => undefined,
): Promise<number> {
  const access = await readS3Access(process.env);
  const store = await openStore(optionOrSetting(options.store, 'ROLLOUT_STORE', '--store URL'), access);
  const out = options.out ?? process.env['ROLLOUT_CHANNELS'] ?? '';
  const output = out === '' ? undefined : await openOutput(out, store, access);
  const report = await withRecordAt(options, async (at) => {
    const { record, main, signer, keys } = at;
    const cache = join(at.scratch, 'package-facts');
    const configuration = new ConfigurationReader(() => undefined);
    const publisher = output && new Publisher({ ...at, configuration, store, output, cache });
    return scrub({
      store,
      output,
      keys,
      channels,
      manifests: await allManifests(record, signer, main),
      copies: options.repairFrom === undefined ? [] : [copyAt(options.repairFrom)],
      clientFiles: async (channel) => (await publisher?.clientFiles(main, channel)) ?? [],
      limit: options.limit,
      after: options.after,
      pace: () => Promise.resolve(),
      onProgress: (files, of, bytes) => {
        if (files % 100 === 0)
          progress(`${String(files)} of ${String(of)} files, ${String(bytes)} bytes read`);
      },
    });
  });
  write(options.json === true ? `${JSON.stringify(report)}\n` : reportText(report));
  return report.ok ? 0 : 1;
}

function reportText({ ok, store, channels: health }: ScrubReport): string {
  const lines = store.bad.flatMap(badLines);
  for (const { channel, problems } of health)
    for (const { where, what, done } of problems) lines.push(`${channel}: ${where} ${what}: ${done}`);
  lines.push(
    `store: ${String(store.files)} files, ${String(store.bytes)} bytes read, ${String(store.bad.length)} bad`,
  );
  for (const { channel, files, bytes, ok: isRight } of health)
    lines.push(
      `${channel}: ${String(files)} files, ${String(bytes)} bytes read: ${isRight ? 'right' : 'NOT RIGHT'}`,
    );
  if (store.next !== undefined) lines.push(`stopped at the limit; go on with --after ${store.next}`);
  if (!ok) {
    lines.push(
      'NOT RIGHT. Bring back what is missing with --repair-from a mirror of the store or of the channels, then publish: rollout publish writes what was taken out.',
    );
  }
  return `${lines.join('\n')}\n`;
}

function badLines({ sha256, is, listedBy, repairedFrom }: BadFile): readonly string[] {
  const after =
    repairedFrom === undefined
      ? 'nobody is served it; it has to come back'
      : `brought back from ${repairedFrom}`;
  const who = listedBy.map(({ file, release, channel }) => `  ${file} of ${release} in ${channel}`);
  return [`${sha256} is ${is}: ${after}`, ...(who.length === 0 ? ['  named by no manifest'] : who)];
}

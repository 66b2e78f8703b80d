import { join } from 'node:path';
import { allManifests } from '../facts/manifests.ts';
import { channels } from '../model/channel.ts';
import type { Keys } from '../publish/signing/keys.ts';
import type { GitRecord } from '../record/repository.ts';
import type { DocumentSigner } from '../record/signer.ts';
import type { Output } from '../storage/output.ts';
import type { Store } from '../storage/store.ts';
import { NightlyScrub } from '../upkeep/nightly.ts';
import { scrub, type ScrubReport } from '../upkeep/scrub.ts';
import { errorText, type Log } from './log.ts';
import type { Publisher } from './publisher.ts';

export interface ServiceScrubParts {
  readonly record: GitRecord;
  readonly signer: DocumentSigner;
  readonly publisher: Publisher;
  readonly store: Store;
  readonly output: Output;
  readonly keys: Keys;
  /** Folder of what the service remembers. */
  readonly state: string;
  readonly hour: number;
  readonly log: Log;
  /** Told when a scrub has ended: channels may have to be written again. */
  readonly onEnd: () => void;
}

/** Leaves most of what a disk or a bucket gives to clients. */
const bytesPerSecond = 32 * 1024 * 1024;
/** So many findings are told one by one; the report of `rollout store scrub` has them all. */
const mostTold = 50;

/** The nightly scrub of a service. What it finds is an alarm in the log; what it cannot bring back holds its channels (I17). */
export function serviceScrub(parts: ServiceScrubParts): NightlyScrub {
  const { record, signer, publisher, store, output, keys, log } = parts;
  return new NightlyScrub({
    memory: join(parts.state, 'scrub.json'),
    hour: parts.hour,
    now: () => new Date(),
    bytesPerSecond,
    scrub: async (pace) => {
      const { main } = record;
      return scrub({
        store,
        output,
        keys,
        channels,
        manifests: await allManifests(record, signer, main),
        copies: [],
        clientFiles: (channel) => publisher.clientFiles(main, channel),
        pace,
      });
    },
    onReport: (report) => {
      tell(report, log);
      parts.onEnd();
    },
    onFailure: (error) => {
      log('error', 'the scrub did not come to its end', { error: errorText(error) });
    },
  });
}

function tell({ ok, store, channels: health }: ScrubReport, log: Log): void {
  for (const { sha256, is, listedBy, repairedFrom } of store.bad.slice(0, mostTold)) {
    const releases = listedBy.map(({ release, channel }) => `${release} in ${channel}`).slice(0, 10);
    log('error', `the scrub found a ${is} package`, { sha256, releases, repairedFrom: repairedFrom ?? null });
  }
  for (const { channel, problems } of health)
    for (const { where, what, done } of problems.slice(0, mostTold))
      log('error', 'the scrub found a damaged file in a channel', { channel, where, what, done });
  const bytes = health.reduce((sum, one) => sum + one.bytes, store.bytes);
  log(ok ? 'info' : 'error', ok ? 'the scrub is done' : 'the scrub is done, and not everything is right', {
    files: store.files,
    bytes,
  });
}

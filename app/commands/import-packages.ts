import { lstat, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ConfigurationReader } from '../facts/configuration.ts';
import { visibleText } from '../model/hidden-character.ts';
import type { Channel } from '../model/channel.ts';
import { importTree, type ImportReport } from '../import/packages/import.ts';
import type { EntrySources } from '../import/packages/entry.ts';
import { openOutside } from '../service/outside.ts';
import { readS3Access, readSettings } from '../service/settings.ts';
import { openStore } from '../storage/open.ts';
import type { Store } from '../storage/store.ts';
import { WrongUse } from './wrong-use.ts';
import { optionOrSetting, withRecordAt } from './record-at.ts';
import { environmentWith } from './settings-file.ts';

export interface ImportPackagesOptions {
  readonly release: string;
  readonly channel: Channel;
  readonly target: readonly string[];
  readonly reason?: string;
  readonly by?: string;
  readonly dryRun?: true;
  readonly repo?: string;
  readonly settings?: string;
  readonly store?: string;
  readonly keys?: string;
  readonly json?: true;
}

/** A sentence of an operator goes into a commit message and a journal: one line, nothing hidden. @throws WrongUse */
function sentence(text: string, option: string): string {
  if (text.trim() === '' || text.length > 1000 || /\n/.test(text) || visibleText(text) !== text)
    throw new WrongUse(`${option} takes one line of at most 1000 plain characters`);
  return text.trim();
}

/**
 * `rollout import packages DIR`: takes a tree of packages into a channel as an operator's entry. Tells all problems at once, by file, and
 * then changes nothing. Gives 0 when the packages are in the record, 1 when something is in the way. `progress` gets lines for whoever waits.
 */
export async function importPackages(
  dir: string,
  options: ImportPackagesOptions,
  write: (text: string) => void,
  progress: (line: string) => void = () => undefined,
): Promise<number> {
  const there = await lstat(dir).catch(() => undefined);
  if (there?.isDirectory() !== true)
    throw new WrongUse(`${dir} is no folder; name the one that holds the packages`);
  const order = {
    dir,
    release: options.release,
    channel: options.channel,
    targets: options.target,
    operator: sentence(options.by ?? userInfo().username, '--by'),
    reason: sentence(options.reason ?? 'an existing tree of packages moves in', '--reason'),
    dryRun: options.dryRun === true,
    onProgress: progress,
  };
  const report = await withSources(options, async (sources, store) =>
    importTree(order, { ...sources, store, configuration: new ConfigurationReader(() => undefined) }),
  );
  write(options.json === true ? `${JSON.stringify(report)}\n` : reportText(report, options));
  return report.outcome === 'refused' ? 1 : 0;
}

/** The record is in a folder of this machine, or where the settings of the service say. */
async function withSources<T>(
  options: ImportPackagesOptions,
  work: (sources: EntrySources, store: Store) => Promise<T>,
): Promise<T> {
  const environment = await environmentWith(options.settings);
  const isOfService = options.settings !== undefined || (environment['ROLLOUT_REPOSITORY'] ?? '') !== '';
  if (options.repo !== undefined || !isOfService) {
    const access = await readS3Access(environment);
    const store = await openStore(optionOrSetting(options.store, 'ROLLOUT_STORE', '--store URL'), access);
    return withRecordAt({ repo: options.repo ?? '.', keys: options.keys }, (sources) => work(sources, store));
  }
  const settings = await readSettings(environment);
  // A service that runs has its own clone.
  const state = await mkdtemp(join(tmpdir(), 'rollout-'));
  try {
    const { outside } = await openOutside({
      settings: { ...settings, state },
      now: () => new Date(),
      log: () => undefined,
    });
    return await work(outside, await openStore(options.store ?? settings.store, settings.s3));
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

function reportText(report: ImportReport, { channel, dryRun }: ImportPackagesOptions): string {
  const { outcome, problems, packages, bytes, passedOver, elsewhere, release } = report;
  const lines = problems.map(({ path, why }) => `${path} ${why}`);
  const counts = `${String(packages)} packages, ${String(bytes)} bytes`;
  const rest = `${String(passedOver)} other files, ${String(elsewhere)} packages for other architectures passed over`;
  switch (outcome) {
    case 'refused':
      lines.push(`nothing was imported: ${String(problems.length)} problems`);
      break;
    case 'there':
      lines.push(`${release} is in ${channel} already, with the same ${counts}`);
      break;
    case 'would-enter':
    case 'entered':
      lines.push(`${release} ${dryRun === true ? 'would go' : 'went'} into ${channel}: ${counts}; ${rest}`);
      if (outcome === 'entered')
        lines.push('the channels have it with the next publication: rollout publish, or the service');
      break;
  }
  return `${lines.join('\n')}\n`;
}

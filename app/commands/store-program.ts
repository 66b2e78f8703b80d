import { type Command, InvalidArgumentError } from 'commander';
import { progress } from './progress.ts';
import type { StoreGcOptions } from './store-gc.ts';
import type { StoreScrubOptions } from './store-scrub.ts';

const count = (text: string): number => {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('it is a whole number.');
  return Number(text);
};

/** Adds `rollout store …` to the program. Takes what runs a command to its exit status, and where it writes. */
export function addStoreCommands(
  program: Command,
  run: (command: () => Promise<number>) => Promise<void>,
  out: (text: string) => void,
): void {
  const storeCommands = program
    .command('store')
    .description('the package store: letting go of what nobody needs, reading every byte');
  storeCommands
    .command('gc')
    .description(
      'remove what no manifest lists, no manifest listed lately, and no ticket under way needs; nothing when the record cannot be read whole',
    )
    .option('--dry-run', 'only tell what would be removed, why, and since when')
    .option(
      '--keep-days <n>',
      'what a manifest listed within so many days stays: a rollback must find it',
      count,
      90,
    )
    .option('--keep-releases <n>', 'so many ended releases of each component keep their packages', count, 2)
    .option('--drop-withdrawn', 'what only the tombstone of a withdrawn release names may go as well')
    .option('--repo <dir>', 'git repository of the record', '.')
    .option('--store <url>', 'package store, file:///… or s3://bucket/prefix (default: ROLLOUT_STORE)')
    .option('--keys <dir>', 'folder of the keys (default: ROLLOUT_KEYS)')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  rollout store gc --dry-run --repo releases.git --store file:///srv/store --keys /etc/rollout/keys\n  rollout store gc --keep-days 365',
    )
    .action((options: StoreGcOptions) =>
      run(async () => {
        const { storeGc } = await import('./store-gc.ts');
        return storeGc(options, out, progress);
      }),
    );

  storeCommands
    .command('scrub')
    .description(
      'read every stored and published byte; what is damaged is set aside and brought back from where right bytes are',
    )
    .option('--limit <bytes>', 'stop after so many bytes of the store', (text) => {
      if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('it is a number of bytes.');
      return Number(text);
    })
    .option('--after <digest>', 'go on where a limit stopped the last one')
    .option('--repair-from <place>', 'folder or address of a mirror of the store, or of the channels')
    .option('--repo <dir>', 'git repository of the record', '.')
    .option('--store <url>', 'package store, file:///… or s3://bucket/prefix (default: ROLLOUT_STORE)')
    .option(
      '--out <url>',
      'where the channels are published (default: ROLLOUT_CHANNELS; the store alone without)',
    )
    .option('--keys <dir>', 'folder of the keys (default: ROLLOUT_KEYS)')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  rollout store scrub --repo releases.git --store file:///srv/store --out file:///srv/www --keys /etc/rollout/keys --repair-from https://mirror.example.org/channels/',
    )
    .action((options: StoreScrubOptions) =>
      run(async () => {
        const { storeScrub } = await import('./store-scrub.ts');
        return storeScrub(options, out, progress);
      }),
    );
}

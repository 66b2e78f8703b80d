import { type Command, Option } from 'commander';
import { channels } from '../model/channel.ts';
import type { ImportPackagesOptions } from './import-packages.ts';
import { progress } from './progress.ts';

/** Adds `rollout import …` to the program. Takes what runs a command to its exit status, and where it writes. */
export function addImportCommands(
  program: Command,
  run: (command: () => Promise<number>) => Promise<void>,
  out: (text: string) => void,
): void {
  const importCommands = program
    .command('import')
    .description('what comes from elsewhere: trees of packages, and tickets from product files');
  importCommands
    .command('packages')
    .description(
      "take a tree of packages into a channel as an operator's entry, which the record says: how an existing distribution moves in",
    )
    .argument('<dir>', 'folder that holds the packages, in it or below')
    .requiredOption('--release <id>', 'release that they become: <stack>-<component>-<version>[+<label>]')
    .addOption(new Option('--channel <channel>', 'where they go').choices(channels).makeOptionMandatory())
    .requiredOption(
      '--target <target>',
      'what they are for, like umd/5/debian12/amd64; may be given again for another architecture',
      (target: string, before: readonly string[] | undefined) => [...(before ?? []), target],
    )
    .option('--reason <text>', 'why, for the journal')
    .option('--by <name>', 'who does it, for the journal (default: who is signed in here)')
    .option('--dry-run', 'read everything, tell all problems, change nothing')
    .option(
      '--repo <dir>',
      'bare git repository of the record on this machine; otherwise that of the settings',
    )
    .option('--settings <file>', 'file of NAME=value lines; the environment otherwise')
    .option('--store <url>', 'package store, file:///… (default: ROLLOUT_STORE)')
    .option('--keys <dir>', 'folder of the keys, with --repo (default: ROLLOUT_KEYS)')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  rollout import packages /srv/old/debian12 --release glite-voms-clients-3.3.5 --channel production --target umd/5/debian12/amd64 --dry-run\n  rollout import packages /srv/old --release glite-voms-clients-3.3.5 --channel production --target umd/5/debian12/amd64 --reason "UMD 4 moves in" --settings /etc/rollout.env',
    )
    .action((dir: string, options: ImportPackagesOptions) =>
      run(async () => {
        const { importPackages } = await import('./import-packages.ts');
        return importPackages(dir, options, out, progress);
      }),
    );

  importCommands
    .command('umd5')
    .description(
      'turn UMD-5 product files (JSON) into tickets, and tell what each lacks; writes nothing without --out',
    )
    .argument('<dir>', 'folder of the product files, or one of them')
    .option(
      '--out <dir>',
      'folder to write releases/<stack>/<component>/<version>.yml into; nothing there is changed',
    )
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  rollout import umd5 software-releases/json/umd5\n  rollout import umd5 software-releases/json/umd5 --out . --json',
    )
    .action((dir: string, options: { out?: string; json?: true }) =>
      run(async () => {
        const { importCommand } = await import('./import.ts');
        return importCommand(dir, options, out);
      }),
    );
}

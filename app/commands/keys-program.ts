import { type Command, InvalidArgumentError, Option } from 'commander';
import { algorithms, type Algorithm } from '../publish/signing/algorithm.ts';
import type { RotateOptions } from './keys.ts';

const days = (text: string): number => {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 3650)
    throw new InvalidArgumentError('it is a number of days, 1 to 3650.');
  return number;
};

const commands = async () => import('./keys.ts');

/** Adds `rollout keys …` to the program. Takes what runs a command to its exit status, and where it writes. */
export function addKeysCommands(
  program: Command,
  run: (command: () => Promise<number>) => Promise<void>,
  out: (text: string) => void,
): void {
  const keys = program.command('keys').description('keys of the record and of the channels');
  const newKeyOptions = (command: Command): Command =>
    command
      .addOption(
        new Option('--algorithm <algorithm>', 'rsa4096 unless said otherwise; ed25519 for apt alone').choices(
          algorithms,
        ),
      )
      .option('--primary-out <dir>', 'folder for the offline primaries (default: offline/ below DIR)')
      .addOption(
        new Option('--days <n>', "how long a channel's subkey is valid (default: 90)").argParser(days),
      );

  newKeyOptions(
    keys
      .command('create')
      .description('make the keys that are missing: one for manifests and commits, one for each channel')
      .argument('<dir>', 'folder for the key files, readable by their owner only'),
  )
    .addHelpText(
      'after',
      '\nExample:\n  rollout keys create /etc/rollout/keys --primary-out /media/usb/primaries',
    )
    .action((dir: string, options: { algorithm?: Algorithm; primaryOut?: string; days?: number }) =>
      run(async () => (await commands()).keysCreate(dir, options, out)),
    );

  keys
    .command('list')
    .description('what signs, until when, and what has to be done; status 1 when something has')
    .argument('<dir>', 'folder of the keys')
    .option('--json', 'print it as JSON')
    .action((dir: string, options: { json?: true }) =>
      run(async () => (await commands()).keysList(dir, options, out)),
    );

  newKeyOptions(
    keys
      .command('rotate')
      .description(
        'add a signing subkey, or a key with a new primary; it signs once the sites have had it a while',
      )
      .argument('<dir>', 'folder of the keys')
      .argument('<name>', 'system, or a channel')
      .option('--primary <file>', 'the offline primary of the key, for a new subkey')
      .option('--new-primary', 'make a new primary, published beside the old one')
      .option('--finish', 'end a rotation of the primary: the old key is no longer published')
      .addOption(
        new Option('--overlap <days>', 'days between publication and first signature (default: 7)').argParser(
          days,
        ),
      )
      .option('--now', 'sign with it at once: sites refuse what it signs until they have the keyring'),
  )
    .addHelpText(
      'after',
      '\nExample:\n  rollout keys rotate /etc/rollout/keys production --primary /media/usb/production.primary.key',
    )
    .action((dir: string, name: string, options: RotateOptions) =>
      run(async () => (await commands()).keysRotate(dir, name, options, out)),
    );

  keys
    .command('revoke')
    .description('revoke a subkey, or the whole key: published next, and nothing is signed with it any more')
    .argument('<dir>', 'folder of the keys')
    .argument('<name>', 'system, or a channel')
    .requiredOption('--primary <file>', 'the offline primary of the key')
    .requiredOption('--reason <text>', 'why, for those who have the key')
    .option('--subkey <fingerprint>', 'this subkey alone')
    .action((dir: string, name: string, options: { primary: string; reason: string; subkey?: string }) =>
      run(async () => (await commands()).keysRevoke(dir, name, options, out)),
    );

  keys
    .command('export')
    .description('write the secret of the subkey for a token or an HSM, and the public key beside the others')
    .argument('<dir>', 'folder of the keys')
    .argument('<name>', 'system, or a channel')
    .requiredOption('--to <file>', 'new file for the secret, PKCS#8 in PEM')
    .action((dir: string, name: string, options: { to: string }) =>
      run(async () => (await commands()).keysExport(dir, name, options, out)),
    );
}

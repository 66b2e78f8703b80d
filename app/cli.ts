#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import { addImportCommands } from './commands/import-program.ts';
import { addKeysCommands } from './commands/keys-program.ts';
import { addStoreCommands } from './commands/store-program.ts';
import { channels } from './model/channel.ts';
import { formats } from './validate/format.ts';

/* A command is loaded when it is called: all of them take several times as long to load as one. */

const out = (text: string): void => {
  process.stdout.write(text);
};
const colours = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';

/** Resolves at the first Ctrl-C or SIGTERM; a second one ends the process at once. */
const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        resolve();
      });
  });

const port = (text: string): number => {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > 65_535)
    throw new InvalidArgumentError('a port is a number up to 65535.');
  return number;
};

const program = new Command('rollout')
  .description(
    'Carries software releases from their provider into production: tickets as pull requests, early adopters, signed channels.',
  )
  .option('--debug', 'print stack traces of errors')
  .showHelpAfterError('(see rollout --help)')
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : 2);
  });

program
  .command('demo')
  .description('forge, provider, service, channels and pages on loopback, played through the whole process')
  .addOption(
    new Option('--port <port>', 'port of the pages (another free one when it is taken)')
      .argParser(port)
      .default(4000),
  )
  .option('--exit', 'end when the play ends; status 0 only if every release ended where it should')
  .option('--idle', 'play nothing but the release that is in production from the start')
  .option('--state <dir>', 'keep everything there, and take it up again next time, without playing on')
  .option('--json', 'print one JSON line when ready, and nothing else')
  .addHelpText(
    'after',
    '\nExamples:\n  rollout demo\n  rollout demo --exit\n  rollout demo --idle --json --state /var/tmp/demo',
  )
  .action((options: { port: number; exit?: true; idle?: true; state?: string; json?: true }) =>
    run(async () => {
      const { demo } = await import('./demo/demo.ts');
      return demo({
        port: options.port,
        exit: options.exit ?? false,
        idle: options.idle ?? false,
        state: options.state,
        json: options.json ?? false,
        write: out,
        colours,
        interrupted: interrupted(),
      });
    }),
  );

program
  .command('serve')
  .description('the service: settings from the environment (see .env.example) or a file')
  .option('--settings <file>', 'file of NAME=value lines')
  .addHelpText('after', '\nExamples:\n  rollout serve\n  rollout serve --settings /etc/rollout.env')
  .action((options: { settings?: string }) =>
    run(async () => {
      const { serveCommand } = await import('./commands/serve.ts');
      return serveCommand(options.settings, out, interrupted());
    }),
  );

program
  .command('validate')
  .description('check tickets, catalogue, registry, policy and manifests; all problems at once')
  .argument('[path...]', 'files or folders; the current folder when none is given')
  .addOption(new Option('--format <format>', 'how to print them').choices(formats).default('text'))
  .option('--json', 'the same as --format json')
  .addHelpText(
    'after',
    '\nExamples:\n  rollout validate\n  rollout validate releases/glite/cream/1.16.7.yml\n  rollout validate --format github',
  )
  .action((paths: string[], options: { format: (typeof formats)[number]; json?: true }) =>
    run(async () => {
      const { validateCommand } = await import('./validate/validate.ts');
      const result = await validateCommand(paths, {
        as: options.json ? 'json' : options.format,
        cwd: process.cwd(),
      });
      out(`${result.output.trimEnd()}\n`);
      return result.status;
    }),
  );

program
  .command('explain')
  .description(
    'why a ticket is not further, who is awaited until when, and what would happen next; changes nothing',
  )
  .argument('<ticket>', 'number of the pull request', (text) => {
    if (!/^[1-9]\d{0,8}$/.test(text))
      throw new InvalidArgumentError('a ticket is the number of a pull request.');
    return Number(text);
  })
  .option('--show <parts>', 'comma-separated: facts, decision, plan')
  .option('--json', 'the decision as JSON')
  .addOption(
    new Option('--by <date>', 'what has to happen by when, for production by this date').argParser((text) => {
      if (Number.isNaN(Date.parse(text)))
        throw new InvalidArgumentError(
          'a date is written like 2026-12-24, or with a time like 2026-12-24T12:00:00Z.',
        );
      return text;
    }),
  )
  .option('--settings <file>', 'file of NAME=value lines; the environment otherwise')
  .addHelpText(
    'after',
    '\nExamples:\n  rollout explain 123\n  rollout explain 123 --by 2026-12-24\n  rollout explain 123 --show decision,plan',
  )
  .action((ticket: number, options: { show?: string; json?: true; settings?: string; by?: string }) =>
    run(async () => {
      const { explainCommand } = await import('./commands/explain.ts');
      return explainCommand(ticket, options, out);
    }),
  );

program
  .command('package')
  .description(
    'what packages say of themselves, and the scripts that their installation would run; runs nothing of them',
  )
  .argument('<file...>', 'packages: .deb, .rpm or tarballs')
  .option('--json', 'everything that is known, a JSON line each')
  .addHelpText(
    'after',
    '\nExample:\n  rollout package voms-clients_3.3.5_all.deb voms-clients-3.3.5-1.el9.noarch.rpm',
  )
  .action((files: string[], options: { json?: true }) =>
    run(async () => {
      const { packageCommand } = await import('./commands/package.ts');
      return packageCommand(files, options, out);
    }),
  );

program
  .command('publish')
  .description(
    'render the signed channels from the manifests on the main branch; does nothing when nothing changed',
  )
  .addOption(new Option('--channel <channel>', 'only this channel').choices(channels))
  .option('--repo <dir>', 'git repository with the manifests', '.')
  .option('--store <url>', 'package store, file:///… or s3://bucket/prefix (default: ROLLOUT_STORE)')
  .option(
    '--out <url>',
    'where the channels are published, file:///… or s3://bucket/prefix (default: ROLLOUT_CHANNELS)',
  )
  .option('--keys <dir>', 'folder of the keys (default: ROLLOUT_KEYS)')
  .option('--look-again', 'look at every published file, also when the last run left all of them in place')
  .option('--json', 'print what became of each channel as JSON')
  .addHelpText(
    'after',
    '\nExample:\n  rollout publish --repo releases.git --store file:///srv/store --out file:///srv/www --keys /etc/rollout/keys',
  )
  .action(
    (options: {
      channel?: (typeof channels)[number];
      repo: string;
      store?: string;
      out?: string;
      keys?: string;
      lookAgain?: true;
      json?: true;
    }) =>
      run(async () => {
        const { publishCommand } = await import('./commands/publish.ts');
        return publishCommand(options, out);
      }),
  );

program
  .command('verify')
  .description(
    'check a published channel as a site would: signatures, freshness, rollback, every index and package',
  )
  .argument('<url-or-dir>', 'address or folder of a channel')
  .requiredOption('--keyring <file>', "the channel's public key")
  .option('--last-seen <file>', 'remember what was seen, and refuse anything older')
  .option('--package <file>', 'prove that this package is in the channel; other packages are not read')
  .option('--json', 'print the result as JSON')
  .addHelpText(
    'after',
    '\nExample:\n  rollout verify https://repository.example.org/channels/production/ --keyring production.gpg',
  )
  .action((source: string, options: { keyring: string; lastSeen?: string; package?: string; json?: true }) =>
    run(async () => {
      const { verifyCommand } = await import('./commands/verify.ts');
      const { lines, status } = await verifyCommand({ source, ...options, now: new Date() });
      out(`${lines.join('\n')}\n`);
      return status;
    }),
  );

addKeysCommands(program, run, out);

addStoreCommands(program, run, out);

addImportCommands(program, run, out);

program
  .command('schema')
  .description('the JSON Schema of a ticket, for editors')
  .action(() =>
    run(async () => {
      const { ticketJsonSchema } = await import('./model/ticket.ts');
      out(`${JSON.stringify(ticketJsonSchema(), null, 2)}\n`);
      return 0;
    }),
  );

/** Runs a command; what it throws becomes a sentence and an exit status. */
async function run(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    const { outcomeOf } = await import('./commands/outcome.ts');
    const { text, status } = outcomeOf(error);
    process.stderr.write(`rollout: ${text}\n`);
    if (program.opts<{ debug?: true }>().debug === true && error instanceof Error)
      process.stderr.write(`${error.stack ?? ''}\n`);
    process.exitCode = status;
  }
}

await program.parseAsync();

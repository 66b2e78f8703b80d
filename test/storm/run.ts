import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serveFiles } from '../../app/server/static-files.ts';
import { run } from '../bench/channels/sample.ts';
import { aptStormClient, dnfStormClient, zypperStormClient } from './clients.ts';
import { inPlacePublishers } from './in-place.ts';
import { ChannelPublishing } from './publishing.ts';
import { storm, type Publishing, type StormClient, type Weather } from './storm.ts';

/*
 * Lets real package managers update over HTTP while a channel is published without pause, and counts what fails. Exit status 1 when an update
 * of one of ours failed, or when no file of ours went away meanwhile, for then nothing is shown. With `--peers` the same for publishers that
 * write in place.
 */

const { values } = parseArgs({
  options: {
    /** Updates of apt and of dnf each. */
    clients: { type: 'string', default: '120' },
    zypper: { type: 'string', default: '5' },
    'at-once': { type: 'string', default: '4' },
    peers: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const updates = Number(values.clients);
const atOnce = Number(values['at-once']);
const dir = await mkdtemp(join(tmpdir(), 'rollout-storm-'));
const out = join(dir, 'out');
await mkdir(out);
const handle = serveFiles({ root: out, prefix: '/', log: () => undefined });
const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    response.destroy(error as Error);
  });
});
await new Promise<void>((resolve) => {
  server.listen(0, '127.0.0.1', resolve);
});
const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
const weather: Weather[] = [];

async function has(program: string): Promise<boolean> {
  return run({ program: 'sh', args: ['-c', 'command -v "$0"', program] }).then(
    () => true,
    () => false,
  );
}

/** One storm with clients of its own. */
async function during(
  publishing: Publishing,
  name: string,
  count: number,
  make: () => Promise<StormClient & { readonly dir: string }>,
): Promise<void> {
  const clients = [];
  for (let at = 0; at < Math.min(atOnce, count); at += 1) clients.push(await make());
  try {
    const seen = await storm(publishing, name, clients, count);
    weather.push(seen);
    process.stderr.write(`${JSON.stringify(seen)}\n`);
  } finally {
    for (const client of clients) await rm(client.dir, { recursive: true, force: true });
  }
}

let gone = 0;
try {
  const channel = await ChannelPublishing.begin(dir, out, url);
  try {
    await channel.publish();
    const setUp = (name: string): Promise<string> => readFile(join(out, 'setup', name), 'utf8');
    const source = await setUp('production-umd-5-debian12-amd64.sources');
    const repository = await setUp('production-umd-5-al9-x86_64.repo');
    await during(channel, 'apt', updates, () => aptStormClient(source));
    await during(channel, 'dnf', updates, () => dnfStormClient(repository, channel.publicKey));
    if (await has('zypper')) {
      const count = Number(values.zypper);
      await during(channel, 'zypper', count, () => zypperStormClient(repository, channel.publicKey));
    }
    gone = channel.gone;
  } finally {
    await channel.end();
  }
  const failed = weather.filter((one) => one.failed > 0);
  process.exitCode = failed.length > 0 || gone === 0 ? 1 : 0;
  if (values.peers) {
    for (const peer of await inPlacePublishers(dir, out)) {
      if (!(await has(peer.program))) continue;
      const publishing = await peer.begin();
      const make =
        peer.format === 'deb'
          ? () => aptStormClient(peer.setUp(url, publishing.publicKey))
          : () => dnfStormClient(peer.setUp(url, publishing.publicKey), publishing.publicKey);
      await during(publishing, peer.format === 'deb' ? 'apt' : 'dnf', updates, make);
      await publishing.end();
    }
  }
  const lines = weather.map(
    ({ publisher, client, updates: count, failed: bad, publications, longest, seconds }) =>
      `${publisher}, ${client}: ${String(bad)} of ${String(count)} failed during ${String(publications)} publications in ${String(seconds)} s (${String(longest)} during the slowest)\n`,
  );
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ weather, gone })}\n`
      : `${lines.join('')}${String(gone)} publications of ours are gone\n`,
  );
} finally {
  server.closeAllConnections();
  server.close();
  await rm(dir, { recursive: true, force: true });
}

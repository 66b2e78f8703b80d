import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outside } from '../apply/apply.ts';
import { ConfigurationReader } from '../facts/configuration.ts';
import type { Repository } from '../facts/conversation.ts';
import { allManifests } from '../facts/manifests.ts';
import { openStore } from '../intake/store.ts';
import { readAllowList } from '../intake/address.ts';
import { channels } from '../model/channel.ts';
import { type Found, runTicket } from '../pipeline.ts';
import { openKeys } from '../publish/keys.ts';
import { ChannelsNotPublished } from '../publish/publish.ts';
import { GitRecord } from '../record/repository.ts';
import { createListener } from '../server/listener.ts';
import { createQueue } from '../server/queue.ts';
import type { Hint } from '../server/hint.ts';
import { serveFiles } from '../server/static-files.ts';
import { createApp, webhookHandler } from '../server/webhooks.ts';
import { createPages } from '../web/pages.tsx';
import { LiveBoard } from './board.ts';
import { channelView } from './channel-view.ts';
import { signIn } from './github.ts';
import { pullTicket } from './intake.ts';
import { type Log, errorText } from './log.ts';
import { Publisher } from './publisher.ts';
import { channelReader } from './read-back.ts';
import type { Settings } from './settings.ts';
import { documentSigner } from './system-key.ts';
import { openPulls, recordedTickets, ticketOfCall } from './tickets.ts';

export interface ServiceParts {
  readonly settings: Settings;
  /** The time of the process (MS402's clocks). Signatures and tokens always use the real time. */
  readonly now: () => Date;
  readonly log: Log;
  /** One line per request for a published file, when the service serves the channels itself. */
  readonly accessLog: (line: string) => void;
  /** Told when a ticket was looked at and came to rest. */
  readonly onTicket?: (found: Extract<Found, { is: 'ticket' }>) => void;
}

export interface Service {
  readonly url: string;
  readonly board: LiveBoard;
  /** Looks at everything that is open; resolves when all of it came to rest. */
  sweep(): Promise<void>;
  /** Resolves when nothing is waiting or under way. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** Tickets that are looked at again when the service starts; older ones are finished and stay as they are. */
const rememberedTickets = 200;

/**
 * Puts the parts together and begins to listen: webhooks say where to look, a queue looks, ticket by ticket; a sweep at the start and on
 * a timer finds what no webhook told. Throws when a setting is unusable or the forge cannot be reached.
 */
export async function startService(parts: ServiceParts): Promise<Service> {
  const { settings, log } = parts;
  const [owner = '', repo = ''] = settings.repository.split('/');
  const at: Repository = { owner, repo };
  await mkdir(settings.state, { recursive: true, mode: 0o700 });
  const keys = await openKeys(settings.keys);
  const signer = await documentSigner(keys.system);
  const app = await signIn(settings.app, at);
  const { github, self, probot } = app;
  const record = await GitRecord.open({
    dir: join(settings.state, 'clone'),
    url: app.cloneUrl,
    token: app.token,
    signer,
    author: { name: 'Staged Rollout', email: settings.committerEmail },
  });
  const store = await openStore(settings.store);
  const cache = join(settings.state, 'package-facts');
  const out = fileURLToPath(settings.channels);
  const configuration = new ConfigurationReader((message) => {
    log('error', message);
  });
  const publisher = new Publisher({ record, signer, configuration, store, keys, out, cache });
  const board = new LiveBoard(settings.repository, app.htmlUrl, parts.now);
  const allow = readAllowList(settings.fetchAllow);
  const outside: Outside = {
    github,
    at,
    self,
    record,
    signer,
    configuration,
    readBack: channelReader(keys, async () => {
      const { main } = record;
      const { channelsFile } = await configuration.read(record, main);
      return { channelsFile, manifests: await allManifests(record, signer, main) };
    }),
    now: parts.now,
    pullPackages: (ticket, gathered) => pullTicket({ store, cache, allow }, outside, ticket, gathered),
    log: (effect, ticket) => {
      log('info', `ticket #${String(ticket)}: ${effect.do}`);
    },
  };

  const active = new Set<number>();
  const timers = new Set<NodeJS.Timeout>();
  const queue = createQueue({
    run: (key) => (key === 'publish' ? publish() : look(Number(key.slice('look:'.length)))),
    onError: ({ key, tries, quarantined, error }) => {
      log('error', `${key} failed${quarantined ? ' and is set aside until the next sweep' : ''}`, { tries, error: errorText(error) });
    },
  });
  const lookAt = (number: number): void => {
    queue.add(`look:${String(number)}`);
  };

  let configured = '';
  async function publish(): Promise<void> {
    const { main } = await record.fetch();
    const newest = (await record.list(main, ['.github/rollout.yml', 'releases', 'repos-manifest/channels.yml']))
      .filter(({ path }) => !/^releases\/[^/]+\//.test(path))
      .map(({ blob }) => blob)
      .join(' ');
    try {
      const published = await publisher.publish(main);
      const { channelsFile } = await configuration.read(record, main);
      board.showChannels(await Promise.all(channels.map((channel) => channelView(out, channelsFile, keys, channel))));
      for (const { channel, number, changed } of published) if (changed) log('info', `published ${channel}`, { number });
      if (published.some(({ changed }) => changed) || newest !== configured) for (const number of active) lookAt(number);
    } catch (error) {
      // The channels that could be published were: their tickets go on.
      if (error instanceof ChannelsNotPublished && error.published.some(({ changed }) => changed)) for (const number of active) lookAt(number);
      throw error;
    }
    configured = newest;
  }

  /** Pull request, promotion or call: whatever the number is, the ticket behind it is looked at. */
  async function look(number: number): Promise<void> {
    const found = await runTicket(outside, number).catch(async (error: unknown) => {
      const ticket = isMissing(error) ? await ticketOfCall(github, at, self, number) : undefined;
      if (!isMissing(error)) throw error;
      return { is: 'no-ticket', promotionOf: ticket } as const;
    });
    if (found.is === 'no-ticket') {
      active.delete(number);
      if (found.promotionOf !== undefined) lookAt(found.promotionOf);
      return;
    }
    const { facts, decision } = found;
    if (decision.settled) active.delete(number);
    else active.add(number);
    board.show(facts, decision);
    parts.onTicket?.(found);
    wake(number, decision.wakeAt);
  }

  function wake(number: number, at: string | undefined): void {
    if (at === undefined) return;
    const wait = Date.parse(at) - parts.now().getTime();
    if (wait > 3_600_000) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      lookAt(number);
    }, Math.max(1000, wait));
    timers.add(timer);
  }

  function hear(hint: Hint): void {
    if (hint.kind === 'issue') lookAt(hint.number);
    else if (hint.ref === 'HEAD') for (const number of active) lookAt(number);
    else if (hint.ref === 'refs/heads/main') queue.add('publish');
  }

  async function sweep(): Promise<void> {
    queue.add('publish');
    for (const number of new Set([...(await openPulls(github, at)), ...active])) lookAt(number);
    await queue.idle();
  }

  await probot.load(createApp(hear, self.login));
  const webhook = webhookHandler({ probot, secrets: settings.webhookSecrets, repository: settings.repository, log: (line) => {
    log('warn', line);
  } });
  let ready = false;
  const pages = createPages(board);
  const listener = createListener({
    routes: {
      webhook,
      pages: (request) => pages.fetch(request),
      ...(settings.serveChannels
        ? { files: { prefix: '/channels/', handle: serveFiles({ root: out, prefix: '/channels/', log: parts.accessLog }) } }
        : {}),
    },
    ready: () => ready,
    onError: (error) => {
      log('error', 'a request failed', { error: errorText(error) });
    },
  });
  const url = await listener.listen(settings.port, settings.host);
  const { main } = await record.fetch();
  for (const number of await recordedTickets(record, main, rememberedTickets)) active.add(number);
  // The first look at everything goes on behind the open door; what fails in it is tried again by the next.
  const first = sweep().catch((error: unknown) => {
    log('error', 'the first sweep failed', { error: errorText(error) });
  });
  ready = true;
  const timer = setInterval(() => {
    sweep().catch((error: unknown) => {
      log('error', 'the sweep failed', { error: errorText(error) });
    });
  }, settings.sweepMilliseconds);

  return {
    url,
    board,
    sweep,
    idle: async () => {
      await first;
      await queue.idle();
    },
    stop: async () => {
      ready = false;
      clearInterval(timer);
      for (const waiting of timers) clearTimeout(waiting);
      await listener.stop();
      await queue.stop();
    },
  };
}

const isMissing = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'status' in error && error.status === 404;

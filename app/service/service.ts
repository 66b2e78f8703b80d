import { fileURLToPath } from 'node:url';
import { configurationPaths } from '../facts/configuration.ts';
import { NoSuchPull } from '../facts/conversation.ts';
import { channels } from '../model/channel.ts';
import { type Found, runTicket } from '../pipeline.ts';
import { ChannelsNotPublished } from '../publish/publish.ts';
import { createListener } from '../server/listener.ts';
import { createQueue } from '../server/queue.ts';
import type { Hint } from '../server/hint.ts';
import { serveFiles } from '../server/static-files.ts';
import { createApp, webhookHandler } from '../server/webhooks.ts';
import { createPages } from '../web/pages.tsx';
import { LiveBoard } from './board.ts';
import { openIssues, runIssue } from './issues.ts';
import { channelView } from './channel-view.ts';
import { errorText } from './log.ts';
import { prepareLabels } from './labels.ts';
import { serviceScrub } from './scrub.ts';
import { type OutsideParts, openOutside } from './outside.ts';
import { closedPullsSince, openPulls, recordedTickets } from './tickets.ts';

export interface ServiceParts extends OutsideParts {
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
  const { app, outside, publisher, keys, output, store } = await openOutside(parts);
  const { github, at, self, record, configuration, signer } = outside;
  const board = new LiveBoard(settings.repository, app.htmlUrl, parts.now);

  const active = new Set<number>();
  const timers = new Set<NodeJS.Timeout>();
  const queue = createQueue({
    run: (key) => (key === 'publish' ? publish() : look(Number(key.slice('look:'.length)))),
    onError: ({ key, tries, quarantined, error }) => {
      log('error', `${key} failed${quarantined ? ' and is set aside until the next sweep' : ''}`, {
        tries,
        error: errorText(error),
      });
    },
  });
  const lookAt = (number: number): void => {
    queue.add(`look:${String(number)}`);
  };

  let configured = '';
  let publications = 0;
  /** Tickets that moved and wait for their channels to be published. */
  const awaitingChannels = new Set<number>();
  async function publish(): Promise<void> {
    const { main } = await record.fetch();
    const newest = (await record.list(main, configurationPaths)).map(({ blob }) => blob).join(' ');
    try {
      const published = await publisher.publish(main);
      const { channelsFile, earlyAdopters, catalogue } = await configuration.read(record, main);
      board.showRegistry({ earlyAdopters, catalogue });
      board.showChannels(
        await Promise.all(channels.map((channel) => channelView(output, channelsFile, keys, channel))),
      );
      for (const { channel, number, changed } of published)
        if (changed) log('info', `published ${channel}`, { number });
      for (const number of newest === configured ? awaitingChannels : active) lookAt(number);
      configured = newest;
    } catch (error) {
      // The channels that could be published were: their tickets go on.
      if (error instanceof ChannelsNotPublished) for (const number of awaitingChannels) lookAt(number);
      throw error;
    } finally {
      publications += 1;
    }
  }

  /** Pull request, promotion, call, registry request or problem: whatever the number is, what is behind it is looked at. */
  async function look(number: number): Promise<void> {
    const before = publications;
    const found = await runTicket(outside, number).catch(async (error: unknown) => {
      if (!(error instanceof NoSuchPull)) throw error;
      const { ticket, recorded } = await runIssue(outside, number);
      // A push of our own is no news to us, but this one changes whose acts count: everything that is open is looked at again.
      if (recorded) queue.add('publish');
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
    if (Object.values(facts.readBack).some((seen) => !seen.ok)) {
      awaitingChannels.add(number);
      // What was published while this run was under way may be what it waited for.
      if (publications !== before) lookAt(number);
    } else awaitingChannels.delete(number);
    board.show(facts, decision);
    parts.onTicket?.(found);
    wake(number, decision.wakeAt);
  }

  function wake(number: number, when: string | undefined): void {
    if (when === undefined) return;
    const wait = Date.parse(when) - parts.now().getTime();
    if (wait > 3_600_000) return;
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        lookAt(number);
      },
      Math.max(1000, wait),
    );
    timers.add(timer);
  }

  function hear(hint: Hint): void {
    if (hint.kind === 'issue') lookAt(hint.number);
    else if (hint.ref === 'HEAD') {
      outside.teams.forget();
      for (const number of active) lookAt(number);
    } else if (hint.ref === 'refs/heads/main') queue.add('publish');
  }

  const told = new Set<string>();
  function tellOfKeys(): void {
    for (const warning of keys.warnings(new Date())) {
      if (!told.has(warning)) log('warn', warning);
      told.add(warning);
    }
  }

  const scrub =
    settings.scrubHour === undefined
      ? undefined
      : serviceScrub({
          record,
          signer,
          publisher,
          store,
          output,
          keys,
          log,
          state: settings.state,
          hour: settings.scrubHour,
          onEnd: () => {
            publisher.lookAgain();
            queue.add('publish');
          },
        });

  let closedUntil: string | undefined;
  async function sweep(): Promise<void> {
    tellOfKeys();
    queue.add('publish');
    const open = [...(await openPulls(github, at)), ...(await openIssues(outside))];
    const closed = await closedPullsSince(github, at, closedUntil);
    closedUntil = closed.until;
    for (const number of new Set([...open, ...closed.numbers, ...active])) lookAt(number);
    await queue.idle();
    await scrub?.beginIfDue();
  }

  await app.probot.load(createApp(hear, self.login));
  const webhook = webhookHandler({
    probot: app.probot,
    secrets: settings.webhookSecrets,
    repository: settings.repository,
    log: (line) => {
      log('warn', line);
    },
  });
  let ready = false;
  const pages = createPages(board);
  const listener = createListener({
    routes: {
      webhook,
      pages: (request) => pages.fetch(request),
      ...(settings.serveChannels
        ? {
            files: {
              prefix: '/channels/',
              handle: serveFiles({
                root: fileURLToPath(settings.channels),
                prefix: '/channels/',
                log: parts.accessLog,
              }),
            },
          }
        : {}),
    },
    ready: () => ready,
    onError: (error) => {
      log('error', 'a request failed', { error: errorText(error) });
    },
  });
  const url = await listener.listen(settings.port, settings.host);
  await prepareLabels(github, at);
  const { main } = await record.fetch();
  const recorded = await recordedTickets(record, main);
  for (const { number, path } of recorded) outside.paths.set(number, path);
  for (const { number } of recorded.slice(0, rememberedTickets)) active.add(number);
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
      await scrub?.idle();
      await queue.idle();
    },
    stop: async () => {
      ready = false;
      clearInterval(timer);
      for (const waiting of timers) clearTimeout(waiting);
      await listener.stop();
      await scrub?.stop();
      await queue.stop();
    },
  };
}

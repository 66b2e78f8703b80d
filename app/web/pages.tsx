import { Hono, type Context } from 'hono';
import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { securityHeaders } from '../server/answer.ts';
import { BoardPage } from './board-page.tsx';
import type { Board } from './board.ts';
import { keyUrl } from './channel-list.tsx';
import { Frame } from './frame.tsx';
import { registryOf, sitesData } from './sites-data.ts';
import { SitesPage } from './sites-page.tsx';
import { stylesheet } from './stylesheet.ts';
import { ticketData } from './ticket-data.ts';
import { TicketPage } from './ticket-page.tsx';

const mostDigits = 9;

/**
 * The web pages and the same values as JSON (interfaces.md, HTTP), rendered from the board as it is at the moment of asking. Server-rendered,
 * no scripts, no cookies, nothing taken from the request but the path (trust.md T56). Reading only: every other method is refused.
 * A bug throws through to the listener, which answers 500.
 */
export function createPages(board: Board): Hono {
  const app = new Hono();

  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(securityHeaders)) context.res.headers.set(name, value);
    if (!context.res.headers.has('cache-control')) context.res.headers.set('cache-control', 'no-cache');
  });

  app.get('/', (context) => page(context, <BoardPage board={board} />));
  app.get('/style.css', (context) =>
    context.body(stylesheet, 200, {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'max-age=300',
    }),
  );
  app.get('/tickets/:number', (context) => {
    const view = board.ticket(numberOf(context.req.param('number')));
    return view
      ? page(context, <TicketPage view={view} board={board} />)
      : page(context, <NotFoundPage board={board} what="ticket" />, 404);
  });

  app.get('/api/tickets.json', (context) => {
    const channels = board.channels();
    return context.json(board.tickets().map((view) => ticketData(view, channels, board.now())));
  });
  app.get('/api/tickets/:file', (context) => {
    const [, number = ''] = /^(\d+)\.json$/.exec(context.req.param('file')) ?? [];
    const view = board.ticket(numberOf(number));
    if (view) return context.json(ticketData(view, board.channels(), board.now()));
    return context.json(
      { error: 'There is no ticket of this number.', mend: 'See /api/tickets.json for those there are.' },
      404,
    );
  });
  app.get('/sites', (context) => page(context, <SitesPage board={board} />));
  app.get('/api/sites.json', (context) => {
    const registry = registryOf(board);
    if (registry) return context.json(sitesData(registry, board.now().slice(0, 10)));
    return context.json({ error: 'The registry was not read yet.', mend: 'Ask again in a minute.' }, 503);
  });
  app.get('/api/channels.json', (context) => context.json(board.channels().map(channelData)));

  app.all('*', (context, next) =>
    context.req.method === 'GET'
      ? next()
      : context.json({ error: 'These pages can only be read.', mend: 'Use GET.' }, 405, {
          allow: 'GET, HEAD',
        }),
  );
  app.notFound((context) =>
    context.req.path.startsWith('/api/')
      ? context.json(
          {
            error: 'There is no data at this address.',
            mend: 'Use /api/tickets.json, /api/tickets/<number>.json, /api/sites.json or /api/channels.json.',
          },
          404,
        )
      : page(context, <NotFoundPage board={board} what="page" />, 404),
  );
  app.onError((error) => {
    throw error;
  });
  return app;
}

type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

const page = (context: Context, content: Markup, status: 200 | 404 = 200): Response | Promise<Response> =>
  context.html(html`<!doctype html>${content}`, status);

/** A ticket's number as it stands in an address; 0, which no ticket has, for anything else. */
const numberOf = (text: string): number =>
  /^[1-9]\d*$/.test(text) && text.length <= mostDigits ? Number(text) : 0;

/** One channel of `GET /api/channels.json`. */
const channelData = (view: ReturnType<Board['channels']>[number]) => ({
  channel: view.channel,
  url: view.url,
  number: view.number ?? null,
  published: view.published ?? null,
  releases: view.releases,
  apt: view.aptLines.map(({ distribution, platform, arch, line }) => ({
    distribution,
    platform,
    arch,
    line,
    key: keyUrl(view),
  })),
  sources: view.sources,
});

const NotFoundPage = ({ board, what }: { readonly board: Board; readonly what: 'page' | 'ticket' }) => (
  <Frame title={`No such ${what}`} board={board} data={undefined}>
    <h1>{what === 'ticket' ? 'There is no such ticket' : 'There is no such page'}</h1>
    <p>
      {what === 'ticket'
        ? 'No pull request of this number is the ticket of a release, or it has not been looked at yet: then it will be here in a minute.'
        : 'The address is mistyped, or the page is no longer there.'}
    </p>
    <p>
      Every release is on <a href="/">the board</a>.
    </p>
  </Frame>
);

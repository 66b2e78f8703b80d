import type { Child } from 'hono/jsx';
import type { Board } from './board.ts';
import { Time } from './time.tsx';

/** A link to another place. Only http and https lead anywhere; any other address is shown as text (trust.md T56). */
export const Link = ({ to, children }: { readonly to: string; readonly children?: Child }) =>
  /^https?:\/\//i.test(to) ? (
    <a href={to} rel="noreferrer">
      {children}
    </a>
  ) : (
    <span>{children}</span>
  );

interface FrameProps {
  readonly title: string;
  readonly board: Board;
  /** Path of this page's data for programs. */
  readonly data: string | undefined;
  /** Which entry of the navigation this page is. */
  readonly here?: 'board' | 'sites';
  readonly children?: Child;
}

/** What every page has around it: title, way back, way to the repository, where the data is, as of when. */
export const Frame = ({ title, board, data, here, children }: FrameProps) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{title}</title>
      <link rel="stylesheet" href="/style.css" />
    </head>
    <body>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="top">
        <div class="wide">
          <p class="brand">
            <Mark />
            Staged Rollout
          </p>
          <nav aria-label="Main">
            <a href="/" aria-current={here === 'board' ? 'page' : undefined}>
              Board
            </a>
            <a href="/sites" aria-current={here === 'sites' ? 'page' : undefined}>
              Sites
            </a>
            <Link to={board.repositoryUrl}>Repository</Link>
          </nav>
        </div>
      </header>
      <main id="content" class="wide">
        {children}
      </main>
      <footer class="bottom">
        <div class="wide">
          <p>
            <bdi>{board.repository}</bdi> as of <Time at={board.now()} />. This page shows what is recorded
            and changes nothing; reload it for the newest.
          </p>
          <p>
            For programs:{' '}
            {data === undefined ? null : (
              <>
                <a href={data}>this page as JSON</a>,{' '}
              </>
            )}
            <a href="/api/tickets.json">all tickets</a>, <a href="/api/channels.json">all channels</a>,{' '}
            <a href="/api/sites.json">all sites</a>.
          </p>
        </div>
      </footer>
    </body>
  </html>
);

/** The mark: three steps up. */
const Mark = () => (
  <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
    <rect x="2" y="14" width="6" height="8" rx="1.5" />
    <rect x="9" y="8" width="6" height="14" rx="1.5" />
    <rect x="16" y="2" width="6" height="20" rx="1.5" />
  </svg>
);

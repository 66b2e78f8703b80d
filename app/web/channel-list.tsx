import type { ChannelSourceView, ChannelView } from './board.ts';
import { Time } from './time.tsx';
import { counted } from './words.ts';

/** Address of a channel's public key, as a keyring that apt reads (channels.md, layout). Throws when the channel's own is no address. */
export const keyUrl = ({ channel, url }: ChannelView): string =>
  new URL(`../keys/${channel}.gpg`, url.endsWith('/') ? url : `${url}/`).href;

/** A line to be copied: one click or tap selects all of it. */
const Copyable = ({ label, text }: { readonly label: string; readonly text: string }) => (
  <figure class="copy">
    <figcaption>{label}</figcaption>
    <pre>
      <code>{text}</code>
    </pre>
  </figure>
);

/** The one command that sets a target up. */
const setupCommand = ({ setup, address, format }: ChannelSourceView): string =>
  setup === undefined
    ? `curl -fsSLO ${address}SHA256SUMS -O ${address}SHA256SUMS.asc`
    : `sudo curl -fsSLo ${setup.file} ${setup.url}${format === 'deb' ? ' && sudo apt update' : ''}`;

/** How a site takes packages from a channel: one command for each of the sources given; for apt the key and a source line too. */
export const Sources = ({
  view,
  lines,
  sources,
}: {
  readonly view: ChannelView;
  readonly lines: ChannelView['aptLines'];
  readonly sources: readonly ChannelSourceView[];
}) => (
  <>
    {sources.map((source) => (
      <Copyable
        label={
          source.setup === undefined
            ? `${source.distribution} on ${source.platform} ${source.arch}: the signed list of its files`
            : `${source.distribution} on ${source.platform} ${source.arch}: set up with its key`
        }
        text={setupCommand(source)}
      />
    ))}
    {lines.length === 0 ? null : (
      <Copyable
        label={`Key of ${view.channel}, fetched once`}
        text={`sudo curl -fsSLo /etc/apt/keyrings/${view.channel}.gpg ${keyUrl(view)}`}
      />
    )}
    {lines.map(({ platform, arch, distribution, line }) => (
      <Copyable
        label={`${distribution} on ${platform} ${arch}, for a file in /etc/apt/sources.list.d`}
        text={line}
      />
    ))}
  </>
);

/** The channels: how much is in each, as of when, and how to use it. */
export const ChannelList = ({ channels }: { readonly channels: readonly ChannelView[] }) => (
  <section aria-labelledby="channels">
    <h2 id="channels">Channels</h2>
    <ul class="channels">
      {channels.map((view) => (
        <li class="card">
          <h3>{view.channel}</h3>
          <p>
            <strong>{counted(view.releases.length, 'release')}</strong>
            {view.published === undefined ? (
              ' · not published yet'
            ) : (
              <>
                {view.number === undefined ? '' : ` · publication ${String(view.number)}`} ·{' '}
                <Time at={view.published} />
              </>
            )}
          </p>
          {view.sources.length === 0 ? (
            <p class="quiet">No source yet.</p>
          ) : (
            <details>
              <summary>
                Use it: {counted(view.sources.length, 'source')} of {view.channel}
              </summary>
              <Sources view={view} lines={view.aptLines} sources={view.sources} />
            </details>
          )}
        </li>
      ))}
    </ul>
  </section>
);

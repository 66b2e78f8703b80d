import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { isAbsence, type Digest } from '../../storage/digest.ts';
import { filesBelow } from '../../storage/files-below.ts';

/** Where a published channel is read from. Paths are relative to the folder of channel.json, as its statement names them. */
export interface ChannelSource {
  /**
   * The content of a file, undefined when it is not there.
   * @throws SourceUnreachable, also while the content is read
   */
  open(path: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Every file below a folder, where that can be told: a web server cannot. */
  readonly list?: (folder: string) => Promise<readonly string[]>;
  /** Is told of every file that something vouches for: what it should be, and whether it is. */
  readonly onChecked?: (path: string, expected: Digest, isRight: boolean) => void;
}

/** The place that a channel is read from does not answer, or answers with an error of its own: an outage, not a verdict. */
export class SourceUnreachable extends Error {
  override readonly name = 'SourceUnreachable';
}

/** How a file is asked for at a web server; the global `fetch` is one. */
export type FetchFile = (url: URL, init: RequestInit) => Promise<Response>;

/** No answer within this time ends a request, in milliseconds; long enough for a package of some gigabytes. */
const requestTime = 30 * 60_000;

/** A source by its address (`http://`, `https://`) or path of a folder; what is one already is given back. */
export function channelSource(place: string | ChannelSource, fetchFile: FetchFile): ChannelSource {
  if (typeof place !== 'string') return place;
  return /^https?:\/\//.test(place) ? webSource(place, fetchFile) : folderSource(place);
}

function folderSource(folder: string): ChannelSource {
  return {
    open: async (path) => {
      const stream = createReadStream(join(folder, path), { highWaterMark: 256 * 1024 });
      try {
        await once(stream, 'ready');
      } catch (error) {
        if (isAbsence(error)) return undefined;
        throw error;
      }
      return stream as AsyncIterable<Buffer>;
    },
    list: (path) => filesBelow(folder, path),
  };
}

function webSource(address: string, fetchFile: FetchFile): ChannelSource {
  const base = new URL(address.endsWith('/') ? address : `${address}/`);
  return {
    open: async (path) => {
      const url = new URL(path.split('/').map(encodeURIComponent).join('/'), base);
      const response = await fetchFile(url, {
        // A server must not pack a file anew: it would be unpacked before its digest is taken.
        headers: { 'accept-encoding': 'identity' },
        signal: AbortSignal.timeout(requestTime),
      }).catch((error: unknown) => {
        throw new SourceUnreachable(`${url.href} does not answer`, { cause: error });
      });
      if (response.status === 404 || response.status === 410) {
        await response.body?.cancel();
        return undefined;
      }
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new SourceUnreachable(`${url.href} answers with status ${String(response.status)}`);
      }
      return bodyOf(response, url);
    },
  };
}

async function* bodyOf(response: Response, url: URL): AsyncGenerator<Uint8Array> {
  if (!response.body) return;
  try {
    for await (const piece of response.body) yield piece;
  } catch (error) {
    throw new SourceUnreachable(`${url.href} stopped answering`, { cause: error });
  }
}

import type { Facts } from '../model/facts.ts';
import type { GocdbHost } from '../model/gocdb.ts';
import type { Entry } from '../model/journal.ts';
import { link } from '../model/scalar.ts';
import { betaMarker } from '../wording/beta-advice.ts';
import { OddXml, type XmlElement, readXml } from './xml.ts';

/** GOCDB did not answer, or not with what it promises. Nothing is decided on it: advice waits. */
export class GocdbOutage extends Error {
  override readonly name = 'GocdbOutage';
}

export interface GocdbOptions {
  /** Address of the programmatic interface, for example `https://goc.egi.eu/gocdbpi/public/`. */
  readonly url: string;
  /** The time of the process: downtimes that run now, or begin within a day, count. */
  readonly now: () => Date;
  /** For everything that one question needs; 15 seconds unless given. */
  readonly deadlineMilliseconds?: number;
  /** Of one page; 4 MiB unless given. */
  readonly mostBytes?: number;
}

/** Says for each host what GOCDB says of it now. `site` finds downtimes of the whole site, too. Rejects with GocdbOutage. */
export type GocdbReader = (
  hosts: readonly string[],
  site?: string,
) => Promise<ReadonlyMap<string, GocdbHost>>;

const mostHosts = 50;
const mostPages = 20;
const mostKept = 1000;
const hostPattern = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
const day = 86_400;

/**
 * A reader of GOCDB's public interface: services by host name, with the flag BETA (R-3-9), and downtimes of hosts and site (R-3-10). Keys of
 * the answer are the host names in lower case; names that cannot be one are not asked for, and not found.
 */
export function gocdbReader(options: GocdbOptions): GocdbReader {
  return async (hosts, site) => {
    const signal = AbortSignal.timeout(options.deadlineMilliseconds ?? 15_000);
    const ask = (query: Readonly<Record<string, string>>): Promise<readonly XmlElement[]> =>
      allPages(options, query, signal);
    const names = [...new Set(hosts.map((host) => host.toLowerCase()))].slice(0, mostHosts);
    const seconds = Math.floor(options.now().getTime() / 1000);
    const from = new Date(seconds * 1000).toISOString().slice(0, 10);
    const to = new Date((seconds + 2 * day) * 1000).toISOString().slice(0, 10);
    const asked = names.filter((host) => hostPattern.test(host));
    if (asked.length === 0) return new Map(names.map((host) => [host, unknown(host)]));
    const entity = site !== undefined && /^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$/.test(site) ? [site] : [];
    const services = new Map<string, readonly XmlElement[]>();
    const downtimes: XmlElement[] = [...(await ask({ method: 'get_downtime_to_broadcast' }))];
    await inTurn([...entity, ...asked], async (topentity) => {
      const found = await ask({ method: 'get_downtime', topentity, windowstart: from, windowend: to });
      downtimes.push(...found.filter(({ name }) => name === 'DOWNTIME'));
    });
    await inTurn(asked, async (host) => {
      const found = await ask({ method: 'get_service_endpoint', hostname: host });
      const own = found.filter((one) => one.name === 'SERVICE_ENDPOINT');
      services.set(
        host,
        own.filter((one) => valueOf(one, 'HOSTNAME').toLowerCase() === host),
      );
    });
    return new Map(
      names.map((host) => {
        const own = services.get(host) ?? [];
        const downtime = downtimes.find((one) => isFor(one, host) && isNear(one, seconds));
        return [
          host,
          {
            host,
            found: own.length > 0,
            beta: own.length > 0 && own.every((one) => valueOf(one, 'BETA') === 'Y'),
            downtime: downtime && pageOf(downtime),
          },
        ];
      }),
    );
  };
}

/** A few at a time: GOCDB serves a whole infrastructure. */
async function inTurn(names: readonly string[], look: (name: string) => Promise<void>): Promise<void> {
  for (let at = 0; at < names.length; at += 4) await Promise.all(names.slice(at, at + 4).map(look));
}

const unknown = (host: string): GocdbHost => ({ host, found: false, beta: false, downtime: undefined });

const valueOf = (element: XmlElement, name: string): string =>
  element.children.find((child) => child.name === name)?.text ?? '';

/** A downtime names one host itself, or several in nested services. */
function isFor(element: XmlElement, host: string): boolean {
  if (element.name === 'HOSTNAME' && element.text.toLowerCase() === host) return true;
  return element.children.some((child) => isFor(child, host));
}

const isNear = (downtime: XmlElement, seconds: number): boolean => {
  const [start, end] = ['START_DATE', 'END_DATE'].map((name) => valueOf(downtime, name));
  if (!/^\d{1,12}$/.test(start ?? '') || !/^\d{1,12}$/.test(end ?? '')) return false;
  return Number(start) <= seconds + day && Number(end) >= seconds;
};

/** The page of a downtime, when it is an address that people can be given; else its number will do. */
const pageOf = (downtime: XmlElement): string => {
  const page = link.safeParse(valueOf(downtime, 'GOCDB_PORTAL_URL'));
  return page.success
    ? page.data
    : `GOCDB downtime ${(downtime.attributes.get('ID') ?? '').replaceAll(/\W/g, '')}`;
};

/**
 * All pages of an answer. Only the query of a `next` link is taken, and asked of the address that the operator set: a link leads nowhere
 * else. The last page is empty, or has no such link.
 */
async function allPages(
  { url, mostBytes = 4 * 1024 * 1024 }: GocdbOptions,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly XmlElement[]> {
  const records: XmlElement[] = [];
  const seen = new Set<string>();
  let search = new URLSearchParams(query).toString();
  for (let page = 0; page < mostPages; page++) {
    const address = new URL(url);
    address.search = search;
    seen.add(search);
    const root = await onePage(address, mostBytes, signal);
    const found = root.children.filter(({ name }) => name !== 'meta');
    records.push(...found);
    const next = nextOf(root, query['method'] ?? '');
    if (next === undefined || seen.has(next) || found.length === 0) return records;
    search = next;
  }
  throw new GocdbOutage(`GOCDB has more than ${String(mostPages)} pages for ${query['method'] ?? ''}`);
}

function nextOf(root: XmlElement, method: string): string | undefined {
  const links = root.children.find(({ name }) => name === 'meta')?.children ?? [];
  const href = links
    .find(({ name, attributes }) => name === 'link' && attributes.get('rel') === 'next')
    ?.attributes.get('href');
  const next = href === undefined || !URL.canParse(href) ? undefined : new URL(href).searchParams;
  return next?.get('method') === method ? next.toString() : undefined;
}

async function onePage(address: URL, mostBytes: number, signal: AbortSignal): Promise<XmlElement> {
  const fail = (why: string, cause?: unknown): never => {
    throw new GocdbOutage(`GOCDB (${address.host}): ${why}`, { cause });
  };
  let text = '';
  try {
    const answer = await fetch(address, {
      signal,
      redirect: 'error',
      headers: { accept: 'application/xml' },
    });
    if (!answer.ok) return fail(`status ${String(answer.status)}`);
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let bytes = 0;
    const reader = answer.body?.getReader();
    for (;;) {
      const chunk = await reader?.read();
      if (!chunk || chunk.done) break;
      bytes += chunk.value.byteLength;
      if (bytes > mostBytes) {
        await reader?.cancel();
        return fail(`an answer of more than ${String(mostBytes)} bytes`);
      }
      text += decoder.decode(chunk.value, { stream: true });
    }
    text += decoder.decode();
  } catch (error) {
    if (error instanceof GocdbOutage) throw error;
    return fail('no answer in time, or none that is text', error);
  }
  try {
    const root = readXml(text);
    return root.name === 'results' ? root : fail(`an answer of <${root.name}>`);
  } catch (error) {
    if (!(error instanceof OddXml)) throw error;
    return fail(error.message, error);
  }
}

const answerKept = 3_600_000;
const outageKept = 300_000;

/**
 * The same reader, with each answer kept for an hour: a ticket is looked at much more often than a site changes its flags. After an outage
 * nothing is asked for five minutes: a GOCDB that hangs must not hold up every look at every ticket.
 */
export function keepingAnswers(reader: GocdbReader, now: () => Date): GocdbReader {
  const kept = new Map<string, { readonly until: number; readonly answer: ReadonlyMap<string, GocdbHost> }>();
  let outage: { readonly until: number; readonly error: GocdbOutage } | undefined;
  return async (hosts, site) => {
    const key = JSON.stringify([site, hosts]);
    const before = kept.get(key);
    if (before && before.until > now().getTime()) return before.answer;
    if (outage && outage.until > now().getTime()) throw outage.error;
    try {
      const answer = await reader(hosts, site);
      if (kept.size >= mostKept) kept.clear();
      kept.set(key, { until: now().getTime() + answerKept, answer });
      return answer;
    } catch (error) {
      if (error instanceof GocdbOutage) outage = { until: now().getTime() + outageKept, error };
      throw error;
    }
  };
}

/** What GOCDB says of nodes that reports name and that nobody was told of. An outage keeps nothing waiting: a later look asks again. */
export async function nodesInGocdb(
  { gocdb }: { readonly gocdb: GocdbReader | undefined },
  journal: readonly Entry[],
  own: Facts['ownComments'],
): Promise<Facts['gocdb']> {
  if (!gocdb) return new Map();
  const told = new Set(own.map(({ marker }) => marker));
  const found = new Map<string, GocdbHost>();
  for (const entry of journal) {
    if (entry.event !== 'reported' || told.has(betaMarker(entry))) continue;
    const hosts = (entry.report.nodes ?? []).map(({ host }) => host);
    if (hosts.length === 0) continue;
    try {
      for (const [host, seen] of await gocdb(hosts, entry.site)) found.set(host, seen);
    } catch (error) {
      if (!(error instanceof GocdbOutage)) throw error;
      // Each question may take its whole deadline: after one, no other is asked.
      return found;
    }
  }
  return found;
}

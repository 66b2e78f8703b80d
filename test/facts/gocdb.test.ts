import { readFileSync } from 'node:fs';
import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { GocdbOutage, gocdbReader, keepingAnswers, nodesInGocdb } from '../../app/facts/gocdb.ts';
import { factsAt, after } from '../rollout/facts.ts';
import { told } from '../rollout/story.ts';

const sample = (name: string): string => readFileSync(`test/facts/gocdb/${name}.xml`, 'utf8');
const none = '<?xml version="1.0"?>\n<results/>';

let server: Server;
let url: string;
let asked: URLSearchParams[];
let answer: (query: URLSearchParams, response: ServerResponse) => void;

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://gocdb.example').searchParams;
    asked.push(query);
    answer(query, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/gocdbpi/public/`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** What GOCDB says in the sample: services of three hosts, one downtime. */
const plainAnswer = (query: URLSearchParams): string => {
  if (query.get('next_cursor') !== null) return none;
  if (query.get('method') === 'get_service_endpoint') return sample('get_service_endpoint.beta');
  if (query.get('method') === 'get_downtime_to_broadcast') return sample('get_downtime_to_broadcast');
  return none;
};
const duringDowntime = new Date(1_773_700_000_000);
const reader = (more: object = {}) => gocdbReader({ url, now: () => duringDowntime, ...more });

describe('GOCDB', () => {
  beforeEach(() => {
    answer = (query, response) => response.end(plainAnswer(query));
  });

  test('says of each host whether it is flagged beta (R-3-9), and links its downtime (R-3-10)', async () => {
    const seen = await reader()(
      ['CE02.lip-lisbon.example', 'ce01.lip-lisbon.example', 'nowhere.example'],
      'LIP-Lisbon',
    );
    expect([...seen.values()]).toEqual([
      {
        host: 'ce02.lip-lisbon.example',
        found: true,
        beta: true,
        downtime: 'https://goc.example/portal/index.php?Page_Type=Downtime&id=5501',
      },
      { host: 'ce01.lip-lisbon.example', found: true, beta: false, downtime: undefined },
      { host: 'nowhere.example', found: false, beta: false, downtime: undefined },
    ]);
    expect(asked.filter((query) => query.get('topentity') === 'LIP-Lisbon')).toHaveLength(1);
  });

  test('is not asked for a name that can be no host, and a downtime that is over is none', async () => {
    const seen = await gocdbReader({ url, now: () => new Date('2027-01-01T00:00:00Z') })([
      'ce02.lip-lisbon.example',
      'a&method=get_site_contacts',
    ]);
    expect(seen.get('ce02.lip-lisbon.example')?.downtime).toBeUndefined();
    expect(seen.get('a&method=get_site_contacts')?.found).toBe(false);
    expect(asked.map((query) => query.get('method'))).not.toContain('get_site_contacts');
  });

  test('a host is beta only when every service of it is', async () => {
    answer = (query, response) =>
      response.end(plainAnswer(query).replace('>ce01.lip-lisbon.example<', '>ce02.lip-lisbon.example<'));
    const seen = await reader()(['ce02.lip-lisbon.example']);
    expect(seen.get('ce02.lip-lisbon.example')).toMatchObject({ found: true, beta: false });
  });
});

describe('Pages of GOCDB', () => {
  const page = (next: string, host: string): string =>
    `<results><meta><link rel="next" href="${next}"/></meta><SERVICE_ENDPOINT><HOSTNAME>${host}</HOSTNAME><BETA>Y</BETA></SERVICE_ENDPOINT></results>`;
  const services = (next: (cursor: number) => string) => {
    answer = (query, response) => {
      const cursor = Number(query.get('next_cursor') ?? '0');
      response.end(
        query.get('method') === 'get_service_endpoint'
          ? page(next(cursor), cursor === 2 ? 'late.example' : 'other.example')
          : none,
      );
    };
  };

  test('are followed, of the address that the operator set, wherever a link leads', async () => {
    services(
      (cursor) =>
        `http://169.254.169.254/latest?method=get_service_endpoint&amp;next_cursor=${String(Math.min(cursor + 1, 3))}`,
    );
    expect((await reader()(['late.example'])).get('late.example')).toMatchObject({ found: true, beta: true });
    expect(asked.filter((query) => query.get('method') === 'get_service_endpoint')).toHaveLength(4);
  });

  test('are not followed to another method', async () => {
    services(() => `${url}?method=get_site_contacts`);
    expect((await reader()(['late.example'])).get('late.example')?.found).toBe(false);
    expect(asked.map((query) => query.get('method'))).not.toContain('get_site_contacts');
  });

  test('end somewhere: an endless list is an outage', async () => {
    services((cursor) => `${url}?method=get_service_endpoint&amp;next_cursor=${String(cursor + 1)}`);
    await expect(reader()(['late.example'])).rejects.toThrow(GocdbOutage);
    expect(asked.length).toBeLessThan(30);
  });
});

describe('A GOCDB that does not behave is an outage', () => {
  test.each<readonly [string, (response: ServerResponse) => void]>([
    ['an error', (response) => response.writeHead(500).end()],
    ['a login page', (response) => response.end('<!doctype html><html><body>Log in</body></html>')],
    ['another document', (response) => response.end('<error/>')],
    ['half an answer', (response) => response.end('<results><SERVICE_END')],
    ['bytes that are no text', (response) => response.end(Buffer.from([0x3c, 0xff, 0xfe]))],
    ['too much', (response) => response.end(`<results>${' '.repeat(200_000)}</results>`)],
    ['an entity bomb', (response) => response.end('<!DOCTYPE r [<!ENTITY a "aaaa">]><results>&a;</results>')],
    ['a way elsewhere', (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end()],
    ['nothing at all', () => undefined],
  ])('%s', async (_, behave) => {
    answer = (_query, response) => {
      behave(response);
    };
    const read = reader({ mostBytes: 100_000, deadlineMilliseconds: 500 });
    await expect(read(['ce01.lip-lisbon.example'])).rejects.toThrow(GocdbOutage);
  });

  test('one that is not there', async () => {
    const read = gocdbReader({ url: 'http://127.0.0.1:1/', now: () => duringDowntime });
    await expect(read(['ce01.lip-lisbon.example'])).rejects.toThrow(GocdbOutage);
  });
});

describe('A GOCDB that is away', () => {
  test('is asked by one question, and again after five minutes: nobody waits for it at every look', async () => {
    answer = (_, response) => response.writeHead(503).end();
    let now = duringDowntime.getTime();
    const kept = keepingAnswers(reader(), () => new Date(now));
    const node = { host: 'ce.cesga.example' };
    const { journal } = after(
      factsAt('deployed'),
      told.reported({ nodes: [node] }),
      told.reported({ site: 'SiGNET', nodes: [node] }),
    );
    expect(await nodesInGocdb({ gocdb: kept }, journal, [])).toEqual(new Map());
    const once = asked.length;
    expect(once).toBe(1);
    await nodesInGocdb({ gocdb: kept }, journal, []);
    expect(asked).toHaveLength(once);
    now += 301_000;
    await nodesInGocdb({ gocdb: kept }, journal, []);
    expect(asked).toHaveLength(2 * once);
  });
});

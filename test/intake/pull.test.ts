import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readAllowList } from '../../app/intake/address.ts';
import type { PackageSource, PullOptions } from '../../app/intake/fetch.ts';
import { pullPackages } from '../../app/intake/pull.ts';
import { digestOf } from './hostile-server.ts';
import { makeScratch, type Scratch } from './scratch.ts';

let scratch: Scratch;
let server: Server;
let asked: string[];
let held: ServerResponse[];
let hold: boolean;

beforeEach(async () => {
  scratch = await makeScratch();
  [asked, held, hold] = [[], [], false];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (hold) held.push(response);
    else response.end(request.url === '/missing' ? '?' : request.url);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await scratch.remove();
});

const port = (): string => String((server.address() as AddressInfo).port);
const source = (path: string): PackageSource => ({
  url: `http://127.0.0.1:${port()}${path}`,
  size: path.length,
  sha256: digestOf(Buffer.from(path)),
});
const options = (): PullOptions => ({
  store: scratch.store,
  allow: readAllowList(`127.0.0.1:${port()}`),
  httpHosts: [],
  maximumBytes: 1000,
});
const paths = Array.from({ length: 10 }, (_, index) => `/p${String(index)}`);

test('gives one result per package, in order, good and bad side by side', async () => {
  const results = await pullPackages([...paths.slice(0, 2), '/missing', '/p9'].map(source), options());
  expect(results.map((result) => (result.ok ? result.sha256 : result.reason))).toEqual([
    source('/p0').sha256,
    source('/p1').sha256,
    'wrong-size',
    source('/p9').sha256,
  ]);
});

test('asks for four at a time', async () => {
  hold = true;
  const pulled = pullPackages(paths.map(source), options());
  const most: number[] = [];
  while (asked.length < paths.length || held.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    most.push(held.length);
    held.shift()?.end(asked[asked.length - held.length - 1]);
  }
  await pulled;
  expect(Math.max(...most)).toBe(4);
  expect(asked).toEqual(paths);
});

test('asks once for a package that stands in the list twice', async () => {
  const results = await pullPackages(['/p1', '/p1', '/p2', '/p1'].map(source), options());
  expect(results.every(({ ok }) => ok)).toBe(true);
  expect(asked.toSorted()).toEqual(['/p1', '/p2']);
});

test('gives nothing for nothing', async () => {
  expect(await pullPackages([], options())).toEqual([]);
});

test('ends every transfer before it tells of an outage', async () => {
  hold = true;
  const stop = new AbortController();
  const pulled = pullPackages(paths.map(source), { ...options(), signal: stop.signal });
  while (held.length < 4) await new Promise((resolve) => setTimeout(resolve, 10));
  stop.abort(new Error('shutting down'));
  await expect(pulled).rejects.toThrow('shutting down');
  expect(asked).toHaveLength(4);
  expect(await scratch.files()).toEqual([]);
});

test('lets one outage of the store end the others', async () => {
  await scratch.remove();
  await expect(pullPackages(paths.map(source), options())).rejects.toMatchObject({ name: 'StorageOutage' });
});

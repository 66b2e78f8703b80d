import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256Of } from '../../app/storage/digest.ts';
import { openOutput, openStore } from '../../app/storage/open.ts';
import { copyObject, upload } from '../../app/storage/s3-multipart.ts';
import { Bucket } from '../../app/storage/s3.ts';
import { file, openPlaces, type Places, textIn } from './kinds.ts';
import { type Fault, type S3Server, type SeenRequest, startS3Server } from './s3-server.ts';

let places: Places;
let server: S3Server;
beforeEach(async () => {
  places = await openPlaces('bucket', 'bucket');
  ({ server } = places);
  server.requests.length = 0;
});
afterEach(() => places.close());

/** What was asked, in short: `PUT channel.json`. */
const asked = (): string[] =>
  server.requests.map(
    ({ method, path }) => `${method} ${path.replace(/^(public\/channels|private\/rollout)\//, '')}`,
  );
const textAt = (path: string): string | undefined =>
  textIn(server.objects.get(`public/channels/${path}`)?.bytes);

const byPath = (
  [a = '']: readonly (string | undefined)[],
  [b = '']: readonly (string | undefined)[],
): number => (a < b ? -1 : 1);

/** Goes wrong with the first requests that fit, as often as told. */
function failing(method: string, path: string, fault: Fault, times = 1): void {
  let left = times;
  server.fault = (request: SeenRequest) => {
    if (request.method !== method || !request.path.endsWith(path) || left === 0) return undefined;
    left -= 1;
    return fault;
  };
}

const pointed = (text: string, seen?: string) =>
  places.output.pointIf(file('channel.json', text), seen === undefined ? undefined : Buffer.from(seen));

describe('A pointer in a bucket', () => {
  test('whose answer was lost after it was written is looked up and not written again', async () => {
    failing('PUT', 'channel.json', { cut: 'after' });
    await pointed('1');
    expect(textAt('channel.json')).toBe('1');
    expect(asked()).toEqual(['GET channel.json', 'PUT channel.json', 'HEAD channel.json']);
  });

  test.each<readonly [string, Fault]>([
    ['was lost before it was written', { cut: 'before' }],
    ['is that the service is busy', { status: 503, code: 'SlowDown' }],
    ['is that another write is under way', { status: 409, code: 'ConditionalRequestConflict' }],
  ])('whose answer %s is looked up and written again', async (_what, fault) => {
    await pointed('1');
    failing('PUT', 'channel.json', fault, 2);
    await pointed('2', '1');
    expect(textAt('channel.json')).toBe('2');
    expect(asked().filter((one) => one === 'PUT channel.json')).toHaveLength(4);
  });

  test('whose answer was lost is not taken for written when somebody else wrote since', async () => {
    await pointed('1');
    const other = async (): Promise<void> => {
      server.fault = undefined;
      await pointed('other', '2');
    };
    failing('PUT', 'channel.json', { cut: 'after', act: other });
    await expect(pointed('2', '1')).rejects.toHaveProperty('name', 'Overtaken');
    expect(textAt('channel.json')).toBe('other');
  });

  test('is lost to the second of two publishers at the very same moment', async () => {
    await pointed('1');
    const results = await Promise.allSettled(['a', 'b', 'c'].map((text) => pointed(text, '1')));
    const won = results.findIndex(({ status }) => status === 'fulfilled');
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(2);
    expect(textAt('channel.json')).toBe(['a', 'b', 'c'][won]);
  });

  test('is not replaced by a request that was under way while a newer one came', async () => {
    await places.output.put([file('InRelease', 'old')]);
    const newer = async (): Promise<void> => {
      server.fault = undefined;
      await places.output.put([file('InRelease', 'newer')]);
    };
    failing('PUT', 'InRelease', { cut: 'before', act: newer });
    await expect(places.output.point([file('InRelease', 'new')])).rejects.toHaveProperty('name', 'Overtaken');
    expect(textAt('InRelease')).toBe('newer');
  });

  test('comes after everything it points to, one after the other', async () => {
    const placed = { path: 'pool/a', ...(await places.stored('package')) };
    server.requests.length = 0;
    await places.output.place([placed]);
    await places.output.put([file('by-hash/1', 'index')]);
    await places.output.point([file('Release', '1'), file('InRelease', '2')]);
    expect(asked().filter((one) => one.startsWith('PUT'))).toEqual([
      'PUT pool/a',
      'PUT by-hash/1',
      'PUT Release',
      'PUT InRelease',
    ]);
  });

  test('that is right already is not written again', async () => {
    await places.output.point([file('InRelease', '1')]);
    server.requests.length = 0;
    await places.output.point([file('InRelease', '1')]);
    expect(asked()).toEqual(['HEAD InRelease']);
  });
});

describe('A bucket that cannot be used', () => {
  test('is refused for channels when it writes against a condition', async () => {
    const careless = await startS3Server(['public'], { conditions: false });
    try {
      await expect(openOutput('s3://public/channels', places.store, careless.access)).rejects.toThrow(
        /although a condition \(If-Match\) does not hold/,
      );
      expect(careless.objects.size).toBe(0);
    } finally {
      await careless.close();
    }
  });

  test.each([
    [{ secret: 'wrong' }, /403 SignatureDoesNotMatch, look at ROLLOUT_S3_KEY_ID and ROLLOUT_S3_SECRET/],
    [{ keyId: 'OTHER' }, /403 InvalidAccessKeyId/],
    [
      { region: 'other-1' },
      /AuthorizationHeaderMalformed, look at ROLLOUT_S3_ENDPOINT and ROLLOUT_S3_REGION/,
    ],
    [{ endpoint: 'http://127.0.0.1:1' }, /could not read its list: no answer/],
  ])('by %j says what to look at, and no secret', async (changes, message) => {
    const opening = openStore('s3://private/x', { ...server.access, ...changes });
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toHaveProperty('name', 'StorageOutage');
    await expect(opening).rejects.not.toThrow(server.access.secret);
    await expect(opening).rejects.not.toThrow('SECRET-MESSAGE');
  });

  test('because it is not there is an outage, not an empty one', async () => {
    await expect(openStore('s3://absent/x', server.access)).rejects.toThrow('404 NoSuchBucket');
    await expect(new Bucket('absent', server.access).read('key', 10)).rejects.toThrow('404 NoSuchBucket');
    await expect(new Bucket('absent', server.access).remove('key')).rejects.toThrow('404 NoSuchBucket');
  });

  test('because the clocks differ says so', async () => {
    const slow = await startS3Server(['private'], { now: () => Date.now() - 1_200_000 });
    await expect(openStore('s3://private/x', slow.access)).rejects.toThrow('the clocks of this machine');
    await slow.close();
  });

  test.each([
    's3://',
    's3://x',
    's3://Bucket/prefix',
    's3://bucket//prefix',
    's3://bucket/../prefix',
    's3://bucket/a%2fb',
    's3://bucket/prefix?x',
    's3://key:secret@bucket/prefix',
  ])('%j is no address of one', async (url) => {
    await expect(openStore(url, server.access)).rejects.toHaveProperty('name', 'StorageSettingError');
    await expect(openStore(url, server.access)).rejects.toThrow('s3://bucket/rollout/channels');
  });

  test('without a key says which settings it needs', async () => {
    await expect(openStore('s3://bucket/x')).rejects.toThrow('ROLLOUT_S3_KEY_ID_FILE');
  });
});

describe('A service that fails', () => {
  const busy: Fault = { status: 503, code: 'SlowDown' };

  test.each<readonly [string, string, Fault]>([
    ['is busy', 'GET', busy],
    ['cuts the connection', 'GET', { cut: 'before' }],
    ['sends half an answer', 'GET', 'half'],
  ])('for a while, because it %s, is asked again', async (_what, method, fault) => {
    await places.output.put([file('Release', 'text')]);
    failing(method, 'Release', fault, 4);
    expect(textIn(await places.output.read('Release'))).toBe('text');
    failing(method, 'Release', fault, 5);
    await expect(places.output.read('Release')).rejects.toThrow(
      /^The bucket public could not read channels\/Release: (503 SlowDown|no answer \(.*\))\.$/,
    );
  });

  test('by not answering ends in an outage within the deadline', async () => {
    const { output } = places;
    const hasty = await openOutput(places.outputUrl, places.store, { ...server.access, patienceMs: 50 });
    server.fault = () => 'silence';
    const begun = performance.now();
    for (const work of [
      hasty.read('x'),
      hasty.put([file('x', '1')]),
      hasty.point([file('x', '1')]),
      hasty.remove(['x']),
    ])
      await expect(work).rejects.toThrow('no answer in time');
    expect(performance.now() - begun).toBeLessThan(5000);
    server.fault = undefined;
    expect(await output.list('')).toEqual([]);
  });

  test('with an error that will not pass is asked once', async () => {
    failing('GET', 'Release', { status: 403, code: 'AccessDenied' }, 9);
    await expect(places.output.read('Release')).rejects.toThrow('403 AccessDenied, the key may not do that');
    expect(asked()).toEqual(['GET Release']);
  });

  test('by sending us elsewhere is not followed', async () => {
    const elsewhere = await startS3Server(['public']);
    const location = `${elsewhere.url}/public/channels/Release`;
    for (const status of [301, 307]) {
      server.fault = () => ({ status, code: 'PermanentRedirect', location });
      await expect(places.output.read('Release')).rejects.toThrow('look at ROLLOUT_S3_ENDPOINT');
      await expect(pointed('1')).rejects.toThrow('look at ROLLOUT_S3_ENDPOINT');
    }
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.close();
  });

  test('to copy, after it said 200, is asked again, and not believed', async () => {
    const placed = { path: 'pool/a', ...(await places.stored('package')) };
    failing('PUT', 'pool/a', 'late-error', 2);
    await places.output.place([placed]);
    expect(textAt('pool/a')).toBe('package');
    await places.output.remove(['pool/a']);
    failing('PUT', 'pool/a', 'late-error', 9);
    await expect(places.output.place([placed])).rejects.toThrow('InternalError');
    expect(textAt('pool/a')).toBeUndefined();
  });

  test.each<readonly [string, Fault]>([
    ['more bytes than were asked for', { body: 'package and more' }],
    ['fewer bytes than were asked for', { body: 'pack' }],
    ['bytes of another place', { headers: { 'content-range': 'bytes 1-7/8' } }],
    ['no place of its bytes', { headers: { 'content-range': '' } }],
  ])('by giving %s is not believed', async (_what, fault) => {
    const { sha256 } = await places.stored('package');
    failing('GET', sha256, fault, 99);
    await expect(places.store.open(sha256)).rejects.toHaveProperty('name', 'StorageOutage');
    await expect(places.store.content(sha256)).rejects.toHaveProperty('name', 'StorageOutage');
  });

  test('by giving another object in the middle of a file is not believed', async () => {
    const { sha256, size } = await places.stored('package'.repeat(100_000));
    const opened = await places.store.open(sha256);
    const key = `private/rollout/store/${sha256.slice(0, 2)}/${sha256}`;
    const object = server.objects.get(key);
    if (object) server.objects.set(key, { ...object, bytes: Buffer.alloc(size), etag: '"other"' });
    await expect(opened?.read(size - 7, 7)).rejects.toThrow('412 PreconditionFailed');
  });

  test('by giving more bytes later on in a file is not believed', async () => {
    const { sha256, size } = await places.stored('package'.repeat(100_000));
    const opened = await places.store.open(sha256);
    failing('GET', sha256, { body: 'x'.repeat(8) }, 99);
    await expect(opened?.read(size - 7, 7)).rejects.toThrow('too many bytes');
    failing('GET', sha256, { body: 'x' }, 99);
    await expect(opened?.read(size - 7, 7)).rejects.toThrow('other bytes of');
  });

  test.each([
    [
      'what was not asked for',
      '<Contents><Key>elsewhere</Key><LastModified>2026-01-01T00:00:00Z</LastModified><Size>1</Size></Contents>',
    ],
    [
      'no sizes',
      '<Contents><Key>channels/a</Key><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>',
    ],
    ['no times', '<Contents><Key>channels/a</Key><Size>1</Size></Contents>'],
    ['more than was asked for', '<Contents></Contents>'.repeat(1001)],
    ['no next page', '<IsTruncated>true</IsTruncated>'],
    [
      'the same page for ever',
      '<IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken>',
    ],
  ])('by listing %s is not believed', async (_what, inner) => {
    server.fault = () => ({ body: `<ListBucketResult>${inner}</ListBucketResult>` });
    await expect(places.output.list('')).rejects.toHaveProperty('name', 'StorageOutage');
    expect(server.requests.length).toBeLessThan(4);
  });

  test('by listing for ever is not listened to', async () => {
    server.fault = () => ({ body: 'x'.repeat(9 * 1024 * 1024) });
    await expect(places.output.list('')).rejects.toThrow('too many bytes');
  });

  test('by listing keys in XML instead of encoded is understood', async () => {
    server.fault = () => ({
      body: `<ListBucketResult><Contents><Key>channels/a&amp;b&#x2b;%41&#99;</Key><LastModified>2026-01-01T00:00:00Z</LastModified><Size>1</Size></Contents></ListBucketResult>`,
    });
    expect(await places.output.list('')).toEqual(['a&b+%41c']);
  });
});

describe('Bytes on their way into a bucket', () => {
  test('go with their type and how long they may be kept', async () => {
    const placed = await places.stored('package');
    await places.output.place([{ path: 'p/pool/a/a_1_amd64.deb', ...placed }]);
    await places.output.put([
      file('p/dists/x/main/binary-amd64/by-hash/SHA256/00', '1'),
      file('p/x.0123456789abcdef/repodata/repomd.xml', '2'),
      file(`p/x/repodata/${sha256Of('x')}-primary.xml.gz`, '2'),
      file('p/x/repodata/repomd.xml', '2'),
      file('channel/statements/1.json.asc', '2'),
      file('p/keys/x.asc', '3'),
      file('p/evil.html', '4'),
    ]);
    await places.output.point([file('p/dists/x/InRelease', '5'), file('channel.json', '6')]);
    const headers = [...server.objects].flatMap(([path, object]) =>
      path.startsWith('public/')
        ? [
            [
              path.slice('public/channels/'.length),
              object.headers['content-type'],
              object.headers['cache-control'],
            ],
          ]
        : [],
    );
    const forever = 'public, max-age=31536000, immutable';
    expect(headers.toSorted(byPath)).toEqual(
      [
        ['p/pool/a/a_1_amd64.deb', 'application/vnd.debian.binary-package', forever],
        ['p/dists/x/main/binary-amd64/by-hash/SHA256/00', 'application/octet-stream', forever],
        ['p/x.0123456789abcdef/repodata/repomd.xml', 'application/xml', forever],
        [`p/x/repodata/${sha256Of('x')}-primary.xml.gz`, 'application/gzip', forever],
        ['p/x/repodata/repomd.xml', 'application/xml', 'no-cache'],
        ['channel/statements/1.json.asc', 'application/pgp-signature', forever],
        ['p/keys/x.asc', 'application/pgp-keys', 'no-cache'],
        ['p/evil.html', 'application/octet-stream', 'no-cache'],
        ['p/dists/x/InRelease', 'text/plain; charset=utf-8', 'no-cache'],
        ['channel.json', 'application/json', 'no-cache'],
      ].toSorted(byPath),
    );
  });

  test.each(['../private/x', 'a/../b', 'a//b', 'a/./b', '/a', 'a/'])('never go to %j', async (path) => {
    await expect(places.output.put([file(path, 'x')])).rejects.toThrow(RangeError);
    expect(server.requests).toEqual([]);
  });

  test('from a bad file of the store reach no channel, whether copied in the service or sent', async () => {
    const placed = { path: 'pool/a', ...(await places.stored('package')) };
    const key = `private/rollout/store/${placed.sha256.slice(0, 2)}/${placed.sha256}`;
    const object = server.objects.get(key);
    if (object) server.objects.set(key, { ...object, bytes: Buffer.from('PACKAGE') });
    await expect(places.output.place([placed])).rejects.toThrow('has not the digest');
    expect(textAt('pool/a')).toBeUndefined();

    const mixed = await openPlaces('folder', 'bucket');
    const inFolder = { path: 'pool/a', ...(await mixed.stored('package')) };
    const path = mixed.store.path?.(inFolder.sha256) ?? '';
    expect(await readFile(path, 'utf8')).toBe('package');
    await writeFile(path, 'PACKAGE');
    await expect(mixed.output.place([inFolder])).rejects.toThrow('has not the digest');
    expect(await mixed.output.list('')).toEqual([]);
    await mixed.close();

    const folder = await openOutput(pathToFileURL(join(places.dir, 'out')).href, places.store);
    await expect(folder.place([placed])).rejects.toThrow('other bytes');
    expect(await folder.list('')).toEqual([]);
  });

  test('are known by their digest where the service keeps no checksums, and read where nobody told it', async () => {
    const old = await startS3Server(['public'], { checksums: false });
    const output = await openOutput('s3://public', places.store, old.access);
    await output.put([file('a', 'text')]);
    const digest = { size: 4, sha256: sha256Of('text') };
    const methods = async () => {
      old.requests.length = 0;
      expect(await output.digest('a')).toEqual(digest);
      return old.requests.map(({ method }) => method);
    };
    expect(await methods()).toEqual(['HEAD']);
    const object = old.objects.get('public/a');
    if (object) old.objects.set('public/a', { ...object, headers: {} });
    expect(await methods()).toEqual(['HEAD', 'GET']);
    await old.close();
  });
});

describe('A large index', () => {
  test('of thousands of pieces goes whole, in parts, and only once', async () => {
    const pieces = Array.from({ length: 3000 }, (_, at) => Buffer.alloc(6000 + (at % 7), at % 251));
    const whole = Buffer.concat(pieces);
    for (let round = 0; round < 2; round += 1) await places.output.put([{ path: 'by-hash/1', pieces }]);
    expect(server.objects.get('public/channels/by-hash/1')?.bytes.equals(whole)).toBe(true);
    expect(asked()).toEqual([
      'HEAD by-hash/1',
      'POST by-hash/1',
      'PUT by-hash/1',
      'PUT by-hash/1',
      'PUT by-hash/1',
      'POST by-hash/1',
      'HEAD by-hash/1',
    ]);
  });
});

describe('A large file', () => {
  const text = Array.from({ length: 5000 }, (_, at) => String(at)).join(' ');
  const bytes = Buffer.from(text);
  const source = {
    size: bytes.length,
    read: async (offset: number, length: number) => bytes.subarray(offset, offset + length),
  };
  const headers = { contentType: 'a/b', cacheControl: 'no-cache', sha256: sha256Of(bytes) };
  let small: S3Server;
  let bucket: Bucket;
  beforeEach(async () => {
    small = await startS3Server(['bucket'], { leastPart: 4000, mostCopied: 10_000 });
    bucket = new Bucket('bucket', small.access);
  });
  afterEach(() => small.close());
  const isWhole = (key: string): boolean =>
    small.objects.get(`bucket/${key}`)?.bytes.equals(bytes) === true && small.uploads.size === 0;

  test('goes in parts, and is there only when all have arrived', async () => {
    const early: string[] = [];
    small.fault = ({ query }) => {
      if (query.has('partNumber')) early.push(...small.objects.keys());
      return undefined;
    };
    await upload(bucket, 'key', source, headers, { part: 4000 });
    expect([early, isWhole('key')]).toEqual([[], true]);
    expect(await bucket.head('key')).toMatchObject({ size: bytes.length, sha256: headers.sha256 });
    expect(small.requests.filter(({ query }) => query.has('partNumber')).length).toBe(
      Math.ceil(bytes.length / 4000),
    );
  });

  test('is copied in parts when it is too large for one request', async () => {
    await upload(bucket, 'key', source, headers, { part: 4000 });
    await copyObject(bucket, { bucket: 'bucket', key: 'key' }, 'copy', bytes.length, headers, {
      copy: 10_000,
    });
    expect(isWhole('copy')).toBe(true);
  });

  test.each([
    [
      'each part fails once',
      (request: SeenRequest, number: number) => request.query.has('partNumber') && number % 2 === 0,
      true,
    ],
    [
      'the last answer is lost',
      (request: SeenRequest) => request.method === 'POST' && request.query.has('uploadId'),
      true,
    ],
    ['a part fails for good', (request: SeenRequest) => request.query.get('partNumber') === '3', false],
  ] as const)('of which %s is whole or not there, and nothing is left of it', async (what, fits, isDone) => {
    let lost = 0;
    small.fault = (request, number) => {
      if (!fits(request, number)) return undefined;
      lost += 1;
      return lost === 1 || what !== 'the last answer is lost' ? { cut: 'after' } : undefined;
    };
    const [result] = await Promise.allSettled([upload(bucket, 'key', source, headers, { part: 4000 })]);
    expect(result.status).toBe(isDone ? 'fulfilled' : 'rejected');
    expect(lost).toBeGreaterThan(0);
    expect([isWhole('key'), small.uploads.size]).toEqual([isDone, 0]);
  });

  test('that has not the digest it should have is not there afterwards', async () => {
    const other = { ...headers, sha256: sha256Of('other') };
    await expect(upload(bucket, 'key', source, other, { part: 4000 })).rejects.toThrow('has not the digest');
    expect([small.objects.size, small.uploads.size]).toEqual([0, 0]);
  });
});

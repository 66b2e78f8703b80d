import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { sha256Of } from '../../app/storage/digest.ts';
import { ask, type S3Request } from '../../app/storage/s3-request.ts';
import { signatureFault } from './s3-signature.ts';
import { type S3Server, startS3Server } from './s3-server.ts';

/** Amazon's own examples: "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk". */
const example = {
  region: 'us-east-1',
  keyId: 'AKIAIOSFODNN7EXAMPLE',
  secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const exampleTime = Date.UTC(2013, 4, 24);
const exampleRequest = (
  [method, url]: readonly [string, string],
  signature: string,
  body: string,
  more: Record<string, string>,
): IncomingMessage => {
  const headers: Record<string, string> = {
    host: 'examplebucket.s3.amazonaws.com',
    'x-amz-content-sha256': sha256Of(body),
    'x-amz-date': '20130524T000000Z',
    ...more,
  };
  const signed = Object.keys(headers).toSorted().join(';');
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signed},Signature=${signature}`;
  return { method, url, headers } as unknown as IncomingMessage;
};
const range = { range: 'bytes=0-9' };
const get = exampleRequest(
  ['GET', '/test.txt'],
  'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  '',
  range,
);

describe('The signature check of the S3 server', () => {
  test.each([
    ['an object', get, ''],
    [
      'a write',
      exampleRequest(
        ['PUT', '/test%24file.text'],
        '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
        'Welcome to Amazon S3.',
        { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
      ),
      'Welcome to Amazon S3.',
    ],
    [
      'a list',
      exampleRequest(
        ['GET', '/?max-keys=2&prefix=J'],
        '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
        '',
        {},
      ),
      '',
    ],
  ])("takes Amazon's example of %s", (_what, request, body) => {
    expect(signatureFault(request, Buffer.from(body), example, exampleTime)).toBeUndefined();
  });

  test.each([
    ['another secret', get, '', { ...example, secret: 'other' }, 0, 'SignatureDoesNotMatch'],
    ['another key', get, '', { ...example, keyId: 'other' }, 0, 'InvalidAccessKeyId'],
    ['another region', get, '', { ...example, region: 'eu-west-1' }, 0, 'AuthorizationHeaderMalformed'],
    ['a clock 16 minutes off', get, '', example, 960_000, 'RequestTimeTooSkewed'],
    ['a body that was not signed', get, 'x', example, 0, 'XAmzContentSHA256Mismatch'],
    [
      'a header changed on the way',
      exampleRequest(['GET', '/test.txt'], String(get.headers.authorization).slice(-64), '', {
        range: 'bytes=0-99',
      }),
      '',
      example,
      0,
      'SignatureDoesNotMatch',
    ],
    [
      'another object',
      exampleRequest(['GET', '/other.txt'], String(get.headers.authorization).slice(-64), '', range),
      '',
      example,
      0,
      'SignatureDoesNotMatch',
    ],
  ])('refuses a request with %s', (_what, request, body, credentials, late, fault) => {
    expect(signatureFault(request, Buffer.from(body), credentials, exampleTime + late)).toBe(fault);
  });

  test('refuses an Amazon header that is not signed', () => {
    const { method, url, headers } = get;
    const request = { method, url, headers: { ...headers, 'x-amz-copy-source': '/b/secret' } };
    expect(signatureFault(request as unknown as IncomingMessage, Buffer.alloc(0), example, exampleTime)).toBe(
      'AccessDenied',
    );
  });
});

describe('The S3 server', () => {
  let server: S3Server;
  beforeEach(async () => {
    server = await startS3Server(['bucket'], { open: 'bucket/open/' });
  });
  afterEach(() => server.close());

  const statusOf = async (request: Omit<S3Request, 'bucket'>, changes = {}): Promise<number> => {
    const accepts = [301, 304, 400, 403, 404, 412, 416, 501];
    return (await ask({ ...server.access, ...changes }, { bucket: 'bucket', ...request, accepts })).status;
  };
  const put = (headers: Record<string, string> = {}, body = 'x') =>
    statusOf({ method: 'PUT', key: 'key', headers, body: Buffer.from(body) });

  test('knows a wrong secret, and gives and takes nothing then', async () => {
    expect(await statusOf({ method: 'PUT', key: 'key', body: Buffer.from('x') }, { secret: 'other' })).toBe(
      403,
    );
    expect(server.objects.size).toBe(0);
    expect(await put()).toBe(200);
    expect(await statusOf({ method: 'GET', key: 'key' }, { secret: 'other' })).toBe(403);
    expect(await statusOf({ method: 'GET', key: 'key' })).toBe(200);
  });

  test('heeds the conditions of writes', async () => {
    expect(await put({ 'if-match': '"no"' })).toBe(404);
    expect(await put({ 'if-none-match': '*' })).toBe(200);
    expect(await put({ 'if-none-match': '*' }, 'y')).toBe(412);
    expect(await put({ 'if-match': '"no"' }, 'y')).toBe(412);
    const etag = server.objects.get('bucket/key')?.etag ?? '';
    expect(await put({ 'if-match': etag }, 'y')).toBe(200);
    expect(await put({ 'if-match': etag }, 'z')).toBe(412);
    expect(server.objects.get('bucket/key')?.bytes.toString()).toBe('y');
  });

  test('compares checksums', async () => {
    const checksum = Buffer.from(sha256Of('x'), 'hex').toString('base64');
    expect(await put({ 'x-amz-checksum-sha256': checksum }, 'y')).toBe(400);
    expect(await put({ 'x-amz-checksum-sha256': checksum }, 'x')).toBe(200);
  });

  test('gives anybody what is open, and nothing else', async () => {
    for (const key of ['open/a+b', 'closed']) await statusOf({ method: 'PUT', key, body: Buffer.from(key) });
    const asked = async (path: string, init?: RequestInit) => {
      const response = await fetch(`${server.url}/bucket/${path}`, init);
      return [response.status, response.ok ? await response.text() : ''];
    };
    expect(await asked('open/a%2Bb')).toEqual([200, 'open/a+b']);
    expect(await asked('open/a%2Bb', { headers: { range: 'bytes=5-6' } })).toEqual([206, 'a+']);
    expect(await asked('open/a+b')).toEqual([404, '']);
    expect(await asked('closed')).toEqual([403, '']);
    expect(await asked('open/../closed')).toEqual([403, '']);
    expect(await asked('open/new', { method: 'PUT', body: 'x' })).toEqual([403, '']);
    expect(await asked('?list-type=2')).toEqual([403, '']);
  });
});

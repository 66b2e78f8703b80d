import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a request has to be signed with. */
export interface S3Credentials {
  readonly region: string;
  readonly keyId: string;
  readonly secret: string;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** RFC 3986: everything but the unreserved characters. */
export const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * What is wrong with the signature of a request, as Amazon's error code; undefined when it is right. After Amazon's "Signature Version 4
 * signing process", written anew from that page and not with the client's library. Takes the form in the header alone, with a signed payload;
 * every x-amz-* header and the host have to be signed, as Amazon has it.
 */
export function signatureFault(
  request: IncomingMessage,
  body: Uint8Array,
  { region, keyId, secret }: S3Credentials,
  now: number,
): string | undefined {
  const { headers, method = '' } = request;
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  if (!form) return headers.authorization === undefined ? 'AccessDenied' : 'AuthorizationHeaderMalformed';
  const [, id, day = '', place, names = '', signature] = form;
  if (id !== keyId) return 'InvalidAccessKeyId';
  if (place !== region) return 'AuthorizationHeaderMalformed';
  const stamp = String(headers['x-amz-date']);
  const at = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp)?.slice(1).map(Number);
  if (!at || !stamp.startsWith(day)) return 'AccessDenied';
  const [year = 0, month = 0, date = 0, hour, minute, second] = at;
  if (Math.abs(Date.UTC(year, month - 1, date, hour, minute, second) - now) > 900_000)
    return 'RequestTimeTooSkewed';
  const payload = String(headers['x-amz-content-sha256']);

  const signed = names.split(';');
  const needed = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))];
  if (needed.some((name) => !signed.includes(name))) return 'AccessDenied';
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host');
  const path = pathname
    .split('/')
    .map((part) => encoded(decodeURIComponent(part)))
    .join('/');
  const query = [...searchParams].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).toSorted();
  const canonical = [
    method,
    path,
    query.join('&'),
    ...signed.map(
      (name) =>
        `${name}:${String(headers[name] ?? '')
          .trim()
          .replaceAll(/ +/g, ' ')}`,
    ),
    '',
    names,
    payload,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  const right = hmac(key, ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n')).toString('hex');
  if (right !== signature) return 'SignatureDoesNotMatch';
  return payload === sha256(body) ? undefined : 'XAmzContentSHA256Mismatch';
}

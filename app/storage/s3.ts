import { sha256Of } from './digest.ts';
import type { ObjectPlace } from './object-place.ts';
import {
  ask,
  askOnce,
  encodedKey,
  mayPass,
  outageOf,
  pauseBefore,
  type S3Access,
  type S3Request,
} from './s3-request.ts';
import { elementsOf, textOf } from './s3-xml.ts';
import { StorageOutage } from './store.ts';

/** What is known of an object without reading it. */
export interface ObjectFacts {
  /** In bytes. */
  readonly size: number;
  /** As the service computed it, or else as it was written beside the object; undefined for an object that somebody else wrote. */
  readonly sha256: string | undefined;
  /** Another one whenever the bytes are others. */
  readonly etag: string;
}

/** The first bytes of an object, and what is needed to read on. */
export interface ObjectBeginning extends Pick<ObjectFacts, 'size' | 'etag'> {
  readonly bytes: Uint8Array;
}

/** An object as a list has it. */
export interface ListedObject {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
  readonly since: Date;
}

/** What goes with the bytes of an object. */
export interface ObjectHeaders {
  readonly contentType: string;
  readonly cacheControl: string;
  /** Of the whole object, in hexadecimal. */
  readonly sha256: string;
}

/** What has to be true for a conditional write: the object has this ETag, or is not there. */
export type Condition = { readonly etag: string } | 'absent';

/** Pages of a list that are read at most: ten million objects. */
const mostPages = 10_000;
const pageSize = 1000;

/**
 * One bucket of a service that speaks S3. Everything may throw StorageOutage with the operation and the key; what may be repeated is,
 * a few times.
 */
export class Bucket {
  readonly name: string;
  readonly access: S3Access;

  constructor(name: string, access: S3Access) {
    this.name = name;
    this.access = access;
  }

  /** Undefined when there is no such object. */
  async head(key: string): Promise<ObjectFacts | undefined> {
    const request = this.#request('HEAD', key, {
      headers: { 'x-amz-checksum-mode': 'ENABLED' },
      accepts: [404],
    });
    const { status, headers } = await ask(this.access, request);
    if (status === 404) return undefined;
    return { size: sizeOf(headers.get('content-length')), sha256: digestIn(headers), etag: etagIn(headers) };
  }

  /** The whole object, of at most `most` bytes, with its ETag; undefined when there is none. */
  async read(
    key: string,
    most: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly etag: string } | undefined> {
    const { status, headers, body } = await ask(
      this.access,
      this.#request('GET', key, { most, accepts: [404] }),
    );
    return status === 404 ? undefined : { bytes: body, etag: etagIn(headers) };
  }

  /** The first bytes of an object, at most `most`, with its size and ETag; undefined when there is none. */
  async begin(key: string, most: number): Promise<ObjectBeginning | undefined> {
    const headers = { range: `bytes=0-${String(most - 1)}` };
    const request = this.#request('GET', key, { headers, most, accepts: [404, 416] });
    const { status, headers: told, body } = await ask(this.access, request);
    if (status === 404) return undefined;
    // An object of no bytes has no first one.
    if (status === 416) return { size: 0, etag: '', bytes: new Uint8Array() };
    const size = sizeOf(/^bytes 0-\d+\/(\d+)$/.exec(told.get('content-range') ?? '')?.[1]);
    if (status !== 206 || body.length !== Math.min(size, most)) throw this.#otherBytes(key);
    return { size, etag: etagIn(told), bytes: body };
  }

  /** `length` bytes, at least one, at `offset` of the object as it was when it had that ETag. */
  async readPart(key: string, etag: string, offset: number, length: number): Promise<Uint8Array> {
    const range = `bytes=${String(offset)}-${String(offset + length - 1)}`;
    const request = this.#request('GET', key, { headers: { range, 'if-match': etag }, most: length });
    const { status, body } = await ask(this.access, request);
    if (status !== 206 || body.length !== length) throw this.#otherBytes(key);
    return body;
  }

  /** Writes an object in one request, whatever is there. */
  async put(key: string, bytes: Uint8Array, headers: ObjectHeaders): Promise<void> {
    await ask(this.access, this.#putRequest(key, bytes, headers));
  }

  /**
   * Writes an object if the condition holds, and tells whether it is there now. When the answer was lost the object is looked up: it has
   * these bytes, or still fulfils the condition and is written again, or somebody else was faster.
   */
  async putIf(
    key: string,
    bytes: Uint8Array,
    headers: ObjectHeaders,
    condition: Condition,
  ): Promise<boolean> {
    const request: S3Request = {
      ...this.#putRequest(key, bytes, headers),
      headers: {
        ...headersOf(headers),
        'x-amz-checksum-sha256': base64Of(headers.sha256),
        ...(condition === 'absent' ? { 'if-none-match': '*' } : { 'if-match': condition.etag }),
      },
    };
    for (let round = 1; ; round += 1) {
      const answer = await askOnce(this.access, request);
      if (answer.problem === '') return true;
      // 404: nothing is there to have that ETag. 409: another write of this object is under way (Amazon).
      const isRefused = [404, 409, 412].includes(answer.status) && !answer.problem.includes('NoSuchBucket');
      if (!isRefused && !mayPass(answer)) throw outageOf(request, answer);
      const there = await this.head(key);
      if (there?.sha256 === headers.sha256 && there.size === bytes.length) return true;
      const holds = condition === 'absent' ? !there : there?.etag === condition.etag;
      if (!holds) return false;
      if (round === 5) throw outageOf(request, answer);
      await pauseBefore(this.access, round);
    }
  }

  /**
   * Copies an object of at most 5 GiB, in the service. Where the service tells the digest of the copy it is compared.
   * @throws StorageOutage also when the source is not there, or has not the digest of `headers`: then there is no copy
   */
  async copy(from: ObjectPlace, key: string, size: number, headers: ObjectHeaders): Promise<void> {
    const request = this.#request('PUT', key, {
      headers: {
        ...headersOf(headers),
        'x-amz-copy-source': sourceOf(from),
        'x-amz-metadata-directive': 'REPLACE',
        'x-amz-checksum-algorithm': 'SHA256',
      },
      moves: size,
    });
    const { body } = await ask(this.access, request);
    const checksum = textOf(Buffer.from(body).toString(), 'ChecksumSHA256');
    if (checksum === undefined || checksum === base64Of(headers.sha256)) return;
    await this.remove(key);
    throw new StorageOutage(
      `The object ${from.key} of the bucket ${from.bucket} has not the digest ${headers.sha256}.`,
    );
  }

  /** Nothing happens when it is not there. */
  async remove(key: string): Promise<void> {
    await ask(this.access, this.#request('DELETE', key, { accepts: [404] }));
  }

  /** Every object whose key begins with `prefix`. */
  async *list(prefix: string): AsyncGenerator<ListedObject> {
    let token: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const xml = await this.#page(prefix, pageSize, token);
      const isEncoded = textOf(xml, 'EncodingType') === 'url';
      const entries = elementsOf(xml, 'Contents', pageSize);
      if (!entries) throw this.#badList('more objects than it was asked for');
      for (const entry of entries) {
        const raw = textOf(entry, 'Key') ?? '';
        const key = isEncoded ? decoded(raw) : raw;
        const since = new Date(textOf(entry, 'LastModified') ?? '');
        if (key?.startsWith(prefix) !== true || Number.isNaN(since.getTime())) {
          throw this.#badList('an object that it was not asked for');
        }
        yield { key, size: sizeOf(textOf(entry, 'Size')), since };
      }
      if (textOf(xml, 'IsTruncated') !== 'true') return;
      const next = textOf(xml, 'NextContinuationToken');
      if (next === undefined || next === token) throw this.#badList('no next page');
      token = next;
    }
    throw this.#badList('no end');
  }

  /** @throws StorageOutage when the bucket is not there, or the key may not read it */
  async open(): Promise<void> {
    await this.#page('', 1, undefined);
  }

  /** Whether the service refuses a write whose condition does not hold; one that ignores conditions is not fit for channels. */
  async heedsConditions(probe: string): Promise<boolean> {
    const headers = { 'if-match': '"00000000000000000000000000000000"' };
    const request = this.#request('PUT', probe, {
      headers,
      body: new Uint8Array(),
      accepts: [404, 409, 412],
    });
    const { problem } = await ask(this.access, request);
    if (problem !== '') return true;
    await this.remove(probe);
    return false;
  }

  async #page(prefix: string, size: number, token: string | undefined): Promise<string> {
    const { body } = await ask(this.access, {
      method: 'GET',
      bucket: this.name,
      query: {
        'list-type': '2',
        'encoding-type': 'url',
        'max-keys': String(size),
        prefix,
        ...(token !== undefined && { 'continuation-token': token }),
      },
    });
    return Buffer.from(body).toString();
  }

  #putRequest(key: string, body: Uint8Array, headers: ObjectHeaders): S3Request {
    if (sha256Of(body) !== headers.sha256) {
      throw new StorageOutage(`What was to be written as ${key} has not the digest ${headers.sha256}.`);
    }
    const checksum = base64Of(headers.sha256);
    return this.#request('PUT', key, {
      headers: { ...headersOf(headers), 'x-amz-checksum-sha256': checksum },
      body,
    });
  }

  #request(method: S3Request['method'], key: string, rest: Partial<S3Request>): S3Request {
    return { method, bucket: this.name, key, ...rest };
  }

  #otherBytes(key: string): StorageOutage {
    return new StorageOutage(`The bucket ${this.name} gave other bytes of ${key} than it was asked for.`);
  }

  #badList(what: string): StorageOutage {
    return new StorageOutage(`The bucket ${this.name} gave a list with ${what}.`);
  }
}

/** The headers of a request that makes an object. */
export function headersOf({ contentType, cacheControl, sha256 }: ObjectHeaders): Record<string, string> {
  return { 'content-type': contentType, 'cache-control': cacheControl, 'x-amz-meta-sha256': sha256 };
}

/** An object as the source of a copy. */
export function sourceOf({ bucket, key }: ObjectPlace): string {
  return `/${bucket}/${encodedKey(key)}`;
}

function base64Of(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

function sizeOf(text: string | null | undefined): number {
  if (text === null || text === undefined || !/^\d{1,15}$/.test(text))
    throw new StorageOutage('The bucket gave an object without its size.');
  return Number(text);
}

/** An ETag goes back as it came. */
function etagIn(headers: Headers): string {
  const etag = headers.get('etag');
  if (etag === null || !/^(W\/)?"[\x21\x23-\x7e]{1,200}"$/.test(etag))
    throw new StorageOutage('The bucket gave an object without an ETag.');
  return etag;
}

/** The digest that the service computed, if it has one of the whole object; else what the writer told, which a copy or another tool lacks. */
function digestIn(headers: Headers): string | undefined {
  const checksum = headers.get('x-amz-checksum-sha256') ?? '';
  if (/^[A-Za-z0-9+/]{43}=$/.test(checksum)) return Buffer.from(checksum, 'base64').toString('hex');
  const told = headers.get('x-amz-meta-sha256') ?? '';
  return /^[0-9a-f]{64}$/.test(told) ? told : undefined;
}

function decoded(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

import { createHash } from 'node:crypto';
import type { ByteSource } from '../repository/byte-source.ts';
import type { ObjectPlace } from './object-place.ts';
import { ask, type S3Request } from './s3-request.ts';
import { type Bucket, headersOf, type ObjectHeaders, sourceOf } from './s3.ts';
import { textOf } from './s3-xml.ts';
import { StorageOutage } from './store.ts';

/** What goes in one request, in bytes. A part is held in memory, so that it can be sent again. */
export interface PartSizes {
  /** 8 MiB unless given. Amazon wants 5 MiB at least, but for the last one. */
  readonly part?: number;
  /** Most that is copied in one request: 5 GiB unless given (CopyObject, UploadPartCopy). */
  readonly copy?: number;
}

/** Most that is sent in one request unless told otherwise. */
export const partBytes = 8 * 1024 * 1024;
const defaultCopy = 5 * 1024 ** 3;
/** Amazon's limit. */
const mostParts = 10_000;
/** Parts that are under way at the same time. */
const partsAtOnce = 2;

/**
 * Writes an object from anything that can be read, whatever is there: in one request, or in parts, of which none is seen before the last
 * has arrived. Tells nobody of bytes that have not the digest of `headers`.
 * @throws StorageOutage
 */
export async function upload(
  bucket: Bucket,
  key: string,
  source: ByteSource,
  headers: ObjectHeaders,
  { part = partBytes }: PartSizes = {},
): Promise<void> {
  if (source.size <= part) {
    await bucket.put(key, await source.read(0, source.size), headers);
    return;
  }
  const size = Math.max(part, Math.ceil(source.size / mostParts));
  const hash = createHash('sha256');
  await inParts(bucket, key, headers, async (send) => {
    for (let offset = 0; offset < source.size; offset += size) {
      const body = await source.read(offset, Math.min(size, source.size - offset));
      hash.update(body);
      await send({ body });
    }
    if (hash.digest('hex') !== headers.sha256)
      throw new StorageOutage(`What was to be written as ${key} has not the digest ${headers.sha256}.`);
  });
}

/**
 * Copies an object of any size, in the service.
 * @throws StorageOutage
 */
export async function copyObject(
  bucket: Bucket,
  from: ObjectPlace,
  key: string,
  size: number,
  headers: ObjectHeaders,
  { copy = defaultCopy }: PartSizes = {},
): Promise<void> {
  if (size <= copy) {
    await bucket.copy(from, key, size, headers);
    return;
  }
  await inParts(bucket, key, headers, async (send) => {
    for (let offset = 0; offset < size; offset += copy) {
      const end = Math.min(offset + copy, size) - 1;
      const range = `bytes=${String(offset)}-${String(end)}`;
      const source = { 'x-amz-copy-source': sourceOf(from), 'x-amz-copy-source-range': range };
      await send({ headers: source, moves: end + 1 - offset });
    }
  });
}

/** Sends one part; comes back as soon as the next one may begin. */
type Send = (part: Partial<S3Request>) => Promise<void>;

async function inParts(
  bucket: Bucket,
  key: string,
  headers: ObjectHeaders,
  work: (send: Send) => Promise<void>,
): Promise<void> {
  const { access, name } = bucket;
  const at = { bucket: name, key };
  const begun = await ask(access, {
    ...at,
    method: 'POST',
    query: { uploads: '' },
    headers: headersOf(headers),
  });
  const uploadId = textOf(Buffer.from(begun.body).toString(), 'UploadId') ?? '';
  if (!/^[\x21-\x7e]{1,1024}$/.test(uploadId))
    throw new StorageOutage(`The bucket ${name} began an upload of ${key} without a name.`);

  const etags: string[] = [];
  const underWay = new Set<Promise<void>>();
  const sendPart = async (number: number, part: Partial<S3Request>): Promise<void> => {
    const query = { partNumber: String(number), uploadId };
    const answer = await ask(access, { ...at, method: 'PUT', query, ...part });
    const told =
      part.moves === undefined
        ? answer.headers.get('etag')
        : textOf(Buffer.from(answer.body).toString(), 'ETag');
    etags[number - 1] = /^"?[0-9A-Za-z-]{1,200}"?$/.exec(told ?? '')?.[0] ?? '';
    if (etags[number - 1] === '')
      throw new StorageOutage(`The bucket ${name} took a part of ${key} without an ETag.`);
  };
  let count = 0;
  try {
    await work(async (part) => {
      count += 1;
      const sending = sendPart(count, part);
      underWay.add(sending);
      const settled = (): void => {
        underWay.delete(sending);
      };
      // Whoever waits for it hears of its error.
      sending.then(settled, () => undefined);
      while (underWay.size >= partsAtOnce) await Promise.race(underWay);
    });
    await Promise.all(underWay);
    await complete(bucket, key, uploadId, etags, headers);
  } catch (error) {
    await Promise.allSettled(underWay);
    // What is left of it costs money until the bucket's life-cycle rule removes it; the error itself matters more.
    await ask(access, { ...at, method: 'DELETE', query: { uploadId }, accepts: [404] }).catch(
      () => undefined,
    );
    throw error;
  }
}

async function complete(
  bucket: Bucket,
  key: string,
  uploadId: string,
  etags: readonly string[],
  { sha256 }: ObjectHeaders,
): Promise<void> {
  const parts = etags.map(
    (etag, at) =>
      `<Part><PartNumber>${String(at + 1)}</PartNumber><ETag>${etag.replaceAll('"', '&quot;')}</ETag></Part>`,
  );
  const body = Buffer.from(
    `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`,
  );
  const request = { method: 'POST', bucket: bucket.name, key, query: { uploadId }, body, moves: 0 } as const;
  const { status } = await ask(bucket.access, { ...request, accepts: [404] });
  // No such upload: an answer was lost before, and it is complete already.
  if (status === 404 && (await bucket.head(key))?.sha256 !== sha256)
    throw new StorageOutage(`The bucket ${bucket.name} lost an upload of ${key}.`);
}

import type { S3Access } from './s3-request.ts';
import { Bucket } from './s3.ts';
import { StorageSettingError } from './store.ts';

/** A bucket and what every key in it begins with: nothing, or a path with a slash at its end. */
export interface BucketFolder {
  readonly bucket: Bucket;
  readonly prefix: string;
}

const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const prefixName = /^[A-Za-z0-9_][A-Za-z0-9._~-]*$/;

/** Whether an address is one of a bucket, good or bad. */
export function isBucketUrl(url: string): boolean {
  return url.startsWith('s3://');
}

/**
 * Reads `s3://bucket/prefix`; the prefix may be left out or have several parts.
 * @throws StorageSettingError when the address is none, or nothing was set to reach the bucket with
 */
export function bucketFolder(url: string, access: S3Access | undefined): BucketFolder {
  const [bucket = '', ...names] = url.slice('s3://'.length).replace(/\/$/, '').split('/');
  if (!isBucketUrl(url) || !bucketName.test(bucket) || !names.every((name) => prefixName.test(name)))
    throw new StorageSettingError(
      `${url} is no address of a bucket: give it like s3://bucket/rollout/channels.`,
    );
  if (!access) {
    throw new StorageSettingError(
      `${url} needs a key: set ROLLOUT_S3_KEY_ID_FILE and ROLLOUT_S3_SECRET_FILE, and ROLLOUT_S3_ENDPOINT unless it is Amazon's.`,
    );
  }
  return { bucket: new Bucket(bucket, access), prefix: names.map((name) => `${name}/`).join('') };
}

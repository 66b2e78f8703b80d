import { fileURLToPath } from 'node:url';
import { openOutputBucket } from './output-bucket.ts';
import { outputFolder } from './output-folder.ts';
import type { Output } from './output.ts';
import { bucketFolder, isBucketUrl } from './s3-address.ts';
import type { S3Access } from './s3-request.ts';
import { openStoreBucket } from './store-bucket.ts';
import { openStoreFolder } from './store-folder.ts';
import { StorageSettingError, type Store } from './store.ts';

/**
 * Opens the store at `url`: `file:///…`, or `s3://bucket/prefix`, which needs `access`.
 * @throws StorageSettingError when the address is none of a store; StorageOutage when it cannot be used.
 */
export async function openStore(url: string, access?: S3Access): Promise<Store> {
  return isBucketUrl(url) ? openStoreBucket(bucketFolder(url, access)) : openStoreFolder(url);
}

/**
 * Opens the place of all channels at `url`: `file:///…`, or `s3://bucket/prefix`, which needs `access`. Packages come from `store`; the two
 * need not be of one kind.
 * @throws StorageSettingError when the address is none, or the service is not fit for channels; StorageOutage when it cannot be used.
 */
export async function openOutput(url: string, store: Store, access?: S3Access): Promise<Output> {
  if (isBucketUrl(url)) return openOutputBucket(bucketFolder(url, access), store);
  // An encoded slash would make two spellings of one folder.
  if (!/^file:\/\/\/[^?#]+$/.test(url) || /%2f|%00/i.test(url))
    throw new StorageSettingError('The channels are in a folder or a bucket: file:///srv/rollout/channels.');
  return outputFolder(fileURLToPath(url), store);
}

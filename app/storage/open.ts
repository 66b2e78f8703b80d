import { outputFolder } from './output-folder.ts';
import type { Output } from './output.ts';
import { openStoreFolder } from './store-folder.ts';
import { StorageSettingError, type Store } from './store.ts';

/**
 * Opens the store at `url`: `file:///…`.
 * @throws StorageSettingError when the address is none of a store; StorageOutage when it cannot be used.
 */
export async function openStore(url: string): Promise<Store> {
  if (url.startsWith('s3://')) {
    throw new StorageSettingError(
      'The store cannot be in a bucket yet: give a folder, like file:///var/lib/rollout/store.',
    );
  }
  return openStoreFolder(url);
}

/** Opens the place of all channels: a folder. Packages come from `store`. */
export function openOutput(folder: string, store: Store): Output {
  return outputFolder(folder, store);
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openOutput, openStore } from '../../app/storage/open.ts';
import type { Output } from '../../app/storage/output.ts';
import type { Store } from '../../app/storage/store.ts';
import { type S3Server, startS3Server } from './s3-server.ts';
import { stored } from '../world/stored.ts';

/** Where the two are: a folder or a bucket. */
export const kinds = ['folder', 'bucket'] as const;
export type Kind = (typeof kinds)[number];

/** A store and an output, each of its kind, with nothing in them. */
export interface Places {
  readonly store: Store;
  readonly output: Output;
  readonly storeUrl: string;
  readonly outputUrl: string;
  readonly dir: string;
  readonly server: S3Server;
  /** Puts a text into the store. */
  stored(text: string): Promise<{ readonly size: number; readonly sha256: string }>;
  close(): Promise<void>;
}

export async function openPlaces(storeKind: Kind, outputKind: Kind): Promise<Places> {
  const dir = await mkdtemp(join(tmpdir(), 'places-'));
  const server = await startS3Server(['private', 'public'], { page: 3 });
  const folder = (name: string): string => pathToFileURL(join(dir, name)).href;
  const storeUrl = storeKind === 'folder' ? folder('store') : 's3://private/rollout/store';
  const outputUrl = outputKind === 'folder' ? folder('out') : 's3://public/channels';
  const store = await openStore(storeUrl, server.access);
  return {
    store,
    output: await openOutput(outputUrl, store, server.access),
    storeUrl,
    outputUrl,
    dir,
    server,
    stored: (text) => stored(store, text),
    close: async () => {
      await server.close();
      await rm(dir, { recursive: true });
    },
  };
}

/** A file to be published. */
export const file = (path: string, ...texts: string[]) => ({
  path,
  pieces: texts.map((text) => new TextEncoder().encode(text)),
});

/** The text of bytes that were read; undefined stays so. */
export const textIn = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Buffer.from(bytes).toString();

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { isAbsence } from '../../app/storage/digest.ts';
import { startS3Server, type S3Server } from '../storage/s3-server.ts';
import type { Tree } from './client-views.ts';
import type { Workplace } from './order.ts';

/** Where store and channels are. */
export const storages = [
  { name: 'folders', store: 'folder', output: 'folder' },
  { name: 'store in a bucket', store: 'bucket', output: 'folder' },
  { name: 'channels in a bucket', store: 'folder', output: 'bucket' },
  { name: 'buckets', store: 'bucket', output: 'bucket' },
] as const;
export type Storage = (typeof storages)[number];

const run = promisify(execFile);

/** A store, channels, and what a publisher keeps, to be published at, to be killed at, and to be looked at. */
export class Site implements Tree {
  readonly place: Workplace;
  /** Where buckets are. */
  readonly server: S3Server;
  readonly #dir: string;
  readonly #storage: Storage;

  private constructor(dir: string, storage: Storage, server: S3Server) {
    const folder = (name: string): string => pathToFileURL(join(dir, name)).href;
    this.#dir = dir;
    this.#storage = storage;
    this.server = server;
    this.place = {
      keys: join(dir, 'keys'),
      cache: join(dir, 'cache'),
      store: storage.store === 'folder' ? folder('store') : 's3://private/store',
      output: storage.output === 'folder' ? folder('out') : 's3://public/channels',
      access: server.access,
    };
  }

  /** One with nothing in it but keys. @param top folder in which it gets one of its own */
  static async empty(top: string, storage: Storage, keys: string): Promise<Site> {
    const dir = await mkdtemp(join(top, 'site-'));
    await cp(keys, join(dir, 'keys'), { recursive: true });
    await Promise.all(['store', 'out', 'cache'].map((name) => mkdir(join(dir, name))));
    return new Site(dir, storage, await startS3Server(['private', 'public']));
  }

  /** Another one with the same in it; files that share a content go on sharing it. */
  async copy(): Promise<Site> {
    const dir = `${this.#dir}-${Math.random().toString(16).slice(2)}`;
    await run('cp', ['-a', this.#dir, dir]);
    const server = await startS3Server(['private', 'public']);
    for (const [path, object] of this.server.objects) server.objects.set(path, object);
    return new Site(dir, this.#storage, server);
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    if (this.#storage.output === 'bucket') return this.server.objects.get(`public/channels/${path}`)?.bytes;
    return readFile(join(this.#dir, 'out', path)).catch((error: unknown) => {
      if (isAbsence(error)) return undefined;
      throw error;
    });
  }

  /** Every published file with its bytes, in no particular order of paths. */
  async files(): Promise<ReadonlyMap<string, Uint8Array>> {
    const paths =
      this.#storage.output === 'bucket'
        ? [...this.server.objects.keys()]
            .filter((key) => key.startsWith('public/channels/'))
            .map((key) => key.slice('public/channels/'.length))
        : (await readdir(join(this.#dir, 'out'), { recursive: true, withFileTypes: true }))
            .filter((entry) => !entry.isDirectory())
            .map((entry) => join(entry.parentPath, entry.name).slice(this.#dir.length + '/out/'.length));
    const files = new Map<string, Uint8Array>();
    for (const path of paths) files.set(path, (await this.read(path)) ?? new Uint8Array(0));
    return files;
  }

  /** Folder of all channels, when it is one. */
  get out(): string {
    return join(this.#dir, 'out');
  }

  /** Where a trace of what happens here is written. */
  get trace(): string {
    return join(this.#dir, 'trace');
  }

  async remove(): Promise<void> {
    await this.server.close();
    await rm(this.#dir, { recursive: true });
  }
}

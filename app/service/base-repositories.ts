import type { BaseRepository, PackageFormat } from '../model/distributions.ts';
import { fetchPackage } from '../intake/fetch.ts';
import type { FetchRules } from '../intake/address.ts';
import { layerOf, type Layer } from '../repository/closure/layer.ts';
import { PackagesReader } from '../repository/closure/packages-file.ts';
import { PrimaryReader } from '../repository/closure/primary-file.ts';
import { Refusal } from '../repository/refusal.ts';
import { packings, unpack, type ExpansionLimits } from '../repository/unpack.ts';
import { StorageOutage, type Store } from '../storage/store.ts';

/** A base repository as layer, or a sentence that says why it cannot be had now. */
export type BaseLayer =
  | { readonly ok: true; readonly layer: Layer }
  | { readonly ok: false; readonly reason: string };

/** Formats that have dependencies. */
export type LayeredFormat = Exclude<PackageFormat, 'tar'>;

const MiB = 1024 * 1024;
/** Packages of Debian main unpacks from 9 MB to 50 MB; primary.xml of a whole distribution to a few hundred. */
const limits: ExpansionLimits = { maximumBytes: 2048 * MiB, ratio: 100, freeBytes: 16 * MiB };
const deadlineMs = 5 * 60_000;
/** What could not be had is not asked for again for so long: a ticket is looked at many times in a row. */
const patienceMs = 60_000;
const mostKept = 8;

/**
 * Snapshots of the metadata of base repositories, by digest: fetched once into a store of their own, read once, kept in memory as long as eight
 * others were not asked for since.
 */
export class BaseRepositories {
  readonly #snapshots: Store;
  readonly #allow: ReadonlySet<string>;
  readonly #layers = new Map<string, Promise<BaseLayer>>();

  /** @param allow `host:port` pairs for which the limits on addresses are lifted (ROLLOUT_FETCH_ALLOW) */
  constructor(snapshots: Store, allow: ReadonlySet<string>) {
    this.#snapshots = snapshots;
    this.#allow = allow;
  }

  /** The packages of a base repository for one architecture. @throws StorageOutage */
  async layer(
    base: BaseRepository,
    format: LayeredFormat,
    httpHosts: FetchRules['httpHosts'],
  ): Promise<BaseLayer> {
    const key = `${format} ${base.architecture} ${base.name} ${base.sha256}`;
    const known = this.#layers.get(key) ?? this.#open(base, format, httpHosts);
    this.#layers.delete(key);
    this.#layers.set(key, known);
    const [oldest] = this.#layers.keys();
    if (this.#layers.size > mostKept && oldest !== undefined) this.#layers.delete(oldest);
    const forget = (): void => {
      if (this.#layers.get(key) === known) this.#layers.delete(key);
    };
    try {
      const layer = await known;
      if (!layer.ok) setTimeout(forget, patienceMs).unref();
      return layer;
    } catch (error) {
      forget();
      throw error;
    }
  }

  async #open(
    base: BaseRepository,
    format: LayeredFormat,
    httpHosts: FetchRules['httpHosts'],
  ): Promise<BaseLayer> {
    const { name, packages, size, sha256 } = base;
    const fetched = await fetchPackage({
      store: this.#snapshots,
      allow: this.#allow,
      httpHosts,
      maximumBytes: 512 * MiB,
      deadlineMs,
      file: name,
      url: packages,
      size,
      sha256,
    });
    if (!fetched.ok) return { ok: false, reason: fetched.message };
    try {
      return { ok: true, layer: layerOf(name, await this.#read(base, format)) };
    } catch (error) {
      if (error instanceof Refusal)
        return { ok: false, reason: `The metadata of ${name} cannot be used: ${error.message}.` };
      throw error;
    }
  }

  async #read(
    { architecture, packages, sha256 }: BaseRepository,
    format: LayeredFormat,
  ): Promise<Layer['packages']> {
    const reader = format === 'deb' ? new PackagesReader(architecture) : new PrimaryReader(architecture);
    const packing = packings.find((known) => known !== '' && packages.endsWith(known)) ?? '';
    const file = await this.#snapshots.open(sha256);
    if (!file) throw new StorageOutage(`The store has no longer the file ${sha256}.`);
    try {
      await unpack(file, packing, limits, (bytes) => {
        reader.push(bytes);
      });
      return reader.end();
    } finally {
      await file.close();
    }
  }
}

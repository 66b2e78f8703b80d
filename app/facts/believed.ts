import { join } from 'node:path';
import * as z from 'zod';
import type { Shelf } from '../model/channel.ts';
import type { Manifest } from '../model/manifest.ts';
import type { GitRecord } from '../record/repository.ts';
import type { DocumentSigner } from '../record/signer.ts';
import { sha256Of } from '../storage/digest.ts';
import { keepFile, keptFile } from '../storage/kept-file.ts';
import { KeptMap } from '../storage/kept-map.ts';
import { knownManifests, standingManifests } from './manifests.ts';
import { Provenance } from './provenance.ts';

/*
 * What an earlier run found to be the system's own, in a folder beside its clone: checking thousands of signatures again would take a command
 * many times as long as publishing. The folder belongs to whoever may publish, as the facts of packages beside it do; a sum tells damage.
 * Each shelf has a file of its own, so that a run that is about one channel reads no other.
 */

/** Raised when what is kept, or what it takes to be kept, is something else than before. */
const version = 2;

interface KeepOptions {
  readonly salt: string;
  readonly mode: number;
}

const CheckedSchema = z.array(z.tuple([z.string(), z.string()]));

const checkedFile = (folder: string): string => join(folder, 'checked.json');

/** What is believed of some shelves of a record. */
export class Believed {
  /** Goes on from where the earlier run was. */
  readonly provenance: Provenance;
  readonly #folder: string;
  readonly #record: GitRecord;
  readonly #kept: ReadonlyMap<Shelf, KeptMap>;
  readonly #options: KeepOptions;

  private constructor(
    folder: string,
    record: GitRecord,
    provenance: Provenance,
    kept: ReadonlyMap<Shelf, KeptMap>,
    options: KeepOptions,
  ) {
    this.#folder = folder;
    this.#record = record;
    this.provenance = provenance;
    this.#kept = kept;
    this.#options = options;
  }

  /**
   * Takes over what an earlier run kept in `folder` of this record and this signer; begins anew where there is nothing, or it is damaged.
   */
  static async recall(
    folder: string,
    record: GitRecord,
    signer: DocumentSigner,
    shelves: readonly Shelf[],
  ): Promise<Believed> {
    // With another key of the system, which a rotation and a revocation change, nothing of it counts.
    const options = { salt: `${String(version)} ${sha256Of(signer.publicKey)} `, mode: 0o600 };
    const known = knownManifests(record);
    const kept = new Map<Shelf, KeptMap>();
    for (const shelf of shelves) {
      const manifests = await KeptMap.open(join(folder, `${shelf}.manifests`), options);
      kept.set(shelf, manifests);
      for (const key of manifests.keys()) {
        // oxlint-disable-next-line no-unsafe-type-assertion -- the sum says that `keep` has written it
        known.set(key, JSON.parse(manifests.get(key)?.toString() ?? '') as Manifest);
      }
    }
    const checked = (await keptFile(checkedFile(folder), options.salt))?.toString() ?? '[]';
    const provenance = new Provenance(record, signer, new Map(CheckedSchema.parse(JSON.parse(checked))));
    return new Believed(folder, record, provenance, kept, options);
  }

  /** Keeps what is believed now of the main branch. A disk that fails throws. */
  async keep(): Promise<void> {
    const record = this.#record;
    for (const [shelf, kept] of this.#kept) {
      const standing = new Map(await standingManifests(record, record.main, [shelf]));
      await kept.keep(standing.keys(), (key) => Buffer.from(JSON.stringify(standing.get(key))));
    }
    await keepFile(checkedFile(this.#folder), JSON.stringify([...this.provenance.checked]), this.#options);
  }
}

import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readSample } from '../../app/demo/sample.ts';
import { Provenance } from '../../app/facts/provenance.ts';
import type { Shelf } from '../../app/model/channel.ts';
import type { NewEntry } from '../../app/model/journal.ts';
import type { Manifest } from '../../app/model/manifest.ts';
import { writeYaml } from '../../app/model/yaml.ts';
import { createKeys, openKeys, type Keys } from '../../app/publish/signing/keys.ts';
import { extendedJournal } from '../../app/record/journal-file.ts';
import { GitRecord } from '../../app/record/repository.ts';
import type { DocumentSigner } from '../../app/record/signer.ts';
import { documentSigner } from '../../app/service/system-key.ts';
import { openStoreFolder, type StoreFolder } from '../../app/storage/store-folder.ts';
import { sha256 } from '../publish/channel-world.ts';
import { git } from '../record/scratch.ts';
import { stored } from '../world/stored.ts';

const day = 86_400_000;
/** One time for a whole test file, in whole seconds. */
const began = Math.floor(Date.now() / 1000) * 1000;
export const daysAgo = (days: number): Date => new Date(began - days * day);

/** Making keys takes longer than all the rest: one set for a test file. */
let keyFolder: Promise<string> | undefined;
async function makeKeys(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'record-world-keys-'));
  await createKeys(dir, daysAgo(2000), { days: 4000 });
  return dir;
}

/** The sample with one target alone: what is published is read and written in no time. */
export const oneTarget: Readonly<Record<string, string>> = {
  'releases/distributions.yml': writeYaml({
    apiVersion: 'rollout/v1',
    kind: 'Distributions',
    distributions: {
      'umd/5': {
        title: 'UMD 5',
        platforms: { debian12: { title: 'Debian 12', format: 'deb', architectures: ['amd64'] } },
      },
    },
  }),
};

type Files = ReadonlyMap<string, string | undefined>;

/** A repository with the sample's configuration, real keys and a store, in a temporary folder of their own; the past can be written too. */
export class RecordWorld {
  readonly dir: string;
  /** The bare repository. */
  readonly repo: string;
  readonly keyFolder: string;
  readonly storeUrl: string;
  readonly keys: Keys;
  readonly signer: DocumentSigner;
  readonly record: GitRecord;
  readonly store: StoreFolder;

  private constructor(
    dir: string,
    parts: Pick<RecordWorld, 'keys' | 'keyFolder' | 'signer' | 'record' | 'store' | 'storeUrl'>,
  ) {
    this.dir = dir;
    this.repo = join(dir, 'repo.git');
    this.keyFolder = parts.keyFolder;
    this.storeUrl = parts.storeUrl;
    this.keys = parts.keys;
    this.signer = parts.signer;
    this.record = parts.record;
    this.store = parts.store;
  }

  /** Its channels are published below an address; some files of the sample may have other texts. */
  static async begin(
    url = 'https://repository.example.org',
    others: Readonly<Record<string, string>> = {},
  ): Promise<RecordWorld> {
    const dir = await mkdtemp(join(tmpdir(), 'record-world-'));
    const repo = join(dir, 'repo.git');
    keyFolder ??= makeKeys();
    const keys = await openKeys(await keyFolder);
    const signer = await documentSigner(keys.system);
    const work = join(dir, 'work');
    await git(dir, ['init', '--quiet', '--initial-branch=main', work]);
    const { files } = await readSample(url);
    for (const [path, text] of Object.entries({ ...files, ...others })) {
      await mkdir(dirname(join(work, path)), { recursive: true });
      await writeFile(join(work, path), text);
    }
    const people = ['-c', 'user.name=People', '-c', 'user.email=people@grid.example'];
    await git(work, ['add', '.']);
    const date = daysAgo(1500).toISOString();
    await git(work, [...people, 'commit', '--quiet', '--message=The beginning'], {
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
    });
    await git(dir, ['clone', '--quiet', '--bare', work, repo]);
    const record = await GitRecord.open({
      dir: join(dir, 'clone'),
      url: pathToFileURL(repo).href,
      token: undefined,
      signer,
      author: { name: 'Staged Rollout', email: 'rollout@grid.example' },
    });
    await record.fetch();
    const storeUrl = pathToFileURL(join(dir, 'store')).href;
    return new RecordWorld(dir, {
      keys,
      keyFolder: await keyFolder,
      signer,
      record,
      storeUrl,
      store: await openStoreFolder(storeUrl),
    });
  }

  async end(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }

  get sources(): { record: GitRecord; signer: DocumentSigner; provenance: Provenance } {
    return { record: this.record, signer: this.signer, provenance: new Provenance(this.record, this.signer) };
  }

  /** Puts a file in the store as of some days ago; gives its digest. */
  async stores(bytes: Uint8Array, days: number): Promise<string> {
    const { sha256: digest } = await stored(this.store, bytes);
    await utimes(this.store.path(digest), daysAgo(days), daysAgo(days));
    return digest;
  }

  /** Digests of what the store holds, in their order. */
  async stored(): Promise<readonly string[]> {
    const digests: string[] = [];
    for await (const { sha256: digest } of this.store.list()) digests.push(digest);
    return digests.toSorted();
  }

  /** A commit on main, signed by the system, as of some days ago. */
  async writes(files: Files, days: number): Promise<string> {
    const commit = await this.record.commit(this.record.main, files, 'A change of the record', daysAgo(days));
    if (!(await this.record.push(commit, 'main'))) throw new Error('main moved');
    return commit;
  }

  /** The two files of a manifest that lists packages of these digests. */
  async manifest(
    id: string,
    shelf: Shelf,
    digests: readonly string[],
    more: Partial<Manifest> = {},
  ): Promise<Files> {
    const manifest: Manifest = {
      apiVersion: 'rollout/v1',
      kind: 'Manifest',
      release: id,
      channel: shelf,
      digest: sha256(Buffer.from(id)),
      component: 'voms-clients',
      stack: 'glite',
      provider: 'infn',
      version: '3.3.5',
      class: 'revision',
      distribution: 'umd/5',
      evidence: {
        ticket: 1,
        journal: 'releases/x.journal.yml',
        entry: 1,
        hash: sha256(Buffer.from('entry')),
      },
      targets: [
        {
          platform: 'debian12',
          arch: 'amd64',
          format: 'deb',
          packages: digests.map((digest, at) => ({
            file: `voms-${String(at)}_3.3.5_amd64.deb`,
            size: 1,
            sha256: digest,
          })),
        },
      ],
      ...more,
    };
    const text = writeYaml(manifest);
    const path = `repos-manifest/${shelf}/${id}.yml`;
    return new Map([
      [path, text],
      [`${path}.asc`, await this.signer.sign(text, daysAgo(1400))],
    ]);
  }

  /** The journal of `glite-voms-clients-<name>`. */
  journal(name: string, entries: readonly NewEntry[]): Files {
    const text = extendedJournal(undefined, `glite-voms-clients-${name}`, entries);
    return new Map([[`releases/glite/voms-clients/${name}.journal.yml`, text]]);
  }
}

/** The files of a manifest, taken away. */
export const gone = (files: Files): Files => new Map([...files.keys()].map((path) => [path, undefined]));

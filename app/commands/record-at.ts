import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Provenance } from '../facts/provenance.ts';
import type { Keys } from '../publish/signing/keys.ts';
import { GitRecord, type RecordOptions } from '../record/repository.ts';
import type { DocumentSigner } from '../record/signer.ts';
import { WrongUse } from './wrong-use.ts';

/** A repository of this machine as a command reads it, with the keys that say what of it is the system's own. */
export interface RecordAt {
  readonly record: GitRecord;
  /** The commit of its main branch. */
  readonly main: string;
  readonly signer: DocumentSigner;
  readonly provenance: Provenance;
  readonly keys: Keys;
  /** Folder that is gone when the command ends. */
  readonly scratch: string;
}

/** An option, or the setting that stands for it. @throws WrongUse that says how to give it */
export function optionOrSetting(value: string | undefined, name: string, option: string): string {
  const text = value ?? process.env[name] ?? '';
  if (text === '') throw new WrongUse(`say ${option}, or set ${name}`);
  return text;
}

/**
 * Opens the git repository in a folder, lends it to a command, and leaves nothing behind but the clone, if that has a folder.
 * @throws WrongUse when there is no such folder; KeyError
 */
export async function withRecordAt<T>(
  {
    repo,
    keys: keyFolder,
    clone,
  }: {
    readonly repo: string;
    readonly keys?: string | undefined;
    /** Folder of a clone that stays; without it a new one is made in the scratch folder. */
    readonly clone?: string | undefined;
  },
  work: (at: RecordAt) => Promise<T>,
): Promise<T> {
  const folder = optionOrSetting(keyFolder, 'ROLLOUT_KEYS', '--keys DIR');
  const repository = await realpath(repo).catch(() => {
    throw new WrongUse(`${repo}: there is no such folder`);
  });
  const scratch = await mkdtemp(join(tmpdir(), 'rollout-'));
  try {
    const opening = openedKeys(folder);
    const bringing = broughtUpToDate({
      dir: clone ?? scratch,
      url: pathToFileURL(repository).href,
      token: undefined,
      signer: opening.then(({ signer }) => signer),
      author: { name: 'Staged Rollout', email: 'rollout@localhost.invalid' },
    });
    const [{ keys, signer }, { record, main }] = await Promise.all([opening, bringing]);
    return await work({ record, main, signer, provenance: new Provenance(record, signer), keys, scratch });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function broughtUpToDate(
  options: RecordOptions,
): Promise<{ readonly record: GitRecord; readonly main: string }> {
  const record = await GitRecord.open(options);
  return { record, main: (await record.fetch()).main };
}

/** OpenPGP takes as long to load as git to fetch, so it is loaded meanwhile. */
async function openedKeys(folder: string): Promise<{ readonly keys: Keys; readonly signer: DocumentSigner }> {
  const { openKeys } = await import('../publish/signing/keys.ts');
  const { documentSigner } = await import('../service/system-key.ts');
  const keys = await openKeys(folder);
  return { keys, signer: await documentSigner(keys.system) };
}

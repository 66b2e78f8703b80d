import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Provenance } from '../facts/provenance.ts';
import { openKeys, type Keys } from '../publish/signing/keys.ts';
import { GitRecord } from '../record/repository.ts';
import type { DocumentSigner } from '../record/signer.ts';
import { documentSigner } from '../service/system-key.ts';
import { WrongUse } from './outcome.ts';

/** A repository of this machine as a command reads it, with the keys that say what of it is the system's own. */
export interface RecordAt {
  readonly record: GitRecord;
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
  const keys = await openKeys(optionOrSetting(keyFolder, 'ROLLOUT_KEYS', '--keys DIR'));
  const repository = await realpath(repo).catch(() => {
    throw new WrongUse(`${repo}: there is no such folder`);
  });
  const signer = await documentSigner(keys.system);
  const scratch = await mkdtemp(join(tmpdir(), 'rollout-'));
  try {
    const record = await GitRecord.open({
      dir: clone ?? scratch,
      url: pathToFileURL(repository).href,
      token: undefined,
      signer,
      author: { name: 'Staged Rollout', email: 'rollout@localhost.invalid' },
    });
    return await work({ record, signer, provenance: new Provenance(record, signer), keys, scratch });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Keys, createKeys, openKeys } from '../../app/publish/signing/keys.ts';
import type { DocumentSigner } from '../../app/record/signer.ts';
import { type RecordOptions, GitRecord } from '../../app/record/repository.ts';
import { documentSigner } from '../../app/service/system-key.ts';
import type { Forge } from '../../app/forge/forge.ts';
import { installationToken, owner, repo, start } from '../forge/trial.ts';

const run = promisify(execFile);

/** A forge with a repository, a system key, and folders for clones; all gone at the end. */
export interface Scratch {
  readonly dir: string;
  readonly forge: Forge;
  readonly url: string;
  readonly token: string;
  readonly keys: Keys;
  readonly signer: DocumentSigner;
  /** A record with a clone in a folder of its own. */
  open(name: string, more?: Partial<RecordOptions>): Promise<GitRecord>;
  end(): Promise<void>;
}

export async function newScratch(): Promise<Scratch> {
  const dir = await mkdtemp(join(tmpdir(), 'record-'));
  const forge = await start(join(dir, 'forge'));
  const token = await installationToken(forge);
  // An hour old, so that what a test signs is never dated before its key.
  await createKeys(join(dir, 'keys'), new Date(Date.now() - 3_600_000));
  const keys = await openKeys(join(dir, 'keys'));
  const signer = await documentSigner(keys.system);
  const url = `${forge.url}/${owner}/${repo}.git`;
  return {
    dir,
    forge,
    url,
    token,
    keys,
    signer,
    open: (name, more = {}) =>
      GitRecord.open({
        dir: join(dir, name),
        url,
        token: () => Promise.resolve(token),
        signer,
        author: { name: 'Staged Rollout', email: 'rollout@grid.example' },
        ...more,
      }),
    end: async () => {
      await forge.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The real git, with no settings but these. */
export async function git(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const settings = { PATH: process.env['PATH'], HOME: cwd, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C', ...env };
  return (await run('git', [...args], { cwd, env: settings })).stdout;
}

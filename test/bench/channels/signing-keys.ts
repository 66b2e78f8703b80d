import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { channels } from '../../../app/model/channel.ts';
import { createKeys } from '../../../app/publish/signing/keys.ts';
import { run } from './sample.ts';

/** What everybody signs with: RSA of 4096 bits. */
export interface SigningKeys {
  /** Folder of gpg with the keys, without a passphrase, and which of them the peers sign with. */
  readonly gpg: { readonly home: string; readonly fingerprint: string };
  /** Folder of key files as the publisher reads it; the channels have keys of their own. */
  readonly keys: string;
  /** Stops gpg's agent, and removes the keys. */
  readonly end: () => Promise<void>;
}

/** Makes the keys of a run below a folder of their own. */
export async function signingKeys(folder: string): Promise<SigningKeys> {
  const home = join(folder, 'gnupg');
  const keys = join(folder, 'keys');
  const env = { GNUPGHOME: home };
  await mkdir(home, { recursive: true });
  await chmod(home, 0o700);
  await mkdir(keys, { recursive: true, mode: 0o700 });
  const gpg = (...args: readonly string[]): Promise<string> =>
    run({ program: 'gpg', args: ['--batch', '--yes', '--quiet', '--passphrase', '', ...args], env });
  const make = async (owner: string): Promise<string> => {
    await gpg('--quick-generate-key', owner, 'rsa4096', 'sign', 'never');
    const listed = await gpg('--with-colons', '--list-keys', `=${owner}`);
    return /^fpr:+([0-9A-F]{40}):/m.exec(listed)?.[1] ?? '';
  };
  let fingerprint = '';
  for (const channel of channels) {
    fingerprint = await make(`Channel ${channel} <${channel}@bench.example>`);
    const armored = await gpg('--armor', '--export-secret-keys', fingerprint);
    await writeFile(join(keys, `${channel}.key`), armored, { mode: 0o600 });
  }
  await createKeys(keys, new Date());
  return {
    gpg: { home, fingerprint },
    keys,
    end: async () => {
      await run({ program: 'gpgconf', args: ['--kill', 'all'], env });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

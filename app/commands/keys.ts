import { stat } from 'node:fs/promises';
import { channels } from '../model/channel.ts';
import { createKeys, openKeys } from '../publish/keys.ts';
import { WrongUse } from './outcome.ts';

/** `rollout keys create DIR`: makes what is missing, changes nothing that is there, and tells the fingerprints. */
export async function keysCreate(dir: string, out: (text: string) => void): Promise<number> {
  const there = await stat(dir).catch(() => undefined);
  if (there?.isDirectory() === false) throw new WrongUse(`${dir} is a file; name a folder, or a new one`);
  const made = await createKeys(dir, new Date());
  const keys = await openKeys(dir);
  const line = (name: string, fingerprint: string): void => {
    out(`${name.padEnd(16)} ${fingerprint}  ${made.includes(`${name}.key`) ? 'made' : 'was there'}\n`);
  };
  line('system', keys.system.fingerprint);
  for (const channel of channels) line(channel, keys.channel(channel).fingerprint);
  return 0;
}

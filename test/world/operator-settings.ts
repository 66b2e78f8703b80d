import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { World } from '../../app/demo/world.ts';

/** A settings file for commands that an operator runs beside a world's service, with a state folder of their own; gives its path. */
export async function operatorSettings(world: World, folder: string): Promise<string> {
  const { forge, repository, store, channels, keys } = world;
  const key = join(folder, 'app.pem');
  await writeFile(key, forge.app.privateKey, { mode: 0o600 });
  const settings = join(folder, 'settings.env');
  const lines = [
    `ROLLOUT_REPOSITORY=${repository}`,
    `GITHUB_API_URL=${forge.url}/api/v3`,
    `GITHUB_APP_ID=${String(forge.app.id)}`,
    `GITHUB_PRIVATE_KEY_FILE=${key}`,
    `GITHUB_WEBHOOK_SECRET=${forge.app.webhookSecret}`,
    `ROLLOUT_STORE=${pathToFileURL(store).href}`,
    `ROLLOUT_CHANNELS=${pathToFileURL(channels).href}`,
    `ROLLOUT_KEYS=${keys}`,
    `ROLLOUT_STATE=${join(folder, 'operator')}`,
  ];
  await writeFile(settings, lines.join('\n'));
  return settings;
}

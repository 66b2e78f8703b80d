import { growHeapSlowly } from '../server/heap.ts';
import { jsonLog } from '../service/log.ts';
import { readSettings } from '../service/settings.ts';
import { startService } from '../service/service.ts';
import { environmentWith } from './settings-file.ts';

/** `rollout serve`: runs until it is told to stop, then lets what has begun end. */
export async function serveCommand(
  settingsFile: string | undefined,
  out: (text: string) => void,
  interrupted: Promise<void>,
): Promise<number> {
  growHeapSlowly();
  const settings = await readSettings(await environmentWith(settingsFile));
  const log = jsonLog(out);
  const service = await startService({
    settings,
    now: () => new Date(),
    log,
    accessLog: (line) => {
      out(`${line}\n`);
    },
  });
  log('info', 'listening', { url: service.url, repository: settings.repository });
  await interrupted;
  log('info', 'stopping');
  await service.stop();
  return 0;
}

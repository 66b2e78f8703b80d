import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { sha256Of } from '../../app/storage/digest.ts';
import { type S3Server, startS3Server } from './s3-server.ts';
import { packagesOf, publishSmall, type SmallPublication } from './small-publish.ts';

let server: S3Server;
beforeEach(async () => {
  server = await startS3Server(['private', 'public'], { page: 3 });
});
afterEach(() => server.close());

const publication = (version: string): SmallPublication => ({
  store: 's3://private/store',
  output: 's3://public/channels',
  access: server.access,
  version,
});
const textAt = (path: string): string | undefined =>
  server.objects.get(`public/channels/${path}`)?.bytes.toString();

/** What is wrong for a client that begins at a pointer: everything it leads to has to be there and have its digest. */
function torn(): readonly string[] {
  const problems: string[] = [];
  for (const pointer of ['channel.json', 'InRelease']) {
    const [, indexPath = ''] = (textAt(pointer) ?? '').split(' ');
    const index = textAt(indexPath);
    if (index === undefined || indexPath !== `by-hash/${sha256Of(index)}`)
      problems.push(`${pointer}: no ${indexPath}`);
    for (const line of (index ?? '').trim().split('\n')) {
      const [sha256, path = ''] = line.split(' ');
      if (sha256Of(textAt(path) ?? '') !== sha256)
        problems.push(`${pointer}: ${path} is not ${String(sha256)}`);
    }
  }
  return problems;
}

/**
 * Runs a publication in a process of its own, which is killed when its n-th request has had its effect, and before it hears of it; tells
 * whether it came so far.
 */
async function killedAt(version: string, request: number): Promise<boolean> {
  const work = JSON.stringify(publication(version));
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', './test/typescript.mjs', 'test/storage/small-publish.ts', work],
    { stdio: 'inherit' },
  );
  const ended = once(child, 'exit');
  const before = server.requests.length;
  server.fault = (_, number) =>
    number - before === request
      ? {
          cut: 'after',
          act: async () => {
            child.kill('SIGKILL');
            await ended;
          },
        }
      : undefined;
  const [code, signal] = (await ended) as [number | null, string | null];
  server.fault = undefined;
  if (signal === null && code !== 0) throw new Error('the publication failed by itself');
  return signal === 'SIGKILL';
}

describe('A publisher that is killed', () => {
  test('at any of its requests leaves every pointer whole, old or new, and the next run ends the work', async () => {
    await publishSmall(publication('0'));
    const states = new Set<string>();
    let version = 1;
    for (; await killedAt(String(version), version); version += 1) {
      expect(torn()).toEqual([]);
      for (const pointer of ['channel.json', 'InRelease']) {
        const [told = ''] = (textAt(pointer) ?? '').split(' ');
        expect([String(version - 1), String(version)]).toContain(told);
        states.add(`${pointer} ${told === String(version) ? 'new' : 'old'}`);
      }
      await publishSmall(publication(String(version)));
      expect(torn()).toEqual([]);
      expect([textAt('channel.json'), textAt('InRelease'), textAt('Packages')]).toEqual(
        wanted(String(version)),
      );
    }
    // Each of its requests was the last one once, and the kills fell on both sides of both pointers.
    expect(version).toBeGreaterThan(18);
    expect(states.size).toBe(4);
    expect(server.uploads.size).toBe(0);
  }, 120_000);
});

/** What the pointers hold when a publication is done. */
function wanted(version: string): readonly string[] {
  const index = packagesOf(version)
    .map((text) => `${sha256Of(text)} pool/${text.replaceAll(' ', '_')}\n`)
    .join('');
  const statement = `${version} by-hash/${sha256Of(index)}`;
  return [statement, statement, index];
}

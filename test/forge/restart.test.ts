import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startForge } from '../../app/forge/forge.ts';
import {
  as,
  asApp,
  client,
  git,
  owner,
  proposes,
  refusal,
  repo,
  seed,
  start,
  temporaryFolder,
} from './trial.ts';

const here = { owner, repo };
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder.remove());

describe('a forge started again in the same folder', () => {
  test('knows everything it knew, and has new tokens', async () => {
    const before = await start(folder.dir);
    const { number, sha } = await proposes(as(before, 'mona'), 'kept');
    await as(before, 'pia').pulls.createReview({ ...here, pull_number: number, event: 'APPROVE' });
    await as(before, 'pia').issues.createComment({ ...here, issue_number: number, body: 'Still here?' });
    await before.stop();

    const after = await start(folder.dir);
    try {
      const pia = as(after, 'pia');
      expect((await pia.pulls.get({ ...here, pull_number: number })).data).toMatchObject({
        state: 'open',
        head: { sha },
        mergeable: true,
      });
      expect((await pia.pulls.listReviews({ ...here, pull_number: number })).data).toMatchObject([
        { state: 'APPROVED' },
      ]);
      expect((await pia.issues.listComments({ ...here, issue_number: number })).data).toMatchObject([
        { body: 'Still here?' },
      ]);
      expect(after.app).toEqual(before.app);
      expect(after.tokens['pia']).not.toBe(before.tokens['pia']);
      expect(await refusal(client(after, before.tokens['pia']).users.getAuthenticated())).toMatchObject({
        status: 401,
      });
      const next = await proposes(as(after, 'mona'), 'next');
      expect(next.number).toBe(number + 1);
      await (await asApp(after)).pulls.merge({ ...here, pull_number: number, sha });
    } finally {
      await after.stop();
    }
  });

  test('notices what was pushed but not noted before it was killed', async () => {
    const before = await start(folder.dir);
    const { number, sha } = await proposes(as(before, 'mona'), 'torn');
    await before.stop();
    const bare = join(folder.dir, 'repositories', owner, `${repo}.git`);
    const tree = (await git(bare, 'rev-parse', `${sha}^{tree}`)).trim();
    const later = (await git(bare, 'commit-tree', '-p', sha, '-m', 'Later', tree)).trim();
    await git(bare, 'update-ref', 'refs/heads/torn', later);

    const after = await start(folder.dir);
    try {
      expect((await as(after, 'pia').pulls.get({ ...here, pull_number: number })).data).toMatchObject({
        commits: 2,
        head: { sha: later },
      });
    } finally {
      await after.stop();
    }
  });

  test('keeps its state in one file that never holds half of it', async () => {
    const forge = await start(folder.dir);
    await as(forge, 'pia').issues.create({ ...here, title: 'Written down' });
    await forge.stop();
    expect(await readFile(join(folder.dir, 'forge.json'), 'utf8')).toContain('Written down');
  });

  test('refuses a file it does not understand', async () => {
    await writeFile(join(folder.dir, 'forge.json'), '{"version":99}');
    await expect(start(folder.dir)).rejects.toThrow('not a state file of this forge');
  });
});

describe('a seed', () => {
  test('without a key for the App gets one of its own', async () => {
    const { privateKey: _given, ...app } = seed.app;
    const forge = await startForge({ dir: folder.dir, clock: () => new Date(), seed: { ...seed, app } });
    try {
      expect((await (await asApp(forge)).apps.listReposAccessibleToInstallation()).data.total_count).toBe(1);
      expect(forge.app.privateKey).not.toBe(seed.app.privateKey);
    } finally {
      await forge.stop();
    }
  });

  test.each([
    ['an organisation with the name of an address', { organisation: 'repos' }],
    ['a user with a slash', { users: [{ login: 'a/b', name: 'A' }], teams: [] }],
    ['a repository that ends in .git', { repository: 'x.git' }],
    [
      'a team with a stranger',
      { teams: [{ slug: 'x', members: ['stranger'], permission: 'push' as const }] },
    ],
    ['a file outside', { files: { '../x': '' } }],
  ])('with %s is refused', async (_what, change) => {
    const started = startForge({ dir: folder.dir, clock: () => new Date(), seed: { ...seed, ...change } });
    await expect(started).rejects.toThrow(/can be called|is no user/u);
  });
});

describe('the clock', () => {
  test('gives the times people see, not those of tokens', async () => {
    const forge = await start(folder.dir, () => new Date('2031-02-03T04:05:06.789Z'));
    try {
      const { number } = await proposes(as(forge, 'mona'), 'timed');
      const app = await asApp(forge);
      const comment = await app.issues.createComment({ ...here, issue_number: number, body: 'When?' });
      expect(comment.data.created_at).toBe('2031-02-03T04:05:06Z');
      await app.pulls.merge({ ...here, pull_number: number });
      const merged = await app.pulls.get({ ...here, pull_number: number });
      expect(merged.data.merged_at).toBe('2031-02-03T04:05:06Z');
      const commit = await app.git.getCommit({ ...here, commit_sha: merged.data.merge_commit_sha ?? '' });
      expect(Math.abs(Date.parse(commit.data.committer.date) - Date.now())).toBeLessThan(60_000);
    } finally {
      await forge.stop();
    }
  });
});

import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isSigned } from '../../app/record/commit.ts';
import { type GitRecord, RecordOutage } from '../../app/record/repository.ts';
import { as, proposes } from '../forge/trial.ts';
import { Checker, isInstalled } from '../world/gpg.ts';
import { type Scratch, git, newScratch } from './scratch.ts';

const date = new Date();
const message = 'Journal of arc-arc-ce-7.0.1: certified';
const journal = 'releases/arc/arc-ce/7.0.1+label.journal.yml';

let scratch: Scratch;
let record: GitRecord;
const bare = (name: string): string => join(scratch.dir, name, 'record.git');

beforeAll(async () => {
  scratch = await newScratch();
  record = await scratch.open('clone');
  await record.fetch();
});
afterAll(() => scratch.end());

describe('The record', () => {
  test('reads the main branch: files, their text, and what is not there', async () => {
    const { main } = await record.fetch();
    expect(main).toMatch(/^[0-9a-f]{40}$/);
    expect(record.main).toBe(main);
    expect((await record.list(main, ['releases', 'README.md', 'nowhere'])).map(({ path }) => path)).toEqual([
      'releases/README.md',
      'README.md',
    ]);
    expect(await record.read(main, 'README.md')).toBe('# Rollout\n');
    expect(await record.read(main, 'releases')).toBeUndefined();
    expect(await record.read(main, 'READ')).toBeUndefined();
  });

  test('reads many texts with one process, and refuses what is no blob of it', async () => {
    const { main } = await record.fetch();
    const files = await record.list(main, ['releases', 'README.md']);
    const texts = await record.texts([...files, ...files].map(({ blob }) => blob));
    expect(texts.size).toBe(new Set(files.map(({ blob }) => blob)).size);
    for (const { path, blob } of files) expect(texts.get(blob)).toBe(await record.read(main, path));
    expect((await record.texts([])).size).toBe(0);
    await expect(record.texts([files[0]?.blob ?? '', 'f'.repeat(40)])).rejects.toThrow(/no blob f+/);
    await expect(record.texts([main])).rejects.toThrow(/no blob/);
  });

  test('reads the head of a pull request, and what it changes', async () => {
    const { number, sha } = await proposes(as(scratch.forge, 'mona'), 'reads');
    const { main, head } = await record.fetch(number);
    expect(head).toBe(sha);
    const base = await record.mergeBase(main, sha);
    expect(await record.diff(base, sha)).toMatchObject([
      { path: 'releases/reads.yml', status: 'A', mode: '100644' },
    ]);
    expect(await record.parents(sha)).toEqual([base]);
  });

  test('writes, moves and removes files in one signed commit, and pushes it', async () => {
    const { main } = await record.fetch();
    const first = await record.commit(
      main,
      new Map([
        [journal, 'one\n'],
        ['a/b.yml', 'x: 1\n'],
      ]),
      message,
      date,
    );
    expect(await record.read(main, journal)).toBeUndefined();
    expect(await record.push(first, 'main')).toBe(true);
    expect(record.main).toBe(first);
    const second = await record.commit(
      first,
      new Map([
        [journal, 'one\ntwo\n'],
        ['a/b.yml', undefined],
        ['c/b.yml', 'x: 1\n'],
      ]),
      message,
      date,
    );
    expect(await record.push(second, 'main')).toBe(true);
    expect((await record.fetch()).main).toBe(second);
    expect(await record.diff(main, second)).toMatchObject([
      { path: 'c/b.yml', status: 'A' },
      { path: journal, status: 'A' },
    ]);
    expect(await record.read(second, journal)).toBe('one\ntwo\n');
    expect(await record.history(main, second, [journal])).toEqual([first, second]);
    expect(await record.history(main, second, ['c'])).toEqual([second]);
    expect(await readdir(join(scratch.dir, 'clone', 'scratch'))).toEqual([]);
  });

  test('signs commits so that a changed one is known', async () => {
    const raw = await record.rawCommit(record.main);
    expect(await isSigned(raw, scratch.signer)).toBe(true);
    expect(
      await isSigned(raw.replace(message, 'Journal of arc-arc-ce-7.0.2: certified'), scratch.signer),
    ).toBe(false);
    expect(await isSigned(raw.replace(/^tree ./, 'tree 0'), scratch.signer)).toBe(false);
    expect(await isSigned(raw.replace(/gpgsig [^]*?\n(?! )/, ''), scratch.signer)).toBe(false);
    const [root = ''] = await record.history(undefined, record.main, ['README.md']);
    expect(await isSigned(await record.rawCommit(root), scratch.signer)).toBe(false);
  });

  test('keeps the text of files as it is: line ends, letters of every language, and no newline at the end', async () => {
    const text = 'á\r\n\u{1f600}\t\n\n  ende';
    const commit = await record.commit(record.main, new Map([['odd.yml', text]]), 'Odd: ä\n\nBody', date);
    expect(await record.read(commit, 'odd.yml')).toBe(text);
    expect(await record.rawCommit(commit)).toMatch(/\n\nOdd: ä\n\nBody\n$/);
  });

  test('has commits that git finds sound', async () => {
    await expect(git(bare('clone'), ['fsck', '--strict', '--no-dangling'])).resolves.toBeDefined();
  });
});

(isInstalled('gpg') ? describe : describe.skip)('A commit of the record (needs gpg)', () => {
  test('is accepted by git verify-commit with the system key, and not with another', async () => {
    const { keys } = scratch;
    const verify = ['-C', bare('clone'), 'verify-commit', '--raw', record.main];
    for (const [key, accepted] of [
      [keys.system, true],
      [keys.channel('production'), false],
    ] as const) {
      const checker = await Checker.trusting(new TextEncoder().encode(key.publicKey));
      const seen = await checker.run('git', verify).then(
        () => true,
        () => false,
      );
      await checker.leaves();
      expect(seen).toBe(accepted);
    }
  });
});

describe('Two writers', () => {
  test('of the same branch: one is first, the other is told and loses nothing', async () => {
    const other = await scratch.open('other');
    const { main } = await other.fetch();
    await record.fetch();
    const mine = await record.commit(main, new Map([['mine.yml', 'a\n']]), message, date);
    const theirs = await other.commit(main, new Map([['theirs.yml', 'b\n']]), message, date);
    expect(await record.push(mine, 'main')).toBe(true);
    expect(await other.push(theirs, 'main')).toBe(false);

    const { main: now } = await other.fetch();
    expect(now).toBe(mine);
    const again = await other.commit(now, new Map([['theirs.yml', 'b\n']]), message, date);
    expect(await other.push(again, 'main')).toBe(true);
    const { main: both } = await record.fetch();
    expect((await record.list(both, ['mine.yml', 'theirs.yml'])).map(({ path }) => path)).toEqual([
      'mine.yml',
      'theirs.yml',
    ]);
  });

  test('at the very same time: exactly one of them is first', async () => {
    const other = await scratch.open('racing');
    const { main } = await other.fetch();
    const commits = await Promise.all(
      [record, other].map((one, n) =>
        one.commit(main, new Map([[`race-${String(n)}.yml`, 'x\n']]), message, date),
      ),
    );
    const pushed = await Promise.all([
      record.push(commits[0] ?? '', 'main'),
      other.push(commits[1] ?? '', 'main'),
    ]);
    expect(pushed.toSorted()).toEqual([false, true]);
    expect((await record.fetch()).main).toBe(commits[pushed.indexOf(true)]);
  });

  test('of a branch of ours: the newer content replaces the older by force, and goes when it is done', async () => {
    const { main } = await record.fetch();
    const branch = 'rollout/77/staged-rollout-0123456789ab';
    const one = await record.commit(main, new Map([['p.yml', '1\n']]), message, date);
    const two = await record.commit(main, new Map([['p.yml', '2\n']]), message, date);
    expect(await record.push(one, branch, true)).toBe(true);
    expect(await record.push(two, branch)).toBe(false);
    expect(await record.push(two, branch, true)).toBe(true);
    const seen = await git(scratch.dir, ['ls-remote', scratch.url, `refs/heads/${branch}`]);
    expect(seen.slice(0, 40)).toBe(two);
    await record.deleteBranch(branch);
    await record.deleteBranch(branch);
    expect(await git(scratch.dir, ['ls-remote', scratch.url, `refs/heads/${branch}`])).toBe('');
  });
});

describe('A hostile name', () => {
  const refs = [
    '--upload-pack=touch x',
    '../../x',
    'a b',
    'a\nb',
    '',
    '-x',
    'main:refs/heads/x',
    '+main',
    'x\0y',
    'a/',
    'a.',
    'a..b',
    'ä',
  ];
  test.each(refs)('as a branch is refused before git sees it: %j', async (branch) => {
    await expect(record.push(record.main, branch)).rejects.toThrow('not a safe git argument');
    await expect(record.deleteBranch(branch)).rejects.toThrow('not a safe git argument');
  });

  const commits = [
    'HEAD',
    'main',
    '--all',
    '-x',
    'refs/heads/main',
    `${'a'.repeat(40)}^`,
    `${'a'.repeat(40)}\n`,
    'A'.repeat(40),
    '',
    'a'.repeat(39),
  ];
  test.each(commits)('as a commit is refused before git sees it: %j', async (commit) => {
    const asked = [
      () => record.list(commit, ['README.md']),
      () => record.blob(commit),
      () => record.mergeBase(record.main, commit),
      () => record.parents(commit),
      () => record.diff(commit, record.main),
      () => record.rawCommit(commit),
      () => record.commit(commit, new Map(), message, date),
      () => record.push(commit, 'main'),
      () => record.history(commit, record.main, []),
    ];
    for (const ask of asked) await expect(ask()).rejects.toThrow('not a safe git argument');
  });

  const paths = [
    '/etc/passwd',
    '../x',
    'a/../../x',
    '-x',
    '--output=x',
    ':(glob)**',
    '*',
    'a\nb',
    'a\0b',
    '',
    'a//b',
    'a b',
    '"a"',
    'ä.yml',
    'x'.repeat(500),
  ];
  test.each(paths)('as a path is refused before git sees it: %j', async (path) => {
    await expect(record.list(record.main, [path])).rejects.toThrow('not a safe git argument');
    await expect(record.read(record.main, path)).rejects.toThrow('not a safe git argument');
    await expect(record.history(undefined, record.main, [path])).rejects.toThrow('not a safe git argument');
    const write = record.commit(record.main, new Map([[path, 'x']]), message, date);
    await expect(write).rejects.toThrow('not a safe git argument');
    const remove = record.commit(record.main, new Map([[path, undefined]]), message, date);
    await expect(remove).rejects.toThrow('not a safe git argument');
  });

  test.each(['.git/config', '.git/hooks/post-checkout', '.GIT/config', 'a/.git/x', '.'])(
    'that means something to git is written nowhere: %s',
    async (path) => {
      await expect(record.commit(record.main, new Map([[path, 'x']]), message, date)).rejects.toThrow(
        /invalid path/i,
      );
    },
  );

  test('leaves nothing behind', async () => {
    expect(await readdir(join(scratch.dir, 'clone', 'scratch'))).toEqual([]);
    expect((await readdir(join(scratch.dir, 'clone'))).toSorted()).toEqual([
      'record.git',
      'scratch',
      'token.config',
    ]);
    expect(existsSync('x')).toBe(false);
  });
});

describe('A clone', () => {
  test('that a killed process left locked is swept when it is opened again, and works', async () => {
    await scratch.open('killed').then((one) => one.fetch());
    const locks = ['index.lock', 'HEAD.lock', 'config.lock', 'refs/heads/main.lock', 'packed-refs.lock'];
    for (const lock of locks) await writeFile(join(bare('killed'), lock), '');
    await mkdir(join(scratch.dir, 'killed', 'scratch', 'half-done'));
    await writeFile(join(scratch.dir, 'killed', 'scratch', 'half-done', 'index'), 'x');

    const again = await scratch.open('killed');
    expect(locks.filter((lock) => existsSync(join(bare('killed'), lock)))).toEqual([]);
    expect(await readdir(join(scratch.dir, 'killed', 'scratch'))).toEqual([]);
    const { main } = await again.fetch();
    const commit = await again.commit(main, new Map([['after.yml', 'x\n']]), message, date);
    expect(await again.push(commit, 'main')).toBe(true);
  });

  test('has a configuration of its own: no hook runs, and nothing else is talked to', async () => {
    const marker = join(scratch.dir, 'hooked');
    await mkdir(join(bare('clone'), 'hooks'), { recursive: true });
    for (const hook of ['pre-push', 'post-index-change', 'reference-transaction', 'post-commit']) {
      await writeFile(join(bare('clone'), 'hooks', hook), `#!/bin/sh\ntouch ${marker}\n`);
      await chmod(join(bare('clone'), 'hooks', hook), 0o755);
    }
    const { main } = await record.fetch();
    const commit = await record.commit(main, new Map([['hook.yml', 'x\n']]), message, date);
    expect(await record.push(commit, 'main')).toBe(true);
    expect(existsSync(marker)).toBe(false);

    const local = await scratch.open('local', { url: bare('clone') });
    await expect(local.fetch()).rejects.toThrow(RecordOutage);
  });

  test('of a forge that does not answer, or does not let us in, is an outage', async () => {
    const nobody = await scratch.open('nobody', { url: 'http://127.0.0.1:9/x.git' });
    await expect(nobody.fetch()).rejects.toThrow(RecordOutage);
    const stranger = await scratch.open('stranger', { token: () => Promise.resolve('ghs_wrong') });
    await expect(
      stranger.push(record.main, 'main').catch((error: unknown) => String(error)),
    ).resolves.toContain('RecordOutage');
    expect(() => nobody.main).toThrow('nothing was fetched yet');
  });
});

describe('The token', () => {
  test('is in no argument, no environment and not in the configuration of the clone, only in a file of its owner', async () => {
    const bin = join(scratch.dir, 'bin');
    const log = join(scratch.dir, 'seen.log');
    await mkdir(bin);
    const real = (await git(scratch.dir, ['--exec-path'])).trim();
    const wrapper = `#!/bin/sh\n{ printf '%s\\n' "$*"; env; } >> ${log}\nexec ${real}/git "$@"\n`;
    await writeFile(join(bin, 'git'), wrapper, { mode: 0o755 });
    const path = process.env['PATH'] ?? '';
    process.env['PATH'] = `${bin}${delimiter}${path}`;
    try {
      const watched = await scratch.open('watched');
      const { main } = await watched.fetch();
      const commit = await watched.commit(main, new Map([['token.yml', 'x\n']]), message, date);
      expect(await watched.push(commit, 'main')).toBe(true);
    } finally {
      process.env['PATH'] = path;
    }
    const seen = await readFile(log, 'utf8');
    expect(seen).toMatch(/^fetch .*origin/m);
    expect(seen).toMatch(/^push .*origin/m);
    const config = await git(bare('watched'), ['config', '--file', 'config', '--no-includes', '-l']);
    expect(config).toContain('core.bare=true');
    const basic = Buffer.from(`x-access-token:${scratch.token}`).toString('base64');
    for (const secret of [scratch.token, basic]) {
      expect(seen).not.toContain(secret);
      expect(config).not.toContain(secret);
    }
    const file = join(scratch.dir, 'watched', 'token.config');
    expect(await readFile(file, 'utf8')).toContain(basic);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('that is new replaces the old one in the file', async () => {
    let current = scratch.token;
    const changing = await scratch.open('changing', { token: () => Promise.resolve(current) });
    await changing.fetch();
    current = 'ghs_next';
    await changing.fetch().catch(() => undefined);
    const text = await readFile(join(scratch.dir, 'changing', 'token.config'), 'utf8');
    expect(text).toContain(Buffer.from('x-access-token:ghs_next').toString('base64'));
    expect(text.match(/extraHeader/g)).toHaveLength(1);
    expect((await readdir(join(scratch.dir, 'changing'))).toSorted()).toEqual([
      'record.git',
      'scratch',
      'token.config',
    ]);
  });
});

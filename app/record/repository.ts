import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CloneOptions, PrivateClone } from './clone.ts';
import { commitText, parentsIn } from './commit.ts';
import type { DocumentSigner } from './signer.ts';
import { changesIn, pastFileArguments, pastFilesIn, type PastFile, type TreeChange } from './tree-change.ts';
import { filesIn, type TreeFile } from './tree-file.ts';

/** The forge's git did not answer, or refused us: an outage, worth another try later. */
export class RecordOutage extends Error {
  override readonly name = 'RecordOutage';
}

export interface RecordOptions extends CloneOptions {
  /** Asked for when something is committed, so that it may be opened meanwhile. */
  readonly signer: DocumentSigner | Promise<DocumentSigner>;
  readonly author: { readonly name: string; readonly email: string };
}

/** What a fetch found. */
export interface Fetched {
  readonly main: string;
  /** Head of the pull request asked for. */
  readonly head: string | undefined;
  /** Promotion branches of the ticket asked for. */
  readonly promotions: readonly { readonly branch: string; readonly head: string }[];
}

const mostKept = 20_000;
const hex = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
const safeBranch = /^[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,198}[A-Za-z0-9])?$/;
const safePath = /^[A-Za-z0-9._][A-Za-z0-9._+~@/-]{0,400}$/;

/**
 * The record in git, through a private bare clone: read at a commit, commit with an OpenPGP signature, push as compare-and-swap
 * (process.md section 1). Nothing of a pull request ever becomes an argument, a ref or a path unchecked (trust.md T54).
 */
export class GitRecord {
  readonly #options: RecordOptions;
  readonly #clone: PrivateClone;
  readonly #blobs = new Map<string, string>();
  /** What lies below a path in a commit never changes: kept, so that one look at a commit answers every later question about it. */
  readonly #listed = new Map<string, readonly TreeFile[]>();
  /** Answers about commits, which never change either. */
  readonly #answers = new Map<string, Promise<unknown>>();
  /** Commits that are in the clone: what the forge says it has now need not be fetched again. */
  readonly #known = new Set<string>();
  #main: string | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(options: RecordOptions, clone: PrivateClone) {
    this.#options = options;
    this.#clone = clone;
  }

  static async open(options: RecordOptions): Promise<GitRecord> {
    return new GitRecord(options, await PrivateClone.open(options));
  }

  /**
   * Brings the main branch, the head of a pull request, and the promotion branches of that ticket up to date. Throws RecordOutage.
   */
  async fetch(pull?: number): Promise<Fetched> {
    const n = String(pull);
    const mine = pull === undefined ? [] : [`refs/heads/rollout/${n}`, `refs/pull/${n}/head`];
    const specs = ['+refs/heads/main:refs/heads/main'];
    if (pull !== undefined) {
      specs.push(
        `+refs/heads/rollout/${n}/*:refs/heads/rollout/${n}/*`,
        `+refs/pull/${n}/head:refs/pull/${n}/head`,
      );
    }
    return this.#clone
      .withForge(async (git) => {
        await git.raw([
          'fetch',
          '--verbose',
          '--no-progress',
          '--no-tags',
          '--prune',
          '--no-write-fetch-head',
          'origin',
          ...specs,
        ]);
        const text = await git.raw([
          'for-each-ref',
          '--format=%(objectname) %(refname)',
          'refs/heads/main',
          ...mine,
        ]);
        const refs = new Map(
          lines(text).map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]),
        );
        const main = refs.get('refs/heads/main');
        if (main === undefined) throw new Error('the repository has no branch main');
        const promotions = [...refs]
          .filter(([ref]) => ref.startsWith('refs/heads/rollout/'))
          .map(([ref, head]) => ({ branch: ref.slice('refs/heads/'.length), head }));
        this.#main = main;
        for (const commit of refs.values()) this.#known.add(commit);
        return { main, head: refs.get(`refs/pull/${n}/head`), promotions };
      })
      .catch((error: unknown) => {
        throw new RecordOutage('the repository could not be fetched', { cause: error });
      });
  }

  /** Takes refs as the forge's API told them instead of fetching, when all of them are in the clone already; undefined when they are not. */
  recall(refs: Fetched & { readonly head: string }): Fetched | undefined {
    const commits = [refs.main, refs.head, ...refs.promotions.map(({ head }) => head)];
    if (!commits.every((commit) => this.#known.has(commit))) return undefined;
    this.#main = refs.main;
    return refs;
  }

  /** One writer of main at a time in this process: two would only lose races against each other. */
  async alone<T>(write: () => Promise<T>): Promise<T> {
    const turn = this.#writing.then(write);
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  /** The commit of main, as it was last read or pushed. */
  get main(): string {
    if (this.#main === undefined) throw new Error('nothing was fetched yet');
    return this.#main;
  }

  /** The files below the paths given, as they are in a commit. */
  async list(commit: string, paths: readonly string[]): Promise<readonly TreeFile[]> {
    checked(commit, hex);
    const key = (path: string): string => `${commit}:${checked(path, safePath)}`;
    const unknown = paths.filter((path) => !this.#listed.has(key(path)));
    if (unknown.length > 0) {
      const args = ['ls-tree', '-r', '-z', '--full-tree', commit, '--', ...unknown];
      const found = filesIn(await this.#clone.git.raw(args));
      if (this.#listed.size > mostKept) this.#listed.clear();
      for (const path of unknown) {
        this.#listed.set(
          key(path),
          found.filter((file) => file.path === path || file.path.startsWith(`${path}/`)),
        );
      }
    }
    return paths.flatMap((path) => this.#listed.get(key(path)) ?? []);
  }

  /** Text of a blob; kept, since a blob never changes. Files of the record are small. */
  async blob(blob: string): Promise<string> {
    const known = this.#blobs.get(blob);
    if (known !== undefined) return known;
    const text = await this.#clone.git.raw(['cat-file', 'blob', checked(blob, hex)]);
    if (this.#blobs.size > mostKept) this.#blobs.clear();
    this.#blobs.set(blob, text);
    return text;
  }

  /** Texts of many blobs by their ids, read by one process; not kept. */
  async texts(blobs: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const unique = [...new Set(blobs)].map((blob) => checked(blob, hex));
    const contents = await this.#clone.contents('blob', unique);
    return new Map(contents.map((bytes, at) => [unique[at] ?? '', bytes.toString('utf8')]));
  }

  /** Reads the blobs that are not known yet with one process, so that `blob` knows them. */
  async readAhead(blobs: readonly string[]): Promise<void> {
    const unknown = blobs.filter((blob) => !this.#blobs.has(blob));
    if (unknown.length === 0) return;
    for (const [blob, text] of await this.texts(unknown)) this.#blobs.set(blob, text);
  }

  /** Whether a commit is in the clone. */
  async has(commit: string): Promise<boolean> {
    return this.rawCommit(commit).then(
      () => true,
      () => false,
    );
  }

  /** Size of a blob in bytes. */
  async size(blob: string): Promise<number> {
    return this.#once(['cat-file', '-s', checked(blob, hex)], Number);
  }

  /** Text of one file in a commit; undefined when it is not there or no plain file. */
  async read(commit: string, path: string): Promise<string | undefined> {
    const file = (await this.list(commit, [path])).find((found) => found.path === path);
    return file && file.mode.startsWith('100') ? this.blob(file.blob) : undefined;
  }

  async mergeBase(one: string, other: string): Promise<string> {
    const args = ['merge-base', checked(one, hex), checked(other, hex)];
    return this.#once(args, (text) => text.trim());
  }

  async parents(commit: string): Promise<readonly string[]> {
    return parentsIn(await this.rawCommit(commit));
  }

  /** What changed between two commits, file by file; a rename is a removal and an addition. */
  async diff(from: string, to: string): Promise<readonly TreeChange[]> {
    const args = ['diff-tree', '-r', '-z', '--no-renames', checked(from, hex), checked(to, hex)];
    return this.#once(args, changesIn);
  }

  /** The commit as git stores it, for checking its signature. */
  async rawCommit(commit: string): Promise<string> {
    return this.#once(rawCommitArguments(commit), (text) => text);
  }

  /** Reads many commits with one process, so that `rawCommit` and `parents` know them. */
  async readCommitsAhead(commits: readonly string[]): Promise<void> {
    const key = (commit: string): string => rawCommitArguments(commit).join(' ');
    const unknown = [...new Set(commits)].filter((commit) => !this.#answers.has(key(commit)));
    if (unknown.length === 0) return;
    const contents = await this.#clone.contents('commit', unknown);
    for (const [at, bytes] of contents.entries())
      this.#keepAnswer(key(unknown[at] ?? ''), Promise.resolve(bytes.toString('utf8')));
  }

  /** Asks git once for what can never change, and keeps the answer; a failure is not kept. */
  async #once<T>(args: string[], read: (text: string) => T): Promise<T> {
    const key = args.join(' ');
    const kept = this.#answers.get(key);
    const answer = kept ?? this.#clone.git.raw(args);
    if (!kept) this.#keepAnswer(key, answer);
    return read(String(await answer));
  }

  #keepAnswer(key: string, answer: Promise<unknown>): void {
    if (this.#answers.size > mostKept) this.#answers.clear();
    this.#answers.set(key, answer);
    answer.catch(() => this.#answers.delete(key));
  }

  /**
   * Makes a signed commit on top of `parent` that writes (or, with undefined, removes) the files given. Gives its id; nothing is pushed.
   * `date` is real time: signatures are checked by real clients.
   */
  async commit(
    parent: string,
    files: ReadonlyMap<string, string | undefined>,
    message: string,
    date: Date,
  ): Promise<string> {
    return this.#clone.withScratch(async (git, scratch) => {
      await git.raw(['read-tree', checked(parent, hex)]);
      const edits: string[] = [];
      for (const [path, text] of files) {
        checked(path, safePath);
        if (text === undefined) continue;
        const file = join(scratch, 'content');
        await writeFile(file, text);
        const blob = (await git.raw(['hash-object', '-w', '--no-filters', '--', file])).trim();
        edits.push('--cacheinfo', `100644,${blob},${path}`);
      }
      const removed = [...files].filter(([, text]) => text === undefined).map(([path]) => path);
      if (edits.length > 0) await git.raw(['update-index', '--add', ...edits]);
      if (removed.length > 0) await git.raw(['update-index', '--force-remove', '--', ...removed]);
      const tree = (await git.raw(['write-tree'])).trim();
      const text = await commitText(
        { tree, parents: [parent], author: this.#options.author, date, message },
        await this.#options.signer,
      );
      const draft = join(scratch, 'commit');
      await writeFile(draft, text);
      return (await git.raw(['hash-object', '-w', '-t', 'commit', '--', draft])).trim();
    });
  }

  /**
   * Pushes a commit to a branch. Without `force` the branch has to be an ancestor: that is the compare-and-swap. Gives false when it moved
   * meanwhile; throws RecordOutage when the forge cannot be reached or refuses.
   */
  async push(commit: string, branch: string, force = false): Promise<boolean> {
    const spec = `${force ? '+' : ''}${checked(commit, hex)}:refs/heads/${checked(branch, safeBranch)}`;
    return this.#clone
      .withForge((git) => git.raw(['push', '--verbose', '--no-progress', '--porcelain', 'origin', spec]))
      .then(
        () => {
          this.#known.add(commit);
          if (branch === 'main') this.#main = commit;
          return true;
        },
        (error: unknown) => {
          const text = String(error);
          if (
            /non-fast-forward|fetch first|cannot lock ref|stale info|failed to update ref|incorrect old value/.test(
              text,
            )
          )
            return false;
          throw new RecordOutage(`the push to ${branch} was refused`, { cause: error });
        },
      );
  }

  async deleteBranch(branch: string): Promise<void> {
    const ref = `refs/heads/${checked(branch, safeBranch)}`;
    await this.#clone
      .withForge((git) => git.raw(['push', '--verbose', '--no-progress', 'origin', `:${ref}`]))
      .catch((error: unknown) => {
        if (!/remote ref does not exist|unable to delete/.test(String(error))) {
          throw new RecordOutage(`the branch ${branch} could not be deleted`, { cause: error });
        }
      });
  }

  /** First-parent commits after `from` (all, when undefined) up to `to` that touch the paths, oldest first. */
  async history(from: string | undefined, to: string, paths: readonly string[]): Promise<readonly string[]> {
    const range = from === undefined ? checked(to, hex) : `${checked(from, hex)}..${checked(to, hex)}`;
    const text = await this.#clone.git.raw([
      'rev-list',
      '--first-parent',
      '--reverse',
      range,
      '--',
      ...paths.map((path) => checked(path, safePath)),
    ]);
    return lines(text);
  }

  /** What the first-parent commits up to `to` took away or replaced of the files below the paths, and when; newest first. */
  async past(to: string, paths: readonly string[]): Promise<readonly PastFile[]> {
    const safe = paths.map((path) => checked(path, safePath));
    return pastFilesIn(await this.#clone.git.raw([...pastFileArguments, checked(to, hex), '--', ...safe]));
  }
}

const rawCommitArguments = (commit: string): string[] => ['cat-file', 'commit', checked(commit, hex)];

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

function checked(value: string, form: RegExp): string {
  if (!form.test(value) || value.includes('..') || value.includes('//'))
    throw new Error(`not a safe git argument: ${JSON.stringify(value)}`);
  return value;
}

import { isSigned } from '../record/commit.ts';
import type { GitRecord } from '../record/repository.ts';
import type { DocumentSigner } from '../record/signer.ts';

/** A commit changed the record and is not the system's: an alarm. Nothing rests on it until a person has looked (process.md 1.4). */
export class ForeignCommit extends Error {
  override readonly name = 'ForeignCommit';
}

/** How many commits are read by one process. */
const batch = 500;

/**
 * Checks that journals and manifests are the system's own: every commit along the first parent that changes them is signed with the system
 * key, or is a merge of GitHub's whose second parent is signed and that adds nothing of its own. What was checked once is not checked again.
 */
export class Provenance {
  readonly #record: GitRecord;
  readonly #signer: DocumentSigner;
  readonly #checked: Map<string, string>;

  /** `checked`: what an earlier run checked, as {@link checked} tells it. */
  constructor(record: GitRecord, signer: DocumentSigner, checked: ReadonlyMap<string, string> = new Map()) {
    this.#record = record;
    this.#signer = signer;
    this.#checked = new Map(checked);
  }

  /** Up to which commit, by the paths that were looked at. */
  get checked(): ReadonlyMap<string, string> {
    return this.#checked;
  }

  /** Throws ForeignCommit. `paths` are files or folders of the record. */
  async check(main: string, paths: readonly string[]): Promise<void> {
    const key = paths.join(' ');
    const before = this.#checked.get(key);
    if (before === main) return;
    const commits = await this.#since(before, main, paths);
    for (let from = 0; from < commits.length; from += batch) {
      const some = commits.slice(from, from + batch);
      await this.#record.readCommitsAhead(some);
      const parents = await Promise.all(some.map((commit) => this.#record.parents(commit)));
      await this.#record.readCommitsAhead(parents.flatMap(([, second]) => second ?? []));
      for (const commit of some) await this.#checkCommit(commit, paths);
    }
    this.#checked.set(key, main);
  }

  async #since(
    before: string | undefined,
    main: string,
    paths: readonly string[],
  ): Promise<readonly string[]> {
    try {
      return await this.#record.history(before, main, paths);
    } catch (error) {
      // A clone that was made anew need not have what somebody has rewritten since.
      if (before === undefined || (await this.#record.has(before))) throw error;
      return this.#record.history(undefined, main, paths);
    }
  }

  async #checkCommit(commit: string, paths: readonly string[]): Promise<void> {
    const [first, second] = await this.#record.parents(commit);
    // The first commit of a repository is laid down by people, with the keys.
    if (first === undefined) return;
    if (!(await isSigned(await this.#record.rawCommit(second ?? commit), this.#signer))) {
      throw new ForeignCommit(
        `commit ${commit.slice(0, 12)} changes the record and is not signed with the system key`,
      );
    }
    if (second !== undefined && (await this.#addsOfItsOwn(commit, first, second, paths))) {
      throw new ForeignCommit(
        `merge ${commit.slice(0, 12)} changes the record beyond the commit that it merges`,
      );
    }
  }

  async #addsOfItsOwn(
    merge: string,
    first: string,
    second: string,
    paths: readonly string[],
  ): Promise<boolean> {
    const base = await this.#record.mergeBase(first, second);
    const brought = new Map((await this.#record.diff(base, second)).map(({ path, blob }) => [path, blob]));
    const changed = await this.#record.diff(first, merge);
    return changed.some(
      ({ path, blob }) =>
        paths.some((own) => path === own || path.startsWith(`${own}/`)) && brought.get(path) !== blob,
    );
  }
}

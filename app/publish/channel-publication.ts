import type { Channel } from '../model/channel.ts';
import { inPathOrder } from '../model/sorted.ts';
import { sha256Of } from '../storage/digest.ts';
import { inParallel } from '../storage/in-parallel.ts';
import type { Output, OutputFile } from '../storage/output.ts';
import { ContentsFollower, type ChannelContents, type RootContents } from './channel-contents.ts';
import {
  inStatementForm,
  statementText,
  type ChannelStatement,
  type StatementFile,
} from './channel-statement.ts';
import type { ChunkMaker, IndexChunk } from './roots/index-chunk.ts';
import type { Signer } from './signing/keys.ts';
import { fromChannelFolder, fromChannelsFolder } from './layout.ts';
import { readKeyring } from './signing/openpgp.ts';
import {
  askedAtOnce,
  foundChanges,
  knownChanges,
  pooled,
  type PlannedRoot,
  type PoolChanges,
} from './pool.ts';
import { PublishError } from './publish-error.ts';
import type { PublisherParts, PublishRequest } from './publish.ts';
import { chunksFile, keepLeft, keptLeft, poolText, type PooledFile } from './last-run.ts';
import { publishedState, statementPaths, type Published } from './published-state.ts';
import type { RenderedRoot } from './roots/rendered-root.ts';
import { superseded } from './retention.ts';
import { RootDocuments } from './roots/root-documents.ts';
import { isOfRoot, planRoot, statementRoots, type RootPlan } from './roots/root-plan.ts';
import { putSetupFiles } from './setup-files.ts';
import { shownIndexes } from './shown.ts';
import { checkStored } from './roots/sound-package.ts';
import { formerFiles, goneFiles, unknownFiles } from './tidy.ts';

const day = 86_400_000;
/** Metadata is signed anew after this time even when nothing changed, in milliseconds, so that it never gets near its expiry. */
const renewal = day;
const encoder = new TextEncoder();

/** A root with whether its metadata has to be signed anew, and what stands if not. */
interface RootState extends PlannedRoot {
  /** The entries of the published statement, when they still are right. */
  readonly standing: { readonly files: readonly StatementFile[]; readonly issued: string } | undefined;
}

/**
 * The publications of one channel, one after the other. When a publication fails the object must not be used again: what it remembers may be
 * neither the old nor the new.
 */
export class ChannelPublication {
  readonly #channel: Channel;
  readonly #parts: PublisherParts;
  readonly #maker: ChunkMaker;
  readonly #follower: ContentsFollower;
  readonly #documents = new Map<string, RootDocuments>();
  /** What stands where it should since the last publication of this object. */
  #known:
    | {
        readonly published: Published;
        /** The packages of each root by its path. */
        readonly pools: ReadonlyMap<string, readonly PooledFile[] | string>;
        /** Whether it was this object that put it there, and not an earlier run whose word is taken for it. */
        readonly isOwn: boolean;
      }
    | undefined;
  #setup = '';

  constructor(channel: Channel, parts: PublisherParts, maker: ChunkMaker) {
    this.#channel = channel;
    this.#parts = parts;
    this.#maker = maker;
    this.#follower = new ContentsFollower(channel);
  }

  /** @throws PublishError; Overtaken when another publisher was faster; outages of the storage */
  async publish(request: PublishRequest): Promise<{ readonly changed: boolean; readonly number: number }> {
    const { channelsFile, now } = request;
    const { output, keys } = this.#parts;
    const signer = keys.channel(this.#channel);
    const published = await this.#published(output, signer);
    const contents = this.#follower.contents(request.manifests, channelsFile, [
      ...(request.targets ?? []),
      ...(published?.statement.roots ?? []).map(({ distribution, platform, arch, format }) => ({
        distribution,
        platform,
        arch,
        format,
      })),
    ]);
    const roots = await this.#rootStates(contents, request, published, signer);
    const missing = roots.flatMap(({ changes }) => changes.missing);
    await inParallel(missing, ({ entry }) => checkStored(this.#channel, entry, this.#parts.store));

    const standing = published && this.#isStanding(published, contents, roots) ? published : undefined;
    if (!standing) this.#refuseClock(published, now);

    // From here on files change: content before index, index before signature, signature before the switch (channels.md).
    await output.place(missing.map(({ path, entry: { size, sha256 } }) => ({ path, size, sha256 })));
    await this.#putSetup(contents, request, signer);
    const next = standing ?? (await this.#putNext(contents, roots, request, published, signer));
    const before = published?.statement;
    const unknown = this.#known ? [] : await unknownFiles(output, this.#channel, next, roots);
    const former = await formerFiles(output, roots, next.statement, before);
    // The signature of the statement before stays with it, or goes with it.
    const signature = published ? [statementPaths(this.#channel, published.sha256).lasting] : [];
    const others = [...unknown, ...former, ...(next === standing ? [] : signature)];
    await output.remove(goneFiles(roots, next.statement, before, others));
    const pools = new Map(roots.map(({ plan: { root } }) => [root.place.path, pooled(root)]));
    this.#known = { published: next, pools, isOwn: true };
    await this.#keepLeft(next, pools);
    return { changed: next !== standing, number: next.statement.number };
  }

  /** What its indexes are made of now. */
  get chunks(): readonly IndexChunk[] {
    return [...this.#documents.values()].flatMap((documents) => documents.chunks);
  }

  async #keepLeft(
    { sha256: statement }: Published,
    files: ReadonlyMap<string, readonly PooledFile[]>,
  ): Promise<void> {
    const { lastRun } = this.#parts;
    if (lastRun === undefined) return;
    const pools = new Map([...files].map(([path, pool]) => [path, poolText(pool)]));
    await Promise.all([
      keepLeft(lastRun, this.#channel, { statement, setup: this.#setup, pools }),
      this.#maker.keep(chunksFile(lastRun, this.#channel), this.chunks),
    ]);
  }

  /** What is published now. What this object has published itself is known; if something else stands there, everything is looked at anew. */
  async #published(output: Output, signer: Signer): Promise<Published | undefined> {
    if (this.#known) {
      const bytes = await output.read(statementPaths(this.#channel, '').statement);
      if (bytes && Buffer.from(bytes).equals(this.#known.published.bytes)) return this.#known.published;
      this.#known = undefined;
    }
    const published = await publishedState(this.#channel, output, signer);
    if (published?.isComplete === false) {
      const paths = statementPaths(this.#channel, '');
      await output.point([{ path: paths.signature, pieces: [published.signature] }]);
    }
    if (published) await this.#believeLastRun(published);
    return published;
  }

  async #believeLastRun(published: Published): Promise<void> {
    const { lastRun } = this.#parts;
    if (lastRun === undefined) return;
    const left = await keptLeft(lastRun, this.#channel);
    if (left?.statement !== published.sha256) return;
    this.#known = { published, pools: left.pools, isOwn: false };
    await this.#maker.recall(chunksFile(lastRun, this.#channel));
    this.#setup = left.setup;
  }

  async #rootStates(
    contents: ChannelContents,
    { channelsFile, now }: PublishRequest,
    published: Published | undefined,
    signer: Signer,
  ): Promise<readonly RootState[]> {
    const states: RootState[] = [];
    for (const root of contents.roots) {
      const { path } = root.place;
      const documents =
        this.#documents.get(path) ?? new RootDocuments(this.#channel, this.#maker, this.#scratch());
      this.#documents.set(path, documents);
      const plan = await planRoot(root, documents, channelsFile, {
        channel: this.#channel,
        fingerprint: signer.fingerprint,
      });
      const before = this.#known?.pools.get(path);
      const changes =
        before === undefined
          ? await this.#foundChanges(root, published, signer, now)
          : knownChanges(path, before, pooled(root));
      states.push({ plan, changes, standing: await this.#standingRoot(plan, published?.statement, now) });
    }
    for (const path of this.#documents.keys())
      if (!contents.roots.some(({ place }) => place.path === path)) this.#documents.delete(path);
    return states;
  }

  /** A command publishes once. */
  #scratch(): string | undefined {
    return this.#parts.lastRun === undefined ? this.#parts.cache : undefined;
  }

  async #foundChanges(
    root: RootContents,
    published: Published | undefined,
    signer: Signer,
    now: Date,
  ): Promise<PoolChanges> {
    const { output } = this.#parts;
    const shown = await shownIndexes(output, root, await readKeyring(signer.publicKey), now);
    return foundChanges(output, root, published?.statement, shown);
  }

  /** The metadata of a root as published, if it is made from the same, was signed within a day and is all there. */
  async #standingRoot(
    { recipe, root }: RootPlan,
    statement: ChannelStatement | undefined,
    now: Date,
  ): Promise<RootState['standing']> {
    const path = fromChannelFolder(this.#channel, root.place.path);
    const entry = statement?.roots.find((one) => one.path === path);
    if (!statement || entry?.recipe !== recipe) return undefined;
    if (now.getTime() - Date.parse(entry.issued) >= renewal) return undefined;
    const files = statement.files.filter((file) => isOfRoot(file.path, path));
    if (this.#known?.isOwn !== true && !(await this.#areThere(files))) return undefined;
    return { files, issued: entry.issued };
  }

  async #areThere(files: readonly StatementFile[]): Promise<boolean> {
    let areThere = true;
    await inParallel(
      files,
      async ({ path, size, sha256 }) => {
        if (!areThere) return;
        const found = await this.#parts.output.digest(fromChannelsFolder(this.#channel, path));
        if (found?.sha256 !== sha256 || found.size !== size) areThere = false;
      },
      askedAtOnce,
    );
    return areThere;
  }

  #isStanding({ statement }: Published, contents: ChannelContents, roots: readonly RootState[]): boolean {
    return (
      roots.every(({ standing }) => standing) &&
      roots.flatMap(({ plan }) => plan.root.targets).length === statement.roots.length &&
      contents.releases.length === statement.releases.length &&
      contents.releases.every(
        ({ release, digest }, at) =>
          statement.releases[at]?.id === release && statement.releases[at].digest === digest,
      ) &&
      roots.every(({ changes }) => changes.left.length === 0)
    );
  }

  async #putNext(
    contents: ChannelContents,
    roots: readonly RootState[],
    { commit, channelsFile, now, withdrawn = new Set() }: PublishRequest,
    published: Published | undefined,
    signer: Signer,
  ): Promise<Published> {
    const { output } = this.#parts;
    const number = (published?.statement.number ?? 0) + 1;
    const expires = new Date(now.getTime() + channelsFile.valid_days * day);
    const signing = {
      channel: this.#channel,
      origin: channelsFile.origin,
      url: channelsFile.url,
      number,
      issued: now,
      expires,
      signer,
    };
    const rendered = await Promise.all(
      roots.map(({ plan, standing }) => (standing ? Promise.resolve(undefined) : plan.sign(signing))),
    );
    const issued = inStatementForm(now);
    const files = roots.flatMap(({ standing }, at) => standing?.files ?? this.#filesOf(rendered[at]));
    const statement: ChannelStatement = {
      apiVersion: 'rollout/v1',
      kind: 'Channel',
      channel: this.#channel,
      number,
      commit,
      issued,
      expires: inStatementForm(expires),
      previous: published?.sha256 ?? null,
      releases: contents.releases.map(({ release, digest }) => ({ id: release, digest })),
      roots: roots.flatMap(({ plan, standing }) =>
        statementRoots(this.#channel, plan, standing?.issued ?? issued),
      ),
      files: files.toSorted(inPathOrder),
      superseded: published
        ? superseded(this.#channel, published, roots, files, { now, withdrawn, file: channelsFile }).toSorted(
            inPathOrder,
          )
        : [],
    };
    const bytes = encoder.encode(statementText(statement));
    const sha256 = sha256Of(bytes);
    const paths = statementPaths(this.#channel, sha256);
    const [signature] = await Promise.all([
      signer.signDetached(bytes, now),
      output.put(this.#unplaced(rendered, published)),
    ]);
    const signatureBytes = encoder.encode(signature);
    const signatureFile = { pieces: [signatureBytes] };
    await output.put([{ path: paths.lasting, ...signatureFile }]);
    await output.point(rendered.flatMap((root) => root?.pointers ?? []));
    await output.pointIf({ path: paths.statement, pieces: [bytes] }, published?.bytes);
    await output.point([{ path: paths.signature, ...signatureFile }]);
    return { statement, bytes, sha256, signature: signatureBytes, isComplete: true };
  }

  /** The immutable files that are not in place yet: their paths tell their content, so what the publication before has stands. */
  #unplaced(
    rendered: readonly (RenderedRoot | undefined)[],
    published: Published | undefined,
  ): readonly OutputFile[] {
    const content = rendered.flatMap((root) => root?.content ?? []);
    if (!published || this.#known?.isOwn !== true) return content;
    const there = new Set(published.statement.files.map(({ path }) => path));
    return content.filter(({ path }) => !there.has(fromChannelFolder(this.#channel, path)));
  }

  /** Client files and keys: compared with what is there only when they change. */
  async #putSetup(
    contents: ChannelContents,
    { channelsFile }: PublishRequest,
    signer: Signer,
  ): Promise<void> {
    const places = contents.roots.map(({ place, targets }) => [place, targets.map(({ target }) => target)]);
    const setup = sha256Of(JSON.stringify([channelsFile, signer.publicKey, places]));
    if (this.#known && this.#setup === setup) return;
    await putSetupFiles(this.#parts.output, contents, channelsFile, signer);
    this.#setup = setup;
  }

  #refuseClock(published: Published | undefined, now: Date): void {
    if (!published || now.getTime() >= Date.parse(published.statement.issued)) return;
    const { number, issued } = published.statement;
    throw new PublishError(
      this.#channel,
      'clock-went-back',
      `it is ${now.toISOString()} here, but publication ${String(number)} was issued at ${issued}; set the clock right`,
    );
  }

  #filesOf(root: RenderedRoot | undefined): readonly StatementFile[] {
    return (root?.files ?? []).map(({ path, size, sha256 }) => ({
      path: fromChannelFolder(this.#channel, path),
      size,
      sha256,
    }));
  }
}

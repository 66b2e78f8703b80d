import { readFile } from 'node:fs/promises';
import { openStore } from '../../app/storage/open.ts';
import type { Random } from '../bench/channels/random.ts';
import type { Fault as ServerFault } from '../storage/s3-server.ts';
import { changesIn, roots, url, type Change, type ChangeName } from './change.ts';
import { aptView, statementView, tarView, yumView, type Tree, type View } from './client-views.ts';
import { faultsAt, requestFaults, type Fault, type RequestFault } from './fault.ts';
import type { Gpgv } from './gpgv.ts';
import { Publisher, type Order } from './order.ts';
import { LossyDisk } from './power-loss.ts';
import { PublisherProcess } from './publisher-process.ts';
import { Site, type Storage } from './site.ts';
import { tracedCalls, type TracedCall } from './trace.ts';
import { verificationProblems } from './verified.ts';

/** What all series share. */
export interface Ground {
  /** Folder for everything that they make. */
  readonly dir: string;
  /** Folder of keys. */
  readonly keys: string;
  /** The public key of the channel, binary. */
  readonly keyring: Uint8Array;
  readonly gpgv: Gpgv;
}

/** How one point went. */
export interface PointResult {
  /** Whether the fault fell on the publication: a point that was passed over proves nothing. */
  readonly fell: boolean;
  readonly problems: readonly string[];
  /** Which views were new already when the fault had happened. */
  readonly seen: string;
}

/** The views of all clients. */
export async function viewsOf(
  tree: Tree,
  gpgv: Gpgv,
  withdrawn: readonly string[] = [],
): Promise<Readonly<Record<'apt' | 'yum' | 'tar' | 'statement', View>>> {
  return {
    apt: await aptView(tree, gpgv, roots.deb, 'production'),
    yum: await yumView(tree, gpgv, roots.rpm, url),
    tar: await tarView(tree, gpgv, roots.tar),
    statement: await statementView(tree, gpgv, 'production', new Set(withdrawn)),
  };
}

type Views = Awaited<ReturnType<typeof viewsOf>>;
const names = ['apt', 'yum', 'tar', 'statement'] as const;

/** One change of one storage, to be disturbed at many points. */
export class Series {
  readonly name: string;
  readonly #ground: Ground;
  readonly #before: Site;
  readonly #change: Change;
  readonly #old: Views;
  readonly #new: Views;
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly faults: readonly Fault[];
  readonly #disk: LossyDisk | undefined;

  private constructor(
    name: string,
    ground: Ground,
    { before, change, old, fresh, files, faults, disk }: Prepared,
  ) {
    this.name = name;
    this.#ground = ground;
    this.#before = before;
    this.#change = change;
    this.#old = old;
    this.#new = fresh;
    this.#files = files;
    this.faults = faults;
    this.#disk = disk;
  }

  /** Publishes what goes before, and the change without disturbance, to know how it has to end and where it can be disturbed. */
  static async prepare(ground: Ground, storage: Storage, changeName: ChangeName): Promise<Series> {
    const { gpgv } = ground;
    const before = await Site.empty(ground.dir, storage, ground.keys);
    const change = (await changesIn(await openStore(before.place.store, before.place.access)))[changeName];
    for (const order of change.before) await (await Publisher.open(before.place)).carryOut(order);
    const old = await viewsOf(before, gpgv);
    const calm = await before.copy();
    const calls = storage.output === 'folder' ? await callsOf(calm, change) : [];
    const faults =
      storage.output === 'folder' ? calls.flatMap(faultsAt) : await requestFaultsIn(calm, change);
    const fresh = await viewsOf(calm, gpgv, change.order.withdrawn);
    const files = await calm.files();
    const disk =
      storage.output === 'folder' ? new LossyDisk(calls, calm.out, await before.files(), files) : undefined;
    await calm.remove();
    const problems = [old, fresh].flatMap((views) => names.flatMap((name) => views[name].problems));
    if (problems.length > 0)
      throw new Error(`an undisturbed publication is not right: ${problems.join('; ')}`);
    const name = `${storage.name}, ${changeName}`;
    return new Series(name, ground, { before, change, old, fresh, files, faults, disk });
  }

  /** Disturbs the publication once, looks as clients do, and lets another run go on from there. */
  async point(fault: Fault): Promise<PointResult> {
    const site = await this.#before.copy();
    try {
      return await this.#pointAt(site, fault);
    } finally {
      await site.remove();
    }
  }

  /** Lets the power fail once, and looks at what the disk may hold then. Undefined where there is no disk. */
  async loss(random: Random): Promise<readonly string[] | undefined> {
    if (!this.#disk) return undefined;
    const at = random.below(this.#disk.calls + 1);
    const tree = this.#disk.after(at, random);
    const views = await viewsOf(tree, this.#ground.gpgv, this.#change.order.withdrawn);
    return this.#wrong(views, this.#old).map((problem) => `power lost before call ${String(at)}: ${problem}`);
  }

  async close(): Promise<void> {
    await this.#before.remove();
  }

  async #pointAt(site: Site, fault: Fault): Promise<PointResult> {
    const { order } = this.#change;
    const problems: string[] = [];
    const note = (when: string, found: readonly string[]): void => {
      problems.push(...found.map((problem) => `${when}: ${problem}`));
    };
    const injection = fault.kind === 'call' ? fault : undefined;
    const child = await PublisherProcess.start(
      workAt(site, this.#change),
      injection && { path: site.trace, injection },
    );
    if (!child) return { fell: false, problems: [], seen: '' };
    const struck = fault.kind === 'request' ? strike(site, fault, child) : undefined;
    const outcome = await child.carryOut(order);
    site.server.fault = undefined;
    const seen = await this.#views(site);
    note('after the fault', this.#wrong(seen, this.#old));
    if (outcome) {
      // It lived: the same process has to be able to go on.
      const again = await child.carryOut(order);
      if (again?.ok !== true) problems.push(`a second attempt failed: ${again?.message ?? 'it died'}`);
      note('after a second attempt', this.#wrong(await this.#views(site), seen));
    }
    await child.end();
    const fell = injection ? await wasInjected(site) : struck?.() === true;
    const isLater = fault.nth % 2 === 0;
    const run = isLater ? later(order) : order;
    const published = await (await Publisher.open(site.place)).carryOut(run);
    if (outcome && published?.changed === true) problems.push('after a second attempt there was still work');
    const now = await this.#views(site);
    if (isLater) {
      // Other dates, other bytes: what clients and `rollout verify` say has to do.
      note(
        'after a later run',
        names.flatMap((name) => now[name].problems),
      );
      note('after a later run', await verificationProblems(site, this.#ground.keyring, new Date(run.now)));
      note(
        'after a later run',
        names.filter((name) => now[name].age < seen[name].age).map((name) => `${name} went back`),
      );
    } else {
      note('after a new run', this.#wrong(now, seen));
      note('after a new run', differences(this.#files, await site.files()));
    }
    const isNew = names.filter((name) => seen[name].age > this.#old[name].age);
    return { fell, problems, seen: isNew.join('+') };
  }

  #views(site: Site): Promise<Views> {
    return viewsOf(site, this.#ground.gpgv, this.#change.order.withdrawn);
  }

  /** What is wrong with views: their own problems, and ages that are neither those before nor those that have to come, or went back. */
  #wrong(views: Views, least: Views): readonly string[] {
    return names.flatMap((name) => {
      const { problems, age } = views[name];
      const wrong = [...problems];
      if (age !== this.#old[name].age && age !== this.#new[name].age)
        wrong.push(`${name} shows ${String(age)}, neither the old nor the new`);
      if (age < least[name].age) wrong.push(`${name} went back`);
      return wrong;
    });
  }
}

/** The same order a few minutes later. */
function later(order: Order): Order {
  return { ...order, now: new Date(Date.parse(order.now) + 300_000).toISOString() };
}

interface Prepared {
  readonly before: Site;
  readonly change: Change;
  readonly old: Views;
  readonly fresh: Views;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly faults: readonly Fault[];
  readonly disk: LossyDisk | undefined;
}

function workAt(site: Site, { before, isWarm }: Change) {
  const last = isWarm ? before.at(-1) : undefined;
  return { place: site.place, ...(last && { before: last }) };
}

/** Carries out the change undisturbed, and gives its system calls. */
async function callsOf(calm: Site, change: Change): Promise<readonly TracedCall[]> {
  const child = await PublisherProcess.start(workAt(calm, change), { path: calm.trace });
  await calmly(child, change);
  return tracedCalls(await readFile(calm.trace, 'utf8'));
}

async function requestFaultsIn(calm: Site, change: Change): Promise<readonly Fault[]> {
  const child = await PublisherProcess.start(workAt(calm, change));
  const before = calm.server.requests.length;
  await calmly(child, change);
  const count = calm.server.requests.length - before;
  return Array.from({ length: count }, (_, at) => at + 1).flatMap((nth) =>
    requestFaults.map((fault): Fault => ({ kind: 'request', nth, fault })),
  );
}

async function calmly(child: PublisherProcess | undefined, { order }: Change): Promise<void> {
  const outcome = await child?.carryOut(order);
  await child?.end();
  if (outcome?.ok !== true) throw new Error(`it fails by itself: ${outcome?.message ?? 'it died'}`);
}

/** Makes the service of the buckets do the fault; what is given tells whether it came to that. */
function strike(
  { server }: Site,
  { nth, fault }: { readonly nth: number; readonly fault: RequestFault },
  child: PublisherProcess,
): () => boolean {
  let fell = false;
  const before = server.requests.length;
  const act = (): Promise<void> => child.kill();
  const single: Partial<Record<RequestFault, ServerFault>> = {
    'killed-before': { cut: 'before', act },
    'killed-after': { cut: 'after', act },
    cut: { cut: 'after' },
    half: 'half',
  };
  const lasting: Partial<Record<RequestFault, ServerFault>> = {
    down: { status: 503, code: 'SlowDown' },
    denied: { status: 403, code: 'AccessDenied' },
  };
  server.fault = (_, number) => {
    const at = number - before;
    if (at >= nth) fell = true;
    return at === nth ? (single[fault] ?? lasting[fault]) : at > nth ? lasting[fault] : undefined;
  };
  return () => fell;
}

/** Whether the trace of a disturbed publication shows that the fault fell on it, not before. */
async function wasInjected(site: Site): Promise<boolean> {
  const trace = await readFile(site.trace, 'utf8');
  const [start = '', ...rest] = trace.split('/publication-begins');
  if (rest.length === 0 || start.includes('(INJECTED)')) return false;
  const [publication = ''] = rest.join('').split('/publication-ends');
  return publication.includes('(INJECTED)') || publication.includes('+++ killed by SIGKILL +++');
}

function differences(
  wanted: ReadonlyMap<string, Uint8Array>,
  found: ReadonlyMap<string, Uint8Array>,
): readonly string[] {
  return [
    ...[...wanted.keys()].filter((path) => !found.has(path)).map((path) => `there is no ${path}`),
    ...[...found].flatMap(([path, bytes]) => {
      if (!wanted.has(path)) return [`${path} is left over`];
      return Buffer.from(bytes).equals(wanted.get(path) ?? bytes) ? [] : [`${path} has other bytes`];
    }),
  ];
}

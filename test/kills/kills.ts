import { access, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createKeys, openKeys } from '../../app/publish/signing/keys.ts';
import { binaryKeyring } from '../../app/publish/signing/openpgp.ts';
import { randomOf } from '../bench/channels/random.ts';
import { changeNames, keyDate } from './change.ts';
import { faultText, type Fault } from './fault.ts';
import { Gpgv } from './gpgv.ts';
import { looksDuring } from './looks.ts';
import { Series, type Ground } from './series.ts';
import { storages } from './site.ts';

/*
 * Disturbs publications at their system calls, and where channels are in a bucket at their requests, one point after the other: kills, a full
 * disk, a broken one, a service that fails. After each, clients must see a whole and signed channel, old or new, and a new run must end where an
 * undisturbed one does. Exit status 1 when something is wrong. The last line is a summary; with `--json` it is all of standard output.
 */

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '1000' },
    /** At channels that are being published, of each storage. */
    looks: { type: 'string', default: '60' },
    /** Of power, all in all. */
    losses: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '2026' },
    lanes: { type: 'string', default: '3' },
    /** Part of the name of the series to play. */
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});

const wanted = Number(values.points);
const random = randomOf(Number(values.seed));
const began = performance.now();
const say = (text: string): void => {
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  ${text}\n`);
};

/** In memory where that can be: what a kill leaves is the same there, and the disk is spared. */
const memory = '/dev/shm';
const top = await access(memory).then(
  () => memory,
  () => tmpdir(),
);
const dir = await mkdtemp(join(top, 'rollout-kills-'));

/** In an order that follows from the seed. */
function shuffled<T>(items: readonly T[]): readonly T[] {
  const left = [...items];
  for (let at = left.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    const [one, two] = [left[at] as T, left[other] as T];
    left[at] = two;
    left[other] = one;
  }
  return left;
}

/** The faults of a series: in turn those of each kind, and as many kills as others. */
function inTurn(faults: readonly Fault[]): readonly Fault[] {
  const kinds = new Map<string, Fault[]>();
  for (const fault of shuffled(faults)) {
    const kind = fault.kind === 'call' ? `${fault.call} ${fault.fault}` : fault.fault;
    kinds.set(kind, [...(kinds.get(kind) ?? []), fault]);
  }
  const isKill = ([kind]: readonly [string, unknown]): boolean => /kill/i.test(kind);
  const kills = alternating([...kinds].filter(isKill).map(([, list]) => list));
  const others = alternating([...kinds].filter((entry) => !isKill(entry)).map(([, list]) => list));
  return alternating([kills, others]);
}

/** The first of each list, then the second of each. */
function alternating<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, nth) =>
    lists.flatMap((list) => list.slice(nth, nth + 1)),
  ).flat();
}

interface Point {
  readonly series: Series;
  readonly fault: Fault;
}

/** One of each series after the other, so that every part of the work is in every part of the run. */
function planned(all: readonly Series[]): readonly Point[] {
  return alternating(all.map((series) => inTurn(series.faults).map((fault): Point => ({ series, fault }))));
}

const counts = { points: 0, killed: 0, failed: 0, missed: 0 };
const states = new Map<string, number>();
const problems: string[] = [];

async function play({ series, fault }: Point): Promise<void> {
  const { fell, problems: found, seen } = await series.point(fault);
  if (!fell) {
    counts.missed += 1;
    return;
  }
  counts.points += 1;
  if (/kill/i.test(fault.fault)) counts.killed += 1;
  else counts.failed += 1;
  states.set(seen, (states.get(seen) ?? 0) + 1);
  for (const problem of found) {
    problems.push(`${series.name}, ${faultText(fault)}: ${problem}`);
    say(problems.at(-1) ?? '');
  }
  if (counts.points % 50 === 0) say(`${String(counts.points)} points, ${String(problems.length)} problems`);
}

/** Works on some things at once, and begins with the first. */
async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const lane = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: Number(values.lanes) }, lane));
}

const all: Series[] = [];
try {
  const keys = join(dir, 'keys');
  await mkdir(keys);
  await createKeys(keys, keyDate);
  const { publicKey } = (await openKeys(keys)).channel('production');
  const keyring = await binaryKeyring([publicKey]);
  const ground: Ground = { dir, keys, keyring, gpgv: await Gpgv.with(keyring) };
  const pairs = storages
    .flatMap((storage) => changeNames.map((change) => ({ storage, change })))
    .filter(({ storage, change }) => `${storage.name}, ${change}`.includes(values.only));
  const prepared = new Map<object, Series>();
  await inLanes(pairs, async (pair) => {
    prepared.set(pair, await Series.prepare(ground, pair.storage, pair.change));
  });
  all.push(...pairs.flatMap((pair) => prepared.get(pair) ?? []));
  const plan = planned(all);
  say(`${String(plan.length)} points in ${String(all.length)} series`);
  await inLanes(plan, async (point) => {
    if (counts.points < wanted) await play(point);
  });
  let losses = 0;
  while (losses < Number(values.losses)) {
    const before = losses;
    for (const series of all) {
      const found = await series.loss(random);
      if (!found) continue;
      losses += 1;
      problems.push(...found.map((problem) => `${series.name}, ${problem}`));
    }
    if (losses === before) break;
  }
  say(`${String(losses)} losses of power, ${String(problems.length)} problems`);
  for (const series of all) await series.close();
  let [looks, publications] = [0, 0];
  for (const storage of storages) {
    if (!storage.name.includes(values.only)) continue;
    const seen = await looksDuring(ground, storage, Number(values.looks));
    looks += seen.looks;
    publications += seen.publications;
    problems.push(...seen.problems.map((problem) => `${storage.name}, undisturbed: ${problem}`));
    say(`${String(seen.looks)} looks during ${String(seen.publications)} publications, ${storage.name}`);
  }
  await ground.gpgv.close();
  const summary = {
    ...counts,
    of: plan.length,
    series: all.length,
    seed: Number(values.seed),
    seconds: Math.round((performance.now() - began) / 1000),
    losses,
    looks,
    publications,
    states: Object.fromEntries(states),
    problems,
  };
  process.stdout.write(
    values.json
      ? `${JSON.stringify(summary)}\n`
      : `${String(counts.points)} of ${String(plan.length)} points, ${String(looks)} looks, ${String(problems.length)} problems\n`,
  );
  process.exitCode = problems.length > 0 || counts.points === 0 ? 1 : 0;
} finally {
  await rm(dir, { recursive: true, force: true });
}

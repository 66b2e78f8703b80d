import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Arena, Contestant } from './contestant.ts';
import { growthOf, ratiosOf, type Row } from './figures.ts';
import { floorBeside } from './floor-beside.ts';
import { makePackages } from './made-packages.ts';
import { contentsOf, type Format } from './package-set.ts';
import { aptFtparchive } from './peers/apt-ftparchive.ts';
import { aptly } from './peers/aptly.ts';
import { createrepo } from './peers/createrepo.ts';
import { reprepro } from './peers/reprepro.ts';
import { rolloutCold } from './rollout-cold.ts';
import { rolloutWarm, warmOut } from './rollout-warm.ts';
import { publishedFormats } from './rollout.ts';
import { perRound, playRounds } from './rounds.ts';
import { run } from './sample.ts';
import { signingKeys, type SigningKeys } from './signing-keys.ts';
import { tableOf } from './table.ts';

/*
 * Measures the main job (channels.md): a release of 5 packages comes into a channel of N packages, and goes on into the next one. Ours in a
 * running service and as a command, against what others would use, in the same run.
 */

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,20000' },
    formats: { type: 'string', default: 'deb,rpm' },
    modes: { type: 'string', default: 'warm,cold' },
    runs: { type: 'string', default: '7' },
    seed: { type: 'string', default: '2026' },
    peers: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    dir: { type: 'string' },
    keep: { type: 'boolean', default: false },
    'cpu-prof': { type: 'string' },
  },
});

/** What else publishes a format: each by the name of its program. */
const peers: Readonly<Record<Format, Readonly<Record<string, (arena: Arena) => Promise<Contestant>>>>> = {
  deb: { reprepro, aptly, 'apt-ftparchive': aptFtparchive },
  rpm: { createrepo_c: createrepo },
};

const seed = Number(values.seed);
const runs = Number(values.runs);
const modes = new Set(values.modes.split(','));
const dir = resolve(values.dir ?? (await mkdtemp(join(tmpdir(), 'rollout-bench-'))));
const began = performance.now();
const say = (text: string): void => {
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  ${text}\n`);
};

async function isInstalled(program: string): Promise<boolean> {
  return run({ program: 'sh', args: ['-c', 'command -v "$0"', program] }).then(
    () => true,
    () => false,
  );
}

/** Everything about one format at one size. */
async function measure(
  format: Format,
  packages: number,
  { gpg, keys }: SigningKeys,
): Promise<readonly Row[]> {
  const contents = contentsOf(packages);
  const store = join(dir, 'store');
  const list = join(dir, `${format}-${String(seed)}.json`);
  await mkdir(store, { recursive: true });
  const made = await makePackages({ format, seed, store, list }, contents.fresh + runs * perRound);
  say(`${format}, ${String(packages)} packages in each channel: they are made`);
  const top = join(dir, 'runs', `${format}-${String(packages)}`);
  await rm(top, { recursive: true, force: true });
  const arena = async (name: string): Promise<Arena> => {
    const folder = join(top, name);
    await mkdir(folder, { recursive: true });
    return { format, seed, store, list, made, contents, gpg, keys, folder };
  };
  const contestants: Contestant[] = [];
  try {
    if (publishedFormats.includes(format)) {
      const warm = await arena('warm');
      const profile = values['cpu-prof'];
      const flags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profile)}`];
      if (modes.has('warm')) {
        contestants.push(await rolloutWarm(warm, flags));
        say('rollout has published in a running process');
        contestants.push(await floorBeside(await arena('floor'), warmOut(warm)));
      }
      if (modes.has('cold')) {
        contestants.push(await rolloutCold(await arena('cold'), process.cwd()));
        say('rollout has published as a command');
      }
    }
    if (values.peers) {
      for (const [name, setUp] of Object.entries(peers[format])) {
        if (!(await isInstalled(name))) {
          say(`${name} is not installed: left out`);
          continue;
        }
        contestants.push(await setUp(await arena(name)));
        say(`${name} has published`);
      }
    }
    return await playRounds(await arena('rounds'), contestants, runs);
  } finally {
    for (const contestant of contestants) await contestant.end();
    await rm(top, { recursive: true, force: true });
  }
}

const rows: Row[] = [];
try {
  const keys = await signingKeys(await mkdtemp(join(tmpdir(), 'rollout-bench-keys-')));
  try {
    for (const format of ['deb', 'rpm'] as const) {
      if (!values.formats.split(',').includes(format)) continue;
      for (const size of values.sizes.split(',').map(Number)) {
        const measured = await measure(format, size, keys);
        rows.push(...measured);
        // Large sizes take long to set up: what is known is told at once.
        if (values.json) process.stderr.write(`${tableOf(measured)}\n`);
      }
    }
  } finally {
    await keys.end();
  }
} finally {
  if (values.dir === undefined && !values.keep) await rm(dir, { recursive: true, force: true });
  else say(`the packages are kept in ${dir}`);
}

if (values.json) {
  const machine = { cpus: availableParallelism(), node: process.version };
  const main = rows.filter(({ operation }) => operation !== 'move');
  const moves = rows.filter(({ operation }) => operation === 'move');
  process.stdout.write(
    `${JSON.stringify({ rows: main, moves, ratios: ratiosOf(main), growth: growthOf(rows), machine, seed })}\n`,
  );
} else process.stdout.write(`${tableOf(rows)}\n`);

import { parseArgs } from 'node:util';
import { formats, type Format } from '../fuzz/formats.ts';
import { mostMemory, run } from '../fuzz/run.ts';

/**
 * `npm run nightly`: changed packages of each format for the readers of hostile bytes, a million of each if nothing else is said.
 * `--format deb,rpm,tar`, `--count N`, `--seed N`. Ends with a line of JSON, and with 1 when a reader crashed, hung or grew.
 */
const { values } = parseArgs({
  options: {
    format: { type: 'string', default: formats.join(',') },
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 86_400_000)) },
  },
});
const isFormat = (name: string): name is Format => formats.some((known) => known === name);
const names = values.format.split(',');
const chosen = names.filter(isFormat);
const [count, seed] = [Number(values.count), Number(values.seed)];
if (
  chosen.length !== names.length ||
  !Number.isSafeInteger(count) ||
  count < 1 ||
  !Number.isSafeInteger(seed)
) {
  process.stderr.write(`say --format with ${formats.join(', ')}, --count and --seed with whole numbers\n`);
  process.exit(2);
}

const outcomes = [];
for (const format of chosen) {
  let shown = 0;
  let told = 0;
  const outcome = await run(format, { seed, count }, (done, failures) => {
    for (const { number, what } of failures.slice(told))
      process.stderr.write(`${format}: package ${String(number)} of seed ${String(seed)}: ${what}\n`);
    told = failures.length;
    if (done - shown < count / 100) return;
    shown = done;
    process.stderr.write(
      `${format}: ${String(done)} of ${String(count)}, ${String(failures.length)} failed\n`,
    );
  });
  outcomes.push(outcome);
}
const isGood = outcomes.every(({ failed, memory }) => failed === 0 && memory < mostMemory);
process.stdout.write(`${JSON.stringify({ ok: isGood, outcomes })}\n`);
process.exitCode = isGood ? 0 : 1;

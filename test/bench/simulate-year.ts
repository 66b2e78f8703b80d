import { parseArgs } from 'node:util';
import { simulateYear } from './year.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    tickets: { type: 'string', default: '500' },
    sites: { type: 'string', default: '30' },
    seed: { type: 'string', default: '2026' },
  },
});
const begun = performance.now();
const year = simulateYear({
  tickets: Number(values.tickets),
  sites: Number(values.sites),
  seed: Number(values.seed),
});
const seconds = Math.round(performance.now() - begun) / 1000;
if (values.json) process.stdout.write(`${JSON.stringify({ ...year, seconds })}\n`);
else {
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .toSorted(([, one], [, other]) => other - one)
      .map(([name, count]) => `${name} ${String(count)}`)
      .join(', ');
  const lines = [
    `ends: ${list(year.ends)}`,
    ...Object.entries(year.lead).map(
      ([name, { count, median, longest }]) =>
        `${name}: ${String(count)} in production, half of them within ${String(median)} days of their certification, the last after ${String(longest)}`,
    ),
    `journals: ${list(year.entries)}`,
    `${String(year.decisions)} decisions, ${String(year.effects)} effects in ${String(seconds)} s`,
    ...year.wrong.map((what) => `WRONG: ${what}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
process.exitCode = year.wrong.length > 0 ? 1 : 0;

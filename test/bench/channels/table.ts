import type { Operation } from './contestant.ts';
import { growthOf, ours, ratiosOf, type Row } from './figures.ts';

const titles: Readonly<Record<Operation, string>> = {
  add: 'a release of 5 packages comes into a channel',
  promote: 'the release comes into the next channel',
  move: 'the release leaves a channel for the next one, and both are published',
};
const heads = ['', 'median ms', 'least ms', 'cpu ms', 'MiB', 'warm is', 'cold is', 'growth'] as const;
const first = 22;
const others = 10;

/** The result as people read it: for every format, work and size what each tool took, and how many times as long ours takes. */
export function tableOf(rows: readonly Row[]): string {
  const blocks = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.format}, ${String(row.packages)} packages: ${titles[row.operation]}`;
    blocks.set(key, [...(blocks.get(key) ?? []), row]);
  }
  const growth = growthOf(rows);
  return [...blocks]
    .map(([title, block]) => {
      const ratios = ratiosOf(block);
      const lines = block.map((row) => {
        const times = (mode: string): string => {
          const found = ratios.find(({ against, mode: own }) => against === row.tool && own === mode);
          return found && row.tool !== ours ? `${String(found.ratio)} ×` : '';
        };
        const grown = growth.find(
          ({ tool, format, operation, mode, to }) =>
            tool === row.tool &&
            format === row.format &&
            operation === row.operation &&
            mode === row.mode &&
            to === row.packages,
        );
        return [
          row.tool === ours ? `${row.tool}, ${row.mode}` : row.tool,
          row.median_ms.toFixed(1),
          row.least_ms.toFixed(1),
          row.cpu_ms.toFixed(0),
          row.rss_mib.toFixed(0),
          times('warm'),
          times('cold'),
          grown ? `${String(grown.factor)} ×` : '',
        ];
      });
      return [title, ...[heads, ...lines].map(lineOf)].join('\n');
    })
    .join('\n\n');
}

function lineOf([name = '', ...cells]: readonly string[]): string {
  return `  ${name.padEnd(first)}${cells.map((cell) => cell.padStart(others)).join('')}`.trimEnd();
}

import type { Mode, Operation } from './contestant.ts';
import type { Format } from './package-set.ts';
import type { Sample } from './sample.ts';

/** One line of the result (interfaces.md). */
export interface Row {
  readonly tool: string;
  readonly operation: Operation;
  readonly format: Format;
  /** How many packages each channel holds. */
  readonly packages: number;
  readonly mode: Mode;
  readonly median_ms: number;
  readonly cpu_ms: number;
  readonly rss_mib: number;
  readonly runs: number;
  readonly least_ms: number;
  readonly most_ms: number;
}

/** How ours compares with another tool, or with the floor, at the same work: below 1 it is faster. */
export interface Ratio {
  readonly format: Format;
  readonly packages: number;
  readonly operation: Operation;
  readonly mode: Mode;
  readonly against: string;
  readonly ratio: number;
}

/** How the time of a tool grows from one size to the next. */
export interface Growth {
  readonly tool: string;
  readonly format: Format;
  readonly operation: Operation;
  readonly mode: Mode;
  readonly from: number;
  readonly to: number;
  readonly factor: number;
}

export const ours = 'rollout';

/** The line of the samples of one tool at one work: medians of the times, and the most memory. @throws RangeError without samples */
export function rowOf(
  what: Pick<Row, 'tool' | 'operation' | 'format' | 'packages' | 'mode'>,
  samples: readonly Sample[],
): Row {
  const times = samples.map(({ ms }) => ms);
  return {
    ...what,
    median_ms: rounded(median(times)),
    cpu_ms: rounded(median(samples.map(({ cpu }) => cpu))),
    rss_mib: rounded(Math.max(...samples.map(({ rss }) => rss))),
    runs: samples.length,
    least_ms: rounded(Math.min(...times)),
    most_ms: rounded(Math.max(...times)),
  };
}

/** The middle one of the values, or the mean of the two in the middle. @throws RangeError when there is none */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) throw new RangeError('there is no median of nothing');
  return (low + high) / 2;
}

/** Every line of ours against every line of somebody else's at the same work. */
export function ratiosOf(rows: readonly Row[]): readonly Ratio[] {
  const others = rows.filter(({ tool }) => tool !== ours);
  return rows
    .filter(({ tool }) => tool === ours)
    .flatMap((own) =>
      others
        .filter((other) => workOf(other) === workOf(own) && other.packages === own.packages)
        .map((other) => ({
          format: own.format,
          packages: own.packages,
          operation: own.operation,
          mode: own.mode,
          against: other.tool,
          ratio: rounded(own.median_ms / other.median_ms, 3),
        })),
    );
}

/** From each size to the next one that was measured, for every tool and work. */
export function growthOf(rows: readonly Row[]): readonly Growth[] {
  const series = new Map<string, Row[]>();
  for (const row of rows.toSorted((a, b) => a.packages - b.packages)) {
    const key = `${row.tool} ${row.mode} ${workOf(row)}`;
    series.set(key, [...(series.get(key) ?? []), row]);
  }
  return [...series.values()].flatMap((line) =>
    line.slice(1).map((row, at) => {
      const before = line[at] ?? row;
      const { tool, format, operation, mode } = row;
      const factor = rounded(row.median_ms / before.median_ms, 2);
      return { tool, format, operation, mode, from: before.packages, to: row.packages, factor };
    }),
  );
}

function workOf({ operation, format }: Pick<Row, 'operation' | 'format'>): string {
  return `${format} ${operation}`;
}

function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}

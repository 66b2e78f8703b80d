import { boundary } from './order.ts';

/** Calls by which a publication changes what is on the disk, or may be told that it cannot. */
export const calls = [
  'openat',
  'write',
  'writev',
  'pwrite64',
  'pwritev',
  'rename',
  'renameat2',
  'fsync',
  'fdatasync',
  'unlink',
  'unlinkat',
  'rmdir',
  'link',
  'linkat',
  'mkdir',
  'mkdirat',
  'copy_file_range',
  'ftruncate',
] as const;
export type Call = (typeof calls)[number];

/** A system call of a publication: the n-th of its name in its thread since the process began, as strace counts. */
export interface TracedCall {
  readonly call: Call;
  readonly nth: number;
  /** With the paths of files where strace knows them. */
  readonly text: string;
}

/**
 * The calls between the marks of the first publication in a trace (`strace -f -y`), in their order, of the thread that works on files. There is
 * one such thread, so that the order is the same each time (UV_THREADPOOL_SIZE=1).
 * @throws Error when the marks are missing
 */
export function tracedCalls(trace: string): readonly TracedCall[] {
  const lines = callsIn(trace);
  const worker = lines.find(({ text }) => text.includes(boundary.begins))?.thread;
  if (worker === undefined) throw new Error('the trace does not show where the publication begins');
  const counts = new Map<string, number>();
  const found: TracedCall[] = [];
  let isInside = false;
  for (const { thread, call, text } of lines) {
    if (thread !== worker) continue;
    const nth = (counts.get(call) ?? 0) + 1;
    counts.set(call, nth);
    if (text.includes(boundary.ends)) return found;
    // oxlint-disable-next-line no-unsafe-type-assertion -- only these were traced
    if (isInside) found.push({ call: call as Call, nth, text });
    if (text.includes(boundary.begins)) isInside = true;
  }
  throw new Error('the trace does not show where the publication ends');
}

interface TracedLine {
  readonly thread: string;
  readonly call: string;
  text: string;
}

/** Every call of a trace in the order of their begins; the halves of those that were interrupted by another thread are joined. */
function callsIn(trace: string): readonly TracedLine[] {
  const lines: TracedLine[] = [];
  const unfinished = new Map<string, TracedLine>();
  for (const line of trace.split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const begun = unfinished.get(thread);
    if (resumed && begun) {
      begun.text += resumed[1] ?? '';
      continue;
    }
    const [, call, text] = /^(\w+)\((.*)$/.exec(rest) ?? [];
    if (call === undefined || text === undefined) continue;
    const one = { thread, call, text };
    lines.push(one);
    if (text.endsWith('<unfinished ...>')) unfinished.set(thread, one);
  }
  return lines;
}

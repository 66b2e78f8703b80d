import type { Call, TracedCall } from './trace.ts';

/** What goes wrong in a publication, and when. `nth` counts requests of the publication from 1. */
export type Fault =
  | { readonly kind: 'call'; readonly call: Call; readonly nth: number; readonly fault: CallFault }
  | { readonly kind: 'request'; readonly nth: number; readonly fault: RequestFault };

/** A system call at whose begin the process is killed, or that is answered with an error. */
const callFaults = ['KILL', 'ENOSPC', 'EIO'] as const;
export type CallFault = (typeof callFaults)[number];

/**
 * A request to the service of the bucket: the process is killed before or after its effect; its connection is cut after the effect; half of
 * the answer comes; from it on the service is down, or denies everything.
 */
export const requestFaults = ['killed-before', 'killed-after', 'cut', 'half', 'down', 'denied'] as const;
export type RequestFault = (typeof requestFaults)[number];

/** Calls that a full disk refuses; opening does only when it makes a file. */
const needSpace: ReadonlySet<Call> = new Set(['write', 'writev', 'rename', 'fsync', 'link', 'mkdir']);

/** Everything that can go wrong at a system call of a publication. */
export function faultsAt({ call, nth, text }: TracedCall): readonly Fault[] {
  // By these the threads of a process wake each other: no file, and Node ends when they fail.
  if (text.includes('anon_inode:[eventfd]')) return [];
  const takesSpace = needSpace.has(call) || (call === 'openat' && text.includes('O_CREAT'));
  return callFaults
    .filter((fault) => fault !== 'ENOSPC' || takesSpace)
    .map((fault) => ({ kind: 'call', call, nth, fault }));
}

/** A fault in a few words. */
export function faultText({ fault, nth, ...rest }: Fault): string {
  return `${fault} at ${rest.kind === 'call' ? rest.call : 'request'} ${String(nth)}`;
}

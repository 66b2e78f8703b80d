import { setFlagsFromString } from 'node:v8';

/**
 * Lets the heap of this process grow by half, and not to four times its size, before it is collected again: a service with a large channel would
 * otherwise take hundreds of megabytes for what nobody needs any more. What it costs is a tenth of the time of a first publication.
 */
export function growHeapSlowly(): void {
  setFlagsFromString('--heap-growing-percent=50');
}

import type { ClosureFacts } from '../model/closure.ts';
import type { Configuration } from '../model/facts.ts';
import type { Manifest } from '../model/manifest.ts';
import { terminalStates } from '../model/state.ts';
import type { Ticket } from '../model/ticket.ts';
import type { Progress } from '../rollout/progress.ts';
import { allManifests } from './manifests.ts';
import type { Sources } from './sources.ts';

/** What is asked about a release: could it go into this channel? */
export interface ClosureQuestion {
  readonly release: string;
  readonly digest: string;
  readonly ticket: Ticket;
  readonly channel: ClosureFacts['channel'];
  readonly configuration: Configuration;
  /** Every manifest of the three channels. */
  readonly manifests: readonly Manifest[];
}

/** Answers it. What is unreachable is told in the answer; a bug throws. */
export type ClosureReader = (question: ClosureQuestion) => Promise<ClosureFacts>;

/**
 * Whether a release could go into the channel that comes next. Asked while its packages are here and it is not on its way into production for
 * good; of another content than was pulled nothing is known.
 */
export async function closureFor(
  { closure, record, signer }: Pick<Sources, 'closure' | 'record' | 'signer'>,
  main: string,
  progress: Progress,
  content: {
    readonly id: string | undefined;
    readonly digest: string | undefined;
    readonly value: Ticket | undefined;
  },
  configuration: Configuration,
): Promise<ClosureFacts | undefined> {
  const { id, digest, value } = content;
  if (!closure || id === undefined || digest === undefined || !value) return undefined;
  if (progress.pulled?.digest !== digest || progress.merged || terminalStates.has(progress.state))
    return undefined;
  const isPast = progress.phase === 'verified' || progress.phase === 'rolling-out';
  return closure({
    release: id,
    digest,
    ticket: value,
    channel: isPast ? 'production' : 'staged-rollout',
    configuration,
    manifests: await allManifests(record, signer, main),
  });
}

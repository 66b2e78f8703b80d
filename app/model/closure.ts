import type { Channel } from './channel.ts';

/** One thing that a release would break, or that keeps it from being installed, with the chain of sentences that says why. */
export interface Breakage {
  /** `stuck`: a package of the release; `broken`: a package of the channel; `files`: a file of two packages. */
  readonly is: 'stuck' | 'broken' | 'files';
  /** The package, or the path. Written by strangers, like all the text below. */
  readonly what: string;
  readonly because: readonly string[];
}

/** What a release would meet, and do, in a channel, on one platform and architecture. */
export interface TargetClosure {
  readonly platform: string;
  readonly arch: string;
  /** Names of the base repositories that count; none when none are configured. */
  readonly base: readonly string[];
  /** How many packages of the release were looked at, and how many of the channel that they may concern. */
  readonly looked: number;
  readonly affected: number;
  readonly breaks: readonly Breakage[];
  /** Needs that are taken as met by base repositories that nobody configured. */
  readonly assumed: readonly string[];
}

/** Whether all of a release can be installed from the channel that it would move to next, and nothing there is broken by it. */
export interface ClosureFacts {
  /** The content that was looked at. */
  readonly digest: string;
  readonly channel: Exclude<Channel, 'unverified'>;
  readonly targets: readonly TargetClosure[];
  /** Why it could not be found out, if so: an outage, told in a sentence. */
  readonly unknown: string | undefined;
}

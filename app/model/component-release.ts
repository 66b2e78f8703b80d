import type { ReleaseClass } from './release-class.ts';

/** Where an earlier or parallel release stands, as far as another one is concerned. */
export type ReleaseStanding = 'open' | 'production' | 'rejected' | 'withdrawn';

/** One release of a component as the record knows it, from its certification on. What others of the same component are judged against. */
export interface ComponentRelease {
  /** Release id. */
  readonly id: string;
  /** Number of the ticket's pull request. */
  readonly pull: number;
  readonly provider: string;
  readonly version: string;
  readonly class: ReleaseClass;
  readonly distribution: string;
  readonly targets: readonly { readonly platform: string; readonly arch: string }[];
  /** Release id that this one takes the place of. */
  readonly supersedes?: string;
  /** Links to bugs, issues and features. */
  readonly issues: readonly string[];
  /** Instant until which nothing of it may be public. */
  readonly embargoUntil?: string;
  readonly state: ReleaseStanding;
  /** Instant of the first certification: who came first keeps that when the content changes. */
  readonly certifiedAt: string;
  /** Instant at which it was published in production, also when it left it since. */
  readonly productionAt?: string;
}

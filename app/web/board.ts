import type { Catalogue } from '../model/catalogue.ts';
import type { PackageFormat } from '../model/distributions.ts';
import type { Channel } from '../model/channel.ts';
import type { Decision } from '../model/decision.ts';
import type { EarlyAdopters } from '../model/early-adopters.ts';
import type { Facts } from '../model/facts.ts';

/** One ticket as it was last looked at. */
export interface TicketView {
  readonly facts: Facts;
  readonly decision: Decision;
}

/** One channel as it is published now. */
export interface ChannelView {
  readonly channel: Channel;
  /** Address of the channel's own folder, `<channels>/<channel>`; the keys stand beside it in `<channels>/keys`. */
  readonly url: string;
  /** Number of the publication; undefined before the first. */
  readonly number: number | undefined;
  /** When it was published, ISO 8601. */
  readonly published: string | undefined;
  readonly releases: readonly { readonly id: string; readonly digest: string }[];
  /** One source line for apt per target, as it goes into a file of `/etc/apt/sources.list.d`. */
  readonly aptLines: readonly {
    readonly platform: string;
    readonly arch: string;
    /** `<name>/<major>`. */
    readonly distribution: string;
    readonly line: string;
  }[];
  /** Every target with where its packages are. */
  readonly sources: readonly ChannelSourceView[];
}

/** How a site takes the packages of one target from a channel. */
export interface ChannelSourceView {
  /** `<name>/<major>`. */
  readonly distribution: string;
  readonly platform: string;
  readonly arch: string;
  readonly format: PackageFormat;
  /** Address of the root, with a slash at its end: a plain `baseurl` of yum, the folder of tarballs. */
  readonly address: string;
  /** The ready client file, and where a site puts it; tarballs need none. */
  readonly setup?: { readonly url: string; readonly file: string };
}

/** Sites with what they committed to, and the components that there are, as they are on the main branch. */
export interface Registry {
  readonly earlyAdopters: EarlyAdopters;
  readonly catalogue: Catalogue;
}

/** What the pages show. Values only: showing decides nothing, reads nothing outside and changes nothing. */
export interface Board {
  tickets(): readonly TicketView[];
  ticket(number: number): TicketView | undefined;
  /** In the order of the process. */
  channels(): readonly ChannelView[];
  /** Undefined until it was read for the first time. */
  registry?(): Registry | undefined;
  /** The process's time, ISO 8601. */
  now(): string;
  /** `owner/name`. */
  readonly repository: string;
  readonly repositoryUrl: string;
}

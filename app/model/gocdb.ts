/**
 * What GOCDB says of a host right now (R-3-9, R-3-10). Advice rests on it, never a gate: how a site deploys is its own decision (R-3-3).
 */
export interface GocdbHost {
  /** In lower case. */
  readonly host: string;
  /** GOCDB has at least one service of it. */
  readonly found: boolean;
  /** Every service of it is flagged beta, so that the availability of the site does not suffer. */
  readonly beta: boolean;
  /** Page of a downtime that runs now or begins soon. */
  readonly downtime: string | undefined;
}

import type { Channel } from '../model/channel.ts';
import type { ReadBack } from '../model/facts.ts';
import type { Manifest } from '../model/manifest.ts';
import type { GitRecord } from '../record/repository.ts';
import type { DocumentSigner } from '../record/signer.ts';
import type { ClosureReader } from './closure.ts';
import type { ConfigurationReader } from './configuration.ts';
import type { GocdbReader } from './gocdb.ts';
import type { Provenance } from './provenance.ts';
import type { TeamReader } from './teams.ts';
import type { GitHub, Identity, Repository } from './conversation.ts';

/** The outside world that facts are read from. */
export interface Sources {
  readonly github: GitHub;
  readonly at: Repository;
  readonly self: Identity;
  readonly record: GitRecord;
  readonly signer: DocumentSigner;
  readonly configuration: ConfigurationReader;
  readonly provenance: Provenance;
  readonly teams: TeamReader;
  /** Ticket -> the path it was certified at: a ticket that leaves its path is still that ticket (T13). */
  readonly paths: Map<number, string>;
  /** Pull request, base and head -> who wrote the commits between: never changes, so it is asked for once. */
  readonly committers: Map<string, readonly string[]>;
  /** Reads a published channel back through its public address: is the release there, or is it gone? */
  readonly readBack: (channel: Channel, release: Manifest, expect: 'present' | 'absent') => Promise<ReadBack>;
  /** Asks GOCDB about hosts; undefined where no GOCDB is set. */
  readonly gocdb: GocdbReader | undefined;
  /** Can a release be installed from a channel, and what would it break there? Undefined where nobody looks. */
  readonly closure: ClosureReader | undefined;
  readonly now: () => Date;
}

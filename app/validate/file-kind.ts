import { CatalogueSchema } from '../model/catalogue.ts';
import { ChannelsFileSchema } from '../model/channels-file.ts';
import { shelves } from '../model/channel.ts';
import { CriteriaSchema } from '../model/criteria.ts';
import { DistributionsSchema } from '../model/distributions.ts';
import { EarlyAdoptersSchema } from '../model/early-adopters.ts';
import { ManifestSchema } from '../model/manifest.ts';
import { PolicySchema } from '../model/policy.ts';
import { parseJournalPath, parseTicketPath } from '../model/release-id.ts';
import { EarlyAdopterReportSchema, VerificationReportSchema } from '../model/report.ts';
import { TicketSchema } from '../model/ticket.ts';

/** The files of which a repository has exactly one, and where they stand. */
export const places = {
  catalogue: 'releases/catalogue.yml',
  criteria: 'releases/criteria.yml',
  distributions: 'releases/distributions.yml',
  earlyAdopters: 'releases/early-adopters.yml',
  policy: '.github/rollout.yml',
  channels: 'repos-manifest/channels.yml',
} as const;

/**
 * What a file of the repository is, as its path tells: `single` is one of the places above, `other` belongs there and is no YAML of
 * ours, `stray` does not belong there.
 */
export type FileKind = 'single' | 'ticket' | 'journal' | 'manifest' | 'signature' | 'other' | 'stray';

const manifestPattern = new RegExp(
  `^repos-manifest/(?:${shelves.join('|')})/[a-z0-9][A-Za-z0-9.+~_-]*\\.yml(\\.asc)?$`,
);
const others =
  /^(releases\/ticket\.schema\.json|(releases|repos-manifest)\/(.*\/)?(README\.md|\.gitkeep)|releases\/keys\/[a-z0-9-]+\.asc|repos-manifest\/(keys\/[A-Za-z0-9._-]+|verify-channel\.sh))$/;

/** Tells from a path (from the top of the repository) what the file is. */
export function fileKind(path: string): FileKind {
  if (Object.values<string>(places).includes(path)) return 'single';
  if (parseJournalPath(path) !== undefined) return 'journal';
  if (parseTicketPath(path) !== undefined) return 'ticket';
  const manifest = manifestPattern.exec(path);
  if (manifest !== null) return manifest[1] === undefined ? 'manifest' : 'signature';
  return others.test(path) ? 'other' : 'stray';
}

/** `kind:` of a document -> its schema; for files that are checked wherever they stand. */
export const schemas = {
  Release: TicketSchema,
  Catalogue: CatalogueSchema,
  Criteria: CriteriaSchema,
  Distributions: DistributionsSchema,
  EarlyAdopters: EarlyAdoptersSchema,
  Policy: PolicySchema,
  Channels: ChannelsFileSchema,
  Manifest: ManifestSchema,
  VerificationReport: VerificationReportSchema,
  EarlyAdopterReport: EarlyAdopterReportSchema,
} as const;

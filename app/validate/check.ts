import type * as z from 'zod';
import { CatalogueSchema } from '../model/catalogue.ts';
import { ChannelsFileSchema } from '../model/channels-file.ts';
import { CriteriaSchema } from '../model/criteria.ts';
import { DistributionsSchema } from '../model/distributions.ts';
import { EarlyAdoptersSchema } from '../model/early-adopters.ts';
import { manifestLimits, ManifestSchema, type Manifest } from '../model/manifest.ts';
import { quoted } from '../model/hidden-character.ts';
import { mendName } from '../model/near-miss.ts';
import { PolicySchema } from '../model/policy.ts';
import type { Checked, Problem } from '../model/problem.ts';
import { isRecord } from '../model/record.ts';
import { parseJournalPath, parseTicketPath } from '../model/release-id.ts';
import { examine, inOrder, readAs, readYaml, type YamlLimits } from '../model/yaml.ts';
import type { TicketGround } from '../rollout/ticket/rule.ts';
import { BrokenJournal, readJournal } from '../record/journal-file.ts';
import { readTicket } from '../rollout/ticket/ticket.ts';
import { fileKind, places, schemas, type FileKind } from './file-kind.ts';
import { problemAt, problemOfFile, type Sound } from './finding.ts';
import { catalogueProblems } from './catalogue.ts';
import { channelsProblems } from './channels.ts';
import { coverageProblems } from './coverage.ts';
import { criteriaProblems } from './criteria.ts';
import { distributionProblems } from './distributions.ts';
import { policyProblems } from './policy.ts';
import { registryProblems } from './registry.ts';
import { teamProblems } from './teams.ts';

/** Path from the top of the repository -> text; undefined for a file whose text is not needed (signatures, keys). */
export type Files = ReadonlyMap<string, string | undefined>;

/** Everything that is wrong with the files of a repository, in the order of paths and lines; and what tickets are checked against. */
export interface RepositoryCheck {
  readonly problems: readonly Problem[];
  readonly ground?: TicketGround;
}

/**
 * Reads the single files and checks them, what they say of each other, every ticket, manifest and journal. With `today`
 * (`YYYY-MM-DD`), commitments that are over are told.
 */
export function checkRepository(files: Files, today?: string): RepositoryCheck {
  const problems: Problem[] = [];
  const read = <S extends z.ZodType>(
    schema: S,
    file: string,
    limits?: YamlLimits,
  ): Sound<z.infer<S>> | undefined => {
    const text = files.get(file);
    if (text === undefined) return undefined;
    const reading = examine(schema, text, file, limits);
    if (reading.sound) return { file, document: reading.document, value: reading.value };
    problems.push(...reading.problems);
    return undefined;
  };
  for (const place of Object.values(places)) {
    if (files.has(place)) continue;
    problems.push(
      problemOfFile(place, {
        rule: 'missing-file',
        message: 'The file is missing.',
        mend: 'Add it; the README beside it says what it holds.',
      }),
    );
  }
  const catalogue = read(CatalogueSchema, places.catalogue);
  const criteria = read(CriteriaSchema, places.criteria);
  const distributions = read(DistributionsSchema, places.distributions);
  const registry = read(EarlyAdoptersSchema, places.earlyAdopters);
  const policy = read(PolicySchema, places.policy);
  const channels = read(ChannelsFileSchema, places.channels);
  if (catalogue !== undefined) problems.push(...catalogueProblems(catalogue, new Set(files.keys())));
  if (distributions !== undefined) problems.push(...distributionProblems(distributions, catalogue?.value));
  if (criteria !== undefined) problems.push(...criteriaProblems(criteria));
  if (registry !== undefined)
    problems.push(
      ...registryProblems(registry, catalogue?.value, distributions?.value, policy?.value, today),
    );
  if (catalogue !== undefined && registry !== undefined)
    problems.push(...coverageProblems(catalogue, registry.value, today));
  if (policy !== undefined) problems.push(...policyProblems(policy, catalogue?.value));
  if (channels !== undefined) problems.push(...channelsProblems(channels, distributions?.value));
  problems.push(...teamProblems(policy, catalogue, registry));

  const whole = catalogue !== undefined && distributions !== undefined && policy !== undefined;
  const ground = whole
    ? { catalogue: catalogue.value, distributions: distributions.value, policy: policy.value }
    : undefined;
  const paths = [...files.keys()].toSorted();
  const ofKind = (kind: FileKind): readonly string[] => paths.filter((path) => fileKind(path) === kind);
  const tickets = ofKind('ticket');
  problems.push(...tickets.flatMap((path) => ticketProblems(files.get(path) ?? '', path, ground)));
  problems.push(...ticketSetProblems(tickets));
  const manifests = ofKind('manifest').flatMap((path) => read(ManifestSchema, path, manifestLimits) ?? []);
  problems.push(...manifestProblems(manifests, files));
  problems.push(...ofKind('journal').flatMap((path) => journalProblems(files.get(path) ?? '', path)));
  problems.push(...ofKind('stray').map(strayProblem));
  return ground === undefined ? { problems: inOrder(problems) } : { problems: inOrder(problems), ground };
}

/** What is wrong with a ticket; what it says by itself alone where the reviewed files cannot be read. */
function ticketProblems(text: string, path: string, ground: TicketGround | undefined): readonly Problem[] {
  return said(readTicket(text, path, ground));
}

function said(checked: Checked<unknown>): readonly Problem[] {
  return checked.ok ? checked.warnings : checked.problems;
}

/** A journal is a chain: a line that was changed, added or taken out in its middle shows (process.md 1.1). */
function journalProblems(text: string, path: string): readonly Problem[] {
  try {
    readJournal(text, parseJournalPath(path)?.id ?? '');
    return [];
  } catch (error) {
    if (!(error instanceof BrokenJournal)) throw error;
    return [
      problemOfFile(path, {
        rule: 'broken-journal',
        message: `The chain of entries does not hold: ${error.message}.`,
        mend: 'Restore the file from the history of main: the rollout service alone writes it.',
      }),
    ];
  }
}

/** Two tickets never share a release id, nor a path where file names ignore case (process.md 1.1, trust.md T46). */
function ticketSetProblems(paths: readonly string[]): readonly Problem[] {
  const first = new Map<string, string>();
  return paths.flatMap((path) => {
    const id = parseTicketPath(path)?.id.toLowerCase() ?? path;
    const other = first.get(id);
    if (other === undefined) {
      first.set(id, path);
      return [];
    }
    return [
      problemOfFile(path, {
        rule: 'duplicate-release-id',
        message: `The release id is that of ${other}.`,
        mend: 'Give this release a label, or another version.',
      }),
    ];
  });
}

/** A manifest stands in the folder of its channel under its own id, signed, and a release in one channel at a time (process.md 1.1). */
function manifestProblems(manifests: readonly Sound<Manifest>[], files: Files): readonly Problem[] {
  const first = new Map<string, string>();
  return manifests.flatMap((manifest) => {
    const { file, value } = manifest;
    const [, shelf = '', name = ''] = file.split('/');
    const found: Problem[] = [];
    if (value.channel !== shelf) {
      found.push(
        problemAt(manifest, ['channel'], {
          rule: 'path-mismatch',
          message: `The manifest stands in ${shelf}, but says ${value.channel}.`,
          mend: 'Have the system move it: a manifest is never edited by hand.',
        }),
      );
    }
    if (`${value.release}.yml` !== name || !value.release.startsWith(`${value.stack}-${value.component}-`)) {
      found.push(
        problemAt(manifest, ['release'], {
          rule: 'id-mismatch',
          message: `The release ${quoted(value.release)} does not fit its file name, stack and component.`,
          mend: 'Have the system write it again: a manifest is never edited by hand.',
        }),
      );
    }
    if (!files.has(`${file}.asc`)) {
      found.push(
        problemOfFile(file, {
          rule: 'signature-missing',
          message: 'The manifest has no signature beside it.',
          mend: 'Have the system write it again: only signed manifests are published.',
        }),
      );
    }
    const other = first.get(value.release);
    if (other === undefined) first.set(value.release, file);
    else {
      found.push(
        problemOfFile(file, {
          rule: 'release-in-two-channels',
          message: `The release stands in ${other} as well.`,
          mend: 'Keep the one that the journal names.',
        }),
      );
    }
    return found;
  });
}

function strayProblem(path: string): Problem {
  if (path.endsWith('.yaml')) {
    return problemOfFile(path, {
      rule: 'misplaced-file',
      message: 'Files here end in .yml.',
      mend: `Rename it to ${quoted(
        path
          .replace(/\.yaml$/, '.yml')
          .split('/')
          .at(-1) ?? '',
      )}.`,
    });
  }
  return problemOfFile(path, {
    rule: 'misplaced-file',
    severity: path.endsWith('.yml') ? 'error' : 'warning',
    message: 'No file of this name belongs here.',
    mend: 'Move it to where the README of the folder says, or delete it.',
  });
}

/**
 * What is wrong with a file that stands anywhere: its `kind` says what it is. A ticket is checked against the repository's files when
 * they are given. Undefined for a YAML file that is none of ours.
 */
export function checkLooseFile(
  text: string,
  path: string,
  ground?: TicketGround,
): readonly Problem[] | undefined {
  const checked = readYaml(text, path, manifestLimits);
  if (!checked.ok) return checked.problems;
  const document = checked.value;
  const { value } = document;
  const kind = isRecord(value) ? value['kind'] : undefined;
  const ours =
    isRecord(value) &&
    (value['apiVersion'] === 'rollout/v1' || (typeof kind === 'string' && Object.hasOwn(schemas, kind)));
  if (!ours) return undefined;
  if (kind === 'Release') return ticketProblems(text, path, ground);
  for (const [name, schema] of Object.entries(schemas))
    if (name === kind)
      return said(readAs<z.ZodType>(schema, text, path, kind === 'Manifest' ? manifestLimits : undefined));
  const names = Object.keys(schemas);
  return [
    {
      rule: 'unknown-kind',
      severity: 'error',
      file: path,
      ...document.at(['kind']),
      message:
        typeof kind === 'string' ? `There is no kind ${quoted(kind)}.` : 'The file does not say what it is.',
      mend:
        typeof kind === 'string' ? mendName(kind, names) : `Add the field kind, one of: ${names.join(', ')}.`,
    },
  ];
}

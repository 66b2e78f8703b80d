import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Problem } from '../model/problem.ts';
import { yamlLimits } from '../model/yaml.ts';
import type { TicketGround } from '../rollout/ticket/rule.ts';
import { readTicket } from '../rollout/ticket/ticket.ts';
import { checkRepository } from '../validate/check.ts';
import { fileKind } from '../validate/file-kind.ts';
import { filesBelow, pathBelow, readRepository, readText, repositoryAbove } from '../validate/tree.ts';
import { Fields } from './fields.ts';
import { jsonLimits, readJson } from './json.ts';
import { inVersionOrder, predecessorOf } from './predecessor.ts';
import { readProduct } from './product.ts';
import { draftOf, lacking, ticketText, type Draft, type Predecessor } from './ticket.ts';

/** What became of a file: written, the same was there already, another was there, no ticket can be made of it, or nothing was to be written. */
export type Written = 'written' | 'there' | 'differs' | 'refused' | 'not-written';

/** One product file, the ticket it became, and everything that it lacks. */
export interface Imported {
  /** Path below the folder that was read. */
  readonly source: string;
  /** Path below the folder that is written to. */
  readonly ticket?: string;
  readonly written: Written;
  readonly problems: readonly Problem[];
}

/** Everything an import found and did. */
export interface ImportOutcome {
  readonly imported: readonly Imported[];
  /** Whether there was a catalogue in which names could be looked up. */
  readonly hadCatalogue: boolean;
}

interface Read {
  readonly source: string;
  readonly problems: readonly Problem[];
  readonly draft?: Draft;
}

/**
 * Turns the product files below `dir` (or a single one) into tickets below `out`; without `out` nothing is written. Names are looked
 * up in the catalogue of the repository around `out`, or else around `cwd`. No file that is there is ever changed.
 */
export async function importProducts(
  dir: string,
  out: string | undefined,
  cwd: string,
): Promise<ImportOutcome> {
  const from = resolve(cwd, dir);
  const to = out === undefined ? undefined : resolve(cwd, out);
  const isFolder = (await lstat(from)).isDirectory();
  const files = isFolder ? (await filesBelow(from)).filter((file) => /\.json$/i.test(file)) : [from];
  const { ground, tickets } = await surroundings(to, cwd);
  const reads: Read[] = [];
  for (const file of files)
    reads.push(await readSource(file, isFolder ? pathBelow(from, file) : basename(file), ground));
  const known = versionsByComponent(reads, tickets);
  const taken = new Map<string, string>();
  const imported: Imported[] = [];
  for (const read of reads) {
    const ticket = finished(read, known, ground, taken);
    imported.push(await stored(ticket, to));
  }
  return { imported, hadCatalogue: ground !== undefined };
}

interface Known {
  readonly component: string;
  readonly distribution: string;
  readonly version: string;
}

/** What tickets are checked against, and the tickets that are there. */
async function surroundings(
  to: string | undefined,
  cwd: string,
): Promise<{ ground: TicketGround | undefined; tickets: readonly Known[] }> {
  const root = (to === undefined ? undefined : await repositoryAbove(to)) ?? (await repositoryAbove(cwd));
  if (root === undefined) return { ground: undefined, tickets: [] };
  const { files } = await readRepository(root);
  const { ground } = checkRepository(new Map([...files].filter(([path]) => fileKind(path) === 'single')));
  const tickets = [...files].flatMap(([path, text]) => {
    if (fileKind(path) !== 'ticket' || text === undefined) return [];
    const checked = readTicket(text, path);
    if (!checked.ok) return [];
    const { metadata, spec } = checked.value;
    return [{ component: metadata.component, distribution: spec.distribution, version: spec.version }];
  });
  return { ground, tickets };
}

async function readSource(path: string, source: string, ground: TicketGround | undefined): Promise<Read> {
  const text = await readText(path, source, jsonLimits.bytes);
  if (text === undefined || typeof text === 'object')
    return { source, problems: text === undefined ? [] : [text] };
  const json = readJson(text, source);
  if (!json.ok) return { source, problems: json.problems };
  const fields = new Fields(json.document, source);
  const product = readProduct(fields, source);
  if (product === undefined) return { source, problems: fields.problems };
  const draft = draftOf(product, fields, ground?.catalogue);
  return { source, problems: fields.problems, draft };
}

/** `<component> <distribution>` -> versions of it in their order, among the products and the tickets that are there. */
function versionsByComponent(
  reads: readonly Read[],
  tickets: readonly Known[],
): ReadonlyMap<string, readonly string[]> {
  const known = new Map<string, string[]>();
  const add = (component: string, distribution: string, version: string): void => {
    const key = `${component} ${distribution}`;
    const versions = known.get(key);
    if (versions === undefined) known.set(key, [version]);
    else versions.push(version);
  };
  for (const { component, distribution, version } of tickets) add(component, distribution, version);
  for (const { draft } of reads)
    if (draft?.path !== undefined && draft.component !== undefined && draft.version !== undefined)
      if (draft.distribution !== undefined && !draft.versionIsDoubtful)
        add(draft.component, draft.distribution, draft.version);
  return new Map([...known].map(([key, versions]) => [key, inVersionOrder(versions)]));
}

interface Finished extends Read {
  readonly path?: string;
  readonly text?: string;
}

function finished(
  read: Read,
  known: ReadonlyMap<string, readonly string[]>,
  ground: TicketGround | undefined,
  taken: Map<string, string>,
): Finished {
  const { source, draft } = read;
  if (draft === undefined) return read;
  const before = beforeOf(draft, known);
  try {
    const told = read.problems;
    const problems = [...told, ...lacking(draft, source, { before, ground, told })];
    if (draft.path === undefined) return { source, problems };
    const other = taken.get(draft.path.toLowerCase());
    if (other !== undefined)
      return { source, problems: [...problems, sameRelease(source, other, draft.path)] };
    taken.set(draft.path.toLowerCase(), source);
    return { source, problems, path: draft.path, text: ticketText(draft, source, before) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { source, problems: [...read.problems, notATicket(source)] };
  }
}

function beforeOf(draft: Draft, known: ReadonlyMap<string, readonly string[]>): Predecessor | undefined {
  const { component, distribution, version } = draft;
  if (component === undefined || distribution === undefined || version === undefined) return undefined;
  if (draft.versionIsDoubtful) return undefined;
  return predecessorOf(version, known.get(`${component} ${distribution}`) ?? []);
}

const wholeFile = (source: string, rule: string, message: string, mend: string): Problem => ({
  rule,
  severity: 'error',
  file: source,
  line: 0,
  column: 0,
  message,
  mend,
});

function sameRelease(source: string, other: string, path: string): Problem {
  const label = path.replace(/\.yml$/, '+label.yml');
  return wholeFile(
    source,
    'duplicate-release-id',
    `The release is that of ${other}.`,
    `Leave one of them out, or give it a label by hand: ${label}.`,
  );
}

function notATicket(source: string): Problem {
  return wholeFile(
    source,
    'too-large',
    `This is more than the ${String(yamlLimits.bytes / 1024)} KiB of a ticket.`,
    'Split it by targets.',
  );
}

async function stored({ source, problems, path, text }: Finished, to: string | undefined): Promise<Imported> {
  if (path === undefined || text === undefined) return { source, written: 'refused', problems };
  if (to === undefined) return { source, ticket: path, written: 'not-written', problems };
  const written = await put(to, path, text);
  if (written !== 'differs') return { source, ticket: path, written, problems };
  const clash = wholeFile(
    source,
    'file-exists',
    `${path} is there already and says something else.`,
    'Compare the two; nothing was changed.',
  );
  return { source, ticket: path, written, problems: [...problems, clash] };
}

/** Writes a new file; never through a symbolic link, never over another file. */
async function put(to: string, path: string, text: string): Promise<'written' | 'there' | 'differs'> {
  let folder = to;
  for (const part of dirname(path).split('/')) {
    folder = join(folder, part);
    const there = await lstat(folder).catch(() => undefined);
    if (there !== undefined && !there.isDirectory()) return 'differs';
  }
  await mkdir(folder, { recursive: true });
  const target = join(to, path);
  try {
    await writeFile(target, text, { flag: 'wx' });
    return 'written';
  } catch (error) {
    if (!(typeof error === 'object' && error !== null && 'code' in error && error.code === 'EEXIST'))
      throw error;
  }
  return (await readText(target, path, yamlLimits.bytes)) === text ? 'there' : 'differs';
}

import { capabilityFault, meantCapabilities } from '../model/capability.ts';
import type { Catalogue } from '../model/catalogue.ts';
import { quoted } from '../model/hidden-character.ts';
import { isPlaceholder, saysNothing } from '../model/placeholder.ts';
import type { Problem } from '../model/problem.ts';
import { entryOf } from '../model/record.ts';
import type { ReleaseClass } from '../model/release-class.ts';
import { parseTicketPath, releaseId, ticketPath, withoutRevision } from '../model/release-id.ts';
import { version as versionSchema } from '../model/scalar.ts';
import { distributionName } from '../model/ticket.ts';
import { writeYaml } from '../model/yaml.ts';
import type { TicketGround } from '../rollout/ticket/rule.ts';
import { readTicket } from '../rollout/ticket/ticket.ts';
import type { Fields, Said } from './fields.ts';
import { componentOf, providerOf, type Named } from './names.ts';
import type { Product, ProductTarget } from './product.ts';

/** Folder of the tickets whose component is not in the catalogue, so that nobody knows its stack. */
const unsorted = 'unsorted';

/** What a ticket says of one package. */
interface DraftPackage {
  readonly file?: string;
  readonly url: string;
}

/** A ticket in the making: what its product says, and nothing that it does not say. */
export interface Draft {
  /** Where the ticket belongs; undefined where component or version cannot be part of a path. */
  readonly path: string | undefined;
  readonly component: string | undefined;
  readonly stack: string | undefined;
  readonly provider: string | undefined;
  readonly version: string | undefined;
  readonly versionIsDoubtful: boolean;
  readonly distribution: string | undefined;
  readonly description: string | undefined;
  readonly capabilities: readonly string[];
  readonly releaseNotes: string | undefined;
  readonly changelog: string | undefined;
  readonly documentation: string | undefined;
  readonly targets: readonly {
    readonly platform: string | undefined;
    readonly arch: string | undefined;
    readonly packages: readonly DraftPackage[];
  }[];
}

/** The version before, and what class follows from comparing the two. */
export interface Predecessor {
  readonly version: string;
  readonly releaseClass: ReleaseClass;
}

/** Makes a ticket of a product, and notes in `fields` what is wrong with it that the ticket will not show any more. */
export function draftOf(product: Product, fields: Fields, catalogue: Catalogue | undefined): Draft {
  const version = product.version?.text;
  const named = nameOf('component', product.name, fields, (name) => componentOf(name, version, catalogue));
  const provider = nameOf('provider', product.provider, fields, (name) => providerOf(name, catalogue));
  const component = named?.slug;
  const stack = entryOf(catalogue?.components ?? {}, component ?? '')?.stack;
  const isVersion = versionSchema.safeParse(version).success;
  const place =
    component === undefined || version === undefined || !isVersion
      ? undefined
      : ticketPath({ stack: stack ?? unsorted, component, name: withoutRevision(version) });
  digestsAreMissing(product, fields);
  return {
    path: place === undefined || parseTicketPath(place) === undefined ? undefined : place,
    component,
    stack,
    provider: provider?.slug,
    version,
    versionIsDoubtful: product.versionIsDoubtful,
    distribution: distributionOf(product, fields),
    description: realText(product.description, fields),
    capabilities: capabilitiesOf(product.capabilities, fields),
    releaseNotes: realText(product.releaseNotes, fields),
    changelog: changelogOf(product.changelog, fields),
    documentation: documentationOf(product.documentation, fields),
    targets: product.targets.map((target) => targetOf(target, fields)),
  };
}

function nameOf(
  what: 'component' | 'provider',
  said: Said | undefined,
  fields: Fields,
  find: (name: string) => Named | undefined,
): Named | undefined {
  if (said === undefined) return undefined;
  const named = find(said.text);
  if (named === undefined) {
    fields.tell(
      said.at,
      'bad-value',
      `${quoted(said.text)} cannot be the name of a ${what}.`,
      'Write letters, digits and hyphens, without folders.',
    );
  } else if (named.found === 'nearly') {
    fields.tell(
      said.at,
      `unknown-${what}`,
      `The ${what} ${quoted(said.text)} was taken for ${named.slug}.`,
      'Make sure that it is; other names are listed in the catalogue as also_called.',
      { severity: 'warning' },
    );
  }
  return named;
}

/** L04: the files never name a digest, and none is made up here. */
function digestsAreMissing({ targets }: Product, fields: Fields): void {
  const addresses = targets.flatMap((target) => target.addresses);
  const [first] = addresses;
  if (first === undefined) return;
  const count = addresses.length === 1 ? 'The package has' : `The ${String(addresses.length)} packages have`;
  fields.tell(
    first.at,
    'digest-missing',
    `${count} neither size nor sha256.`,
    'Add what stat and sha256sum print for the files, as their provider made them.',
  );
}

function distributionOf(
  { distributionType: type, distributionVersion: version }: Product,
  fields: Fields,
): string | undefined {
  if (type === undefined || version === undefined) return undefined;
  const name = `${type.text.toLowerCase()}/${version.text.split('.')[0] ?? ''}`;
  if (distributionName.safeParse(name).success) return name;
  fields.tell(
    type.at,
    'unknown-distribution',
    `${quoted(type.text)} ${quoted(version.text)} is no distribution and its version.`,
    'Write them like UMD and 5.0.0.',
  );
  return undefined;
}

function realText(said: Said | undefined, fields: Fields): string | undefined {
  if (said === undefined || !isPlaceholder(said.text)) return said?.text;
  fields.tell(
    said.at,
    'placeholder-text',
    `This is a placeholder: ${quoted(said.text)}.`,
    'Put the real text or link there.',
  );
  return undefined;
}

function changelogOf(said: Said | undefined, fields: Fields): string | undefined {
  if (said === undefined || !saysNothing(said.text)) return realText(said, fields);
  fields.tell(
    said.at,
    'changelog-missing',
    `The changelog says only ${quoted(said.text)}.`,
    'Link the list of changes.',
  );
  return undefined;
}

/** A ticket has a place for one link whose kind is not said; the others are told of. */
function documentationOf(links: readonly Said[], fields: Fields): string | undefined {
  const real = links.filter((link) => realText(link, fields) !== undefined);
  for (const { at, text } of real.slice(1))
    fields.tell(
      at,
      'not-carried-over',
      `The link ${quoted(text)} is not carried over.`,
      'Put it into the ticket as documentation of user or admin, whichever it is.',
      { severity: 'warning' },
    );
  return real[0]?.text;
}

function capabilitiesOf(said: readonly Said[], fields: Fields): readonly string[] {
  const names = said.flatMap(({ text, at }) => {
    const fault = capabilityFault(text);
    if (fault !== undefined) {
      const { severity, message, mend } = fault;
      fields.tell(at, 'unknown-capability', message, mend, { severity });
    }
    return fault === undefined ? [text] : (meantCapabilities(text) ?? [text]);
  });
  return [...new Set(names)];
}

function targetOf({ platform, arch, addresses }: ProductTarget, fields: Fields): Draft['targets'][number] {
  const packages = addresses.flatMap(({ text, at }) => {
    const file = fileOf(text);
    if (file !== undefined) return [{ file, url: text }];
    fields.tell(
      at,
      'bad-value',
      `${quoted(text)} is no address of a package.`,
      'Give the address of the file itself, with https://.',
    );
    return [];
  });
  return { platform: platform?.text, arch: arch?.text, packages };
}

/** The name of the file that an address ends in; undefined where it is no address, or ends in no plain file name. */
function fileOf(address: string): string | undefined {
  if (!/^https?:\/\/[^\s<>"'`\\]+$/.test(address) || !URL.canParse(address)) return undefined;
  const last = new URL(address).pathname.split('/').at(-1) ?? '';
  let name = last;
  try {
    name = decodeURIComponent(last);
  } catch {
    // A stray % stands for itself.
  }
  return /^[A-Za-z0-9][A-Za-z0-9._+~%^-]{0,254}$/.test(name) ? name : undefined;
}

function dataOf(draft: Draft, before: Predecessor | undefined, probe = false): object {
  const { stack, component, provider, version, path } = draft;
  const name = path === undefined ? undefined : parseTicketPath(path)?.name;
  const isWhole = stack !== undefined && component !== undefined && name !== undefined;
  return {
    apiVersion: 'rollout/v1',
    kind: 'Release',
    metadata: { id: isWhole ? releaseId({ stack, component, name }) : undefined, component, stack, provider },
    spec: {
      version,
      previous: before?.version,
      class: before?.releaseClass,
      description: draft.description,
      capabilities: draft.capabilities.length === 0 ? undefined : draft.capabilities,
      distribution: draft.distribution,
      release_notes: draft.releaseNotes,
      changelog: draft.changelog,
      documentation: draft.documentation === undefined ? undefined : { other: draft.documentation },
      targets: draft.targets.map(({ platform, arch, packages }) => ({
        platform,
        arch,
        packages: probe ? packages.map((one) => ({ ...one, size: 1, sha256: digestFor(one) })) : packages,
      })),
    },
  };
}

/** One name stands for one stand-in of a digest, in all targets. */
function digestFor({ file = '' }: DraftPackage): string {
  const hex = Array.from(file, (letter) => (letter.codePointAt(0) ?? 0).toString(16)).join('');
  return hex.slice(0, 64).padEnd(64, '0');
}

/** The text of the ticket, with a line that says where it came from. Throws a TypeError for what is too large to be a ticket. */
export function ticketText(draft: Draft, source: string, before: Predecessor | undefined): string {
  const lines = [
    '# yaml-language-server: $schema=../../ticket.schema.json',
    `# Imported from the UMD-5 product file ${quoted(source, 200)}. What it did not say is missing here; rollout validate tells what.`,
  ];
  if (before !== undefined)
    lines.push('# previous and class come from comparing versions: make sure that they are right.');
  return `${lines.join('\n')}\n${writeYaml(dataOf(draft, before))}`;
}

/** What is told with its place in the product file, and would be told again of the ticket. */
const onceIsEnough: ReadonlySet<string> = new Set(['changelog-missing', 'unknown-capability']);

/**
 * What the ticket lacks, in the words of `rollout validate`: digests aside, which are told once for the file, and texts that were told
 * of as placeholders. Problems name the source, as a whole.
 */
export function lacking(
  draft: Draft,
  source: string,
  {
    before,
    ground,
    told,
  }: {
    readonly before: Predecessor | undefined;
    readonly ground: TicketGround | undefined;
    readonly told: readonly Problem[];
  },
): readonly Problem[] {
  const text = writeYaml(dataOf(draft, before, true));
  const checked = readTicket(text, draft.path ?? 'ticket.yml', ground);
  const problems = checked.ok ? checked.warnings : checked.problems;
  const isTold = new Set(told.map(({ rule }) => rule));
  return problems
    .filter(({ rule }) => rule !== 'ticket-path')
    .filter(({ rule }) => !onceIsEnough.has(rule) || !isTold.has(rule))
    .map((problem) => ({ ...problem, file: source, line: 0, column: 0 }));
}

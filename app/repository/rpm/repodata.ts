import type { RpmDependency } from './dependency.ts';
import type { RpmFile } from './files.ts';
import { isPrimaryPath, listedRequirements } from './requirements.ts';
import type { RpmFacts } from './rpm.ts';
import { xmlAttributes, xmlText } from './xml.ts';

/** Where a package is in a channel. */
export interface RpmPlace {
  /** Relative to the folder that holds `repodata`. */
  readonly href: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
  /** The file's time, in seconds since 1970. */
  readonly time: number;
}

/** The three documents that list packages. */
export const repodataKinds = ['primary', 'filelists', 'other'] as const;
export type RepodataKind = (typeof repodataKinds)[number];

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const roots: Record<RepodataKind, { readonly name: string; readonly namespaces: string }> = {
  primary: {
    name: 'metadata',
    namespaces:
      'xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm"',
  },
  filelists: { name: 'filelists', namespaces: 'xmlns="http://linux.duke.edu/metadata/filelists"' },
  other: { name: 'otherdata', namespaces: 'xmlns="http://linux.duke.edu/metadata/other"' },
};

/** What stands in a document before its packages, of which there are `count`. */
export function repodataHead(kind: RepodataKind, count: number): string {
  const { name, namespaces } = roots[kind];
  return `${declaration}<${name} ${namespaces} packages="${String(count)}">\n`;
}

/** What stands in a document after its packages. */
export function repodataTail(kind: RepodataKind): string {
  return `</${roots[kind].name}>`;
}

/** One package in `primary`, byte for byte as createrepo_c 0.17.3 writes it (xml_dump_primary.c). */
export function primaryFragment(facts: RpmFacts, place: RpmPlace): string {
  const { requires, recommends } = listedRequirements(facts);
  const lists: readonly (readonly [string, readonly RpmDependency[]])[] = [
    ['provides', facts.provides],
    ['requires', requires],
    ['conflicts', facts.conflicts],
    ['obsoletes', facts.obsoletes],
    ['suggests', facts.suggests],
    ['enhances', facts.enhances],
    ['recommends', [...recommends, ...facts.recommends]],
    ['supplements', facts.supplements],
  ];
  return [
    '<package type="rpm">\n',
    textElement('name', facts.name),
    textElement('arch', facts.architecture),
    versionElement(facts),
    `  <checksum type="sha256" pkgid="YES">${place.sha256}</checksum>\n`,
    textElement('summary', facts.summary),
    textElement('description', facts.description),
    textElement('packager', facts.packager),
    textElement('url', facts.url),
    `  <time file="${String(place.time)}" build="${String(facts.buildTime)}"/>\n`,
    `  <size package="${String(place.size)}" installed="${String(facts.sizes.installed)}" archive="${String(facts.sizes.archive)}"/>\n`,
    `  <location${xmlAttributes([['href', place.href]])}/>\n`,
    '  <format>\n',
    textElement('rpm:license', facts.license, '    '),
    textElement('rpm:vendor', facts.vendor, '    '),
    textElement('rpm:group', facts.group, '    '),
    textElement('rpm:buildhost', facts.buildHost, '    '),
    textElement('rpm:sourcerpm', facts.sourceRpm, '    '),
    `    <rpm:header-range start="${String(facts.header.start)}" end="${String(facts.header.end)}"/>\n`,
    ...lists.map(([name, list]) => dependencyList(name, list)),
    ...facts.files.filter(({ path }) => isPrimaryPath(path)).map((file) => fileElement(file, '    ')),
    '  </format>\n',
    '</package>\n',
  ].join('');
}

/** One package in `filelists`, as createrepo_c writes it. */
export function filelistsFragment(facts: RpmFacts, sha256: string): string {
  return listed(facts, sha256, facts.files.map((file) => fileElement(file, '  ')).join(''));
}

/**
 * One package in `other`, as createrepo_c writes it: the oldest change first; of changes at the same time each later one is put
 * a second further, because yum could not tell them apart.
 */
export function otherFragment(facts: RpmFacts, sha256: string): string {
  const times = distinctTimes(facts.changelog);
  const changes = facts.changelog.map(({ author, text }, at) => {
    const attributes: readonly (readonly [string, string])[] = [
      ['author', withoutSpacesAtEnd(author)],
      ['date', String(times[at])],
    ];
    return `  <changelog${xmlAttributes(attributes)}>${xmlText(text)}</changelog>\n`;
  });
  return listed(facts, sha256, changes.toReversed().join(''));
}

/**
 * The times of changes, newest first as in the package: one that has the time of the next older one moves on by a second, and so do
 * those that this would run into (parsehdr.c). Times after 2038 stay as they are.
 */
function distinctTimes(changes: RpmFacts['changelog']): readonly number[] {
  const times: number[] = [];
  let last = 0;
  for (const { time } of changes) {
    if (time === last && time < 2 ** 31) {
      let taken = time;
      for (let at = times.length - 1; times[at] === taken; at -= 1) {
        taken += 1;
        times[at] = taken;
      }
    }
    last = time;
    times.push(time);
  }
  return times;
}

/** createrepo_c leaves the first character alone, even if it is a space. */
function withoutSpacesAtEnd(author: string): string {
  let end = author.length;
  while (end > 1 && author[end - 1] === ' ') end -= 1;
  return author.slice(0, end);
}

function listed(facts: RpmFacts, sha256: string, content: string): string {
  const attributes = xmlAttributes([
    ['pkgid', sha256],
    ['name', facts.name],
    ['arch', facts.architecture],
  ]);
  return `<package${attributes}>\n${versionElement(facts)}${content}</package>\n`;
}

function textElement(name: string, text: string, indent = '  '): string {
  return `${indent}<${name}>${xmlText(text)}</${name}>\n`;
}

function versionElement({ epoch, version, release }: RpmFacts): string {
  const attributes = xmlAttributes([
    ['epoch', String(epoch)],
    ['ver', version],
    ['rel', release],
  ]);
  return `  <version${attributes}/>\n`;
}

function dependencyList(name: string, list: readonly RpmDependency[]): string {
  if (list.length === 0) return '';
  return `    <rpm:${name}>\n${list.map(dependencyElement).join('')}    </rpm:${name}>\n`;
}

function dependencyElement({ name, flags, epoch, version, release, pre }: RpmDependency): string {
  const isCompared = flags !== undefined && version !== undefined;
  const attributes = xmlAttributes([
    ['name', name],
    ['flags', flags],
    ['epoch', isCompared ? (epoch ?? '0') : undefined],
    ['ver', isCompared ? version || undefined : undefined],
    ['rel', isCompared ? release || undefined : undefined],
    ['pre', pre ? '1' : undefined],
  ]);
  return `      <rpm:entry${attributes}/>\n`;
}

function fileElement({ path, type }: RpmFile, indent: string): string {
  const attribute = type === 'file' ? '' : ` type="${type}"`;
  return `${indent}<file${attribute}>${xmlText(path)}</file>\n`;
}

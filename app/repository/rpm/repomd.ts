import { xmlAttributes, xmlText } from './xml.ts';

/** A document that `repomd.xml` vouches for. */
export interface RepomdEntry {
  /** For example `primary`. */
  readonly type: string;
  /** Relative to the folder that holds `repodata`. */
  readonly href: string;
  /** In bytes, as it is served. */
  readonly size: number;
  readonly sha256: string;
  /** The same of the unpacked document; dnf 4.14 and zypper 1.14 do without. */
  readonly open?: { readonly size: number; readonly sha256: string };
  /** Seconds since 1970. */
  readonly timestamp: number;
}

/** What a channel says of itself beside its documents. */
interface RepomdTags {
  readonly content?: readonly string[];
  readonly repo?: readonly string[];
  readonly distro?: readonly { readonly name: string; readonly cpeid?: string }[];
}

/** A `repomd.xml`: the root of the metadata of a yum repository, which is what gets signed. */
export interface Repomd {
  /** Grows with each publication, for example a time in seconds. */
  readonly revision: string;
  readonly tags?: RepomdTags;
  readonly data: readonly RepomdEntry[];
}

/** The text of `repomd.xml`, byte for byte as createrepo_c 0.17.3 writes it (xml_dump_repomd.c). */
export function repomdText({ revision, tags, data }: Repomd): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    '<repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm">\n',
    element('revision', revision, '  '),
    ...(tags === undefined ? [] : tagsElement(tags)),
    ...data.map(dataElement),
    '</repomd>\n',
  ].join('');
}

function tagsElement({ content = [], repo = [], distro = [] }: RepomdTags): readonly string[] {
  return [
    '  <tags>\n',
    ...content.map((text) => element('content', text, '    ')),
    ...repo.map((text) => element('repo', text, '    ')),
    ...distro.map(({ name, cpeid }) => element('distro', name, '    ', [['cpeid', cpeid]])),
    '  </tags>\n',
  ];
}

function dataElement({ type, href, size, sha256, open, timestamp }: RepomdEntry): string {
  const digest = (name: string, value: string): string => element(name, value, '    ', [['type', 'sha256']]);
  return [
    `  <data${xmlAttributes([['type', type]])}>\n`,
    digest('checksum', sha256),
    open === undefined ? '' : digest('open-checksum', open.sha256),
    `    <location${xmlAttributes([['href', href]])}/>\n`,
    element('timestamp', String(timestamp), '    '),
    element('size', String(size), '    '),
    open === undefined ? '' : element('open-size', String(open.size), '    '),
    '  </data>\n',
  ].join('');
}

function element(
  name: string,
  text: string,
  indent: string,
  attributes: Parameters<typeof xmlAttributes>[0] = [],
): string {
  return `${indent}<${name}${xmlAttributes(attributes)}>${xmlText(text)}</${name}>\n`;
}

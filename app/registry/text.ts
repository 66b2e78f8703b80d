import { canonicalJson } from '../model/canonical-json.ts';
import { type EarlyAdopters, EarlyAdoptersSchema, type Site } from '../model/early-adopters.ts';
import { type Path, type YamlDocument, examine, writeYaml } from '../model/yaml.ts';

const place = 'releases/early-adopters.yml';

/**
 * The text of the registry with one site written anew, or added at its end. Comments and everything about other sites stay as they are; a
 * file that is laid out in another way than one block a site is written as a whole. Undefined when the text is no sound registry.
 */
export function withSite(text: string, site: Site): string | undefined {
  const now = examine(EarlyAdoptersSchema, text, place);
  if (!now.sound) return undefined;
  const { sites } = now.value;
  const index = sites.findIndex((known) => known.site === site.site);
  const wanted: EarlyAdopters = {
    ...now.value,
    sites: index < 0 ? [...sites, site] : sites.map((known, at) => (at === index ? site : known)),
  };
  const edited = edit(text, now.document, sites.length, index, site);
  return edited !== undefined && says(edited, wanted) ? edited : writeYaml(wanted);
}

function says(text: string, wanted: EarlyAdopters): boolean {
  const read = examine(EarlyAdoptersSchema, text, place);
  return read.sound && canonicalJson(read.value) === canonicalJson(wanted);
}

/** Replaces the lines of the site, or adds some; undefined when sites are not a list of blocks. Whether it came out right, the caller reads. */
function edit(
  text: string,
  document: YamlDocument,
  count: number,
  index: number,
  site: Site,
): string | undefined {
  const lines = text.trimEnd().split('\n');
  const beginOf = (at: number): number => document.at(['sites', at] satisfies Path).line - 1;
  const first = count === 0 ? undefined : lines[beginOf(0)];
  const indent = /^( *)- /.exec(first ?? '')?.[1];
  if (indent === undefined) return undefined;
  const block = blockOf(site, indent);
  if (index < 0) return [...lines, ...block, ''].join('\n');
  const begin = beginOf(index);
  let end = index + 1 < count ? beginOf(index + 1) : lines.length;
  // Comments above the next site are about that one.
  while (end > begin + 1 && /^\s*(#|$)/.test(lines[end - 1] ?? '')) end -= 1;
  return [...lines.slice(0, begin), ...block, ...lines.slice(end), ''].join('\n');
}

/** A site as the sample writes it: lists of words in brackets, a commitment a line. */
function blockOf({ commitments, ...fields }: Site, indent: string): readonly string[] {
  const lines = Object.entries(fields).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const written = Array.isArray(value) ? `[${value.map(scalar).join(', ')}]` : scalar(value);
    return [`${name}: ${written}`];
  });
  const list = commitments.map((commitment) => {
    const words = Object.entries(commitment).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}: ${scalar(value)}`],
    );
    return `  - { ${words.join(', ')} }`;
  });
  return [...lines, ...(list.length === 0 ? ['commitments: []'] : ['commitments:', ...list])].map(
    (line, at) => `${indent}${at === 0 ? '- ' : '  '}${line}`,
  );
}

/** Words that another reader would take for something else than text. */
const notText = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

const scalar = (text: string): string =>
  /^[A-Za-z][A-Za-z0-9_./@-]*$/.test(text) && !notText.test(text) ? text : `'${text.replaceAll("'", "''")}'`;

/** One start or end tag of a page. Values are as they stand in the source, escapes and all. */
export interface Tag {
  readonly name: string;
  readonly end: boolean;
  readonly attributes: ReadonlyMap<string, string>;
  /** What stands between this tag and the next. */
  readonly text: string;
}

/**
 * The tags of a page, in order. Strict on purpose: throws on an angle bracket that is neither escaped nor part of a tag, on an attribute
 * without quotation marks and on one that stands twice.
 */
export function tagsOf(page: string): readonly Tag[] {
  const source = page.replace(/^<!doctype html>/, '');
  const tags: Tag[] = [];
  const tag = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*)\s*\/?>([^<>]*)/y;
  while (tag.lastIndex < source.length) {
    const at = tag.lastIndex;
    const [, slash = '', name = '', inside = '', text = ''] = tag.exec(source) ?? [];
    if (name === '') throw new Error(`no tag at: ${source.slice(at, at + 80)}`);
    const attributes = new Map<string, string>();
    for (const [, key = '', value = ''] of inside.matchAll(/([a-zA-Z-]+)(?:="([^"]*)")?/g)) {
      if (attributes.has(key)) throw new Error(`${key} stands twice in ${name}`);
      attributes.set(key, value);
    }
    tags.push({ name, end: slash === '/', attributes, text });
  }
  return tags;
}

/** All text of a page, as a reader sees it. */
export const textOf = (page: string): string =>
  tagsOf(page)
    .map(({ text }) => text)
    .join('')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

const empty = new Set(['meta', 'link', 'br', 'path', 'circle', 'rect']);

/** The first tag that is not closed where it should be; undefined when the page is well-formed. */
export function unbalanced(tags: readonly Tag[]): string | undefined {
  const open: string[] = [];
  for (const { name, end } of tags) {
    if (!end && !empty.has(name)) open.push(name);
    if (end && !empty.has(name) && open.pop() !== name) return name;
  }
  return open.at(-1);
}

/** Text inside an element that starts at the given place, up to its own end. */
function insideOf(tags: readonly Tag[], start: number): string {
  let depth = 0;
  let text = '';
  for (const { name, end, text: own } of tags.slice(start)) {
    if (!empty.has(name)) depth += end ? -1 : 1;
    if (depth === 0) return text;
    text += own;
  }
  return text;
}

/** What a reader who does not see the page, or uses no pointer, would miss; empty when nothing is. */
export function barriers(tags: readonly Tag[]): readonly string[] {
  const ids = tags.flatMap(({ attributes }) => attributes.get('id') ?? []);
  const twice = ids.filter((id, place) => ids.indexOf(id) !== place).map((id) => `the id ${id} stands twice`);
  return [...twice, ...tags.flatMap((tag, place) => (tag.end ? [] : barriersAt(tags, place, tag, ids)))];
}

function barriersAt(
  tags: readonly Tag[],
  place: number,
  { name, attributes }: Tag,
  ids: readonly string[],
): readonly string[] {
  const label = attributes.get('aria-labelledby');
  const named = attributes.has('aria-label') || (label !== undefined && ids.includes(label));
  const found: string[] = [];
  const when = (is: boolean, what: string): void => {
    if (is) found.push(`${name} ${what}`);
  };
  when(label !== undefined && !ids.includes(label), 'is labelled by what is not there');
  when(
    /^(a|button|summary|th|figcaption|h\d)$/.test(name) && insideOf(tags, place).trim() === '',
    'says nothing',
  );
  when(/^(table|nav|section|input|select|textarea)$/.test(name) && !named, 'has no name');
  when(name === 'th' && !/^(row|col)$/.test(attributes.get('scope') ?? ''), 'does not say what it heads');
  when(name === 'svg' && attributes.get('aria-hidden') !== 'true', 'is read out');
  return found;
}

/** The text is no XML of the plain kind that is read here. */
export class OddXml extends Error {
  override readonly name = 'OddXml';
}

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, without that of its children, without white space around it. */
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const deepest = 16;
const mostElements = 200_000;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const name = String.raw`[A-Za-z_][A-Za-z0-9_.-]{0,99}`;
const part = new RegExp(
  String.raw`<!--(?:(?!--)[^])*-->|<(\/?)(${name})((?:\s+${name}\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+`,
  'y',
);
const attribute = new RegExp(String.raw`(${name})\s*=\s*(?:"([^"]*)"|'([^']*)')`, 'g');

/**
 * Reads a small, flat XML document: elements, attributes, text, comments, the five entities of XML and references to characters. No document
 * type, no entities of its own, no CDATA, no processing instructions, at most 16 levels and 200,000 elements. Throws OddXml for all else.
 */
export function readXml(text: string): XmlElement {
  const body = text.replace(/^\uFEFF?(?:<\?xml\s[^<>?]{0,200}\?>)?/, '');
  const open: Open[] = [];
  let root: XmlElement | undefined;
  let count = 0;
  part.lastIndex = 0;
  while (part.lastIndex < body.length) {
    const at = part.lastIndex;
    const match = part.exec(body);
    if (!match) throw new OddXml(`what stands at character ${String(at)} is not read here`);
    const [whole, slash, tag, list, empty] = match;
    const inside = open.at(-1);
    if (tag === undefined) {
      if (whole.startsWith('<!--')) continue;
      if (inside) inside.text += plain(whole);
      else if (whole.trim() !== '') throw new OddXml('there is text outside the document');
      continue;
    }
    if (slash === '/') {
      if (inside?.name !== tag || list !== '' || empty === '/')
        throw new OddXml(`</${tag}> closes nothing that is open`);
      open.pop();
      root = closed(inside, open, root);
      continue;
    }
    count += 1;
    if (count > mostElements || open.length === deepest)
      throw new OddXml('the document is too large or too deep');
    if (root) throw new OddXml('there is more than one document');
    const element: Open = { name: tag, attributes: attributesOf(list ?? ''), children: [], text: '' };
    if (empty === '/') root = closed(element, open, root);
    else open.push(element);
  }
  if (!root || open.length > 0) throw new OddXml('the document is not complete');
  return root;
}

/** Puts an element that ended where it belongs; gives the root, if it was that. */
function closed(
  { text, ...element }: Open,
  open: readonly Open[],
  root: XmlElement | undefined,
): XmlElement | undefined {
  const whole: XmlElement = { ...element, text: text.trim() };
  const parent = open.at(-1);
  if (!parent) return whole;
  parent.children.push(whole);
  return root;
}

function attributesOf(list: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, key = '', double, single] of list.matchAll(attribute)) {
    if (found.has(key)) throw new OddXml(`the attribute ${key} stands there twice`);
    found.set(key, plain(double ?? single ?? ''));
  }
  return found;
}

function plain(text: string): string {
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|([a-z]{2,4}));|&/g,
    (whole, decimal, hex, word) => {
      if (typeof word === 'string' && Object.hasOwn(entities, word)) return entities[word] ?? '';
      const code =
        typeof decimal === 'string'
          ? Number(decimal)
          : typeof hex === 'string'
            ? Number.parseInt(hex, 16)
            : 0;
      const isCharacter = code === 9 || code === 10 || code === 13 || (code >= 32 && code <= 0x10ffff);
      if (!isCharacter || (code >= 0xd800 && code <= 0xdfff)) throw new OddXml(`${whole} is not read here`);
      return String.fromCodePoint(code);
    },
  );
}

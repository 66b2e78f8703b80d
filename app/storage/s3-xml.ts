/*
 * The few elements of S3's answers that matter. No XML reader: the answers are flat, and what does not look as documented is not there.
 */

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Contents of every `<name>…</name>`, in order, at most `most`; undefined when there are more. Linear in the length of `xml`. */
export function elementsOf(xml: string, name: string, most: number): readonly string[] | undefined {
  const found: string[] = [];
  const [open, close] = [`<${name}>`, `</${name}>`];
  for (let from = xml.indexOf(open); from >= 0; from = xml.indexOf(open, from)) {
    const to = xml.indexOf(close, from);
    if (to < 0) return found;
    if (found.length === most) return undefined;
    found.push(xml.slice(from + open.length, to));
    from = to + close.length;
  }
  return found;
}

/** Text of the first `<name>`; undefined when there is none, or something else than text in it. */
export function textOf(xml: string, name: string): string | undefined {
  const from = xml.indexOf(`<${name}>`);
  const to = xml.indexOf(`</${name}>`, from);
  if (from < 0 || to < 0) return undefined;
  const raw = xml.slice(from + name.length + 2, to);
  if (raw.includes('<')) return undefined;
  return raw.replaceAll(/&(#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[a-z]{2,4});/g, (all, inner: string) => {
    if (!inner.startsWith('#')) return named[inner] ?? all;
    const code = inner.startsWith('#x') ? Number.parseInt(inner.slice(2), 16) : Number(inner.slice(1));
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : all;
  });
}

const deepest = 64;

/**
 * The canonical JSON (RFC 8785) of plain data: keys in the order of their UTF-16 units, no white space, numbers as ECMAScript writes
 * them. Takes strings, finite numbers that are whole and safe or decimal, booleans, null, lists and objects; fields that are
 * undefined are left out, as in JSON.stringify. Anything else throws a TypeError: lone surrogates (RFC 8785 3.2.2.2), unsafe
 * integers, NaN, infinities, functions, nesting deeper than 64.
 */
export function canonicalJson(value: unknown): string {
  return written(value, deepest);
}

function written(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return text(value);
    case 'boolean':
      return String(value);
    case 'number':
      if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
        throw new TypeError(`${String(value)} has no canonical JSON here`);
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      if (depth === 0) throw new TypeError('too deep, or a cycle, for canonical JSON');
      if (Array.isArray(value)) return list(value, depth - 1);
      return fields(Object.entries(value), depth - 1);
    case 'undefined':
    case 'function':
    case 'symbol':
    case 'bigint':
      break;
  }
  throw new TypeError(`a ${typeof value} has no canonical JSON`);
}

function text(value: string): string {
  // With the u flag a pair is one character, so only a surrogate that stands alone matches.
  if (/\p{Cs}/u.test(value)) throw new TypeError('a lone surrogate has no canonical JSON');
  return JSON.stringify(value);
}

function list(items: readonly unknown[], depth: number): string {
  return `[${Array.from(items, (item) => written(item, depth)).join(',')}]`;
}

function fields(entries: readonly (readonly [string, unknown])[], depth: number): string {
  // RFC 8785 3.2.3 asks for the order of UTF-16 units, which is how ECMAScript compares strings.
  const sorted = entries
    .filter(([, field]) => field !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${sorted.map(([name, field]) => `${text(name)}:${written(field, depth)}`).join(',')}}`;
}

import { invalidField, type Refusal } from './refusal.ts';

/** The JSON body of a request, read field by field; a field of the wrong kind is refused with 422. */
export interface Body {
  readonly whole: unknown;
  has(name: string): boolean;
  names(): string[];
  /** A text that must be there and not be empty. */
  text(name: string): string;
  /** Undefined when absent, null when given as null. */
  optionalText(name: string): string | null | undefined;
  /** One of a closed set of words; undefined when absent. */
  word<W extends string>(name: string, words: readonly W[]): W | undefined;
  flag(name: string): boolean | undefined;
  /** A list of texts; undefined when absent. */
  texts(name: string): string[] | undefined;
  /** An object inside the body, or undefined. */
  inner(name: string): Body | undefined;
  /** A list of objects; undefined when absent. */
  inners(name: string): Body[] | undefined;
}

/** @param resource the noun in the error of a refused field */
export function readBody(value: unknown, resource: string): Body {
  const fields = new Map<string, unknown>(
    typeof value === 'object' && value !== null ? Object.entries(value) : [],
  );
  const wrong = (name: string): Refusal => invalidField(resource, name, 'invalid');

  function optionalText(name: string): string | null | undefined {
    const found = fields.get(name);
    if (found === undefined || found === null || typeof found === 'string') return found;
    throw wrong(name);
  }
  function list(name: string): unknown[] | undefined {
    const found = fields.get(name);
    if (found === undefined || found === null) return undefined;
    if (isList(found) && found.length <= 1000) return found;
    throw wrong(name);
  }
  return {
    whole: value,
    has: (name) => fields.has(name),
    names: () => [...fields.keys()],
    text(name) {
      const found = optionalText(name);
      if (found === undefined || found === null || found === '')
        throw invalidField(resource, name, 'missing_field');
      return found;
    },
    optionalText,
    word(name, words) {
      const found = optionalText(name) ?? undefined;
      if (found === undefined) return undefined;
      const known = words.find((word) => word === found);
      if (known === undefined) throw wrong(name);
      return known;
    },
    flag(name) {
      const found = fields.get(name);
      if (found === undefined || typeof found === 'boolean') return found;
      throw wrong(name);
    },
    texts(name) {
      const found = list(name);
      return found?.map((one) => {
        if (typeof one !== 'string') throw wrong(name);
        return one;
      });
    },
    inner(name) {
      const found = fields.get(name);
      if (found === undefined || found === null) return undefined;
      if (typeof found !== 'object') throw wrong(name);
      return readBody(found, resource);
    },
    inners: (name) => list(name)?.map((one) => readBody(one, resource)),
  };
}

// Array.isArray would make the items `any`.
function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

import * as z from 'zod';

/** A value of which every part may be missing: what is left of a file when the parts that are wrong are taken away. */
export type Lenient<T> = T extends readonly (infer Item)[]
  ? readonly (Lenient<Item> | undefined)[]
  : T extends object
    ? { readonly [Name in keyof T]?: Lenient<T[Name]> | undefined }
    : T;

function lenient(schema: unknown): z.ZodType {
  if (schema instanceof z.ZodOptional) return lenient(schema.unwrap());
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape).map(([name, field]) => [name, lenient(field)] as const);
    return z.object(Object.fromEntries(fields)).optional().catch(undefined);
  }
  if (schema instanceof z.ZodArray) return z.array(lenient(schema.element)).optional().catch(undefined);
  return schema instanceof z.ZodType ? schema.optional().catch(undefined) : z.undefined().catch(undefined);
}

/**
 * Makes a reader that takes from a value what fits the schema and leaves the rest undefined; list entries keep their places.
 * So rules across fields can be told together with mistakes in single ones.
 */
export function lenientReader<S extends z.ZodType>(schema: S): (value: unknown) => Lenient<z.infer<S>> {
  const reader = lenient(schema);
  const typed = z.custom<Lenient<z.infer<S>>>();
  return (value) => typed.parse(reader.parse(value) ?? {});
}

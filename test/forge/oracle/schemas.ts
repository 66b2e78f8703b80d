import { readFileSync } from 'node:fs';
import { Ajv2020, type AnySchemaObject, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';

/** What a value does wrong by a schema; nothing when it is right. */
export type Check = (value: unknown) => string[];

/** A cut of GitHub's description, made by `cut.mjs`. */
export interface Cut {
  readonly schemas: Readonly<Record<string, AnySchemaObject>>;
}

/** Reads a cut that lies beside this file. */
export function readCut(name: 'rest.json' | 'webhooks.json'): Cut {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as Cut;
}

// RFC 3339, which is all the dates GitHub writes.
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/u;

/**
 * Makes checks out of the schemas of a cut, each when it is first used: compiling one takes up to a tenth of a second.
 * @param coerce whether texts count as the numbers and flags they spell, as in an address
 */
export function checksFor({ schemas }: Cut, coerce = false): (schema: AnySchemaObject) => Check {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    logger: false,
    coerceTypes: coerce ? 'array' : false,
  });
  ajv.addFormat('date-time', instant);
  ajv.addFormat('uri', (text) => URL.canParse(text));
  ajv.addSchema({ $id: 'cut', schemas });
  const compiled = new Map<AnySchemaObject, ValidateFunction>();
  return (schema) => (value) => {
    const validate = compiled.get(schema) ?? ajv.compile(inCut(schema));
    compiled.set(schema, validate);
    return validate(value) ? [] : (validate.errors ?? []).slice(0, mostNamed).map(sentence);
  };
}

const mostNamed = 8;

/** The schema with its references leading to where the cut's schemas are. */
function inCut(schema: AnySchemaObject): AnySchemaObject {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"cut#/')) as AnySchemaObject;
}

function sentence({ instancePath, message, params }: ErrorObject): string {
  const told = params as Readonly<Record<string, unknown>>;
  const name = told['additionalProperty'] ?? told['unevaluatedProperty'];
  if (typeof name === 'string') return `${instancePath}/${name} is not documented`;
  const allowed = told['allowedValues'] === undefined ? '' : ` ${JSON.stringify(told['allowedValues'])}`;
  return `${instancePath === '' ? '/' : instancePath} ${message ?? 'is wrong'}${allowed}`;
}

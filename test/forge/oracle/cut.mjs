/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-call,
   typescript/no-unsafe-member-access, typescript/no-unsafe-return --
   a script for Node alone: nothing here has types, and what it writes is checked by the tests that read it */

// Cuts what the forge has out of GitHub's published descriptions, for the oracle to check against.
//
//   npm pack @octokit/openapi @octokit/openapi-webhooks       (in a folder outside the checkout; unpack both)
//   node test/forge/oracle/cut.mjs <unpacked @octokit/openapi> <unpacked @octokit/openapi-webhooks>
//   npm run format
//
// Run in the checkout's top folder, after the forge got a new operation or webhook. It takes the operations that app/forge/README.md lists, and
// writes them as JSON Schema, without prose. The packages are the same documents GitHub publishes in github/rest-api-description (MIT).

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The webhooks the forge sends; one it sends beyond these is a violation. */
const webhookKinds = [
  ...['created', 'completed', 'rerequested'].map((action) => `check-run-${action}`),
  ...['created', 'edited', 'deleted'].map((action) => `issue-comment-${action}`),
  ...['opened', 'edited', 'closed', 'reopened', 'labeled', 'unlabeled', 'assigned', 'unassigned'].flatMap(
    (action) => [`issues-${action}`, `pull-request-${action}`],
  ),
  ...['synchronize', 'ready-for-review', 'converted-to-draft'].map((action) => `pull-request-${action}`),
  ...['review-requested', 'review-request-removed'].map((action) => `pull-request-${action}`),
  ...['submitted', 'edited', 'dismissed'].map((action) => `pull-request-review-${action}`),
  ...['added', 'removed'].map((action) => `membership-${action}`),
  'push',
];

/** Keywords that hold one schema, a list of them, or one by name. */
const schemaIn = new Set(['items', 'additionalProperties', 'not']);
const schemasIn = new Set(['oneOf', 'anyOf', 'allOf']);
/** Keywords taken over as they are. Prose is not; nor are formats that GitHub's own answers do not keep to. */
const kept = new Set(
  'type enum const required minimum maximum minLength maxLength minItems maxItems uniqueItems pattern'.split(
    ' ',
  ),
);
const formats = new Set(['date-time', 'uri']);
/** Where the packages are wrong: what GitHub itself publishes and answers there. */
const corrections = {
  // The package gives an old copy, by which an account is a user and an enterprise at once.
  'GET /app/installations': { 200: { type: 'array', items: { $ref: '#/components/schemas/installation' } } },
};
/** A schema that occurs more than once is written once, when that makes the file shorter. */
const worthSharing = 60;

async function description(folder) {
  const read = (file) => readFile(join(folder, file), 'utf8');
  const { name, version, license } = JSON.parse(await read('package.json'));
  const file = 'generated/api.github.com.json';
  // The licence asks that its text goes with every copy of a substantial part.
  const source = { package: name, version, file, license, text: (await read('LICENSE')).split('\n') };
  return { source, document: JSON.parse(await read(file)) };
}

function operationsIn(text) {
  return [...text.matchAll(/^(GET|POST|PUT|PATCH|DELETE) (\/\S*)$/gmu)].map(([, method, path]) => ({
    method,
    path,
  }));
}

function cutRest({ source, document }, wanted) {
  const shape = (path) => path.replaceAll(/\{[^}]+\}/gu, '{}');
  const published = new Map(Object.keys(document.paths).map((path) => [shape(path), path]));
  const cut = newCut(document);
  const operations = {};
  for (const { method, path } of wanted) {
    // The top folder is a path of no segments to GitHub.
    const name = published.get(shape(path)) ?? published.get(shape(`${path}/{path}`));
    const operation = document.paths[name]?.[method.toLowerCase()];
    if (operation === undefined) throw new Error(`GitHub has no operation ${method} ${path}`);
    operations[`${method} ${name}`] = cutOperation(
      cut,
      document,
      operation,
      corrections[`${method} ${name}`],
    );
  }
  return { source, operations: cut.shared(operations), schemas: cut.schemas() };
}

function cutOperation(cut, document, { parameters = [], requestBody, responses }, corrected = {}) {
  const there = parameters.map((one) => resolved(document, one));
  const of = (place) =>
    cut.schema({
      type: 'object',
      properties: Object.fromEntries(
        there.filter((one) => one.in === place).map((one) => [one.name, one.schema]),
      ),
      required: there.filter((one) => one.in === place && one.required).map(({ name }) => name),
      additionalProperties: false,
    });
  const body = resolved(document, requestBody)?.content['application/json'];
  return {
    path: of('path'),
    manySegments: there.filter((one) => one['x-multi-segment']).map(({ name }) => name),
    query: of('query'),
    ...(body === undefined
      ? {}
      : {
          body: {
            required: resolved(document, requestBody).required === true,
            schema: cut.closed(body.schema),
          },
        }),
    answers: Object.fromEntries(
      Object.entries(responses).map(([status, answer]) => {
        const schema = corrected[status] ?? resolved(document, answer).content?.['application/json']?.schema;
        return [status, schema === undefined ? null : cut.schema(schema)];
      }),
    ),
  };
}

function cutWebhooks({ source, document }) {
  const cut = newCut(document);
  const events = Object.fromEntries(
    webhookKinds.toSorted().map((kind) => {
      const found = document.webhooks[kind];
      if (found === undefined) throw new Error(`GitHub has no webhook ${kind}`);
      return [kind, cut.schema(found.post.requestBody.content['application/json'].schema)];
    }),
  );
  return { source, webhooks: cut.shared(events), schemas: cut.schemas() };
}

function resolved(document, value) {
  if (value?.$ref === undefined) return value;
  return value.$ref
    .slice(2)
    .split('/')
    .reduce((at, key) => at[key], document);
}

/** Schemas that stand for every place where the same one occurs. */
const standIns = new WeakSet();

function standInFor(value, number) {
  const one = { value, number, uses: 0 };
  standIns.add(one);
  return one;
}

/** Takes schemas over, with everything they refer to, each different one once. */
function newCut(document) {
  const different = new Map();
  const named = new Map();
  const shared = [];

  function once(value) {
    // Parts are the same objects already when they are the same, so numbers tell them apart.
    const key = JSON.stringify(value, (_, part) => (standIns.has(part) ? `#${part.number}` : part));
    if (!different.has(key)) {
      different.set(key, standInFor(value, different.size));
      for (const part of partsOf(value)) part.uses += 1;
    }
    return different.get(key);
  }

  function schema(given) {
    if (given.$ref === undefined) return taken(given, schema, schema);
    const name = given.$ref.split('/').at(-1);
    if (!named.has(name)) {
      named.set(name, undefined);
      named.set(name, schema(document.components.schemas[name]));
    }
    return once({ $ref: `#/schemas/${name}` });
  }

  /** A schema of something that is sent: what it does not name is an error, at every depth. */
  function closed(given) {
    const whole = resolved(document, given);
    const cut = taken(withoutOpenness(whole), closed, branch);
    return isOpen(whole) ? cut : once({ ...cut.value, unevaluatedProperties: false });
  }

  // One of several forms need not know what the others, or the schema around them, name.
  function branch(given) {
    return taken(withoutOpenness(resolved(document, given)), closed, branch);
  }

  /** @param inner what to do with the schemas of parts @param beside what to do with those of the same value */
  function taken(given, inner, beside) {
    const cut = {};
    for (const [keyword, value] of Object.entries(given)) {
      if (kept.has(keyword)) cut[keyword] = value;
      else if (keyword === 'format' && formats.has(value)) cut.format = value;
      else if (schemasIn.has(keyword)) cut[keyword] = value.map(beside);
      else if (schemaIn.has(keyword)) cut[keyword] = typeof value === 'object' ? inner(value) : value;
      else if (keyword === 'properties')
        cut.properties = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner(one)]));
    }
    return given.nullable === true ? orNull(cut) : once(cut);
  }

  // OpenAPI 3.0 has a word of its own for what JSON Schema says with types.
  function orNull(cut) {
    if (typeof cut.type !== 'string') return once({ anyOf: [once(cut), once({ type: 'null' })] });
    const { enum: words } = cut;
    return once({
      ...cut,
      type: [cut.type, 'null'],
      ...(words === undefined || words.includes(null) ? {} : { enum: [...words, null] }),
    });
  }

  function written(value) {
    if (!standIns.has(value)) return mapped(value, written);
    const plain = mapped(value.value, written);
    if (value.uses < 2 || JSON.stringify(plain).length < worthSharing) return plain;
    value.name ??= `shared-${shared.push(value)}`;
    value.plain = plain;
    return { $ref: `#/schemas/${value.name}` };
  }

  return {
    schema,
    closed,
    shared(values) {
      for (const part of partsOf(values)) part.uses += 1;
      for (const part of named.values()) part.uses += 1;
      return written(values);
    },
    schemas() {
      const byName = [...named].toSorted(([a], [b]) => (a < b ? -1 : 1));
      const plain = Object.fromEntries(byName.map(([name, one]) => [name, written(one)]));
      return { ...plain, ...Object.fromEntries(shared.map((one) => [one.name, one.plain])) };
    },
  };
}

// That more is allowed is what JSON Schema assumes anyway; said aloud it would count as naming everything.
function withoutOpenness({ additionalProperties, ...rest }) {
  return additionalProperties === undefined || additionalProperties === true
    ? rest
    : { additionalProperties, ...rest };
}

function isOpen({ properties, oneOf, anyOf, allOf }) {
  return [properties, oneOf, anyOf, allOf].every((one) => one === undefined);
}

function partsOf(value) {
  if (standIns.has(value)) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(partsOf);
}

function mapped(value, change) {
  if (Array.isArray(value)) return value.map(change);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, change(one)]));
}

async function write(name, value) {
  const file = join(import.meta.dirname, name);
  await writeFile(file, `${JSON.stringify(value)}\n`);
}

const [restFolder, webhooksFolder] = process.argv.slice(2);
if (restFolder === undefined || webhooksFolder === undefined) {
  throw new Error('say where @octokit/openapi and @octokit/openapi-webhooks are unpacked');
}
const rest = await description(restFolder);
const webhooks = await description(webhooksFolder);
const readme = await readFile('app/forge/README.md', 'utf8');
await write('rest.json', cutRest(rest, operationsIn(readme)));
await write('webhooks.json', cutWebhooks(webhooks));

import type { AnySchemaObject } from 'ajv/dist/2020.js';
import { checksFor, readCut, type Cut } from './schemas.ts';

interface PublishedOperation {
  readonly path: AnySchemaObject;
  /** Names of path parameters that may contain slashes. */
  readonly manySegments: readonly string[];
  readonly query: AnySchemaObject;
  readonly body?: { readonly required: boolean; readonly schema: AnySchemaObject };
  /** By status; null for an answer without JSON. */
  readonly answers: Readonly<Record<string, AnySchemaObject | null>>;
}

/** A request to GitHub's REST interface. */
export interface Asked {
  readonly method: string;
  /** Without the prefix of the interface. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Empty when nothing was sent. */
  readonly body: string;
}

/** An operation as GitHub publishes it. */
export interface Operation {
  /** `GET /repos/{owner}/{repo}` */
  readonly name: string;
  /** What a request does that is not documented; empty when all is. */
  asked(request: Asked): string[];
  /** What an answer is otherwise than documented; empty when it is as documented. @param body empty when there was none */
  answered(status: number, body: string): string[];
}

const cut = readCut('rest.json') as Cut & {
  readonly operations: Readonly<Record<string, PublishedOperation>>;
};
const check = checksFor(cut);
const checkWords = checksFor(cut, true);

/** Refusals that GitHub documents for its interface as a whole, not with each operation or there without their JSON. */
const anyOperation = new Set([401, 403, 404, 422]);
const refusal = { $ref: '#/schemas/basic-error' };

const operations = Object.entries(cut.operations)
  .map(([name, published]) => ({ ...addressOf(name, published), operation: operationOf(name, published) }))
  .toSorted((one, other) => other.fixed - one.fixed);

/** The names of all operations in the cut. */
export const operationNames: readonly string[] = Object.keys(cut.operations);

/** The operation a request is for; undefined when the cut has none. Of several the one with the fewest parameters. */
export function operationFor(method: string, path: string): Operation | undefined {
  return operations.find((one) => one.method === method && one.pattern.test(path))?.operation;
}

function addressOf(
  name: string,
  { manySegments }: PublishedOperation,
): { readonly method: string; readonly pattern: RegExp; readonly fixed: number } {
  const [method = '', path = ''] = name.split(' ');
  const pattern = path.replaceAll(/\/\{(\w+)\}/gu, (_, parameter: string) =>
    // The top folder of a repository is a path without any segment.
    manySegments.includes(parameter) ? `(?:/(?<${parameter}>.*))?` : `/(?<${parameter}>[^/]+)`,
  );
  const fixed = path.split('/').filter((segment) => !segment.startsWith('{')).length;
  return { method, pattern: new RegExp(`^${pattern}$`, 'u'), fixed };
}

function operationOf(name: string, published: PublishedOperation): Operation {
  const { pattern } = addressOf(name, published);
  return {
    name,
    asked({ path, query, body }) {
      const parameters = Object.entries<string | undefined>(pattern.exec(path)?.groups ?? {}).map(
        ([parameter, text = '']) => [parameter, decodeURIComponent(text)] as const,
      );
      return [
        ...checkWords(published.path)(Object.fromEntries(parameters)).map((fault) => `path ${fault}`),
        ...checkWords(published.query)(Object.fromEntries(query)).map((fault) => `query ${fault}`),
        ...sent(published, body).map((fault) => `body ${fault}`),
      ];
    },
    answered: (status, body) => given(published, status, body).map((fault) => `${String(status)} ${fault}`),
  };
}

function sent({ body: documented }: PublishedOperation, body: string): string[] {
  // Octokit sends an empty body with every PUT and PATCH that has none.
  if (body === '') return documented?.required === true ? ['is missing'] : [];
  if (documented === undefined) return ['is not documented'];
  const value = parsed(body);
  return value === undefined ? ['is no JSON'] : check(documented.schema)(value);
}

function given({ answers }: PublishedOperation, status: number, body: string): string[] {
  // What a conditional request may be answered with, whatever it asks for.
  if (status === 304) return body === '' ? [] : ['has a body'];
  const own = answers[String(status)];
  const documented = own == null && anyOperation.has(status) ? refusal : own;
  if (documented === undefined) return [`is not documented: ${body.slice(0, 200)}`];
  if (documented === null) return body === '' ? [] : ['has a body'];
  const value = parsed(body);
  return value === undefined ? ['is no JSON'] : check(documented)(value);
}

/** Undefined when the text is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

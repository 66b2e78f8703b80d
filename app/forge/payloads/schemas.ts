import type { components } from '@octokit/openapi-types';
import { Buffer } from 'node:buffer';
import type { Inside } from '../inside.ts';
import { fullName, type RepositoryRecord } from '../state.ts';

/** GitHub's published answer schemas: every payload of the forge is typed by one. */
export type Schemas = components['schemas'];

/** GitHub's opaque identity for GraphQL: `PR_…`. */
export function nodeId(kind: string, id: number | string): string {
  return `${kind}_${Buffer.from(String(id)).toString('base64url')}`;
}

/** The number inside an opaque identity of a kind; undefined when it is none. */
export function idInNode(kind: string, node: string): number | undefined {
  if (!node.startsWith(`${kind}_`)) return undefined;
  const id = Number(Buffer.from(node.slice(kind.length + 1), 'base64url').toString('utf8'));
  return Number.isSafeInteger(id) ? id : undefined;
}

/** Address of a repository in the API. */
export function apiUrl(inside: Inside, repository: RepositoryRecord): string {
  return `${inside.url}/repos/${fullName(repository)}`;
}

/** Address of a repository for people. */
export function htmlUrl(inside: Inside, repository: RepositoryRecord): string {
  return `${inside.url}/${fullName(repository)}`;
}

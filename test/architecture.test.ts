import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseSync } from '@swc/core';

/** Folders that compute and do nothing else, and the packages that compute with them. Whatever is new has to be argued for here. */
const pure = new Set(['model', 'rollout', 'plan', 'repository', 'wording', 'registry']);
const purePackages = new Set([
  'fzstd',
  'js-yaml',
  'node:stream',
  'node:stream/promises',
  'node:zlib',
  'temporal-polyfill',
  'xz-decompress',
  'zod',
]);
/** What every program finds without importing it, and a pure one leaves alone. */
const outsideNames = new Set([
  'crypto',
  'fetch',
  'performance',
  'process',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
]);
const outsideMembers = new Set(['Date.now', 'Math.random', 'Temporal.Now']);

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
const nameOf = (value: unknown): string =>
  isNode(value) && typeof value['value'] === 'string' ? value['value'] : '';

function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const item of value) yield* nodesIn(item);
  } else if (typeof value === 'object' && value !== null) {
    if (isNode(value)) yield value;
    yield* nodesIn(Object.values(value));
  }
}

/** What a program imports, and what of the outside it reaches without importing. */
function read(source: string, tsx = false): { readonly imports: string[]; readonly reaches: string[] } {
  const imports: string[] = [];
  const reaches: string[] = [];
  for (const node of nodesIn(parseSync(source, { syntax: 'typescript', tsx, target: 'es2023' }))) {
    if (/^(Import|ExportAll|ExportNamed)Declaration$/.test(node.type) && node['source'])
      imports.push(nameOf(node['source']));
    if (node.type === 'CallExpression' && isNode(node['callee'])) {
      const [first] = Array.isArray(node['arguments']) ? (node['arguments'] as unknown[]) : [];
      const argument = nameOf(
        typeof first === 'object' && first !== null && 'expression' in first ? first.expression : undefined,
      );
      if (node['callee'].type === 'Import' || nameOf(node['callee']) === 'require') imports.push(argument);
    }
    if (node.type === 'NewExpression' && nameOf(node['callee']) === 'Date') {
      if (!Array.isArray(node['arguments']) || node['arguments'].length === 0) reaches.push('new Date()');
    }
    if (node.type === 'MemberExpression') {
      const member = `${nameOf(node['object'])}.${nameOf(node['property'])}`;
      if (outsideMembers.has(member)) reaches.push(member);
      if (isNode(node['object']) && node['object'].type === 'Identifier') {
        const name = nameOf(node['object']);
        if (outsideNames.has(name) || name === 'globalThis') reaches.push(name);
      }
    }
    if (node.type === 'CallExpression' && isNode(node['callee']) && node['callee'].type === 'Identifier') {
      const name = nameOf(node['callee']);
      if (outsideNames.has(name) || name === 'Date') reaches.push(name);
    }
  }
  return { imports, reaches };
}

interface Module {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly string[];
  readonly reaches: readonly string[];
}
const modulesIn = (folder: string): readonly Module[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => {
      const path = join(folder, name);
      const source = readFileSync(path, 'utf8');
      const lines = source.split('\n').length - 1;
      return { path, lines, ...read(source, path.endsWith('x')) };
    });

/** Where an import leads: a path below the top of the repository, or the name of a package. */
const leadsTo = (from: string, to: string): string =>
  to.startsWith('.') ? normalize(join(dirname(from), to)) : to;
const folderOf = (path: string): string =>
  path.startsWith('app/') ? (path.split('/')[1] ?? '') : (path.split('/')[0] ?? '');

const app = modulesIn('app');

/** What keeps a module of a pure folder from being pure. */
function impurities({ path, imports, reaches }: Omit<Module, 'lines'>): readonly string[] {
  const strange = imports
    .map((to) => leadsTo(path, to))
    .filter((to) => !purePackages.has(to) && !(to.startsWith('app/') && pure.has(folderOf(to))));
  return [...strange, ...reaches].map((what) => `${path}: ${what}`);
}

describe('The pure folders', () => {
  test('import each other and what only computes, and reach for nothing outside', () => {
    const modules = app.filter(({ path }) => pure.has(folderOf(path)));
    expect(modules.length).toBeGreaterThan(50);
    expect(modules.flatMap(impurities)).toEqual([]);
  });

  test('the words of the model know nothing of the rules that use them', () => {
    const model = app.filter(({ path }) => folderOf(path) === 'model');
    const outward = model.flatMap(({ path, imports }) =>
      imports.filter((to) => to.startsWith('../')).map((to) => `${path}: ${to}`),
    );
    expect(outward).toEqual([]);
  });

  const trespasses: readonly (readonly [string, string])[] = [
    [`import { x } from 'probot';`, 'probot'],
    [`import type { x } from '@octokit/rest';`, '@octokit/rest'],
    [`import 'simple-git';`, 'simple-git'],
    [`import { readFile } from 'node:fs/promises';`, 'node:fs/promises'],
    [`import fs from 'fs';`, 'fs'],
    [`export * from 'node:http';`, 'node:http'],
    [`export { x } from 'node:child_process';`, 'node:child_process'],
    [`const x = await import('node:net');`, 'node:net'],
    [`import { createHash } from 'node:crypto';`, 'node:crypto'],
    [`import { x } from '../facts/gather.ts';`, 'app/facts/gather.ts'],
    [`import { x } from '../pipeline.ts';`, 'app/pipeline.ts'],
    [`const now = Date.now();`, 'Date.now'],
    [`const now = new Date();`, 'new Date()'],
    [`const now = new Date;`, 'new Date()'],
    [`const now = Date();`, 'Date'],
    [`const x = Math.random();`, 'Math.random'],
    [`const now = Temporal.Now.instant();`, 'Temporal.Now'],
    [`const x = crypto.randomUUID();`, 'crypto'],
    [`const x = process.env['X'];`, 'process'],
    [`await fetch('https://example.org');`, 'fetch'],
    [`setTimeout(f, 1);`, 'setTimeout'],
  ];
  test.each(trespasses)('%s would be noticed', (source, what) => {
    expect(impurities({ path: 'app/rollout/new.ts', ...read(source) })).toEqual([
      `app/rollout/new.ts: ${what}`,
    ]);
  });

  const allowed = [
    `import { z } from 'zod';`,
    `import type { Facts } from '../model/facts.ts';`,
    `import { quoted } from '../wording/markdown.ts';`,
    `const then = new Date(at);`,
    `// Date.now() is not asked here`,
    `const text = 'Math.random() in a text';`,
  ];
  test.each(allowed)('%s is no trespass', (source) => {
    expect(impurities({ path: 'app/rollout/new.ts', ...read(source) })).toEqual([]);
  });
});

describe('The folders', () => {
  const importers = (of: (to: string) => boolean): readonly string[] =>
    app.filter(({ path, imports }) => imports.some((to) => of(leadsTo(path, to)))).map(({ path }) => path);

  test('only the demo and the command line start the embedded forge', () => {
    const strangers = importers((to) => to.startsWith('app/forge/')).filter(
      (path) => !['forge', 'demo'].includes(folderOf(path)) && path !== 'app/cli.ts',
    );
    expect(strangers).toEqual([]);
  });

  test('the forge knows nothing of the application it stands in for', () => {
    const forge = app.filter(({ path }) => folderOf(path) === 'forge');
    const outward = forge.flatMap(({ path, imports }) =>
      imports
        .map((to) => leadsTo(path, to))
        .filter((to) => to.startsWith('app/') && !to.startsWith('app/forge/')),
    );
    expect(outward).toEqual([]);
  });

  test('signatures have few doors: checking ours and the provider’s, and keys with their self-signatures', () => {
    expect(importers((to) => to === 'openpgp').toSorted()).toEqual([
      'app/publish/signing/certificate.ts',
      'app/publish/signing/foreign-signature.ts',
      'app/publish/signing/openpgp.ts',
      'app/publish/signing/self-signature.ts',
    ]);
  });

  test('the application runs nothing of the tests', () => {
    expect(importers((to) => to.startsWith('test/'))).toEqual([]);
  });

  test('no file of the application is over 350 lines', () => {
    expect(
      app.filter(({ lines }) => lines > 350).map(({ path, lines }) => `${path}: ${String(lines)}`),
    ).toEqual([]);
  });

  test('no file is called by a name that says nothing', () => {
    const vague = /(^|\/)(utils?|helpers?|managers?|common|misc|shared|stuff)(\.tsx?|\/)/;
    expect(app.map(({ path }) => path).filter((path) => vague.test(path))).toEqual([]);
  });

  test('the top level holds what a newcomer expects and nothing else', () => {
    const known = new Set([
      'app',
      'releases',
      'repos-manifest',
      'test',
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'app.yml',
      'README.md',
      'LICENSE',
    ]);
    const ignored = new Set(readFileSync('.gitignore', 'utf8').split('\n'));
    const strange = readdirSync('.').filter(
      (name) => !name.startsWith('.') && !known.has(name) && !ignored.has(name),
    );
    expect(strange).toEqual([]);
  });
});

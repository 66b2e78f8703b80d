import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { routes } from '../../app/forge/routes/index.ts';

test('the README lists the operations the forge has, and no other', async () => {
  const readme = await readFile('app/forge/README.md', 'utf8');
  const listed = [...readme.matchAll(/^(?:GET|POST|PUT|PATCH|DELETE) \/\S*$/gmu)].map(([line]) => line);
  const there = routes
    .map(({ method, path }) => `${method} ${path.replaceAll(/[:*](\w+)/gu, '{$1}')}`)
    .filter((line) => !line.endsWith('/contents/'));
  expect(listed.toSorted()).toEqual(there.toSorted());
});

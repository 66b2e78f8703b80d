import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

/** A bug to plant while loading: `file` as the end of its path, `before` and `after` texts of it. */
let planted;

export function initialize(data) {
  planted = data ? JSON.parse(data) : undefined;
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const filename = fileURLToPath(url);
  let code = await readFile(filename, 'utf8');
  if (planted && filename.endsWith(`/${planted.file}`)) {
    if (!code.includes(planted.before)) throw new Error(`${planted.file} has no longer: ${planted.before}`);
    code = code.replace(planted.before, () => planted.after);
  }
  const { code: source } = await transform(code, {
    filename,
    configFile: false,
    swcrc: false,
    sourceMaps: 'inline',
    module: { type: 'es6' },
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
  });
  return { format: 'module', source, shortCircuit: true };
}

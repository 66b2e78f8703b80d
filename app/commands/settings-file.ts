import { readFile } from 'node:fs/promises';
import { WrongUse } from './wrong-use.ts';

/** The environment, with the NAME=value lines of a file over it. Quotes are taken as they are; `#` begins a comment line. */
export async function environmentWith(
  file: string | undefined,
): Promise<Readonly<Record<string, string | undefined>>> {
  if (file === undefined) return process.env;
  const text = await readFile(file, 'utf8').catch(() => {
    throw new WrongUse(`${file}: the settings cannot be read`);
  });
  const lines = text.split('\n').map((line) => line.trim());
  const pairs = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const at = line.indexOf('=');
      if (at < 1) throw new WrongUse(`${file}: a line is not NAME=value`);
      return [line.slice(0, at), line.slice(at + 1)] as const;
    });
  return { ...process.env, ...Object.fromEntries(pairs) };
}

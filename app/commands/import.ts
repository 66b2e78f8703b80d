import { lstat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { importProducts } from '../import/import.ts';
import { importJson, importText, isComplete } from '../import/report.ts';
import { WrongUse } from './wrong-use.ts';

/**
 * `rollout import umd5 DIR [--out DIR] [--json]`: product files of UMD-5 become tickets, and a report says what each lacks. Gives 0
 * when nothing lacks, 1 when something does; throws WrongUse when there is nothing to import.
 */
export async function importCommand(
  dir: string,
  options: { readonly out?: string; readonly json?: true; readonly cwd?: string },
  print: (text: string) => void,
): Promise<number> {
  const cwd = options.cwd ?? process.cwd();
  const there = await lstat(resolve(cwd, dir)).catch(() => undefined);
  if (there === undefined) throw new WrongUse(`there is no ${dir}; name the folder of the product files`);
  if (options.out !== undefined) {
    const target = await lstat(resolve(cwd, options.out)).catch(() => undefined);
    if (target?.isDirectory() === false)
      throw new WrongUse(`${options.out} is no folder; name one, or a new one`);
  }
  const outcome = await importProducts(dir, options.out, cwd);
  if (outcome.imported.length === 0) throw new WrongUse(`there is no .json file below ${dir}`);
  print(`${options.json === true ? importJson(outcome) : importText(outcome)}\n`);
  return outcome.imported.every(isComplete) ? 0 : 1;
}

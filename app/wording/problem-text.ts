import type { Problem } from '../model/problem.ts';
import { inline } from './markdown.ts';

/** One problem of a ticket as a sentence for check run and comment: where, what, how to mend it. */
export function problemText(problem: Problem): string {
  const where =
    problem.file === ''
      ? ''
      : inline(
          problem.line > 0
            ? `${problem.file}:${String(problem.line)}:${String(problem.column)}`
            : problem.file,
        );
  const warning = problem.severity === 'warning' ? 'Warning: ' : '';
  return `${where}${where === '' ? '' : ' — '}${warning}${plainText(problem.message)} ${plainText(problem.mend)} (${problem.rule})`;
}

/** Messages may name what somebody wrote: no mention, link or markup may come out of it. A word joiner behind @ and # keeps them plain. */
export const plainText = (text: string): string =>
  text
    .replaceAll(/\s*[\r\n]\s*/g, ' ')
    .replaceAll(/[&<>[\]*_|~`\\]/g, (character) => `\\${character}`)
    .replaceAll(/[@#]/g, (character) => `${character}\u2060`);

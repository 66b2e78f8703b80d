/** A file in the tree of a commit. */
export interface TreeFile {
  readonly path: string;
  readonly mode: string;
  readonly blob: string;
}

/** The output of `git ls-tree -r -z`. */
export function filesIn(text: string): readonly TreeFile[] {
  return text
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [mode = '', , blob = ''] = line.slice(0, line.indexOf('\t')).split(' ');
      return { mode, blob, path: line.slice(line.indexOf('\t') + 1) };
    });
}

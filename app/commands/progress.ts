/** Tells on the standard error how far long work came, a line each time: the output stays what was asked for. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

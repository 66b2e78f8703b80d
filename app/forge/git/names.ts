/** What git and the forge accept as names; everything else is refused before it reaches a command line. */

export const noCommit = '0'.repeat(40);

export function isSha(text: string): boolean {
  return /^[0-9a-f]{40}$/u.test(text);
}

/** A branch or tag name as `git check-ref-format` defines it, without the leading `refs/heads/`; at most 200 characters. */
export function isRefName(text: string): boolean {
  return (
    text.length <= 200 &&
    /^[^\s~^:?*[\\\p{Cc}]+$/u.test(text) &&
    !text.startsWith('-') &&
    !text.includes('..') &&
    !text.includes('@{') &&
    !text.includes('//') &&
    text !== '@' &&
    text
      .split('/')
      .every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.') && !part.endsWith('.lock'))
  );
}

/** A file's path in a repository: relative, no `.`, `..` or `.git` segment, no control characters. */
export function isFilePath(text: string): boolean {
  return (
    text.length > 0 &&
    text.length <= 4000 &&
    /^[^\p{Cc}\\]+$/u.test(text) &&
    text
      .split('/')
      .every(
        (part) =>
          part !== '' && part !== '.' && part !== '..' && part.length <= 255 && part.toLowerCase() !== '.git',
      )
  );
}

import { extname } from 'node:path';

const text = 'text/plain; charset=utf-8';
const contentTypes: Readonly<Record<string, string>> = {
  '.deb': 'application/vnd.debian.binary-package',
  '.rpm': 'application/x-rpm',
  '.gz': 'application/gzip',
  '.xz': 'application/x-xz',
  '.zst': 'application/zstd',
  '.tar': 'application/x-tar',
  '.json': 'application/json',
  '.xml': 'application/xml',
  '.asc': 'application/pgp-signature',
  '.gpg': 'application/pgp-signature',
  '.yml': text,
  '.txt': text,
  '.repo': text,
  '.sources': text,
};
const textNames: ReadonlySet<string> = new Set([
  'InRelease',
  'Release',
  'Packages',
  'SHA256SUMS',
  'mirrorlist',
]);

/** Media type of a published file, by its path; nothing that a browser would run. */
export function contentType(path: string): string {
  const extension = extname(path);
  // Channel keys have the endings of signatures.
  if (/(^|\/)keys\//.test(path) && ['.asc', '.gpg'].includes(extension)) return 'application/pgp-keys';
  if (textNames.has(path.slice(path.lastIndexOf('/') + 1))) return text;
  return contentTypes[extension] ?? 'application/octet-stream';
}

/** Cache-Control of a published file: those whose path has a digest in it, or whose bytes are never others, may be kept for ever. */
export function cacheControl(path: string): string {
  return isImmutable(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
}

/** Whether the bytes at a path are never others: packages, and what is named by what it holds. */
export function isImmutable(path: string): boolean {
  return (
    /(^|\/)(pool|by-hash|statements)\//.test(path) ||
    // Snapshots of yum's metadata, and the documents in them.
    /\.[0-9a-f]{16}\//.test(path) ||
    /(^|\/)[0-9a-f]{64}-[a-z]+\.xml\.gz$/.test(path)
  );
}

import { gzipSync } from 'node:zlib';

/** What goes into a sample package. */
export interface DebContent {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** `Name <address>`. */
  readonly maintainer: string;
  /** First line is the synopsis; further lines begin with a space. */
  readonly description: string;
  readonly depends?: string;
  /** Path without a leading slash -> content. */
  readonly files: Readonly<Record<string, string>>;
}

const encoder = new TextEncoder();
// A fixed time makes the same content the same bytes (2024-01-01T00:00:00Z, in seconds).
const time = 1_704_067_200;

/**
 * Builds a small, valid Debian binary package (deb(5)); the same content always gives the same bytes.
 * @throws RangeError when a path is longer than 99 bytes, which a sample does not need.
 */
export function buildDeb(content: DebContent): Uint8Array {
  const installedSize = Math.ceil(Object.values(content.files).join('').length / 1024) + 1;
  const control = [
    `Package: ${content.name}`,
    `Version: ${content.version}`,
    `Architecture: ${content.architecture}`,
    `Maintainer: ${content.maintainer}`,
    `Installed-Size: ${String(installedSize)}`,
    ...(content.depends === undefined ? [] : [`Depends: ${content.depends}`]),
    'Section: misc',
    'Priority: optional',
    `Description: ${content.description}`,
    '',
  ].join('\n');
  return arArchive({
    'debian-binary': encoder.encode('2.0\n'),
    'control.tar.gz': packed({ control }),
    'data.tar.gz': packed(content.files),
  });
}

function packed(files: Readonly<Record<string, string>>): Uint8Array {
  return gzipSync(tarArchive(files));
}

function arArchive(members: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts: Uint8Array[] = [encoder.encode('!<arch>\n')];
  for (const [name, bytes] of Object.entries(members)) {
    const header = `${name.padEnd(16)}${String(time).padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}`;
    parts.push(encoder.encode(`${header}${String(bytes.length).padEnd(10)}\`\n`), bytes);
    if (bytes.length % 2 === 1) parts.push(encoder.encode('\n'));
  }
  return Buffer.concat(parts);
}

function tarArchive(files: Readonly<Record<string, string>>): Buffer {
  const parts: Uint8Array[] = [tarHeader('./', 0, '5')];
  for (const folder of foldersOf(Object.keys(files))) parts.push(tarHeader(`./${folder}/`, 0, '5'));
  for (const path of Object.keys(files).toSorted()) {
    const bytes = encoder.encode(files[path]);
    parts.push(
      tarHeader(`./${path}`, bytes.length, '0'),
      bytes,
      new Uint8Array((512 - (bytes.length % 512)) % 512),
    );
  }
  parts.push(new Uint8Array(1024));
  return Buffer.concat(parts);
}

function foldersOf(paths: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1))
      folders.add(path.slice(0, slash));
  }
  return [...folders].toSorted();
}

function tarHeader(path: string, size: number, type: '0' | '5'): Uint8Array {
  if (encoder.encode(path).length > 99) throw new RangeError(`path too long for a sample package: ${path}`);
  const header = new Uint8Array(512);
  const write = (text: string, offset: number) => {
    header.set(encoder.encode(text), offset);
  };
  write(path, 0);
  write(type === '5' ? '0000755' : '0000644', 100);
  write('0000000', 108);
  write('0000000', 116);
  write(size.toString(8).padStart(11, '0'), 124);
  write(time.toString(8).padStart(11, '0'), 136);
  write('        ', 148);
  write(type, 156);
  write('ustar\u{0}00', 257);
  write('root', 265);
  write('root', 297);
  const sum = header.reduce((total, byte) => total + byte, 0);
  write(`${sum.toString(8).padStart(6, '0')}\u{0} `, 148);
  return header;
}

import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';

/** An entry of a tar archive, as odd as a test wants it. */
export interface RawEntry {
  readonly path: string;
  readonly content?: Uint8Array | string;
  /** Type flag; '0' is a file. */
  readonly type?: string;
  readonly linkTo?: string;
  /** Size that the header claims; that of the content if not given. */
  readonly claims?: number;
}

export const goodControl = `Package: voms
Version: 2.1.0-1
Architecture: amd64
Maintainer: Product Team <team@provider.example>
Description: a sample
`;

/** A tar archive with a correct sum in each header, ended by its mark. */
export function rawTar(entries: readonly RawEntry[]): Buffer {
  const parts = entries.map(({ path, content = '', type = '0', linkTo = '', claims }) => {
    const bytes = Buffer.from(content);
    const header = Buffer.alloc(512);
    header.write(path, 0, 100, 'latin1');
    header.write('0000644', 100);
    header.write((claims ?? bytes.length).toString(8).padStart(11, '0'), 124);
    header.write('00000000000', 136);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(linkTo, 157);
    header.write('ustar  ', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

/** An ar archive; a size may be claimed that is not true. */
export function rawAr(members: readonly { name: string; bytes: Uint8Array; claims?: string }[]): Buffer {
  const parts = members.map(({ name, bytes, claims }) => {
    const size = claims ?? String(bytes.length);
    const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${size.padEnd(10)}\`\n`;
    return Buffer.concat([
      Buffer.from(header, 'latin1'),
      bytes,
      Buffer.from(bytes.length % 2 === 1 ? '\n' : ''),
    ]);
  });
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts]);
}

export interface RawDeb {
  readonly format?: string;
  readonly control?: string | Uint8Array;
  readonly controlTar?: Uint8Array;
  readonly controlName?: string;
  readonly dataTar?: Uint8Array;
  readonly dataName?: string;
}

/** A package in which any part can be replaced; members are taken as they are. */
export function rawDeb({
  format = '2.0\n',
  control = goodControl,
  controlTar = gzipSync(rawTar([{ path: './control', content: control }])),
  controlName = 'control.tar.gz',
  dataTar = gzipSync(rawTar([{ path: './usr/share/doc/voms/README', content: 'hello' }])),
  dataName = 'data.tar.gz',
}: RawDeb = {}): Buffer {
  return rawAr([
    { name: 'debian-binary', bytes: Buffer.from(format) },
    { name: controlName, bytes: controlTar },
    { name: dataName, bytes: dataTar },
  ]);
}

/** What a command makes of its standard input. */
export function piped(command: string, args: readonly string[], input: Uint8Array): Buffer {
  return execFileSync(command, args, { input, maxBuffer: 1 << 28 });
}

/** Whether a program is on this machine, for tests that need the real one. */
export function hasProgram(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

import { closeSync, fstatSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { ByteSource } from '../../app/repository/byte-source.ts';
import { readDeb } from '../../app/repository/deb.ts';
import type { Reading } from '../../app/repository/refusal.ts';
import { filelistsFragment, otherFragment, primaryFragment } from '../../app/repository/rpm/repodata.ts';
import { readRpm } from '../../app/repository/rpm/rpm.ts';
import { readTarball } from '../../app/repository/tarball.ts';

/** Reads the files that are named, and writes a line of JSON for each: what became of it, and what it cost. */
export interface FileReport {
  readonly name: string;
  readonly reason: string | undefined;
  /** Of processors, not of the clock: the machine may be busy with something else. */
  readonly milliseconds: number;
  /** By how many MB the memory of the process was at most larger, while it was read, than before the first file. */
  readonly memory: number;
}

function fileSource(path: string): ByteSource & { close: () => void } {
  const file = openSync(path, 'r');
  return {
    size: fstatSync(file).size,
    read: (offset, length) => {
      const bytes = Buffer.alloc(length);
      readSync(file, bytes, 0, length, offset);
      return Promise.resolve(bytes);
    },
    close: () => {
      closeSync(file);
    },
  };
}

async function readFile(source: ByteSource, name: string): Promise<Reading<unknown>> {
  if (name.endsWith('.deb')) return readDeb(source);
  if (!name.endsWith('.rpm')) return readTarball(source, name);
  const read = await readRpm(source);
  // What is taken has to be written, too.
  if (read.ok) {
    primaryFragment(read.value, { href: 'x', size: 1, sha256: 'x', time: 0 });
    filelistsFragment(read.value, 'x');
    otherFragment(read.value, 'x');
  }
  return read;
}

/** A line of what Linux says of this process, in MB. */
function memory(name: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1]) / 1024;
}

const before = memory('VmRSS');
for (const path of process.argv.slice(2)) {
  const source = fileSource(path);
  globalThis.gc?.();
  // Forgets the highest use of memory up to now (proc(5)).
  writeFileSync('/proc/self/clear_refs', '5');
  const begin = process.cpuUsage();
  const read = await readFile(source, basename(path));
  const used = process.cpuUsage(begin);
  const report: FileReport = {
    name: basename(path),
    reason: read.ok ? undefined : read.reason,
    milliseconds: Math.round((used.user + used.system) / 1000),
    memory: Math.round(memory('VmHWM') - before),
  };
  source.close();
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

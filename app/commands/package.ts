import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ByteSource } from '../repository/byte-source.ts';
import { readDeb, type DebFacts } from '../repository/deb.ts';
import { fieldValue } from '../repository/deb822.ts';
import type { Reading } from '../repository/refusal.ts';
import { dependencyText } from '../repository/rpm/dependency.ts';
import { nevra } from '../repository/rpm/nevra.ts';
import { readRpm, type RpmFacts } from '../repository/rpm/rpm.ts';
import { readTarball, type TarballFacts } from '../repository/tarball.ts';
import { isAbsence } from '../storage/digest.ts';
import { WrongUse } from './wrong-use.ts';

type Facts =
  | ({ readonly format: 'deb' } & DebFacts)
  | ({ readonly format: 'rpm' } & RpmFacts)
  | ({ readonly format: 'tar' } & TarballFacts);

/** How many files are shown of a package; `--json` has all. */
const filesShown = 20;

/**
 * `rollout package FILE… [--json]`: what a package says of itself, and every script that its installation would run; nothing of it is run or
 * unpacked to the disk. For verifiers, who have to look, and for providers, who want to know beforehand. Gives 1 when one is not taken.
 */
export async function packageCommand(
  files: readonly string[],
  options: { readonly json?: true },
  write: (text: string) => void,
): Promise<number> {
  let status = 0;
  for (const file of files) {
    const read = await readFacts(file);
    if (options.json === true)
      write(`${JSON.stringify(read.ok ? { file, ...read.value } : { file, refused: read.reason })}\n`);
    else write(read.ok ? `${shown(basename(file), read.value).join('\n')}\n\n` : `${file}: ${read.reason}\n`);
    if (!read.ok) status = 1;
  }
  return status;
}

async function readFacts(file: string): Promise<Reading<Facts>> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    if (isAbsence(error)) throw new WrongUse(`${file}: there is no such file`);
    throw error;
  });
  try {
    const { size } = await handle.stat();
    const source: ByteSource = {
      size,
      read: async (offset, length) => {
        const bytes = new Uint8Array(length);
        const { bytesRead } = await handle.read(bytes, 0, length, offset);
        return bytes.subarray(0, bytesRead);
      },
    };
    if (file.endsWith('.deb')) return tagged('deb', await readDeb(source));
    if (file.endsWith('.rpm')) return tagged('rpm', await readRpm(source));
    return tagged('tar', await readTarball(source, basename(file)));
  } finally {
    await handle.close();
  }
}

function tagged<F extends string, T extends object>(
  format: F,
  read: Reading<T>,
): Reading<{ readonly format: F } & T> {
  return read.ok ? { ok: true, value: { format, ...read.value } } : read;
}

function shown(file: string, facts: Facts): readonly string[] {
  switch (facts.format) {
    case 'deb':
      return [
        `${file}: ${facts.name} ${facts.version} ${facts.architecture}`,
        ...['Depends', 'Pre-Depends', 'Recommends', 'Provides', 'Conflicts', 'Breaks', 'Replaces'].flatMap(
          (name) => {
            const value = fieldValue(facts.fields, name);
            return value === undefined ? [] : [`  ${name.toLowerCase()}: ${value.replaceAll(/\s+/g, ' ')}`];
          },
        ),
        ...list('files', facts.files),
        ...scripts(facts.scripts),
      ];
    case 'rpm':
      return [
        `${file}: ${nevra(facts)}`,
        ...(['requires', 'recommends', 'provides', 'conflicts', 'obsoletes'] as const).flatMap((kind) =>
          facts[kind].length === 0 ? [] : [`  ${kind}: ${facts[kind].map(dependencyText).join(', ')}`],
        ),
        ...facts.changelog
          .slice(0, 1)
          .map(({ author, text }) => `  newest change: ${author}: ${text.replaceAll('\n', ' ')}`),
        ...list(
          'files',
          facts.files.map(({ path }) => path),
        ),
        ...scripts(
          facts.scriptlets.map(({ kind, interpreter, text }) => ({ kind: `${kind} (${interpreter})`, text })),
        ),
      ];
    case 'tar':
      return [
        `${file}: ${String(facts.entries.length)} entries`,
        ...list(
          'entries',
          facts.entries.map(({ path }) => path),
        ),
      ];
  }
}

function list(name: string, items: readonly string[]): readonly string[] {
  const more = items.length - filesShown;
  return [
    `  ${name}: ${String(items.length)}`,
    ...items.slice(0, filesShown).map((item) => `    ${item}`),
    ...(more > 0 ? [`    and ${String(more)} more`] : []),
  ];
}

function scripts(all: readonly { readonly kind: string; readonly text: string }[]): readonly string[] {
  if (all.length === 0) return ['  runs nothing when it is installed or removed'];
  return all.flatMap(({ kind, text }) => [
    `  runs as root, ${kind}:`,
    ...text
      .trimEnd()
      .split('\n')
      .map((line) => `    | ${line}`),
  ]);
}

import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memorySource } from '../../app/repository/byte-source.ts';
import { readDeb } from '../../app/repository/deb.ts';
import { paragraphsOf, parseParagraph } from '../../app/repository/deb822.ts';
import { packageStanza } from '../../app/repository/packages-index.ts';
import { sha256Of } from '../../app/storage/digest.ts';
import { download } from './apt.ts';

/*
 * `npm run check:debs`: hundreds of real packages of Debian, small ones of every kind, and whether our `Packages` says of each what apt-ftparchive
 * says, field by field. Weak digests are left out on purpose; nothing else may differ.
 */

const wanted = 240;
const largest = 40_000;
const leftOut = new Set(['MD5sum', 'SHA1', 'SHA512']);
const most = { maxBuffer: 1024 * 1024 * 1024, encoding: 'utf8' } as const;

/** Names with versions, spread over everything that apt knows here. */
function chosen(): readonly string[] {
  const small: string[] = [];
  for (const text of execFileSync('apt-cache', ['dumpavail'], most).split('\n\n')) {
    const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';
    if (field('Filename') !== '' && Number(field('Size')) < largest)
      small.push(`${field('Package')}=${field('Version')}`);
  }
  const step = Math.max(1, Math.floor(small.length / wanted));
  return small.filter((_, at) => at % step === 0).slice(0, wanted);
}

type Fields = ReadonlyMap<string, string>;
const fieldsOf = (paragraph: string): Fields =>
  new Map(parseParagraph(paragraph).filter(([name]) => !leftOut.has(name)));

function differences(ours: Fields, theirs: Fields): readonly string[] {
  return [...new Set([...ours.keys(), ...theirs.keys()])].filter(
    (name) => ours.get(name) !== theirs.get(name),
  );
}

const dir = await mkdtemp(join(tmpdir(), 'rollout-debs-'));
try {
  await download(dir, chosen());
  const theirs = new Map<string, Fields>();
  for (const paragraph of paragraphsOf(
    execFileSync('apt-ftparchive', ['packages', '.'], { ...most, cwd: dir }),
  )) {
    const fields = fieldsOf(paragraph);
    theirs.set((fields.get('Filename') ?? '').replace(/^\.\//, ''), fields);
  }
  let wrong = 0;
  const files = (await readdir(dir)).filter((file) => file.endsWith('.deb'));
  for (const file of files) {
    const bytes = await readFile(join(dir, file));
    const read = await readDeb(memorySource(bytes));
    const filename = theirs.get(file)?.get('Filename') ?? file;
    const odd = read.ok
      ? differences(
          fieldsOf(
            packageStanza({ facts: read.value, filename, size: bytes.length, sha256: sha256Of(bytes) }),
          ),
          theirs.get(file) ?? new Map(),
        )
      : [read.reason];
    if (odd.length === 0) continue;
    wrong += 1;
    process.stdout.write(`${file}: ${odd.join(', ')}\n`);
  }
  process.stdout.write(
    `${String(files.length)} packages, ${String(wrong)} of them otherwise than apt-ftparchive\n`,
  );
  process.exitCode = files.length >= 200 && wrong === 0 ? 0 : 1;
} finally {
  await rm(dir, { recursive: true, force: true });
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildRpm } from '../../../app/demo/build-rpm.ts';
import { numbers, text, texts, translated } from '../../../app/demo/rpm-file.ts';
import { dependencyTags, rawDependencies, rawFiles, rawRpm, type RawDependency } from './raw-rpm.ts';

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;
const several = (count: number, line: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => line(at)).join('\n');

/** What is in one package of a spec file: its tags, and what installs and lists its files. */
interface Part {
  readonly tags?: string;
  readonly install?: string;
  readonly files?: string;
  readonly scripts?: (name: string) => string;
}

const parts: Readonly<Record<string, Part>> = {
  empty: {},
  epoch: { tags: 'Epoch: 7' },
  weak: {
    tags: lines(
      'Recommends: rec >= 1:2-3',
      'Suggests: sug',
      'Supplements: (lang = de and voms)',
      'Enhances: enh < 4',
    ),
  },
  rich: { tags: lines('Requires: (a if b else c)', 'Requires: (x >= 1 with x < 2)', 'Conflicts: (k and l)') },
  versions: {
    tags: lines(
      'Requires: a = 1, b < 2:3-4, c <= 5~rc1, d > 6^git7, e >= 8-9',
      'Requires: a = 1, a >= 1, a',
      'Conflicts: con <= 3',
      'Obsoletes: old < 2:0',
      'Provides: virtual(x) = 0:1.0, virtual(x) = 1.0, bare',
      'Requires: virtual(x) = 1.0, virtual(x) = 2.0',
    ),
  },
  library: {
    tags: lines(
      'Requires: libc.so.6()(64bit), libc.so.6(GLIBC_2.2.5)(64bit), libc.so.6(GLIBC_2.34)(64bit)',
      'Requires: libc.so.6(GLIBC_2.4)(64bit), libm.so.6(GLIBC_2.29)(64bit)',
    ),
  },
  order: {
    tags: lines(
      'Requires(pre): one',
      'Requires(post): two',
      'Requires(preun): three',
      'Requires(postun): four',
      'Requires(pretrans): five',
      'Requires(posttrans): six',
      'Requires(verify): seven',
      'Requires(meta): eight',
      'Requires: one, two',
    ),
  },
  scripts: {
    scripts: (name) =>
      lines(
        ...['pre', 'post', 'preun', 'postun', 'pretrans', 'posttrans', 'verifyscript'].map(
          (kind) => `%${kind} -n ${name}\necho ${kind}`,
        ),
        `%triggerin -n ${name} -- other > 1\necho trigger`,
        `%filetriggerin -n ${name} -- /usr/lib\necho filetrigger`,
        `%transfiletriggerin -n ${name} -p <lua> -- /usr/lib\nprint("x")`,
      ),
  },
  program: { scripts: (name) => `%post -n ${name} -p /sbin/ldconfig` },
  files: {
    install: lines(
      'mkdir -p etc/a usr/bin usr/sbin usr/lib usr/share/bin/x opt',
      'echo 1 > etc/a/conf; echo 2 > usr/bin/tool; ln -s tool usr/bin/link; echo 3 > usr/lib/sendmail',
      'echo 4 > usr/share/bin/x/data; echo 5 > etc/ghost; echo 6 > opt/plain; mkdir opt/empty; ln usr/bin/tool usr/bin/hard',
    ),
    files: lines(
      '%dir /etc/a',
      '%config(noreplace) /etc/a/conf',
      '%ghost /etc/ghost',
      '/usr/bin/*',
      '/usr/lib/sendmail',
      '/usr/share/bin/x',
      '%doc /opt/plain',
      '%ghost %dir /opt/empty',
    ),
  },
  names: {
    install: lines(
      `mkdir -p 'usr/share/sp ace' usr/share/ünï 'usr/share/a&b<c>"d"'`,
      `echo 1 > 'usr/share/sp ace/it is'; echo 2 > usr/share/ünï/ö; echo 3 > 'usr/share/a&b<c>"d"/e'; echo 4 > "usr/share/q'uote"`,
      `echo 5 > 'usr/share/-dash'; echo 6 > usr/share/日本`,
    ),
    files: lines('/usr/share/*'),
  },
  own: {
    tags: lines('Requires: /usr/bin/mine, /usr/bin/other, /opt/mine'),
    install: 'mkdir -p usr/bin opt; echo 1 > usr/bin/mine; echo 2 > opt/mine',
    files: lines('/usr/bin/mine', '/opt/mine'),
  },
  many: {
    install: 'mkdir -p usr/share/many; (cd usr/share/many; seq 3000 | xargs touch)',
    files: '/usr/share/many',
  },
};

function spec(): string {
  const changes = several(
    14,
    (
      at,
    ) => `* Mon Jan ${String(15 - Math.floor(at / 4) * 7).padStart(2, '0')} 2024 Jörg <j@x.example> - ${String(90 - at)}-1
- change ${String(at)} & <more> "quoted"
  second line`,
  );
  const names = Object.keys(parts);
  return lines(
    'Name: odd',
    'Version: 1.0~rc1^git2',
    'Release: 3.el9',
    'Summary: <Ümläut> & "quotes"',
    'License: Apache-2.0 AND MIT',
    'URL: https://example.org/?a=1&b=2',
    'Vendor: Ein & Anbieter',
    'Packager: A <a@b.example>',
    'Group: System/Tools',
    'BuildArch: noarch',
    `%description\nLine\tone\n\n  "two" <three> & four 日本`,
    ...names.map(
      (name) => `%package -n odd-${name}\nSummary: part ${name}\n${parts[name]?.tags ?? ''}
%description -n odd-${name}\nPart.\n`,
    ),
    '%install',
    'mkdir -p %{buildroot}; cd %{buildroot}',
    // Each part gets its own files below the same root.
    ...names.map((name) => parts[name]?.install ?? ''),
    ...names.map((name) => parts[name]?.scripts?.(`odd-${name}`) ?? ''),
    '%files',
    ...names.map((name) => `%files -n odd-${name}\n${filesOf(name)}`),
    `%changelog\n${changes}`,
  );
}

// The parts share one build root: the one that lists a whole folder leaves out what is another's.
function filesOf(name: string): string {
  const files = parts[name]?.files ?? '';
  if (name === 'names') return `${files}%exclude /usr/share/bin\n%exclude /usr/share/many`;
  if (name === 'files') return `${files}%exclude /usr/bin/mine`;
  return files;
}

/**
 * Builds packages with the real rpmbuild in a folder: the parts above with gzip payloads, and one with xz and one with zstd;
 * a source package too.
 */
function rpmbuildPackages(folder: string): void {
  const top = join(folder, 'top');
  mkdirSync(top, { recursive: true });
  const run = (file: string, content: string, defines: readonly string[]): void => {
    writeFileSync(join(top, file), content);
    execFileSync(
      'rpmbuild',
      [`_topdir ${top}`, '_build_id_links none', '__brp_mangle_shebangs %{nil}', ...defines]
        .flatMap((define) => ['--define', define])
        .concat('-ba', join(top, file)),
      { stdio: 'pipe', env: { ...process.env, LC_ALL: 'C.UTF-8' } },
    );
  };
  run('odd.spec', spec(), ['_binary_payload w9.gzdio']);
  for (const [packing, io] of [
    ['xz', 'w2.xzdio'],
    ['zstd', 'w3.zstdio'],
  ]) {
    run(
      `packed-${String(packing)}.spec`,
      lines(
        `Name: packed-${String(packing)}`,
        'Version: 1',
        'Release: 1',
        'Summary: x',
        'License: MIT',
        '%description',
        'x',
        '%install',
        'mkdir -p %{buildroot}/opt; seq 10000 > %{buildroot}/opt/numbers',
        '%files',
        '/opt/numbers',
      ),
      [`_binary_payload ${String(io)}`],
    );
  }
  for (const sub of ['RPMS', 'SRPMS']) {
    for (const name of readdirSync(join(top, sub), { recursive: true, encoding: 'utf8' }))
      if (name.endsWith('.rpm'))
        renameSync(join(top, sub, name), join(folder, name.split('/').at(-1) ?? name));
  }
}

/** A small generator of numbers, so that the corpus is the same each time (Lehmer). */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const someNames = [
  'a',
  'b',
  '/usr/bin/own',
  '/opt/own',
  'rpmlib(X)',
  'libc.so.6',
  'libc.so.6()(64bit)',
].concat([
  'libc.so.6(GLIBC_2.4)',
  'libc.so.6(GLIBC_2.34)(64bit)',
  'libc.so.6(GLIBC_PRIVATE)',
  'libc.so.6(',
  'libc.so.6(x)(2)',
]);
const someVersions = ['', '', '1', '0:1', '1-1', '2:1-1', '1-', '1:2-3-4', '1~rc1'];
const someFlags = [
  0,
  0,
  2,
  4,
  8,
  10,
  12,
  8 | (1 << 6),
  8 | (1 << 9),
  1 << 10,
  1 << 19,
  1 << 27,
  8 | (1 << 5),
  1 << 24,
];

function randomDependencies(next: (below: number) => number): readonly RawDependency[] {
  return Array.from({ length: 1 + next(24) }, () => ({
    name: someNames[next(someNames.length)] ?? '',
    version: someVersions[next(someVersions.length)] ?? '',
    flags: someFlags[next(someFlags.length)] ?? 0,
  }));
}

/** Packages that rpmbuild would not make: lists in any order and twice, texts in latin-1, times and sizes at their limits. */
function oddPackages(): readonly Uint8Array[] {
  const latin1 = (value: string): Buffer => Buffer.from(value, 'latin1');
  const kinds = Object.keys(dependencyTags) as (keyof typeof dependencyTags)[];
  const random = Array.from({ length: 120 }, (_, at) => {
    const next = sequence(at + 1);
    const lists = kinds
      .filter((kind) => kind === 'requires' || kind === 'provides' || next(3) === 0)
      .flatMap((kind) => rawDependencies(kind, randomDependencies(next)));
    const count = next(13);
    const times = Array.from({ length: count }, () => 1_700_000_000 - next(3));
    const changes =
      count === 0
        ? []
        : [
            numbers(1080, times),
            texts(
              1081,
              times.map((_time, which) => `A${String(which)} ${' '.repeat(next(3))}`),
            ),
            texts(
              1082,
              times.map((_time, which) => `- ${String(which)}`),
            ),
          ];
    const files = rawFiles([
      { folder: '/usr/bin/', name: 'own' },
      { folder: '/opt/', name: 'own' },
    ]);
    return rawRpm([text(1000, `random${String(at)}`), ...lists, ...changes, ...files]);
  });
  return [
    ...random,
    rawRpm([
      text(1000, 'latin1'),
      text(1004, latin1('Käse für 5£')),
      text(1005, latin1('\xc0\xff \xa9 \xe9')),
    ]),
    rawRpm([
      text(1000, 'translated'),
      texts(100, ['C', 'de']),
      { ...texts(1004, ['cheese', 'Käse']), type: 9 },
    ]),
    rawRpm([
      text(1000, 'breaks'),
      translated(1005, 'a\r\nb\tc\u0085d\u2028e\u007f'),
      text(1011, 'tab\there\nline'),
    ]),
    rawRpm([
      text(1000, 'root'),
      ...rawFiles([
        { folder: '/', name: '', mode: 0o40755 },
        { folder: '/', name: 'bin', mode: 0o120777 },
      ]),
    ]),
    rawRpm([
      text(1000, 'emoji'),
      ...rawDependencies('provides', [{ name: 'font(😀é)' }, { name: 'a"b<c>&' }]),
    ]),
    rawRpm([
      text(1000, 'late'),
      numbers(1006, [4_294_967_295]),
      numbers(1003, [4_294_967_295]),
      numbers(1080, [4_294_967_295, 4_294_967_295, 0, 0]),
      texts(1081, ['a', ' ', 'c', 'd']),
      texts(1082, ['', 'x', 'y', 'z']),
    ]),
    rawRpm([text(1000, 'large'), { ...numbers(5009, [1, 5]), type: 5, count: 1 }], {
      signatures: [{ ...numbers(271, [3, 7]), type: 5, count: 1 }],
    }),
    buildRpm({
      name: 'sample',
      version: '2.1.0',
      release: '3.el9',
      architecture: 'x86_64',
      packager: 'T <t@x.example>',
      summary: 's',
      description: 'd',
      epoch: 2,
      requires: ['bash >= 4', 'voms-libs = 2:1.0-1'],
      scriptlets: { post: 'true\n' },
      changelog: [{ time: 1_700_000_000, author: 'A', text: '- x' }],
      files: { 'usr/bin/voms': 'x', 'etc/voms': 'y' },
    }),
  ];
}

/** Writes a corpus of packages into an empty folder: real ones of rpmbuild and odd ones. Needs rpmbuild. */
export function writeCorpus(folder: string): void {
  rpmbuildPackages(folder);
  for (const [at, bytes] of oddPackages().entries())
    writeFileSync(join(folder, `odd-${String(at)}.rpm`), bytes);
}

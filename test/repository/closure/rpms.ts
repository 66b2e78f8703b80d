import * as fc from 'fast-check';
import { flagsOf, type RpmDependency, type RpmPackageFacts } from '../../../app/repository/closure/rpm.ts';

const names = ['a', 'b', 'c', 'd', 'e'];
const versions = ['1-1', '1-2', '1~rc1-1', '2-1', '1:0.5-1'];
const asked = ['1', '1-1', '1-2', '2', '2-1', '1:0.5-1', '0:1-1'];
const signs = ['EQ', 'LT', 'GT', 'LE', 'GE'];
const words: Readonly<Record<string, string>> = { EQ: '=', LT: '<', GT: '>', LE: '<=', GE: '>=' };

const simple: fc.Arbitrary<RpmDependency> = fc
  .tuple(fc.constantFrom(...names, 'v', 'w'), fc.constantFrom('', '', ...signs), fc.constantFrom(...asked))
  .map(([name, sign, version]) => ({ name, flags: flagsOf(sign), version: sign === '' ? '' : version }));
const file: fc.Arbitrary<RpmDependency> = fc
  .constantFrom('/usr/bin/x', '/usr/bin/y', '/etc/z')
  .map((name) => ({ name, flags: 0, version: '' }));
const term = fc
  .tuple(fc.constantFrom(...names, 'v'), fc.constantFrom('', '', ...signs), fc.constantFrom(...asked))
  .map(([name, sign, version]) => (sign === '' ? name : `${name} ${words[sign] ?? ''} ${version}`));
const set = fc.tuple(term, fc.constantFrom('with', 'without'), term).map((of) => `(${of.join(' ')})`);
const part = fc.oneof({ weight: 4, arbitrary: term }, { weight: 1, arbitrary: set });
const rich: fc.Arbitrary<RpmDependency> = fc
  .oneof(
    fc.tuple(part, fc.constantFrom('and', 'or', 'if', 'unless'), part),
    fc.tuple(part, fc.constantFrom('if', 'unless'), part, fc.constant('else'), part),
    fc.tuple(part, fc.constant('or'), part, fc.constant('or'), part),
    fc.tuple(
      fc.tuple(part, fc.constant('if'), part).map((of) => `(${of.join(' ')})`),
      fc.constant('and'),
      part,
    ),
  )
  .map((of) => ({ name: `(${of.join(' ')})`, flags: 0, version: '' }));
// With a release, as rpmbuild writes it: where it is missing libsolv takes more than rpm does, and rpm has the last word.
const provided = fc
  .tuple(
    fc.constantFrom('v', 'w', 'a', 'b'),
    fc.constantFrom('', 'EQ', 'EQ', 'GE', 'LE'),
    fc.constantFrom(...versions),
  )
  .map(([name, sign, version]) => ({ name, flags: flagsOf(sign), version: sign === '' ? '' : version }));

/** What a boolean conflict means for something that its own package offers, libsolv decides by the form it is rewritten to: nobody writes one. */
function withoutSelfRefusal(one: RpmPackageFacts): RpmPackageFacts {
  const own = new Set([one.name, ...one.provides.map(({ name }) => name)]);
  const conflicts = one.conflicts.filter(
    ({ name }) => !name.startsWith('(') || !name.split(/[ ()]/).some((word) => own.has(word)),
  );
  return { ...one, conflicts };
}

/** Packages as a small repository could hold them, in several versions, with files, boolean dependencies, conflicts and obsoletes. */
export const rpmUniverse: fc.Arbitrary<readonly RpmPackageFacts[]> = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom(...names),
      version: fc.constantFrom(...versions),
      architecture: fc.constant('noarch'),
      provides: fc.array(provided, { maxLength: 1 }),
      requires: fc.array(
        fc.oneof(
          { weight: 4, arbitrary: simple },
          { weight: 1, arbitrary: file },
          { weight: 2, arbitrary: rich },
        ),
        { maxLength: 3 },
      ),
      conflicts: fc.array(fc.oneof({ weight: 4, arbitrary: simple }, { weight: 1, arbitrary: rich }), {
        maxLength: 1,
      }),
      obsoletes: fc.array(simple, { maxLength: 1 }),
      files: fc.array(
        fc
          .constantFrom('/usr/bin/x', '/usr/bin/y', '/etc/z')
          .map((path) => ({ path, kind: 'file' as const })),
        { maxLength: 1 },
      ),
    }),
    { minLength: 3, maxLength: 8, selector: ({ name, version }) => `${name} ${version}` },
  )
  .map((packages) => packages.map(withoutSelfRefusal));

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function versionAttributes(version: string): string {
  const [, epoch, ver, rel] = /^(?:(\d+):)?([^-]+)(?:-(.+))?$/.exec(version) ?? [];
  return `epoch="${epoch ?? '0'}" ver="${ver ?? ''}"${rel === undefined ? '' : ` rel="${rel}"`}`;
}

const signOf = (flags: number): string => signs.find((sign) => flagsOf(sign) === flags) ?? '';

function entries(list: string, dependencies: readonly RpmDependency[]): string {
  const lines = dependencies.map(({ name, flags, version }) => {
    const condition = flags === 0 ? '' : ` flags="${signOf(flags)}" ${versionAttributes(version)}`;
    return `      <rpm:entry name="${escaped(name)}"${condition}/>\n`;
  });
  return lines.length === 0 ? '' : `    <rpm:${list}>\n${lines.join('')}    </rpm:${list}>\n`;
}

/** The packages as `primary.xml` of a repository, in the form in which createrepo_c writes it. */
export function primaryXml(packages: readonly RpmPackageFacts[]): string {
  const each = packages.map((one, number) => {
    const own = { name: one.name, flags: flagsOf('EQ'), version: one.version };
    return `<package type="rpm">
  <name>${one.name}</name>
  <arch>${one.architecture}</arch>
  <version ${versionAttributes(one.version)}/>
  <checksum type="sha256" pkgid="YES">${String(number + 1).padStart(64, '0')}</checksum>
  <summary>a package</summary>
  <description>a package</description>
  <packager></packager>
  <url></url>
  <time file="1" build="1"/>
  <size package="1" installed="1" archive="1"/>
  <location href="${String(number)}.rpm"/>
  <format>
    <rpm:license>Apache-2.0</rpm:license>
${entries('provides', [own, ...one.provides])}${entries('requires', one.requires)}${entries('conflicts', one.conflicts)}${entries('obsoletes', one.obsoletes)}${(
      one.files ?? []
    )
      .map(({ path }) => `    <file>${path}</file>\n`)
      .join('')}  </format>
</package>
`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="${String(packages.length)}">
${each.join('')}</metadata>
`;
}

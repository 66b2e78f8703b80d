import * as fc from 'fast-check';
import type { RpmPackageFacts } from '../../../app/repository/closure/rpm.ts';
import type { RpmDependency } from '../../../app/repository/rpm/dependency.ts';
import { evr } from '../../../app/repository/rpm/nevra.ts';
import { primaryFragment, repodataHead, repodataTail } from '../../../app/repository/rpm/repodata.ts';
import type { RpmFacts } from '../../../app/repository/rpm/rpm.ts';

const names = ['a', 'b', 'c', 'd', 'e'];
const versions = ['1-1', '1-2', '1~rc1-1', '2-1', '1:0.5-1'];
const asked = ['1', '1-1', '1-2', '2', '2-1', '1:0.5-1', '0:1-1'];
const signs = ['EQ', 'LT', 'GT', 'LE', 'GE'] as const;
const words: Readonly<Record<string, string>> = { EQ: '=', LT: '<', GT: '>', LE: '<=', GE: '>=' };

/** `[epoch:]version[-release]` in its parts. */
function parts(text: string): { version: string; epoch?: string; release?: string } {
  const [, epoch, version = '', release] = /^(?:(\d+):)?([^-]+)(?:-(.+))?$/.exec(text) ?? [];
  return {
    version,
    ...(epoch === undefined ? {} : { epoch }),
    ...(release === undefined ? {} : { release }),
  };
}

/** The version of a package in its parts. */
export function identity(text: string): Pick<RpmPackageFacts, 'epoch' | 'version' | 'release'> {
  const { epoch = '0', version, release = '' } = parts(text);
  return { epoch: Number(epoch), version, release };
}

/** A dependency; with no sign, on any version. */
export const dependency = (
  name: string,
  sign: RpmDependency['flags'] | '' = '',
  version = '',
): RpmDependency => (sign === '' ? { name } : { name, flags: sign, ...parts(version) });

const simple: fc.Arbitrary<RpmDependency> = fc
  .tuple(fc.constantFrom(...names, 'v', 'w'), fc.constantFrom('', '', ...signs), fc.constantFrom(...asked))
  .map((of) => dependency(...of));
const file: fc.Arbitrary<RpmDependency> = fc
  .constantFrom('/usr/bin/x', '/usr/bin/y', '/etc/z')
  .map((name) => dependency(name));
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
  .map((of) => dependency(`(${of.join(' ')})`));
// With a release, as rpmbuild writes it: where it is missing libsolv takes more than rpm does, and rpm has the last word.
const provided = fc
  .tuple(
    fc.constantFrom('v', 'w', 'a', 'b'),
    fc.constantFrom('', 'EQ', 'EQ', 'GE', 'LE'),
    fc.constantFrom(...versions),
  )
  .map((of) => dependency(...of));

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
          .map((path) => ({ path, type: 'file' as const })),
        { maxLength: 1 },
      ),
    }),
    { minLength: 3, maxLength: 8, selector: ({ name, version }) => `${name} ${version}` },
  )
  .map((packages) =>
    packages.map(({ version, ...one }) => withoutSelfRefusal({ ...one, ...identity(version) })),
  );

/** Facts of a package that says nothing else of itself. */
const wholeFacts = (one: RpmPackageFacts): RpmFacts => ({
  recommends: [],
  suggests: [],
  supplements: [],
  enhances: [],
  summary: 'a package',
  description: 'a package',
  license: 'Apache-2.0',
  vendor: '',
  group: 'Unspecified',
  buildHost: 'builder.provider.example',
  sourceRpm: `${one.name}-${one.version}-${one.release}.src.rpm`,
  url: '',
  packager: '',
  buildTime: 1,
  sizes: { installed: 1, archive: 1 },
  header: { start: 0, end: 1 },
  changelog: [],
  scriptlets: [],
  ...one,
  files: one.files ?? [],
});

/** The packages as `primary.xml` of a repository. */
export function primaryXml(packages: readonly RpmPackageFacts[]): string {
  const fragments = packages.map((one, number) => {
    const sha256 = String(number + 1).padStart(64, '0');
    const own = { ...one, provides: [dependency(one.name, 'EQ', evr(one)), ...one.provides] };
    return primaryFragment(wholeFacts(own), { href: `${String(number)}.rpm`, size: 1, sha256, time: 1 });
  });
  return [repodataHead('primary', packages.length), ...fragments, repodataTail('primary')].join('');
}

import * as fc from 'fast-check';
import type { Field } from '../../../app/repository/deb822.ts';
import { debPackage } from '../../../app/repository/closure/debian.ts';
import { formulaOf, type Formula } from '../../../app/repository/closure/formula.ts';
import { layerOf } from '../../../app/repository/closure/layer.ts';
import { offersOf, type Package } from '../../../app/repository/closure/package.ts';
import { universeOf, type Candidates, type Universe } from '../../../app/repository/closure/universe.ts';
import { meets, type ClosureFormat } from '../../../app/repository/closure/versions.ts';

/** Control fields of a package: `Package` and `Version` among them. */
export type Control = Readonly<Record<string, string>>;

export const fieldsOf = (control: Control): readonly Field[] => Object.entries(control);

export const stanza = (control: Control): string =>
  `${fieldsOf(control)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')}\n`;

export const debs = (controls: readonly Control[]): readonly Package[] =>
  controls.map((control) => debPackage({ fields: fieldsOf(control) }, 'amd64'));

export const universeWith = (
  format: ClosureFormat,
  packages: readonly Package[],
  candidates: Candidates,
): Universe => universeOf(format, [layerOf('the channel', packages)], candidates);

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const versions = ['1', '1~rc1', '1.1', '2', '1:0.5'];
const name = fc.constantFrom(...names);
const condition = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('<<', '<=', '=', '>=', '>>'), fc.constantFrom(...versions))
      .map(([sign, version]) => ` (${sign} ${version})`),
  },
);
const asked = fc.tuple(fc.constantFrom(...names, 'v'), condition).map(([of, on]) => `${of}${on}`);
const maybeAny = fc
  .tuple(asked, fc.nat(20))
  .map(([one, chance]) => (chance === 0 ? one.replace(/^\w/, '$&:any') : one));
const group = fc.array(maybeAny, { minLength: 1, maxLength: 2 }).map((of) => of.join(' | '));
const list = (of: fc.Arbitrary<string>, most: number): fc.Arbitrary<string> =>
  fc.array(of, { maxLength: most }).map((items) => items.join(', '));
const provided = fc
  .tuple(fc.constantFrom('v', 'v', 'a', 'b'), fc.constantFrom('', '', ' (= 1)', ' (= 2)'))
  .map((parts) => parts.join(''));

/**
 * A loop of Pre-Depends can be resolved, and cannot be unpacked in any order: apt refuses it for that, and nobody builds it. So these ask
 * for names further on in the alphabet.
 */
const forward = (field: string, own: string): string =>
  field
    .split(', ')
    .filter((item) => item.split(' | ').every((one) => one.charAt(0) > own))
    .join(', ');

/** Packages as a small archive could hold them: some in two versions, with dependencies, conflicts and virtual packages at random. */
export const debUniverse: fc.Arbitrary<readonly Control[]> = fc
  .uniqueArray(
    fc.record({
      Package: name,
      Version: fc.constantFrom(...versions),
      Architecture: fc.constantFrom('amd64', 'all'),
      'Multi-Arch': fc.constantFrom('', '', '', 'allowed', 'foreign', 'same'),
      'Pre-Depends': list(group, 1),
      Depends: list(group, 3),
      Conflicts: list(asked, 1),
      Breaks: list(asked, 1),
      Provides: list(provided, 1),
    }),
    { minLength: 3, maxLength: 8, selector: ({ Package, Version }) => `${Package} ${Version}` },
  )
  .map((controls) =>
    controls.map((control) => {
      // Multi-Arch: same or allowed is for packages of one architecture.
      const before = forward(control['Pre-Depends'], control.Package);
      const odd = control.Architecture === 'all' && control['Multi-Arch'] !== 'foreign';
      return Object.fromEntries(
        Object.entries({ ...control, 'Pre-Depends': before }).filter(
          ([field, value]) => value !== '' && !(odd && field === 'Multi-Arch'),
        ),
      );
    }),
  );

/**
 * The third opinion: tries every set of packages that may be taken. Written from the rules alone, and of use for a dozen packages at most.
 */
export function bruteForce(root: Package, universe: Universe): boolean {
  const all = universe.layers.flatMap(({ packages }) => packages);
  const others = all.filter((one) => one !== root && universe.isCandidate(one));
  const may = [root, ...others];
  const meeting: Universe['meeting'] = (relation) =>
    may.filter(
      (one) =>
        offersOf(one).some((what) => what.name === relation.name && meets(universe.format, what, relation)) ||
        one.files?.some(({ path }) => path === relation.name) === true,
    );
  const holds = (formula: Formula, chosen: ReadonlySet<Package>): boolean => {
    switch (formula.is) {
      case 'all':
        return formula.of.every((part) => holds(part, chosen));
      case 'any':
        return formula.of.some((part) => holds(part, chosen));
      case 'some':
        return formula.of.some((one) => chosen.has(one));
      case 'none':
        return !formula.of.some((one) => chosen.has(one));
    }
  };
  const isSound = (chosen: ReadonlySet<Package>): boolean =>
    [...chosen].every(
      (one) =>
        one.requires.every((requirement) => holds(formulaOf(requirement, meeting), chosen)) &&
        one.conflicts.every((requirement) =>
          holds(
            formulaOf(requirement, (relation) => meeting(relation).filter((other) => other !== one), false),
            chosen,
          ),
        ) &&
        [...chosen].every(
          (other) =>
            other === one ||
            (other.name !== one.name &&
              !one.obsoletes.some(
                (relation) =>
                  relation.name === other.name &&
                  meets(
                    universe.format,
                    { name: other.name, comparison: '=', version: other.version },
                    relation,
                  ),
              )),
        ),
    );
  for (let set = 0; set < 2 ** others.length; set += 1) {
    const chosen = new Set([root, ...others.filter((_, at) => (set & (1 << at)) !== 0)]);
    if (isSound(chosen)) return true;
  }
  return false;
}

import type { RpmDependency } from '../rpm/dependency.ts';
import type { RpmFile } from '../rpm/files.ts';
import { evr } from '../rpm/nevra.ts';
import type { RpmFacts } from '../rpm/rpm.ts';
import { isRpmVersion } from '../rpm-version.ts';
import { shown } from '../refusal.ts';
import { fileList } from './file-list.ts';
import type { Comparison, Package, PackageFile, Relation, Requirement } from './package.ts';
import { readRich } from './rich-dependency.ts';

type Listed = 'provides' | 'requires' | 'conflicts' | 'obsoletes';

/** What of an rpm package's facts is needed here, as its reader or the metadata of a repository gives it. */
export interface RpmPackageFacts extends Pick<
  RpmFacts,
  'name' | 'epoch' | 'version' | 'release' | 'architecture' | Listed
> {
  /** Undefined where nobody knows them. */
  readonly files: readonly RpmFile[] | undefined;
}

const comparisons: Readonly<Record<NonNullable<RpmDependency['flags']>, Comparison>> = {
  EQ: '=',
  LT: '<',
  GT: '>',
  LE: '<=',
  GE: '>=',
};
const kinds: Readonly<Record<RpmFile['type'], PackageFile['kind']>> = {
  file: 'file',
  dir: 'folder',
  ghost: 'ghost',
};
/** dnf.conf(5), `installonlypkgs`: these stand beside other versions of themselves. */
const severalNames = new Set(['kernel', 'kernel-PAE']);
const severalMarks = new Set([
  'installonlypkg(kernel)',
  'installonlypkg(kernel-module)',
  'installonlypkg(vm)',
  'multiversion(kernel)',
]);

/**
 * An rpm package as the search looks at it. What rpm itself has to be able to do (`rpmlib(…)`) is left out, and so are weak dependencies. A
 * requirement that cannot be read can never be met.
 */
export function rpmPackage(facts: RpmPackageFacts): Package {
  const { name, architecture, files } = facts;
  const version = evr(facts);
  const provides = facts.provides.map(relationOf).filter((one) => one !== undefined);
  const list =
    files &&
    fileList(
      files.map(({ path, type, content }) => ({
        path,
        kind: kinds[type],
        ...(content === undefined ? {} : { content }),
      })),
    );
  return {
    name,
    version,
    architecture,
    provides,
    requires: facts.requires
      .filter((one) => one.missingOk !== true && !one.name.startsWith('rpmlib('))
      .map(requirementOf),
    // What cannot be read refuses nobody.
    conflicts: facts.conflicts.map(requirementOf).filter(({ is }) => is !== 'unreadable'),
    obsoletes: facts.obsoletes.map(relationOf).filter((one) => one !== undefined),
    replaces: [],
    get files() {
      return list?.();
    },
    several: severalNames.has(name) || provides.some((one) => severalMarks.has(one.name)),
  };
}

function requirementOf(one: RpmDependency): Requirement {
  if (one.name.startsWith('(')) return readRich(one.name);
  const relation = relationOf(one);
  return relation
    ? { is: 'relation', relation }
    : {
        is: 'unreadable',
        text: `${shown(one.name)} in the version ${shown(one.version ?? '')}, which is none`,
      };
}

/** Undefined when its version is none. */
function relationOf({ name, flags, epoch, version, release }: RpmDependency): Relation | undefined {
  if (flags === undefined || version === undefined) return { name };
  const whole = `${epoch === undefined ? '' : `${epoch}:`}${version}${release === undefined ? '' : `-${release}`}`;
  return isRpmVersion(whole) ? { name, comparison: comparisons[flags], version: whole } : undefined;
}

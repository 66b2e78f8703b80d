import { fieldValue, type Field } from '../deb822.ts';
import { isDebianVersion } from '../debian-version.ts';
import { shown } from '../refusal.ts';
import type { Comparison, Package, PackageFile, Relation, Requirement } from './package.ts';

// Debian policy 7.1 and 5.6.1. dpkg still reads a single < and > as "or equal".
const relationShape =
  /^([a-zA-Z0-9][a-zA-Z0-9+.-]{0,127})(?::([a-z0-9-]{1,32}))?\s*(?:\(\s*(<<|<=|=|>=|>>|<|>)\s*([^\s()]{1,256})\s*\))?$/;
const comparisons: Readonly<Record<string, Comparison>> = {
  '<<': '<',
  '<=': '<=',
  '<': '<=',
  '=': '=',
  '>': '>=',
  '>=': '>=',
  '>>': '>',
};
/** More relations than this in one field are not read: the longest of Debian 12 has about 1,400 (a metapackage of blends). */
const mostRelations = 20_000;

/**
 * A Debian package from its control fields (Debian policy 7), or from its paragraph of `Packages`. Recommends and weaker relations are left
 * out: nothing fails without them.
 * `native` is the architecture of the machine; a relation with another one can only be met by a foreign package, and none is looked at.
 * Identity is taken as it is: the reader of packages checks it. A field that cannot be read is a requirement that cannot be met, since
 * apt does not take the package either.
 */
export function debPackage(fields: readonly Field[], native: string, files?: readonly string[]): Package {
  const of = (name: string): string => fieldValue(fields, name) ?? '';
  const name = of('Package');
  const version = of('Version');
  const isAllowed = of('Multi-Arch').toLowerCase() === 'allowed';
  const read = (field: string): readonly Requirement[] => requirements(of(field), field, native);
  return {
    name,
    version,
    architecture: of('Architecture'),
    get provides() {
      const own: Relation = { name, comparison: '=', version };
      const offered = [own, ...provided(of('Provides'))];
      // apt and dpkg: `name:any` is met by packages that allow it, and by no others (Debian wiki, Multiarch/Spec).
      return once(this, 'provides', [
        ...offered,
        ...(isAllowed ? offered.map((one) => ({ ...one, name: `${one.name}:any` })) : []),
      ]);
    },
    get requires() {
      return once(this, 'requires', [...read('Pre-Depends'), ...read('Depends')]);
    },
    get conflicts() {
      return once(this, 'conflicts', [...read('Conflicts'), ...read('Breaks')].filter(isReadable));
    },
    obsoletes: [],
    get replaces() {
      return once(this, 'replaces', relationsIn(read('Replaces')));
    },
    get files() {
      return once(
        this,
        'files',
        files?.map((path): PackageFile => ({ path: `/${path}`, kind: 'file' })),
      );
    },
    several: false,
  };
}

/** Keeps what a getter found, in its place. */
function once<T>(object: object, key: string, value: T): T {
  Object.defineProperty(object, key, { value, enumerable: true });
  return value;
}

/** What cannot be read refuses nobody. */
const isReadable = ({ is }: Requirement): boolean => is !== 'unreadable';

const relationsIn = (found: readonly Requirement[]): readonly Relation[] =>
  found.flatMap((one) => (one.is === 'relation' ? [one.relation] : []));

/** A relation field: alternatives between `|`, all of them between commas (Debian policy 7.1). */
function requirements(text: string, field: string, native: string): readonly Requirement[] {
  const groups = text.split(',', mostRelations + 1);
  if (groups.length > mostRelations)
    return [{ is: 'unreadable', text: `its ${field} has more than ${String(mostRelations)} entries` }];
  return groups
    .map((group) => group.trim())
    .filter((group) => group !== '')
    .map((group) => alternatives(group, field, native));
}

function alternatives(group: string, field: string, native: string): Requirement {
  const of = group.split('|').map((one) => relation(one.trim(), field, native));
  const [first] = of;
  return of.find(({ is }) => is === 'unreadable') ?? (first && of.length === 1 ? first : { is: 'or', of });
}

function relation(text: string, field: string, native: string): Requirement {
  const [, name, qualifier, sign, version] = relationShape.exec(text.replaceAll(/\s+/g, ' ')) ?? [];
  if (name === undefined || (version !== undefined && !isDebianVersion(version)))
    return { is: 'unreadable', text: `its ${field} holds ${shown(text)}, which is no relation` };
  const isNative = qualifier === undefined || qualifier === native || qualifier === 'all';
  const whole = isNative ? name : `${name}:${qualifier}`;
  const comparison = comparisons[sign ?? ''];
  return {
    is: 'relation',
    relation:
      comparison === undefined || version === undefined
        ? { name: whole }
        : { name: whole, comparison, version },
  };
}

/** Provides: names, with `=` and a version or with none (Debian policy 7.5). What is odd offers nothing. */
function provided(text: string): readonly Relation[] {
  return relationsIn(requirements(text, 'Provides', '')).filter(
    ({ comparison }) => comparison === undefined || comparison === '=',
  );
}

import type { DebFacts } from '../deb.ts';
import { fieldValue } from '../deb822.ts';
import { fileList, type FileList } from './file-list.ts';
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

const kept = new Set([
  'package',
  'version',
  'architecture',
  'multi-arch',
  'pre-depends',
  'depends',
  'conflicts',
  'breaks',
  'provides',
  'replaces',
]);

/**
 * A Debian package from its control fields (Debian policy 7). Recommends and weaker relations are left out: nothing fails without them.
 * `native` is the architecture of the machine; a relation with another one can only be met by a foreign package, and none is looked at.
 * Identity is taken as it is: the reader of packages checks it. A field that cannot be read is a requirement that cannot be met, since
 * apt does not take the package either.
 */
export function debPackage(
  { fields, files }: Pick<DebFacts, 'fields'> & Partial<Pick<DebFacts, 'files'>>,
  native: string,
): Package {
  const relations = fields.filter(([name]) => kept.has(name.toLowerCase()));
  const list = files && fileList(files.map((path) => ({ path: `/${path}`, kind: 'file' })));
  return new DebianPackage((name) => fieldValue(relations, name) ?? '', native, list);
}

/** Reads its relations when they are asked for: of the 60,000 packages of a distribution a few hundred are. */
export class DebianPackage implements Package {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly obsoletes = [];
  readonly several = false;
  readonly #field: (name: string) => string;
  readonly #native: string;
  readonly #list: FileList | undefined;
  #requires: readonly Requirement[] | undefined;
  #conflicts: readonly Requirement[] | undefined;

  /** @param field the value of a control field; the empty text if there is none */
  constructor(field: (name: string) => string, native: string, list?: FileList) {
    this.#field = field;
    this.#native = native;
    this.#list = list;
    this.name = field('Package');
    this.version = field('Version');
    this.architecture = field('Architecture');
  }

  get provides(): readonly Relation[] {
    const offered = provided(this.#field('Provides'));
    if (this.#field('Multi-Arch').toLowerCase() !== 'allowed') return offered;
    // apt and dpkg: `name:any` is met by packages that allow it, and by no others (Debian wiki, Multiarch/Spec).
    const all: readonly Relation[] = [
      { name: this.name, comparison: '=', version: this.version },
      ...offered,
    ];
    return [...offered, ...all.map((one) => ({ ...one, name: `${one.name}:any` }))];
  }

  get requires(): readonly Requirement[] {
    this.#requires ??= [...this.#read('Pre-Depends'), ...this.#read('Depends')];
    return this.#requires;
  }

  get conflicts(): readonly Requirement[] {
    this.#conflicts ??= [...this.#read('Conflicts'), ...this.#read('Breaks')].filter(isReadable);
    return this.#conflicts;
  }

  get replaces(): readonly Relation[] {
    return relationsIn(this.#read('Replaces'));
  }

  get files(): readonly PackageFile[] | undefined {
    return this.#list?.();
  }

  #read(field: string): readonly Requirement[] {
    return requirements(this.#field(field), field, this.#native);
  }
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

/** How a version is compared in a relation; with none, any version will do. */
export type Comparison = '<' | '<=' | '=' | '>=' | '>';

/** A name with a condition on its version: what a package asks for, refuses, replaces, or (with `=` mostly) offers. */
export interface Relation {
  readonly name: string;
  readonly comparison?: Comparison;
  readonly version?: string;
}

/**
 * What has to hold for a package to be installed. `or` and `and` are of one or more; `with` is met by one package that meets both,
 * `without` by one that meets the first and not the second; `if` asks for `wanted` only where `when` is installed, `unless` only where it
 * is not (rpm's boolean dependencies). What cannot be read can never be met.
 */
export type Requirement =
  | { readonly is: 'relation'; readonly relation: Relation }
  | { readonly is: 'or' | 'and'; readonly of: readonly Requirement[] }
  | { readonly is: 'with' | 'without'; readonly one: Requirement; readonly other: Requirement }
  | {
      readonly is: 'if' | 'unless';
      readonly wanted: Requirement;
      readonly when: Requirement;
      readonly otherwise?: Requirement;
    }
  | { readonly is: 'unreadable'; readonly text: string };

/** A file that a package installs. */
export interface PackageFile {
  /** Absolute. */
  readonly path: string;
  /** A `ghost` is owned without being in the package; of a `folder` any number of packages are owners. */
  readonly kind: 'file' | 'folder' | 'ghost';
  /** What tells its content, where it is known: two files with the same are no conflict for rpm. */
  readonly content?: string;
}

/** What the question "can it be installed?" needs of a package, whatever its format. Lists may be read only when they are asked for. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** One architecture, or `all` or `noarch`. */
  readonly architecture: string;
  /** What it offers beside itself. */
  readonly provides: readonly Relation[];
  readonly requires: readonly Requirement[];
  /** What must not be installed together with it, apart from itself. */
  readonly conflicts: readonly Requirement[];
  /** Packages, by their own names, that give way to it (rpm). */
  readonly obsoletes: readonly Relation[];
  /** Packages, by their own names, whose files it may take over (Debian policy 7.6). */
  readonly replaces: readonly Relation[];
  /** Undefined where nobody knows them. */
  readonly files: readonly PackageFile[] | undefined;
  /** May stand beside other versions of itself, as kernels do. */
  readonly several: boolean;
}

/** Itself, and what it offers beside. */
export const offersOf = ({ name, version, provides }: Package): readonly Relation[] => [
  { name, comparison: '=', version },
  ...provides,
];

/** A package as sentences name it. */
export const labelOf = ({ name, version }: Pick<Package, 'name' | 'version'>): string => `${name} ${version}`;

/** A relation as its format writes it. */
export function relationText({ name, comparison, version }: Relation): string {
  return comparison === undefined || version === undefined ? name : `${name} (${comparison} ${version})`;
}

/** A requirement as a sentence names it. */
export function requirementText(requirement: Requirement): string {
  switch (requirement.is) {
    case 'relation':
      return relationText(requirement.relation);
    case 'or':
    case 'and':
      return requirement.of.map(inner).join(` ${requirement.is} `);
    case 'with':
    case 'without':
      return `${inner(requirement.one)} ${requirement.is} ${inner(requirement.other)}`;
    case 'if':
    case 'unless': {
      const { wanted, when, otherwise } = requirement;
      const rest = otherwise ? ` else ${inner(otherwise)}` : '';
      return `${inner(wanted)} ${requirement.is} ${inner(when)}${rest}`;
    }
    case 'unreadable':
      return requirement.text;
  }
}

const inner = (requirement: Requirement): string =>
  requirement.is === 'relation' || requirement.is === 'unreadable'
    ? requirementText(requirement)
    : `(${requirementText(requirement)})`;

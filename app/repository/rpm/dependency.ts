import { Refusal, shown } from '../refusal.ts';
import type { RpmHeader } from './header.ts';
import { isOneLine } from './text.ts';

const comparisons = ['LT', 'GT', 'EQ', 'LE', 'GE'] as const;
type Comparison = (typeof comparisons)[number];

/** One thing that a package needs, gives or excludes. */
export interface RpmDependency {
  /** A name, a path, `name(detail)` or a rich dependency in parentheses. */
  readonly name: string;
  /** How the version has to compare; absent when any is good. */
  readonly flags?: Comparison;
  /** Parts of the version, as far as it has them; no epoch means 0. */
  readonly epoch?: string;
  readonly version?: string;
  readonly release?: string;
  /** Needed before the package is installed, for a scriptlet of it. */
  readonly pre?: true;
  /** A requirement that may be missing: an old form of a recommendation. */
  readonly missingOk?: true;
}

/** Tags of name, version and flags (rpm 4.18, rpmtag.h). */
const tags = {
  provides: [1047, 1113, 1112],
  requires: [1049, 1050, 1048],
  conflicts: [1054, 1055, 1053],
  obsoletes: [1090, 1115, 1114],
  recommends: [5046, 5047, 5048],
  suggests: [5049, 5050, 5051],
  supplements: [5052, 5053, 5054],
  enhances: [5055, 5056, 5057],
  // SUSE's, from before rpm had weak dependencies.
  oldSuggests: [1156, 1157, 1158],
  oldEnhances: [1159, 1160, 1161],
} as const;
type TagName = keyof typeof tags;
export type DependencyKind = Exclude<TagName, 'oldSuggests' | 'oldEnhances'>;

/** Meaning of the bits of the flags (rpm 4.18, rpmds.h). */
const comparisonBits = 0xf;
const comparisonOf: Partial<Record<number, Comparison>> = { 2: 'LT', 4: 'GT', 8: 'EQ', 10: 'LE', 12: 'GE' };
/** PREREQ, SCRIPT_PRE, SCRIPT_POST: what createrepo_c 0.17.3 writes `pre="1"` for. */
const preBits = (1 << 6) | (1 << 9) | (1 << 10);
const missingOkBit = 1 << 19;
const strongBit = 1 << 27;

const maximumName = 4096;
// An epoch is a number; of the rest whatever rpm compares, and what older builds let through (rpmbuild: ALLOWED_CHARS_EVR).
const versionShape = /^(?:\d{1,10}:)?[A-Za-z0-9._+~^%{}/@#=!*?,()-]{1,256}$/;

/**
 * All dependencies of a package, in their order in the header.
 * @throws Refusal when a list is damaged or a name or version holds what must not get into metadata (trust.md T47).
 */
export function readDependencies(
  header: RpmHeader,
): Readonly<Record<DependencyKind, readonly RpmDependency[]>> {
  const plain = (name: TagName): readonly RpmDependency[] => listOf(header, name).map(({ value }) => value);
  const old = (name: 'oldSuggests' | 'oldEnhances', isStrong: boolean): readonly RpmDependency[] =>
    listOf(header, name)
      .filter(({ flags }) => ((flags & strongBit) !== 0) === isStrong)
      .map(({ value }) => value);
  return {
    provides: plain('provides'),
    requires: plain('requires'),
    conflicts: plain('conflicts'),
    obsoletes: plain('obsoletes'),
    recommends: [...plain('recommends'), ...old('oldSuggests', true)],
    suggests: [...plain('suggests'), ...old('oldSuggests', false)],
    supplements: [...plain('supplements'), ...old('oldEnhances', true)],
    enhances: [...plain('enhances'), ...old('oldEnhances', false)],
  };
}

function listOf(
  header: RpmHeader,
  kind: TagName,
): readonly { readonly value: RpmDependency; readonly flags: number }[] {
  const [nameTag, versionTag, flagsTag] = tags[kind];
  const names = header.names(nameTag);
  const versions = header.texts(versionTag);
  const flags = header.numbers(flagsTag, 'int32');
  if (versions.length !== names.length || flags.length !== names.length)
    throw new Refusal(`its list of ${kind} is damaged`);
  return names.map((name, at) => {
    const bits = flags[at] ?? 0;
    return { value: dependency(name, versions[at] ?? '', bits, kind), flags: bits };
  });
}

function dependency(name: string, version: string, bits: number, kind: TagName): RpmDependency {
  if (!isOneLine(name))
    throw new Refusal(
      `its list of ${kind} holds the name ${shown(name)}: empty, or with a control character`,
    );
  if (name.length > maximumName) throw new Refusal(`its list of ${kind} holds a name that is too long`);
  if (version !== '' && !versionShape.test(version))
    throw new Refusal(`its list of ${kind} holds the version ${shown(version)}, which is none`);
  const comparison = bits & comparisonBits;
  const flags = comparisonOf[comparison];
  if (flags === undefined && comparison !== 0)
    throw new Refusal(`its list of ${kind} compares a version in a way that there is not`);
  return {
    name,
    ...(flags !== undefined && { flags }),
    ...versionParts(version),
    ...(kind === 'requires' && (bits & preBits) !== 0 && { pre: true }),
    ...(kind === 'requires' && (bits & missingOkBit) !== 0 && { missingOk: true }),
  };
}

/** Takes a version apart: the epoch ends at the first colon, the version at the first hyphen after it. */
function versionParts(text: string): Pick<RpmDependency, 'epoch' | 'version' | 'release'> {
  if (text === '') return {};
  const colon = text.indexOf(':');
  const rest = text.slice(colon + 1);
  const hyphen = rest.indexOf('-');
  return {
    ...(colon !== -1 && { epoch: text.slice(0, colon) }),
    version: hyphen === -1 ? rest : rest.slice(0, hyphen),
    ...(hyphen !== -1 && { release: rest.slice(hyphen + 1) }),
  };
}

const signs: Record<Comparison, string> = { LT: '<', GT: '>', EQ: '=', LE: '<=', GE: '>=' };

/** A dependency as a spec file has it: `name`, or `name >= [epoch:]version[-release]`. */
export function dependencyText({ name, flags, epoch = '0', version, release }: RpmDependency): string {
  if (flags === undefined || version === undefined) return name;
  return `${name} ${signs[flags]} ${epoch === '0' ? '' : `${epoch}:`}${version}${release === undefined ? '' : `-${release}`}`;
}

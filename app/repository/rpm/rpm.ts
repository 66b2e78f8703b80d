import type { ByteSource } from '../byte-source.ts';
import { Refusal, reading, shown, type Reading } from '../refusal.ts';
import { isRpmVersion } from '../rpm-version.ts';
import { readDependencies, type DependencyKind, type RpmDependency } from './dependency.ts';
import { readFiles, type FileLimits, type RpmFile } from './files.ts';
import type { HeaderLimits, RpmHeader } from './header.ts';
import { readScriptlets, type RpmScriptlet } from './scriptlets.ts';
import { readStructure, type RpmStructure } from './structure.ts';
import { prose } from './text.ts';

/** One entry of a package's changelog. */
interface RpmChange {
  /** Seconds since 1970; entries of the same day have the same. */
  readonly time: number;
  readonly author: string;
  readonly text: string;
}

/** What an rpm package says of itself, as plain data. */
export interface RpmFacts extends Readonly<Record<DependencyKind, readonly RpmDependency[]>> {
  readonly name: string;
  /** 0 if it has none: rpm makes no difference. */
  readonly epoch: number;
  readonly version: string;
  readonly release: string;
  /** `noarch`, `src` for a source package, or one architecture such as `x86_64`. */
  readonly architecture: string;
  /** These are empty if the package does not say. */
  readonly summary: string;
  readonly description: string;
  readonly license: string;
  readonly vendor: string;
  readonly group: string;
  readonly buildHost: string;
  readonly sourceRpm: string;
  readonly url: string;
  readonly packager: string;
  /** Seconds since 1970; 0 if the package does not say. */
  readonly buildTime: number;
  /** In bytes; the archive is the unpacked payload. */
  readonly sizes: { readonly installed: number; readonly archive: number };
  /** Where the main header begins, and where the payload begins; in bytes. */
  readonly header: { readonly start: number; readonly end: number };
  readonly files: readonly RpmFile[];
  /** The ten newest, newest first. */
  readonly changelog: readonly RpmChange[];
  readonly scriptlets: readonly RpmScriptlet[];
}

/** Limits of reading, for tests that would otherwise need a lot of memory. */
export interface RpmLimits extends HeaderLimits, FileLimits {}

const MiB = 1024 * 1024;
/** trust.md 8.5: a header of 16 MiB, 100,000 of anything in it. */
export const rpmLimits: RpmLimits = {
  maximumHeader: 16 * MiB,
  maximumTags: 1024,
  maximumCount: 100_000,
  maximumFiles: 100_000,
  maximumPath: 4096,
  maximumPaths: 16 * MiB,
};

/** How many entries of a changelog get into metadata; createrepo_c's default. */
const changesKept = 10;

const tags = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  summary: 1004,
  description: 1005,
  buildTime: 1006,
  buildHost: 1007,
  size: 1009,
  longSize: 5009,
  vendor: 1011,
  license: 1014,
  packager: 1015,
  group: 1016,
  url: 1020,
  architecture: 1022,
  sourceRpm: 1044,
  archiveSize: 1046,
  changeTimes: 1080,
  changeAuthors: 1081,
  changeTexts: 1082,
  sourcePackage: 1106,
} as const;
const signatureTags = { archiveSize: 1007, longArchiveSize: 271 } as const;

// What rpmbuild lets through without macros (rpm 4.18, parsePreamble.c), and never two dots; longer names help nobody.
const packageName = /^(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9._+-]{0,127}$/;
const versionPart = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._+~^]{0,127}$/;
const architectureName = /^[a-z0-9_]{1,32}$/;

/**
 * Reads an rpm package (rpm 4.18) without running or unpacking anything of it: its payload is not looked at.
 * Gives its facts, or the reason why it is not taken: damaged, cut short, beyond the limits, or saying something that must not get
 * into metadata (trust.md T45 to T47). Never throws on hostile bytes; an unreadable source throws.
 */
export async function readRpm(source: ByteSource, limits: RpmLimits = rpmLimits): Promise<Reading<RpmFacts>> {
  return reading(async () => factsOf(await readStructure(source, limits), limits));
}

function factsOf(structure: RpmStructure, limits: RpmLimits): RpmFacts {
  const { main, start, end } = structure;
  const text = (tag: number, what: string): string => prose(main.text(tag) ?? '', what);
  const identity = identityOf(structure);
  return {
    ...identity,
    summary: text(tags.summary, 'summary'),
    description: text(tags.description, 'description'),
    license: text(tags.license, 'license'),
    vendor: text(tags.vendor, 'vendor'),
    group: text(tags.group, 'group'),
    buildHost: text(tags.buildHost, 'build host'),
    sourceRpm: text(tags.sourceRpm, 'source package'),
    url: text(tags.url, 'address'),
    packager: text(tags.packager, 'packager'),
    buildTime: main.numbers(tags.buildTime, 'int32')[0] ?? 0,
    sizes: sizesOf(structure),
    header: { start, end },
    files: readFiles(main, identity.architecture === 'src', limits),
    ...readDependencies(main),
    changelog: changelogOf(main),
    scriptlets: readScriptlets(main),
  };
}

function identityOf({
  main,
  isSource,
}: RpmStructure): Pick<RpmFacts, 'name' | 'epoch' | 'version' | 'release' | 'architecture'> {
  const name = main.text(tags.name) ?? '';
  const version = main.text(tags.version) ?? '';
  const release = main.text(tags.release) ?? '';
  const own = main.text(tags.architecture) ?? '';
  const saysSource = (main.numbers(tags.sourcePackage, 'int32')[0] ?? 0) !== 0;
  if (isSource !== saysSource && (saysSource || main.has(tags.sourceRpm)))
    throw new Refusal('its lead and its header disagree about whether it is a source package');
  if (!packageName.test(name)) throw new Refusal(`its name ${shown(name)} is not a name of an rpm package`);
  if (!versionPart.test(version)) throw new Refusal(`its version ${shown(version)} is not an rpm version`);
  if (!versionPart.test(release)) throw new Refusal(`its release ${shown(release)} is not an rpm release`);
  const epoch = main.numbers(tags.epoch, 'int32')[0] ?? 0;
  if (!isRpmVersion(`${String(epoch)}:${version}-${release}`)) throw new Refusal('its version is too long');
  if (!architectureName.test(own))
    throw new Refusal(`its architecture ${shown(own)} is not one architecture`);
  return { name, epoch, version, release, architecture: isSource ? 'src' : own };
}

/** Sizes over 4 GiB have tags of their own; that of the archive stands with the signatures. */
function sizesOf({ main, signature }: RpmStructure): RpmFacts['sizes'] {
  const [installed = 0] = [...main.numbers(tags.longSize, 'int64'), ...main.numbers(tags.size, 'int32')];
  const [archive = 0] = [
    ...signature.numbers(signatureTags.longArchiveSize, 'int64'),
    ...signature.numbers(signatureTags.archiveSize, 'int32'),
    ...main.numbers(tags.archiveSize, 'int32'),
  ];
  return { installed, archive };
}

function changelogOf(main: RpmHeader): readonly RpmChange[] {
  const times = main.numbers(tags.changeTimes, 'int32');
  const authors = main.texts(tags.changeAuthors);
  const texts = main.texts(tags.changeTexts);
  if (authors.length !== times.length || texts.length !== times.length)
    throw new Refusal('its changelog is damaged');
  return times.slice(0, changesKept).map((time, at) => ({
    time,
    author: prose(authors[at] ?? '', 'changelog'),
    text: prose(texts[at] ?? '', 'changelog'),
  }));
}

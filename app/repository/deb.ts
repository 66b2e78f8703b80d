import { readAr, type ArMember } from './ar.ts';
import type { ByteSource } from './byte-source.ts';
import { fieldValue, parseParagraph, type Field } from './deb822.ts';
import { isDebianVersion } from './debian-version.ts';
import { Refusal, reading, shown, type Reading } from './refusal.ts';
import { TarReader, type TarLimits } from './tar.ts';
import { packings, unpack, type ExpansionLimits, type Packing } from './unpack.ts';

/** What a Debian binary package says of itself. */
export interface DebFacts {
  /** The control paragraph, in its order. */
  readonly fields: readonly Field[];
  readonly name: string;
  readonly version: string;
  /** `all` or one architecture such as `amd64`. */
  readonly architecture: string;
  /** Everything but folders that the package installs, without a leading slash, in the order of the archive. */
  readonly files: readonly string[];
  /** Its maintainer scripts (Debian policy 6), which dpkg would run as root. They are shown to people, and never run by us (trust.md T50). */
  readonly scripts: readonly DebScript[];
}

export interface DebScript {
  /** `preinst`, `postinst`, `prerm`, `postrm` or `config`. */
  readonly kind: string;
  /** Control characters are replaced, and a script longer than 64 KiB is cut. */
  readonly text: string;
}

/** Limits of reading, for tests that would otherwise need gigabytes. */
export interface DebLimits {
  readonly control: ExpansionLimits;
  readonly data: ExpansionLimits;
  readonly tar: TarLimits;
  /** Most bytes of the control file itself. */
  readonly maximumControlFile: number;
}

const MiB = 1024 * 1024;
/**
 * trust.md 8.5, with more room for the whole control member than for the control file in it: of 1,647 packages of Debian 12 three
 * have lists of file sums that are longer than 1 MiB.
 */
export const debLimits: DebLimits = {
  maximumControlFile: MiB,
  control: { maximumBytes: 16 * MiB, ratio: 200, freeBytes: MiB },
  data: { maximumBytes: 8192 * MiB, ratio: 200, freeBytes: 64 * MiB },
  tar: { maximumEntries: 100_000, maximumPath: 4096, maximumPaths: 16 * MiB },
};

// Debian policy 5.6.7; a name longer than 128 characters helps nobody (dpkg has no limit).
const packageName = /^[a-z0-9][a-z0-9+.-]{1,127}$/;
const architectureName = /^[a-z0-9][a-z0-9-]{1,31}$/;
// These belong to an index or to the installing machine; in a package they could only contradict them (trust.md T47).
const foreignFields = [
  'Filename',
  'Size',
  'MD5sum',
  'SHA1',
  'SHA256',
  'SHA512',
  'Status',
  'Conffiles',
  'Optional',
];

/**
 * Reads a Debian binary package (deb(5), Debian policy 5) without running anything of it.
 * Gives its facts, or the reason why it is not taken: damaged, cut short, growing beyond the limits, or saying something that must not
 * get into an index. Never throws on hostile bytes; an unreadable source throws.
 */
export async function readDeb(source: ByteSource, limits: DebLimits = debLimits): Promise<Reading<DebFacts>> {
  return reading(async () => {
    const { format, control, data } = debMembers(await readAr(source));
    await checkFormat(format);
    const { paragraph, scripts } = await readControl(control, limits);
    const fields = parseParagraph(paragraph);
    return { fields, ...identity(fields), files: await listFiles(data, limits), scripts };
  });
}

interface PackedMember {
  readonly name: string;
  readonly bytes: ByteSource;
  readonly packing: Packing;
}

/** deb(5): `debian-binary`, then `control.tar…`, then `data.tar…`; between and after them only names with an underscore in front. */
function debMembers(members: readonly ArMember[]): {
  format: ArMember;
  control: PackedMember;
  data: PackedMember;
} {
  const [first, control, data, ...others] = members.filter(({ name }) => !name.startsWith('_'));
  if (first?.name !== 'debian-binary' || members[0] !== first)
    throw new Refusal('it is not a Debian package: debian-binary is not its first member');
  if (others[0]) throw new Refusal(`it holds the unknown member ${shown(others[0].name)}`);
  return {
    format: first,
    control: packedMember(control, 'control.tar'),
    data: packedMember(data, 'data.tar'),
  };
}

function packedMember(member: ArMember | undefined, stem: string): PackedMember {
  if (!member?.name.startsWith(stem)) throw new Refusal(`it has no ${stem} where it should be`);
  const ending = member.name.slice(stem.length);
  const packing = packings.find((known) => known === ending);
  if (packing === undefined)
    throw new Refusal(
      `its member ${shown(member.name)} is packed in a way that is not read: use gzip, xz or zstd`,
    );
  return { ...member, packing };
}

async function checkFormat(member: ArMember): Promise<void> {
  if (member.bytes.size > 100) throw new Refusal('its member debian-binary is too long');
  const text = new TextDecoder('latin1').decode(await member.bytes.read(0, member.bytes.size));
  if (!/^2\.\d{1,3}\n/.test(text)) throw new Refusal('its format is not the version 2 of Debian packages');
}

async function readControl(
  member: PackedMember,
  limits: DebLimits,
): Promise<{ readonly paragraph: string; readonly scripts: readonly DebScript[] }> {
  const found: Uint8Array[][] = [];
  const scripts = new ScriptTaker();
  const tar = new TarReader(limits.tar, ({ path, type, size }) => {
    if (path !== 'control') return type === 'file' ? scripts.taker(path) : undefined;
    if (size > limits.maximumControlFile) throw new Refusal('its control file is too long');
    if (type !== 'file') throw new Refusal('its control file is not a plain file');
    const parts: Uint8Array[] = [];
    found.push(parts);
    return (content) => {
      parts.push(content.slice());
    };
  });
  await unpackInto(member, limits.control, tar);
  const [parts] = found;
  if (!parts) throw new Refusal('it has no control file');
  const bytes = joined(parts);
  // dpkg does not install it either.
  if (bytes.at(-1) !== 0x0a) throw new Refusal('its control file does not end with a newline');
  try {
    const paragraph = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { paragraph, scripts: scripts.all() };
  } catch {
    // Debian policy 5.1: control files are UTF-8.
    throw new Refusal('its control file is not UTF-8');
  }
}

const scriptKinds = new Set(['preinst', 'postinst', 'prerm', 'postrm', 'config']);
const maximumScript = 64 * 1024;
// Only shown: whatever a terminal or a page could take for more than text is replaced.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unshowable = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]/g;

/** Collects the beginning of each maintainer script. */
class ScriptTaker {
  readonly #scripts = new Map<string, Uint8Array[]>();

  /** What takes the content of a file of the control archive, if it is a script. */
  taker(path: string): ((content: Uint8Array) => void) | undefined {
    if (!scriptKinds.has(path)) return undefined;
    const parts: Uint8Array[] = [];
    let left = maximumScript;
    this.#scripts.set(path, parts);
    return (content) => {
      const part = content.slice(0, left);
      left -= part.length;
      parts.push(part);
    };
  }

  all(): readonly DebScript[] {
    return [...this.#scripts].map(([kind, parts]) => ({
      kind,
      text: new TextDecoder().decode(joined(parts)).replaceAll(unshowable, '\ufffd'),
    }));
  }
}

async function listFiles(member: PackedMember, limits: DebLimits): Promise<readonly string[]> {
  const files: string[] = [];
  const tar = new TarReader(limits.tar, ({ path, type }) => {
    if (type !== 'folder') files.push(path);
    return undefined;
  });
  await unpackInto(member, limits.data, tar);
  return files;
}

async function unpackInto(member: PackedMember, limits: ExpansionLimits, tar: TarReader): Promise<void> {
  try {
    await unpack(member.bytes, member.packing, limits, (bytes) => {
      tar.push(bytes);
    });
    tar.end();
  } catch (error) {
    throw error instanceof Refusal ? new Refusal(`${member.name}: ${error.message}`) : error;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function identity(fields: readonly Field[]): Pick<DebFacts, 'name' | 'version' | 'architecture'> {
  const foreign = foreignFields.find((field) => fieldValue(fields, field) !== undefined);
  if (foreign !== undefined)
    throw new Refusal(`its control data has the field ${foreign}, which belongs to an index`);
  const name = fieldValue(fields, 'Package') ?? '';
  const version = fieldValue(fields, 'Version') ?? '';
  const architecture = fieldValue(fields, 'Architecture') ?? '';
  if (!packageName.test(name)) throw new Refusal(`its name ${shown(name)} is not a name of a Debian package`);
  if (!isDebianVersion(version)) throw new Refusal(`its version ${shown(version)} is not a Debian version`);
  if (!architectureName.test(architecture))
    throw new Refusal(`its architecture ${shown(architecture)} is not one architecture`);
  return { name, version, architecture };
}

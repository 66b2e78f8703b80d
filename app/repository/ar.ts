import { slice, type ByteSource } from './byte-source.ts';
import { Refusal, shown } from './refusal.ts';

/** A member of an ar archive and where its bytes are. */
export interface ArMember {
  readonly name: string;
  readonly bytes: ByteSource;
}

const magic = '!<arch>\n';
const headerSize = 60;
/** A binary package has three members; a few more are allowed for signatures such as `_gpgorigin` (deb(5)). */
const maximumMembers = 16;

const latin1 = new TextDecoder('latin1');

/**
 * Lists the members of an ar archive in the common form that dpkg writes (deb(5), ar(5)). Every size is checked against the
 * size of the whole, so nothing outside it is ever read.
 * @throws Refusal when the archive is damaged, cut short, followed by other bytes, or has more than 16 members.
 */
export async function readAr(source: ByteSource): Promise<readonly ArMember[]> {
  if (source.size < magic.length || latin1.decode(await source.read(0, magic.length)) !== magic) {
    throw new Refusal('it is not a Debian package: the ar archive is missing');
  }
  const members: ArMember[] = [];
  let at = magic.length;
  while (at < source.size) {
    if (at + headerSize > source.size)
      throw new Refusal('the package is cut short in the header of a member');
    const { name, size } = parseHeader(latin1.decode(await source.read(at, headerSize)));
    const start = at + headerSize;
    if (size > source.size - start)
      throw new Refusal(`the package is cut short: its member ${shown(name)} is longer than the file`);
    if (members.length === maximumMembers) throw new Refusal('the package has too many members');
    members.push({ name, bytes: slice(source, start, size) });
    // Members begin at even offsets; the padding of the last one may be missing.
    at = start + size + (size % 2);
  }
  return members;
}

function parseHeader(header: string): { name: string; size: number } {
  if (!header.endsWith('`\n')) throw new Refusal('the package is damaged: a member header has no end mark');
  const name = header.slice(0, 16).trimEnd().replace(/\/$/, '');
  if (!/^[A-Za-z0-9._-]{1,16}$/.test(name))
    throw new Refusal(`the package has a member with the name ${shown(name)}`);
  const size = header.slice(48, 58).trimEnd();
  if (!/^\d{1,10}$/.test(size))
    throw new Refusal(`the package is damaged: the size of member ${shown(name)} is not a number`);
  return { name, size: Number(size) };
}

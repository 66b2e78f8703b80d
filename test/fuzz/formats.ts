import { memorySource } from '../../app/repository/byte-source.ts';
import { readDeb } from '../../app/repository/deb.ts';
import { packageStanza } from '../../app/repository/packages-index.ts';
import { parseParagraph } from '../../app/repository/deb822.ts';
import type { Reading } from '../../app/repository/refusal.ts';
import { nevra } from '../../app/repository/rpm/nevra.ts';
import { filelistsFragment, otherFragment, primaryFragment } from '../../app/repository/rpm/repodata.ts';
import { readRpm } from '../../app/repository/rpm/rpm.ts';
import { rpmSignature } from '../../app/repository/rpm/signature.ts';
import { readTarball } from '../../app/repository/tarball.ts';
import type { Chance } from './chance.ts';
import { changedDeb } from './deb.ts';
import { changedRpm } from './rpm.ts';
import { changedTarball } from './tarball.ts';

/** Makes a changed package and reads it; gives whether it was taken, and throws when what was taken is not sound. */
type Play = (chance: Chance) => Promise<boolean>;

export const formats = ['deb', 'rpm', 'tar'] as const;
export type Format = (typeof formats)[number];

const digest = '0'.repeat(64);

/** What every reader promises of the packages that it takes. */
export const plays: Record<Format, Play> = {
  deb: async (chance) => {
    const read = await readDeb(memorySource(changedDeb(chance)));
    if (!read.ok) return refused(read);
    const { name, version, architecture, files } = read.value;
    for (const path of files) soundPath(path);
    sound(/^[a-z0-9][a-z0-9+.-]+$/, name);
    sound(/^[A-Za-z0-9.+~:-]+$/, version);
    sound(/^[a-z0-9-]+$/, architecture);
    // An index made of it says of it what it says itself, and nothing of any other.
    const stanza = packageStanza({ facts: read.value, filename: 'pool/x.deb', size: 1, sha256: digest });
    const again = parseParagraph(stanza);
    if (again.length !== read.value.fields.length + 3)
      throw new Error(`fields came or went: ${JSON.stringify(again)}`);
    return true;
  },
  rpm: async (chance) => {
    const bytes = changedRpm(chance);
    const read = await readRpm(memorySource(bytes));
    const signature = await rpmSignature(memorySource(bytes));
    if (signature.ok && signature.value.payload.offset > bytes.length)
      throw new Error('a payload outside the file');
    if (!read.ok) return refused(read);
    const facts = read.value;
    sound(/^[A-Za-z0-9._+-]+-\d+:[A-Za-z0-9._+~^]+-[A-Za-z0-9._+~^]+\.[a-z0-9_]+$/, nevra(facts));
    for (const { path } of facts.files)
      soundPath(path.slice(facts.architecture === 'src' || path === '/' ? 0 : 1) || 'root');
    const place = { href: 'x.rpm', size: bytes.length, sha256: digest, time: 0 };
    for (const fragment of [
      primaryFragment(facts, place),
      filelistsFragment(facts, digest),
      otherFragment(facts, digest),
    ])
      soundXml(fragment);
    return true;
  },
  tar: async (chance) => {
    const { bytes, name } = changedTarball(chance);
    const read = await readTarball(memorySource(bytes), name);
    if (!read.ok) return refused(read);
    for (const { path } of read.value.entries) soundPath(path);
    return true;
  },
};

function refused(read: Reading<unknown> & { readonly ok: false }): false {
  // A reason is shown to people and posted: one line of printable text.
  sound(/^[ -~]{5,400}$/, read.reason);
  return false;
}

function sound(shape: RegExp, text: string): void {
  if (!shape.test(text)) throw new Error(`not sound: ${JSON.stringify(text)}`);
}

/** Throws when a path could lead anywhere but below the folder it is put in. */
export function soundPath(path: string): void {
  const parts = path.split('/');
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const isOdd = /[\0-\x1f\x7f]/.test(path);
  if (isOdd || (path !== '/' && parts.some((part) => part === '' || part === '.' || part === '..')))
    throw new Error(`not a sound path: ${JSON.stringify(path)}`);
}

/** Throws when XML is not well-formed, by a small reader of its own that knows only what these documents hold. */
export function soundXml(xml: string): void {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/u.test(xml))
    throw new Error('not XML: a character');
  const open: string[] = [];
  const token =
    /<(\/?)([a-z:-]+)((?: [a-z]+="(?:[^<&"]|&(?:amp|lt|gt|quot|#\d+|#x[0-9A-F]+);)*")*)(\/?)>|((?:[^<&]|&(?:amp|lt|gt|#13);)+)/y;
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex;
    const found = token.exec(xml);
    if (!found) throw new Error(`not XML: ${JSON.stringify(xml.slice(at, at + 80))}`);
    const [, closing, name, , single] = found;
    if (name === undefined) continue;
    if (closing === '/' && open.pop() !== name) throw new Error(`not XML: ${name} ends and was not open`);
    if (closing === '' && single === '') open.push(name);
  }
  if (open.length > 0) throw new Error('not XML: it does not end');
}

import { isDebianVersion } from '../debian-version.ts';
import { Refusal } from '../refusal.ts';
import { DebianPackage } from './debian.ts';
import type { Package } from './package.ts';
import { TextParts } from './text-parts.ts';

/** Fields that are kept of each paragraph; the rest, nine tenths of it, is not. */
const wanted =
  /^(?:Package|Version|Architecture|Multi-Arch|Pre-Depends|Depends|Conflicts|Breaks|Provides|Replaces):.*(?:\n[ \t].*)*/gm;
const mostPackages = 500_000;
const longestParagraph = 1024 * 1024;

/**
 * Reads `Packages` of an apt repository piece by piece, and holds of it what the closure needs: about 400 bytes a package.
 * Packages of another architecture than the machine's and `all`, and those without a name or a version that Debian knows, are passed over:
 * apt installs none of them.
 */
export class PackagesReader {
  readonly #native: string;
  readonly #packages: Package[] = [];
  readonly #paragraphs = new TextParts('\n\n', longestParagraph);

  /** @param native the architecture of the machine */
  constructor(native: string) {
    this.#native = native;
  }

  /** Takes the next bytes, which are only needed during the call. @throws Refusal when it is too long */
  push(bytes: Uint8Array): void {
    // Names, versions and relations are ASCII, and what is not is in fields that are not kept.
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    for (const paragraph of this.#paragraphs.push(text)) this.#take(paragraph);
  }

  /** The packages, when all bytes were given. */
  end(): readonly Package[] {
    this.#take(this.#paragraphs.rest);
    return this.#packages;
  }

  #take(paragraph: string): void {
    const kept = (paragraph.match(wanted) ?? []).join('\n');
    if (kept === '') return;
    // A copy of its own: a part of a text keeps the whole text in memory.
    const one = packageOf(Buffer.from(kept, 'latin1').toString('latin1'), this.#native);
    if (one.name === '' || !isDebianVersion(one.version)) return;
    if (one.architecture !== this.#native && one.architecture !== 'all') return;
    if (this.#packages.length === mostPackages)
      throw new Refusal(`it lists more than ${String(mostPackages)} packages`);
    this.#packages.push(one);
  }
}

function packageOf(text: string, native: string): Package {
  const field = (name: string): string => {
    const begin = text.startsWith(`${name}:`) ? 0 : text.indexOf(`\n${name}:`) + 1;
    if (begin === 0 && !text.startsWith(`${name}:`)) return '';
    const next = text.slice(begin).search(/\n(?![ \t])/);
    return text.slice(begin + name.length + 1, next === -1 ? undefined : begin + next).trim();
  };
  return new DebianPackage(field, native);
}

import type { RpmDependency } from '../rpm/dependency.ts';
import { isRpmVersion } from '../rpm-version.ts';
import { Refusal } from '../refusal.ts';
import type { Package } from './package.ts';
import { TextParts } from './text-parts.ts';
import { rpmPackage, type RpmPackageFacts } from './rpm.ts';

const mostPackages = 500_000;
const longestPackage = 8 * 1024 * 1024;
const lists = ['provides', 'requires', 'conflicts', 'obsoletes'] as const;
const flags = ['EQ', 'LT', 'GT', 'LE', 'GE'] as const;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Reads `primary.xml` of a yum repository piece by piece, and holds of it what the closure needs. It takes the form that createrepo_c and its
 * kin write, and no other: a package is what stands between `<package …>` and `</package>`, none of it in comments or CDATA. Of files
 * only those are known that primary lists. Packages of another architecture than the machine's and `noarch` are passed over, and so
 * are those without a name or version.
 */
export class PrimaryReader {
  readonly #native: string;
  readonly #packages: Package[] = [];
  readonly #decoder = new TextDecoder();
  readonly #texts = new Map<string, string>();
  readonly #elements = new TextParts('</package>', longestPackage);

  /** @param native the architecture of the machine */
  constructor(native: string) {
    this.#native = native;
  }

  /** Takes the next bytes, which are only needed during the call. @throws Refusal when it is too long or of another form */
  push(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    for (const element of this.#elements.push(text)) this.#take(element);
  }

  /** The packages, when all bytes were given. @throws Refusal when it was cut short or is no such file */
  end(): readonly Package[] {
    if (
      !/^\s*(<metadata [^<>]*>\s*)?<\/metadata>\s*$/.test(this.#elements.rest.replace(/^<\?xml[^<>]*\?>/, ''))
    )
      throw new Refusal('it is not a whole primary.xml');
    return this.#packages;
  }

  #take(text: string): void {
    const begin = text.indexOf('<package ');
    if (begin === -1 || text.includes('<!')) throw new Refusal('it is not in the form of a primary.xml');
    const element = text.slice(begin);
    const name = this.#kept(/<name>([^<]*)<\/name>/.exec(element)?.[1] ?? '');
    const architecture = this.#kept(/<arch>([^<]*)<\/arch>/.exec(element)?.[1] ?? '');
    const version = attributesOf(/<version ([^<>]*)\/>/.exec(element)?.[1] ?? '');
    const { epoch = '0', ver = '', rel = '' } = version;
    if (name === '' || !/^\d{1,10}$/.test(epoch) || !isRpmVersion(`${epoch}:${ver}-${rel}`)) return;
    if (architecture !== this.#native && architecture !== 'noarch') return;
    if (this.#packages.length === mostPackages)
      throw new Refusal(`it lists more than ${String(mostPackages)} packages`);
    const [provides = [], requires = [], conflicts = [], obsoletes = []] = lists.map((list) =>
      this.#dependencies(element, list),
    );
    this.#packages.push(
      rpmPackage({
        name,
        epoch: Number(epoch),
        version: this.#kept(ver),
        release: this.#kept(rel),
        architecture,
        provides,
        requires,
        conflicts,
        obsoletes,
        files: this.#files(element),
      }),
    );
  }

  #dependencies(element: string, list: (typeof lists)[number]): readonly RpmDependency[] {
    const begin = element.indexOf(`<rpm:${list}>`);
    const end = element.indexOf(`</rpm:${list}>`, begin);
    if (begin === -1 || end === -1) return [];
    return Array.from(element.slice(begin, end).matchAll(/<rpm:entry ([^<>]*)\/>/g), ([, text = '']) => {
      const { name = '', flags: sign, epoch, ver, rel } = attributesOf(text);
      const comparison = flags.find((known) => known === sign);
      return {
        name: this.#kept(name),
        ...(comparison !== undefined && { flags: comparison }),
        ...(epoch !== undefined && { epoch: this.#kept(epoch) }),
        ...(ver !== undefined && { version: this.#kept(ver) }),
        ...(rel !== undefined && { release: this.#kept(rel) }),
      };
    });
  }

  #files(element: string): RpmPackageFacts['files'] {
    return Array.from(
      element.matchAll(/<file(?: type="(dir|ghost)")?>([^<]*)<\/file>/g),
      ([, type = 'file', path = '']) => ({
        path: this.#kept(plain(path)),
        type: type === 'dir' || type === 'ghost' ? type : ('file' as const),
      }),
    );
  }

  /** The same text once, with a place of its own in memory: a part of a text keeps the whole text there. */
  #kept(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const copy = Buffer.from(text).toString();
    this.#texts.set(copy, copy);
    return copy;
  }
}

function attributesOf(text: string): Readonly<Partial<Record<string, string>>> {
  return Object.fromEntries(
    Array.from(text.matchAll(/([a-z]+)="([^"<]*)"/g), ([, name = '', value = '']) => [name, plain(value)]),
  );
}

/** Text as it was before it was written into XML. */
function plain(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([a-z]{2,4}));/g,
    (whole, hex: string, decimal: string, name: string) => {
      const known = entities[name];
      if (known !== undefined) return known;
      const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
      return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

/** A source of choices that is the same for the same numbers: what a package was made from is its seed and its number, and nothing else. */
export class Chance {
  private state: number;

  constructor(seed: number, number: number) {
    this.state = (Math.imul(seed, 0x9e37_79b1) ^ Math.imul(number + 1, 0x85eb_ca6b)) >>> 0;
    this.below(1);
  }

  /** A whole number from 0 up to, but not including, the limit (mulberry32). */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T {
    const value = list[this.below(list.length)];
    if (value === undefined) throw new RangeError('nothing to pick from');
    return value;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

/** Numbers at which readers go wrong. */
export const oddNumbers = [
  0, 1, 2, 7, 8, 15, 16, 17, 63, 64, 127, 128, 255, 256, 511, 512, 513, 4095, 65_535, 65_536,
].concat([0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff, 100_000, 100_001, 16 * 1024 * 1024]);

/** Changes bytes at random: bits, bytes, lengths, parts moved and cut out. */
export function changedBytes(bytes: Uint8Array, chance: Chance, most = 4): Buffer {
  let changed = Buffer.from(bytes);
  for (let times = 1 + chance.below(most); times > 0 && changed.length > 0; times -= 1) {
    const at = chance.below(changed.length);
    const length = 1 + chance.below(Math.min(32, changed.length - at));
    switch (chance.below(8)) {
      case 0:
        changed[at] = (changed[at] ?? 0) ^ (1 << chance.below(8));
        break;
      case 1:
        changed[at] = chance.pick([0, 1, 0x20, 0x2f, 0x2e, 0x7f, 0x80, 0xff]);
        break;
      case 2:
        chance.bytes(length).copy(changed, at);
        break;
      case 3:
        if (at + 4 <= changed.length) changed.writeUInt32BE(chance.pick(oddNumbers), at);
        break;
      case 4:
        changed = Buffer.concat([changed.subarray(0, at), changed.subarray(at + length)]);
        break;
      case 5:
        changed = Buffer.concat([changed.subarray(0, at + length), changed.subarray(at)]);
        break;
      case 6:
        changed = Buffer.concat([changed.subarray(0, at), chance.bytes(length), changed.subarray(at)]);
        break;
      default:
        changed = Buffer.from(changed.subarray(0, chance.oneIn(3) ? at : changed.length));
    }
  }
  return changed;
}

/** Pieces of text that somebody who means harm would put somewhere. */
export const evilTexts = [
  '',
  '.',
  '..',
  '/',
  '//',
  '../',
  '../../etc/cron.d/x',
  '/etc/passwd',
  './',
  'a/../../b',
  '-rf',
  '--help',
  '~root',
  '$(id)',
  '`id`',
  ';id',
  '|id',
  'a b',
  'a\tb',
  'a\nb',
  'a\r\nb',
  'a\n\nPackage: evil',
  '\nSHA256: 00',
  'a\0b',
  '\u001b[2J',
  '\u0085',
  '\u009b',
  '\u2028',
  '\u202e',
  '\ufeff',
  '\ufffe',
  '\uffff',
  '<a>',
  '&amp;',
  ']]>',
  '"',
  "'",
  '<!DOCTYPE x [<!ENTITY y "z">]>',
  '%{name}',
  '%00',
  '\\',
  'C:\\x',
  'CON',
  'vоms',
  'é',
  '日本',
  '😀',
  '\ud800',
  'x'.repeat(129),
  'x'.repeat(4097),
  '9'.repeat(40),
  '1:2:3',
  '0',
  '-1',
  '1e9',
  'NaN',
  '__proto__',
  'constructor',
  'toString',
];

/** A text with something changed, sometimes replaced as a whole. */
export function changedText(text: string, chance: Chance): string {
  const evil = chance.pick(evilTexts);
  const at = chance.below(text.length + 1);
  switch (chance.below(5)) {
    case 0:
      return evil;
    case 1:
      return text.slice(0, at) + evil + text.slice(at);
    case 2:
      return text.slice(0, at);
    case 3:
      return text + text;
    default:
      return changedBytes(Buffer.from(text), chance).toString('latin1');
  }
}

import { gunzipSync } from 'node:zlib';
import { sha256Of } from '../../app/storage/digest.ts';
import type { Gpgv } from './gpgv.ts';

/*
 * What clients see of a channel, each as its package manager goes about it. Nothing of the application is asked what is right: signatures are
 * gpgv's, digests and paths are taken from the files themselves.
 */

/** Where channels are published, as a client reads them: undefined is 404. */
export interface Tree {
  read(path: string): Promise<Uint8Array | undefined>;
}

/** One thing that a client begins with, and everything that it leads to. */
export interface View {
  readonly problems: readonly string[];
  /** Grows with each publication that this view shows, and never goes back; 0 while there is nothing. */
  readonly age: number;
}

interface Listed {
  readonly path: string;
  readonly sha256: string;
  readonly size?: number;
}

/** Reads through a tree and notes what is wrong. */
class Reading {
  readonly problems: string[] = [];
  readonly #tree: Tree;
  readonly #name: string;

  constructor(tree: Tree, name: string) {
    this.#tree = tree;
    this.#name = name;
  }

  note(problem: string): void {
    this.problems.push(`${this.#name}: ${problem}`);
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return this.#tree.read(path);
  }

  /** A file that has to be there; undefined when it is not, which is noted. */
  async needed(path: string): Promise<Buffer | undefined> {
    const bytes = await this.#tree.read(path);
    if (!bytes) this.note(`there is no ${path}`);
    return bytes && Buffer.from(bytes);
  }

  /** A file that has to be there as it is listed. */
  async listed({ path, sha256, size }: Listed): Promise<Buffer | undefined> {
    const bytes = await this.needed(path);
    if (!bytes) return undefined;
    if (sha256Of(bytes) === sha256 && (size === undefined || bytes.length === size)) return bytes;
    this.note(`${path} is not what is listed`);
    return undefined;
  }

  /** JSON that a publisher wrote; undefined when it is torn, which is noted. */
  json(path: string, bytes: Uint8Array): unknown {
    try {
      return JSON.parse(Buffer.from(bytes).toString());
    } catch {
      this.note(`${path} is no JSON`);
      return undefined;
    }
  }

  view(age: number): View {
    return { problems: this.problems, age };
  }
}

/** apt: the signed InRelease, each index by its hash, every package of it. */
export async function aptView(tree: Tree, gpgv: Gpgv, root: string, suite: string): Promise<View> {
  const reading = new Reading(tree, 'apt');
  const dists = `${root}/dists/${suite}`;
  const inRelease = await reading.read(`${dists}/InRelease`);
  if (!inRelease) return reading.view(0);
  const release = (await gpgv.signedText(inRelease))?.toString();
  if (release === undefined) {
    reading.note('InRelease is not signed by the key of the channel');
    return reading.view(0);
  }
  if (!release.includes(`\nSuite: ${suite}\n`)) reading.note('InRelease is of another suite');
  const listed = [...release.matchAll(/^ ([0-9a-f]{64}) +(\d+) (\S+)$/gm)];
  // The unpacked index is listed and is not there (channels.md).
  const packed = listed.filter(([, , , path = '']) => path.endsWith('/Packages.gz'));
  if (packed.length === 0) reading.note('InRelease lists no index');
  for (const [, sha256 = '', size, path = ''] of packed) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    const byHash = `${dists}/${folder}/by-hash/SHA256/${sha256}`;
    const index = await reading.listed({ path: byHash, sha256, size: Number(size) });
    if (!index) continue;
    for (const stanza of gunzipSync(index).toString().split('\n\n')) {
      if (stanza.trim() === '') continue;
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1] ?? '';
      await reading.listed({
        path: `${root}/${field('Filename')}`,
        sha256: field('SHA256'),
        size: Number(field('Size')),
      });
    }
  }
  return reading.view(Date.parse(/^Date: (.*)$/m.exec(release)?.[1] ?? ''));
}

/** dnf, yum and zypper with a mirrorlist: the snapshot that it names, its signed repomd.xml, the documents by their digest, every package. */
export async function yumView(tree: Tree, gpgv: Gpgv, root: string, url: string): Promise<View> {
  const reading = new Reading(tree, 'yum');
  const mirrorlist = await reading.read(`${root}/mirrorlist`);
  if (!mirrorlist) return reading.view(0);
  const address = Buffer.from(mirrorlist).toString();
  if (!address.startsWith(`${url}/`) || !address.endsWith('/\n') || address.split('\n').length !== 2) {
    reading.note(`mirrorlist is ${JSON.stringify(address)}`);
    return reading.view(0);
  }
  const snapshot = address.slice(url.length + 1, -2);
  const repomd = await reading.needed(`${snapshot}/repodata/repomd.xml`);
  const signature = await reading.needed(`${snapshot}/repodata/repomd.xml.asc`);
  if (!repomd || !signature) return reading.view(0);
  if (!(await gpgv.fits(repomd, signature)))
    reading.note('repomd.xml is not signed by the key of the channel');
  const text = repomd.toString();
  const documents = [...text.matchAll(/<data type="(\w+)">(.*?)<\/data>/gs)];
  if (documents.length < 3) reading.note('repomd.xml lists too little');
  for (const [, type, data = ''] of documents) {
    const document = await reading.listed({
      path: `${snapshot}/${/<location href="([^"]+)"/.exec(data)?.[1] ?? ''}`,
      sha256: /<checksum type="sha256">([0-9a-f]{64})</.exec(data)?.[1] ?? '',
      size: Number(/<size>(\d+)</.exec(data)?.[1]),
    });
    if (!document || type !== 'primary') continue;
    for (const [, one = ''] of gunzipSync(document)
      .toString()
      .matchAll(/<package type="rpm">(.*?)<\/package>/gs)) {
      const href = /<location href="([^"]+)"/.exec(one)?.[1] ?? '';
      await reading.listed({
        path: new URL(`${snapshot}/${href}`, 'http://host/').pathname.slice(1),
        sha256: /<checksum type="sha256" pkgid="YES">([0-9a-f]{64})</.exec(one)?.[1] ?? '',
        size: Number(/<size package="(\d+)"/.exec(one)?.[1]),
      });
    }
  }
  return reading.view(Number(/<revision>(\d+)</.exec(text)?.[1]));
}

/** Somebody who fetches tarballs: SHA256SUMS, a signature that fits, every tarball; and the index that programs read. */
export async function tarView(tree: Tree, gpgv: Gpgv, root: string): Promise<View> {
  const reading = new Reading(tree, 'tar');
  const sums = await reading.read(`${root}/SHA256SUMS`);
  if (!sums) return reading.view(0);
  const lasting = `signatures/${sha256Of(sums)}.asc`;
  if (!(await fittingSignature(reading, gpgv, sums, [`${root}/SHA256SUMS.asc`, `${root}/${lasting}`])))
    reading.note('SHA256SUMS has no signature that fits');
  for (const [, sha256 = '', path = ''] of Buffer.from(sums)
    .toString()
    .matchAll(/^([0-9a-f]{64}) {2}(\S+)$/gm)) {
    // It is replaced after SHA256SUMS: what it leads to is looked at below.
    if (path !== 'index.json') await reading.listed({ path: `${root}/${path}`, sha256 });
  }
  const index = await reading.read(`${root}/index.json`);
  if (index) {
    const parsed = reading.json('index.json', index) as { files: readonly Listed[] } | undefined;
    for (const { path, sha256, size = 0 } of parsed?.files ?? [])
      await reading.listed({ path: `${root}/${path}`, sha256, size });
  }
  return reading.view(1);
}

/** Files that never change under their name: what a statement says of them holds as long as it stands. */
const isImmutable = /\/by-hash\/|\.[0-9a-f]{16}\/|^statements\/|\.sums$|\/pool\/|\/voms-/;

/**
 * `rollout verify` and the script for sites: channel.json, a signature that fits, and every file that cannot have been replaced since. A
 * package that was withdrawn is missed by none.
 */
export async function statementView(
  tree: Tree,
  gpgv: Gpgv,
  channel: string,
  withdrawn: ReadonlySet<string>,
): Promise<View> {
  const reading = new Reading(tree, 'statement');
  const statement = await reading.read(`${channel}/channel.json`);
  if (!statement) return reading.view(0);
  const lasting = `${channel}/statements/${sha256Of(statement)}.json.asc`;
  if (!(await fittingSignature(reading, gpgv, statement, [`${channel}/channel.json.asc`, lasting])))
    reading.note('channel.json has no signature that fits');
  const parsed = reading.json('channel.json', statement) as
    | {
        readonly number: number;
        readonly files: readonly Listed[];
        readonly superseded: readonly Listed[];
      }
    | undefined;
  for (const file of [...(parsed?.files ?? []), ...(parsed?.superseded ?? [])]) {
    if (!isImmutable.test(file.path) || withdrawn.has(file.sha256)) continue;
    await reading.listed({ ...file, path: `${channel}/${file.path}` });
  }
  return reading.view(parsed?.number ?? 0);
}

async function fittingSignature(
  reading: Reading,
  gpgv: Gpgv,
  bytes: Uint8Array,
  paths: readonly string[],
): Promise<boolean> {
  for (const path of paths) {
    const signature = await reading.read(path);
    if (signature && (await gpgv.fits(bytes, signature))) return true;
  }
  return false;
}

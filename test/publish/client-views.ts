import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Reads a published file by its path below the folder of all channels; undefined when it is not there. */
export type ReadPublished = (path: string) => Uint8Array | undefined;

/** Where a channel's statement and its roots are, and the versions of its one package that each client is led to. */
export interface ViewedChannel {
  readonly channel: string;
  readonly apt: string;
  readonly yum: string;
  readonly tar: string;
  /** File of the channel's public key, binary. */
  readonly keyring: string;
  /** Folder for what gpgv needs as files. */
  readonly scratch: string;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * What each client finds that begins with the file it reads first and follows it down to the packages, with gpgv for every signature: the
 * names of the packages, each compared with its digest. An error says what is torn. The clients are apt by InRelease and by-hash, yum by
 * mirrorlist, `sha256sum` by SHA256SUMS, and readers of channel.json.
 */
export function clientViews(
  read: ReadPublished,
  { channel, apt, yum, tar, keyring, scratch }: ViewedChannel,
) {
  const needed = (path: string): Uint8Array => {
    const bytes = read(path);
    if (!bytes) throw new Error(`${path} is missing`);
    return bytes;
  };
  const text = (path: string): string => Buffer.from(needed(path)).toString();
  const whole = (path: string, digest: string | undefined): Uint8Array => {
    const bytes = needed(path);
    if (sha256(bytes) !== digest) throw new Error(`${path} has not the digest ${String(digest)}`);
    return bytes;
  };
  const gpgv = (signed: Uint8Array, signature?: Uint8Array): string => {
    const files = [signature, signed].flatMap((bytes, at) => {
      if (!bytes) return [];
      const path = join(scratch, `gpgv-${String(at)}`);
      writeFileSync(path, bytes);
      return [path];
    });
    const output = signature ? [] : ['--output', '-'];
    return execFileSync('gpgv', ['--quiet', '--keyring', keyring, ...output, ...files], {
      stdio: 'pipe',
    }).toString();
  };
  /** Takes the usual signature, or the one that stands under the digest of what it signs. */
  const signedBytes = (path: string, lasting: (digest: string) => string): Buffer => {
    const bytes = Buffer.from(needed(path));
    const other = read(lasting(sha256(bytes)));
    try {
      gpgv(bytes, needed(`${path}.asc`));
    } catch (error) {
      if (!other) throw error;
      gpgv(bytes, other);
    }
    return bytes;
  };
  const names = (paths: readonly string[]): readonly string[] =>
    paths.map((path) => path.slice(path.lastIndexOf('/') + 1));

  const viewApt = (): readonly string[] => {
    const release = gpgv(needed(`${apt}/dists/${channel}/InRelease`));
    const index = /^ ([0-9a-f]{64}) +\d+ (main\/binary-amd64)\/Packages\.gz$/m.exec(release);
    const packed = whole(
      `${apt}/dists/${channel}/main/binary-amd64/by-hash/SHA256/${String(index?.[1])}`,
      index?.[1],
    );
    const stanzas = gunzipSync(packed).toString();
    const files = [...stanzas.matchAll(/^Filename: (.*)\n(?:.+\n)*?SHA256: (.*)$/gm)];
    for (const [, path = '', digest] of files) whole(`${apt}/${path}`, digest);
    return names(files.map(([, path = '']) => path));
  };
  const viewYum = (): readonly string[] => {
    const snapshot = `${yum.slice(0, yum.lastIndexOf('/'))}/${text(`${yum}/mirrorlist`).trim().replace(/\/$/, '').split('/').at(-1) ?? ''}`;
    const repomd = needed(`${snapshot}/repodata/repomd.xml`);
    gpgv(repomd, needed(`${snapshot}/repodata/repomd.xml.asc`));
    const data = [
      ...Buffer.from(repomd)
        .toString()
        .matchAll(
          /<data type="(\w+)">[\s\S]*?<checksum type="sha256">(\w+)<\/checksum>[\s\S]*?<location href="([^"]+)"/g,
        ),
    ];
    const documents = data.map(
      ([, type, digest, href = '']) => [type, whole(`${snapshot}/${href}`, digest)] as const,
    );
    const primary = documents.find(([type]) => type === 'primary')?.[1];
    if (!primary) throw new Error('no primary.xml');
    const files = [
      ...gunzipSync(primary)
        .toString()
        .matchAll(
          /<checksum type="sha256" pkgid="YES">(\w+)<\/checksum>[\s\S]*?<location href="\.\.\/[^/]+\/([^"]+)"/g,
        ),
    ];
    for (const [, digest, path = ''] of files) whole(`${yum}/${path}`, digest);
    return names(files.map(([, , path = '']) => path));
  };
  const viewTar = (): readonly string[] => {
    const sums = signedBytes(`${tar}/SHA256SUMS`, (digest) => `${tar}/signatures/${digest}.asc`).toString();
    // index.json follows SHA256SUMS, which covers it too: whoever comes between waits a moment.
    const files = [...sums.matchAll(/^([0-9a-f]{64}) {2}(.*)$/gm)].filter(
      ([, , path]) => path !== 'index.json',
    );
    for (const [, digest, path = ''] of files) whole(`${tar}/${path}`, digest);
    return names(files.map(([, , path = '']) => path));
  };
  const viewStatement = (): number => {
    const bytes = signedBytes(
      `${channel}/channel.json`,
      (digest) => `${channel}/statements/${digest}.json.asc`,
    );
    return (JSON.parse(bytes.toString()) as { number: number }).number;
  };
  return { apt: viewApt(), yum: viewYum(), tar: viewTar(), number: viewStatement() };
}

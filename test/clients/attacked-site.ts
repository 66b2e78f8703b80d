import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as openpgp from 'openpgp';
import { withNewSubkey, withRevocation } from '../../app/publish/signing/certificate.ts';
import type { Keys } from '../../app/publish/signing/keys.ts';
import { bindAnew } from '../../app/publish/signing/self-signature.ts';
import { binaryKeyring } from '../../app/publish/signing/openpgp.ts';
import { ChannelWorld, sampleDeb, sampleRpm, sha256 } from '../publish/channel-world.ts';
import { LooseKey } from '../publish/loose-key.ts';
import { serveFolder, type WebFolder } from '../publish/web-folder.ts';

const day = 86_400_000;
/** Roots of the channel, relative to its folder. */
export const roots = {
  apt: 'umd/5/debian12/amd64',
  yum: 'umd/5/el9/x86_64',
  tar: 'umd/5/src/noarch',
} as const;
export const suite = `${roots.apt}/dists/production`;

/** The channel's key, and what became of it by the time a client has its keyring. */
export type ClientKeyring = 'good' | 'revoked' | 'subkey revoked' | 'expired';

/** Keys that sign whatever they are told to, as a thief's would. */
function looseKeys(key: LooseKey, other: LooseKey): Keys {
  const signer = (one: LooseKey) => ({
    fingerprint: one.fingerprint,
    publicKey: one.publicKey,
    signDetached: (bytes: Uint8Array, date: Date) => one.signDetached(bytes, date),
    signCleartext: (text: string, date: Date) => one.signCleartext(text, date),
    signCommit: (text: string, date: Date) => one.signDetached(Buffer.from(text), date),
  });
  return {
    system: signer(other),
    channel: (name) => signer(name === 'production' ? key : other),
    warnings: () => [],
  };
}

/**
 * A site that a mirror or somebody on the way can do anything to: a channel of three formats with two publications, the first of which is still
 * valid, behind a web server whose folder is put back before each attack.
 */
export class AttackedSite {
  readonly world: ChannelWorld;
  readonly web: WebFolder;
  readonly key: LooseKey;
  readonly otherKey: LooseKey;
  readonly #keyrings: Readonly<Record<ClientKeyring, string>>;

  private constructor(
    world: ChannelWorld,
    web: WebFolder,
    keys: { key: LooseKey; otherKey: LooseKey; keyrings: Record<ClientKeyring, string> },
  ) {
    this.world = world;
    this.web = web;
    this.key = keys.key;
    this.otherKey = keys.otherKey;
    this.#keyrings = keys.keyrings;
  }

  /** Publishes twice, an hour ago and twenty minutes ago. */
  static async create(): Promise<AttackedSite> {
    const made = new Date(Date.now() - 100 * day);
    const key = await LooseKey.make(made);
    const otherKey = await LooseKey.make(made);
    const { dir, store } = await ChannelWorld.create();
    const world = new ChannelWorld(dir, looseKeys(key, otherKey), store);
    await mkdir(join(dir, 'site'));
    const web = await serveFolder(join(dir, 'site'));
    world.channelsFile = { ...world.channelsFile, url: web.url };
    const keyrings = await keyringsOf(key, made);
    const site = new AttackedSite(world, web, { key, otherKey, keyrings });
    for (const [version, name, age] of [
      ['1.0', 'first', 60],
      ['1.1', 'second', 20],
    ] as const) {
      await site.#adds(version);
      await world.publishes({
        channels: ['production', 'unverified'],
        now: new Date(Date.now() - age * 60_000),
      });
      await cp(world.out, join(dir, name), { recursive: true });
    }
    for (const [name, keyring] of Object.entries(keyrings)) {
      await writeFile(join(dir, `${name}.asc`), keyring);
      await writeFile(join(dir, `${name}.gpg`), await binaryKeyring([keyring]));
    }
    return site;
  }

  async #adds(version: string): Promise<void> {
    for (const channel of ['production', 'unverified'] as const) {
      // Every channel has a version of its own, so that one can see whose packages a client got.
      const own = channel === 'production' ? version : `9.${version}`;
      const id = (format: string) => ({ id: `${channel}-${format}-${version}`, component: 'voms', channel });
      await this.world.adds(id('deb'), {
        [`voms_${own}_amd64.deb`]: sampleDeb({ name: 'voms', version: own }),
        [`voms-api_${own}_amd64.deb`]: sampleDeb({ name: 'voms-api', version: own }),
      });
      await this.world.adds(
        { ...id('rpm'), platform: 'el9', arch: 'x86_64', format: 'rpm' },
        {
          [`voms-${own}-1.x86_64.rpm`]: sampleRpm({ name: 'voms', version: own }),
          [`voms-api-${own}-1.x86_64.rpm`]: sampleRpm({ name: 'voms-api', version: own }),
        },
      );
      await this.world.adds(
        { ...id('tar'), platform: 'src', arch: 'noarch', format: 'tar' },
        { [`voms-${own}.tar.gz`]: Buffer.from(`voms ${own}`) },
      );
    }
  }

  /** Ends the server and removes everything. */
  async close(): Promise<void> {
    await this.web.close();
    await rm(this.world.dir, { recursive: true });
  }

  /** The folder that the web server shows: the place of all channels. */
  get folder(): string {
    return join(this.world.dir, 'site');
  }

  /** The channel as it was after its first publication, or after its second. */
  at(publication: 'first' | 'second'): string {
    return join(this.world.dir, publication);
  }

  keyring(which: ClientKeyring): string {
    return this.#keyrings[which];
  }

  /** The file of a client's keyring: armored, or binary as gpgv wants it. */
  keyringFile(which: ClientKeyring, form: 'asc' | 'gpg'): string {
    return join(this.world.dir, `${which}.${form}`);
  }

  /** Puts the second publication back. */
  async restore(): Promise<void> {
    this.web.endless.clear();
    this.web.asked.length = 0;
    await this.shows(this.at('second'));
  }

  /** Shows another place of channels. Its files are hard links: none is written into, only replaced. */
  async shows(folder: string): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    await promisify(execFile)('cp', ['-al', folder, this.folder]);
  }

  /** A file of the channel, as it is shown now or as a publication left it. */
  read(path: string, from = this.folder): Promise<Buffer> {
    return readFile(join(from, 'production', path));
  }

  async write(path: string, content: Uint8Array | string): Promise<void> {
    const file = join(this.folder, 'production', path);
    await mkdir(dirname(file), { recursive: true });
    await rm(file, { force: true });
    await writeFile(file, content);
  }

  async edit(path: string, change: (text: string) => string): Promise<void> {
    await this.write(path, change((await this.read(path)).toString('latin1')));
  }

  /** Changes one byte in the middle. */
  async flip(path: string): Promise<void> {
    const bytes = await this.read(path);
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await this.write(path, bytes);
  }

  async remove(path: string): Promise<void> {
    await rm(join(this.folder, 'production', path));
  }

  /** Takes a file from the publication before. */
  async before(path: string): Promise<void> {
    await this.write(path, await this.read(path, this.at('first')));
  }

  /** Lets a file of the channel never end. */
  neverEnds(path: string): void {
    this.web.endless.add(`/production/${path}`);
  }

  /** The packed index of apt in both its places. */
  async aptIndexes(from = this.folder): Promise<readonly string[]> {
    const index = `${suite}/main/binary-amd64/Packages.gz`;
    return [
      index,
      `${index.replace('Packages.gz', 'by-hash/SHA256')}/${sha256(await this.read(index, from))}`,
    ];
  }

  /** The folder of yum's metadata that the mirror list points to. */
  async snapshot(from = this.folder): Promise<string> {
    const [, id = ''] =
      /\.([0-9a-f]{16})\/\n$/.exec((await this.read(`${roots.yum}/mirrorlist`, from)).toString()) ?? [];
    return `${roots.yum}.${id}/repodata`;
  }

  /** The file of one of yum's documents. */
  async document(name: 'primary' | 'filelists' | 'other'): Promise<string> {
    const folder = await this.snapshot();
    const repomd = (await this.read(`${folder}/repomd.xml`)).toString();
    const [, file = ''] = new RegExp(`href="repodata/([0-9a-f]{64}-${name}\\.xml\\.gz)"`).exec(repomd) ?? [];
    return `${folder}/${file}`;
  }

  /** Signs a `Release` anew in both forms; the channel's own key, unless told otherwise. */
  async signRelease(text: string, date = new Date(), key = this.key): Promise<void> {
    await this.write(`${suite}/Release`, text);
    await this.write(`${suite}/Release.gpg`, await key.signDetached(Buffer.from(text), date));
    await this.write(`${suite}/InRelease`, await key.signCleartext(text, date));
  }

  /** Signs a text of yum anew where the mirror list points to. */
  async signRepomd(text: string, date = new Date(), key = this.key): Promise<void> {
    const folder = await this.snapshot();
    await this.write(`${folder}/repomd.xml`, text);
    await this.write(`${folder}/repomd.xml.asc`, await key.signDetached(Buffer.from(text), date));
  }

  /** Publishes the releases of production, or those of unverified, somewhere else: with other dates, or under another name. Gives that place. */
  async publishesElsewhere(options: { readonly now: Date; readonly foreign?: boolean }): Promise<string> {
    const folder = join(
      this.world.dir,
      `elsewhere-${String(options.now.getTime())}-${String(options.foreign === true)}`,
    );
    await rm(folder, { recursive: true, force: true });
    const keys = options.foreign === true ? looseKeys(this.key, this.key) : this.world.keys;
    const channel = options.foreign === true ? 'unverified' : 'production';
    await this.world.publishes({
      channels: [channel],
      now: options.now,
      output: this.world.outputAt(folder),
      keys,
    });
    return folder;
  }

  /** What a site that saw a publication remembers, as a file. */
  async memory(
    publication: 'first' | 'second',
  ): Promise<{ readonly channel: 'production'; readonly number: number; readonly sha256: string }> {
    return {
      channel: 'production',
      number: publication === 'first' ? 1 : 2,
      sha256: sha256(await this.read('channel.json', this.at(publication))),
    };
  }
}

/** A certificate of the same key whose subkey ended ten minutes ago. */
async function expiredKeyring(key: LooseKey, made: Date): Promise<string> {
  const whole = await openpgp.readPrivateKey({ armoredKey: key.primary });
  whole.subkeys = (await openpgp.readPrivateKey({ armoredKey: key.online })).subkeys;
  const { privateKey } = await openpgp.reformatKey({
    privateKey: whole,
    userIDs: [{ name: 'Channel', email: 'c@rollout.invalid' }],
    keyExpirationTime: Math.floor((Date.now() - made.getTime()) / 1000) - 600,
    date: made,
    format: 'object',
  });
  await bindAnew(privateKey);
  const certificate = await openpgp.readKey({ armoredKey: key.publicKey });
  // rpm imports no key whose primary says by a critical word when it ends, as openpgp writes it.
  certificate.subkeys = privateKey.toPublic().subkeys;
  return certificate.armor().replaceAll('\r\n', '\n');
}

/** Two signatures in one armor. */
export function together(one: string, other: string): string {
  const packets = [one, other].map((armored) =>
    Buffer.from(armored.replaceAll(/^(-----.*|=.{4})?\n/gm, ''), 'base64'),
  );
  return openpgp.armor(openpgp.enums.armor.signature, Buffer.concat(packets)).replaceAll('\r\n', '\n');
}

async function keyringsOf(key: LooseKey, made: Date): Promise<Record<ClientKeyring, string>> {
  const certificate = async (online: string): Promise<string> =>
    (await LooseKey.of({ primary: key.primary, online })).publicKey;
  const reason = { date: new Date(), reason: 'stolen' };
  const next = await withNewSubkey(key.online, key.primary, { date: new Date(Date.now() - day), days: 90 });
  return {
    good: key.publicKey,
    revoked: await certificate(
      await withRevocation(key.online, key.primary, { ...reason, subkey: undefined }),
    ),
    'subkey revoked': await certificate(
      await withRevocation(next.online, key.primary, { ...reason, subkey: key.subkey }),
    ),
    expired: await expiredKeyring(key, made),
  };
}

import { gunzipSync, gzipSync } from 'node:zlib';
import { sha256 } from '../publish/channel-world.ts';
import { roots, suite, together, type AttackedSite, type ClientKeyring } from './attacked-site.ts';

const day = 86_400_000;
const { apt, yum, tar } = roots;
const deb = (name: string, version = '1.1') => `${apt}/pool/v/voms/${name}_${version}_amd64.deb`;
const rpm = (name: string, version = '1.1') => `${yum}/pool/v/voms/${name}-${version}-1.x86_64.rpm`;

/**
 * What a client does: it refuses; it takes what the attacker wants; it takes it and warns; it keeps what it had, without a word; or the attack is not
 * felt, because the client asks for nothing that was changed.
 */
export type Outcome = 'refuses' | 'takes' | 'warns' | 'keeps' | 'unharmed';

/** Something done to a published channel. `rollout verify` and the script refuse every one of them. */
export interface Attack {
  readonly name: string;
  readonly spoil: (site: AttackedSite) => Promise<void>;
  /** What each client does; one that is not named does not read these files. */
  readonly apt?: Outcome;
  readonly dnf?: Outcome;
  readonly zypper?: Outcome;
  /** What the client has to say, when it says anything. */
  readonly told?: RegExp;
  /** The client, and whoever verifies, has seen the second publication before. */
  readonly knows?: true;
  /** The client has this keyring; a good one otherwise. */
  readonly keyring?: ClientKeyring;
  /** The client's source says nothing of the age of indexes. */
  readonly lax?: true;
  /** The client's repository file has a plain address and no mirror list. */
  readonly plain?: true;
  /** It can only be tried through HTTP. */
  readonly web?: true;
}

const release = async (site: AttackedSite): Promise<string> =>
  (await site.read(`${suite}/Release`)).toString();
const dated = (text: string, date: Date, until: Date): string =>
  text
    .replace(/^Date: .*$/m, `Date: ${date.toUTCString().replace('GMT', 'UTC')}`)
    .replace(/^Valid-Until: .*$/m, `Valid-Until: ${until.toUTCString().replace('GMT', 'UTC')}`);
const ago = (days: number): Date => new Date(Date.now() - days * day);
const repomd = async (site: AttackedSite): Promise<string> =>
  (await site.read(`${await site.snapshot()}/repomd.xml`)).toString();

/** trust.md 1.5: apt 2.6. */
const ofApt: readonly Attack[] = [
  {
    name: 'a changed index',
    apt: 'refuses',
    told: /Hash Sum mismatch|unexpected size/,
    spoil: async (site) => {
      for (const path of await site.aptIndexes()) await site.flip(path);
    },
  },
  {
    name: 'an index of the publication before',
    apt: 'refuses',
    told: /Hash Sum mismatch|unexpected size/,
    spoil: async (site) => {
      const [old = ''] = await site.aptIndexes(site.at('first'));
      for (const path of await site.aptIndexes())
        await site.write(path, await site.read(old, site.at('first')));
    },
  },
  {
    name: 'a changed package',
    apt: 'refuses',
    told: /Hash Sum mismatch/,
    spoil: (site) => site.flip(deb('voms')),
  },
  {
    name: 'another package in the place of one',
    apt: 'refuses',
    told: /Hash Sum mismatch|unexpected size/,
    spoil: async (site) => {
      await site.write(deb('voms'), await site.read(deb('voms-api')));
    },
  },
  {
    name: 'an older package in the place of one',
    apt: 'refuses',
    told: /Hash Sum mismatch|unexpected size/,
    spoil: async (site) => {
      await site.write(deb('voms'), await site.read(deb('voms', '1.0')));
    },
  },
  { name: 'a missing package', apt: 'refuses', told: /404/, spoil: (site) => site.remove(deb('voms')) },
  {
    name: 'a changed InRelease',
    apt: 'refuses',
    told: /BADSIG|invalid/,
    spoil: async (site) => {
      await site.edit(`${suite}/InRelease`, (text) => text.replace('Label: Staged', 'Label: Stagee'));
    },
  },
  {
    name: 'an index signed by the key of another channel',
    apt: 'refuses',
    told: /NO_PUBKEY/,
    spoil: async (site) => {
      await site.signRelease(await release(site), new Date(), site.otherKey);
    },
  },
  {
    name: 'the signed index of another channel',
    apt: 'refuses',
    told: /NO_PUBKEY/,
    spoil: async (site) => {
      for (const name of ['InRelease', 'Release', 'Release.gpg'])
        await site.write(
          `${suite}/${name}`,
          await site.read(`../unverified/${apt}/dists/unverified/${name}`),
        );
    },
  },
  {
    name: 'a signature that is missing',
    apt: 'refuses',
    told: /is not signed|not available/,
    spoil: async (site) => {
      await site.remove(`${suite}/InRelease`);
      await site.remove(`${suite}/Release.gpg`);
    },
  },
  {
    name: 'an InRelease without a signature',
    apt: 'refuses',
    told: /not signed|NOSPLIT|NODATA/,
    spoil: async (site) => {
      await site.write(`${suite}/InRelease`, await release(site));
      await site.remove(`${suite}/Release.gpg`);
    },
  },
  {
    name: 'text before what InRelease signs',
    apt: 'refuses',
    told: /NOSPLIT|NODATA|Clearsigned|Splitting up/,
    spoil: (site) => site.edit(`${suite}/InRelease`, (text) => `Suite: evil\n${text}`),
  },
  {
    name: 'text after what InRelease signs',
    apt: 'refuses',
    told: /NOSPLIT|NODATA|Clearsigned|Splitting up/,
    spoil: (site) => site.edit(`${suite}/InRelease`, (text) => `${text}Suite: evil\n`),
  },
  {
    name: 'an index with digests of MD5 and SHA-1 alone',
    apt: 'refuses',
    told: /insufficient|No Hash entry/,
    spoil: async (site) => {
      await site.signRelease(
        (await release(site))
          .replace('SHA256:', 'SHA1:')
          .replaceAll(/^ [0-9a-f]{64}/gm, (line) => line.slice(0, 41)),
      );
    },
  },
  {
    name: 'an index that has expired',
    apt: 'refuses',
    told: /expired/,
    spoil: async (site) => {
      await site.signRelease(dated(await release(site), ago(8), ago(1)));
    },
  },
  {
    name: 'an index from the future',
    apt: 'refuses',
    told: /not valid yet/,
    spoil: async (site) => {
      await site.signRelease(dated(await release(site), ago(-2), ago(-9)));
    },
  },
  {
    name: 'an index of 50 days ago without end',
    apt: 'refuses',
    told: /expired/,
    spoil: async (site) => {
      await site.signRelease(
        dated(await release(site), ago(50), ago(-9)).replace(/^Valid-Until: .*\n/m, ''),
        ago(50),
      );
    },
  },
  {
    name: 'an index of 50 days ago without end, before a client that sets none',
    apt: 'takes',
    lax: true,
    spoil: async (site) => {
      await site.signRelease(
        dated(await release(site), ago(50), ago(-9)).replace(/^Valid-Until: .*\n/m, ''),
        ago(50),
      );
    },
  },
  {
    name: 'a way back to an older index',
    apt: 'keeps',
    knows: true,
    spoil: async (site) => {
      for (const path of [
        ...['InRelease', 'Release', 'Release.gpg'].map((name) => `${suite}/${name}`),
        (await site.aptIndexes())[0] ?? '',
      ])
        await site.before(path);
    },
  },
  {
    name: 'another suite, signed by the key of the channel, at first sight',
    apt: 'warns',
    told: /Conflicting distribution/,
    spoil: async (site) => {
      await site.signRelease((await release(site)).replaceAll(/^(Suite|Codename): .*$/gm, '$1: unverified'));
    },
  },
  {
    name: 'another suite, signed by the key of the channel, where it is known',
    apt: 'refuses',
    told: /changed its/,
    knows: true,
    spoil: async (site) => {
      const later = dated(await release(site), new Date(), ago(-7));
      await site.signRelease(later.replaceAll(/^(Suite|Codename): .*$/gm, '$1: unverified'));
    },
  },
  {
    name: 'a signature of tomorrow',
    apt: 'takes',
    spoil: async (site) => {
      await site.signRelease(await release(site), ago(-1));
    },
  },
  {
    name: 'a second signature by nobody',
    apt: 'takes',
    spoil: async (site) => {
      const text = await release(site);
      const [head = '', own = ''] = (await site.key.signCleartext(text, new Date())).split(
        /(?=-----BEGIN PGP SIGNATURE)/,
      );
      const [, foreign = ''] = (await site.otherKey.signCleartext(text, new Date())).split(
        /(?=-----BEGIN PGP SIGNATURE)/,
      );
      await site.write(`${suite}/InRelease`, head + together(own, foreign));
    },
  },
  {
    name: 'a package outside the pool',
    apt: 'refuses',
    told: /404/,
    spoil: async (site) => {
      await signPackages(site, (text) =>
        text.replaceAll(/^Filename: .*voms_.*$/gm, 'Filename: ../../../../../../etc/passwd'),
      );
    },
  },
  {
    name: 'new indexes behind an old InRelease, with its own still there',
    apt: 'takes',
    spoil: (site) => site.before(`${suite}/InRelease`),
  },
  {
    name: 'new indexes behind an old InRelease, without its own',
    apt: 'refuses',
    told: /404|Hash Sum mismatch|unexpected size/,
    spoil: async (site) => {
      await site.before(`${suite}/InRelease`);
      const [, byHash = ''] = await site.aptIndexes(site.at('first'));
      await site.remove(byHash);
    },
  },
  {
    name: 'an endless InRelease, and Release and its signature without end too',
    apt: 'refuses',
    told: /NOSPLIT|more data than expected|unexpected size|not signed/,
    web: true,
    spoil: async (site) => {
      // When InRelease is too long for it, apt asks for the other two.
      for (const name of ['InRelease', 'Release', 'Release.gpg']) site.neverEnds(`${suite}/${name}`);
    },
  },
  {
    name: 'an endless index',
    apt: 'refuses',
    told: /unexpected size|Hash Sum mismatch/,
    web: true,
    spoil: async (site) => {
      for (const path of await site.aptIndexes()) site.neverEnds(path);
    },
  },
  {
    name: 'an endless package',
    apt: 'refuses',
    told: /unexpected size|Hash Sum mismatch/,
    web: true,
    spoil: async (site) => {
      site.neverEnds(deb('voms'));
    },
  },
];

/** Changes the index of apt, and signs it with the key of the channel. */
async function signPackages(site: AttackedSite, change: (text: string) => string): Promise<void> {
  const [path = ''] = await site.aptIndexes();
  const old = await site.read(path);
  const plain = Buffer.from(change(gunzipSync(old).toString()));
  const packed = gzipSync(plain);
  const line = (bytes: Uint8Array): string => ` ${sha256(bytes)} ${String(bytes.length).padStart(9)}`;
  const text = (await release(site))
    .replace(line(gunzipSync(old)), line(plain))
    .replace(line(old), line(packed));
  await site.write(path, packed);
  await site.write(path.replace('Packages.gz', `by-hash/SHA256/${sha256(packed)}`), packed);
  await site.signRelease(text);
}

/** trust.md 1.6: dnf 4.14, and zypper 1.14 beside it, with repo_gpgcheck=1. */
const ofYum: readonly Attack[] = [
  {
    name: 'a changed repomd.xml',
    dnf: 'refuses',
    zypper: 'refuses',
    spoil: async (site) => {
      await site.edit(`${await site.snapshot()}/repomd.xml`, (text) =>
        text.replace('<revision>2', '<revision>3'),
      );
    },
  },
  {
    name: 'a repomd.xml without its signature',
    dnf: 'refuses',
    zypper: 'refuses',
    spoil: async (site) => site.remove(`${await site.snapshot()}/repomd.xml.asc`),
  },
  {
    name: 'a repomd.xml signed by the key of another channel',
    dnf: 'refuses',
    zypper: 'refuses',
    spoil: async (site) => site.signRepomd(await repomd(site), new Date(), site.otherKey),
  },
  {
    name: 'a signature of repomd.xml with other text in its place',
    dnf: 'refuses',
    zypper: 'refuses',
    spoil: async (site) => site.write(`${await site.snapshot()}/repomd.xml.asc`, 'signed, believe me\n'),
  },
  {
    name: 'a changed primary',
    dnf: 'refuses',
    zypper: 'refuses',
    spoil: async (site) => site.flip(await site.document('primary')),
  },
  {
    name: 'a missing primary',
    dnf: 'refuses',
    zypper: 'refuses',
    spoil: async (site) => site.remove(await site.document('primary')),
  },
  { name: 'a changed rpm', dnf: 'refuses', zypper: 'refuses', spoil: (site) => site.flip(rpm('voms')) },
  {
    name: 'another rpm in the place of one',
    dnf: 'refuses',
    zypper: 'refuses',
    spoil: async (site) => site.write(rpm('voms'), await site.read(rpm('voms-api'))),
  },
  {
    name: 'an older rpm in the place of one',
    dnf: 'refuses',
    zypper: 'refuses',
    spoil: async (site) => site.write(rpm('voms'), await site.read(rpm('voms', '1.0'))),
  },
  { name: 'a missing rpm', dnf: 'refuses', zypper: 'refuses', spoil: (site) => site.remove(rpm('voms')) },
  {
    name: 'a way back to an older snapshot',
    dnf: 'takes',
    zypper: 'takes',
    knows: true,
    spoil: (site) => site.before(`${yum}/mirrorlist`),
  },
  {
    name: 'metadata of 50 days ago',
    dnf: 'takes',
    zypper: 'takes',
    spoil: async (site) =>
      site.signRepomd(
        (await repomd(site))
          .replace(/<timestamp>\d+/g, `<timestamp>${String(Math.floor(ago(50).getTime() / 1000))}`)
          .replace(/expires:[^<]*/, 'expires:2020-01-01T00:00:00Z'),
        ago(50),
      ),
  },
  {
    name: 'the metadata of another channel, signed by the key of this one',
    dnf: 'takes',
    zypper: 'takes',
    spoil: async (site) =>
      site.signRepomd((await repomd(site)).replace('channel:production', 'channel:unverified')),
  },
  {
    name: 'a second signature of repomd.xml by nobody',
    dnf: 'takes',
    zypper: 'refuses',
    spoil: async (site) => {
      const text = Buffer.from(await repomd(site));
      const [own, foreign] = [
        await site.key.signDetached(text, new Date()),
        await site.otherKey.signDetached(text, new Date()),
      ];
      await site.write(`${await site.snapshot()}/repomd.xml.asc`, together(own, foreign));
    },
  },
  {
    name: 'a mirror list that leads to a snapshot held back elsewhere',
    dnf: 'takes',
    zypper: 'takes',
    spoil: async (site) => {
      const old = await site.snapshot(site.at('first'));
      await site.write(
        `${yum}/mirrorlist`,
        `${site.web.url}/production/${old.replace(/\/repodata$/, '')}/\n`,
      );
    },
  },
  {
    name: 'a mirror list that leads nowhere',
    dnf: 'refuses',
    zypper: 'refuses',
    spoil: (site) => site.write(`${yum}/mirrorlist`, `${site.web.url}/nowhere/\n`),
  },
  {
    name: 'a new repomd.xml beside an old signature, before a client with a plain address',
    dnf: 'refuses',
    zypper: 'refuses',
    plain: true,
    spoil: (site) => site.before(`${yum}/repodata/repomd.xml.asc`),
  },
  {
    name: 'an endless repomd.xml',
    dnf: 'refuses',
    zypper: 'refuses',
    web: true,
    spoil: async (site) => {
      site.neverEnds(`${await site.snapshot()}/repomd.xml`);
    },
  },
  {
    name: 'an endless rpm',
    dnf: 'refuses',
    zypper: 'refuses',
    web: true,
    spoil: async (site) => {
      site.neverEnds(rpm('voms'));
    },
  },
];

/** What concerns the key as the client has it; nothing on the site is changed. */
const ofKeys: readonly Attack[] = (
  [
    ['revoked', 'a key', 'refuses'],
    ['subkey revoked', 'a key', 'refuses'],
    // zypper 1.14 asks whether the primary has ended, and not whether the subkey has.
    ['expired', 'a subkey', 'takes'],
  ] as const
).map(([keyring, what, zypper]) => ({
  name: `${what} that is ${keyring} in the client's keyring`,
  keyring,
  apt: 'refuses',
  dnf: 'refuses',
  zypper,
  spoil: async () => undefined,
}));

/** Tarballs, which no package manager reads. */
const ofTarballs: readonly Attack[] = [
  { name: 'a changed tarball', spoil: (site) => site.flip(`${tar}/voms/1.0/voms-1.1.tar.gz`) },
  {
    name: 'another tarball in the place of one',
    spoil: async (site) =>
      site.write(`${tar}/voms/1.0/voms-1.1.tar.gz`, await site.read(`${tar}/voms/1.0/voms-1.0.tar.gz`)),
  },
  { name: 'a changed SHA256SUMS', spoil: (site) => site.flip(`${tar}/SHA256SUMS`) },
  {
    name: 'SHA256SUMS and its signature of the publication before',
    spoil: async (site) => {
      await site.before(`${tar}/SHA256SUMS`);
      await site.before(`${tar}/SHA256SUMS.asc`);
    },
  },
  {
    name: 'SHA256SUMS signed by the key of another channel',
    spoil: async (site) =>
      site.write(
        `${tar}/SHA256SUMS.asc`,
        await site.otherKey.signDetached(await site.read(`${tar}/SHA256SUMS`), new Date()),
      ),
  },
  { name: 'SHA256SUMS without its signature', spoil: (site) => site.remove(`${tar}/SHA256SUMS.asc`) },
  {
    name: 'an index of tarballs of the publication before',
    spoil: (site) => site.before(`${tar}/index.json`),
  },
];

/** The statement itself, and the channel as a whole. */
const ofStatement: readonly Attack[] = [
  {
    name: 'a changed channel.json',
    spoil: (site) => site.edit('channel.json', (text) => text.replace('"number":2', '"number":3')),
  },
  { name: 'a missing channel.json', spoil: (site) => site.remove('channel.json') },
  { name: 'a missing signature of channel.json', spoil: (site) => site.remove('channel.json.asc') },
  {
    name: 'the channel.json of another channel',
    spoil: async (site) => {
      for (const name of ['channel.json', 'channel.json.asc'])
        await site.write(name, await site.read(`../unverified/${name}`));
    },
  },
  {
    name: 'the channel.json of the publication before, for one who knows better',
    knows: true,
    spoil: async (site) => {
      for (const name of ['channel.json', 'channel.json.asc']) await site.before(name);
    },
  },
  {
    name: 'channel.json signed by the key of another channel',
    spoil: async (site) =>
      site.write(
        'channel.json.asc',
        await site.otherKey.signDetached(await site.read('channel.json'), new Date()),
      ),
  },
  {
    name: 'text after the signature of channel.json',
    spoil: (site) => site.edit('channel.json.asc', (text) => `${text}more\n`),
  },
  {
    name: 'a second signature of channel.json by nobody',
    spoil: async (site) => {
      const bytes = await site.read('channel.json');
      const foreign = await site.otherKey.signDetached(bytes, new Date());
      await site.write(
        'channel.json.asc',
        together((await site.read('channel.json.asc')).toString(), foreign),
      );
    },
  },
  {
    name: 'a whole channel of the publication before, for one who knows better',
    knows: true,
    spoil: (site) => site.shows(site.at('first')),
  },
  {
    name: 'a whole channel that expired',
    spoil: async (site) => site.shows(await site.publishesElsewhere({ now: ago(8) })),
  },
  {
    name: 'a whole channel from the future',
    spoil: async (site) => site.shows(await site.publishesElsewhere({ now: ago(-2) })),
  },
  {
    name: 'another history of the channel, for one who knows the true one',
    knows: true,
    spoil: async (site) => site.shows(await site.publishesElsewhere({ now: new Date() })),
  },
  { name: 'a file more in the pool of apt', spoil: (site) => site.write(deb('evil'), 'evil') },
  { name: 'a file more beside channel.json', spoil: (site) => site.write('evil', 'evil') },
  {
    name: 'a package of the publication before that was changed',
    spoil: (site) => site.flip(deb('voms', '1.0')),
  },
  {
    name: 'a channel.json that never ends',
    web: true,
    spoil: async (site) => {
      site.neverEnds('channel.json');
    },
  },
];

/** Every attack there is. */
export const attacks: readonly Attack[] = [...ofApt, ...ofYum, ...ofKeys, ...ofTarballs, ...ofStatement];

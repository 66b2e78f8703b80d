import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../bench/channels/sample.ts';
import { debOf, rpmOf, type PackageFile } from '../world/sample-packages.ts';
import type { Publishing } from './storm.ts';

/** A publisher that writes over what clients read. */
export interface InPlacePublisher {
  readonly program: 'reprepro' | 'apt-ftparchive' | 'createrepo_c';
  readonly format: 'deb' | 'rpm';
  /** What a client is set up with: a deb822 source or a `.repo` file. */
  setUp(url: string, publicKey: string): string;
  begin(): Promise<Publishing>;
}

/** What each does with its folder when the next version of a package has come, as its manual has it. */
const scripts = {
  'apt-ftparchive': `
apt-ftparchive packages pool > Packages
gzip --keep --force Packages
apt-ftparchive release . > ../Release.new
mv ../Release.new Release
gpg --batch --yes --local-user "$KEY" --clearsign --output InRelease Release
gpg --batch --yes --local-user "$KEY" --armor --detach-sign --output Release.gpg Release
`,
  reprepro: 'reprepro --silent --keepunreferencedfiles --basedir . includedeb production "$NEXT"',
  createrepo_c: `
createrepo_c --quiet --update --no-database .
gpg --batch --yes --local-user "$KEY" --armor --detach-sign repodata/repomd.xml
`,
} as const;
const steady = 40;

/** The publishers that others would use, each on a folder of its own below `out`. Packages that were replaced stay: only metadata is at stake. */
export async function inPlacePublishers(dir: string, out: string): Promise<readonly InPlacePublisher[]> {
  const home = join(dir, 'gnupg');
  await mkdir(home, { mode: 0o700 });
  const env = { GNUPGHOME: home };
  const gpg = (...args: readonly string[]): Promise<string> =>
    run({ program: 'gpg', args: ['--batch', '--quiet', '--passphrase', '', ...args], env });
  await gpg('--quick-generate-key', 'Peer <peer@example.org>', 'rsa2048', 'sign', 'never');
  const key = /^fpr:+([0-9A-F]{40}):/m.exec(await gpg('--with-colons', '--list-keys'))?.[1] ?? '';
  const publicKey = await gpg('--armor', '--export', key);

  const begin = async (program: keyof typeof scripts, make: typeof debOf): Promise<Publishing> => {
    const folder = join(out, program);
    const pool = program === 'reprepro' ? join(dir, 'incoming') : join(folder, 'pool');
    await mkdir(pool, { recursive: true });
    await mkdir(join(folder, 'conf'), { recursive: true });
    if (program === 'reprepro')
      await writeFile(
        join(folder, 'conf/distributions'),
        `Codename: production\nArchitectures: amd64\nComponents: main\nSignWith: ${key}\n`,
      );
    const put = async ({ file, bytes }: PackageFile): Promise<string> => {
      await writeFile(join(pool, file), bytes);
      return join(pool, file);
    };
    const publish = (next: string): Promise<string> =>
      run({
        program: 'sh',
        args: ['-ec', scripts[program]],
        cwd: folder,
        env: { ...env, KEY: key, NEXT: next },
      });
    for (let at = 0; at < steady; at += 1) {
      const path = await put(make(`steady-${String(at)}`, '1.0'));
      if (program === 'reprepro') await publish(path);
    }
    let count = 0;
    const publishing = {
      name: program,
      publicKey,
      get count() {
        return count;
      },
      publish: async () => {
        await publish(await put(make('tool', `${String(count + 1)}.0`)));
        count += 1;
      },
      end: () => rm(folder, { recursive: true }),
    };
    await publishing.publish();
    return publishing;
  };
  const source = (address: string, suite: string, signedBy: string): string =>
    `Types: deb\nURIs: ${address}\n${suite}\nSigned-By:\n${signedBy
      .trimEnd()
      .split('\n')
      .map((line) => ` ${line === '' ? '.' : line}\n`)
      .join('')}`;
  return [
    {
      program: 'apt-ftparchive',
      format: 'deb',
      setUp: (url, signedBy) => source(`${url}/apt-ftparchive/`, 'Suites: ./', signedBy),
      begin: () => begin('apt-ftparchive', debOf),
    },
    {
      program: 'reprepro',
      format: 'deb',
      setUp: (url, signedBy) => source(`${url}/reprepro/`, 'Suites: production\nComponents: main', signedBy),
      begin: () => begin('reprepro', debOf),
    },
    {
      program: 'createrepo_c',
      format: 'rpm',
      setUp: (url) =>
        `[peer]\nname=peer\nbaseurl=${url}/createrepo_c/\nenabled=1\nrepo_gpgcheck=1\ngpgcheck=0\ngpgkey=file:///none\n`,
      begin: () => begin('createrepo_c', rpmOf),
    },
  ];
}

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importPackages, type ImportPackagesOptions } from '../../app/commands/import-packages.ts';
import { publishCommand } from '../../app/commands/publish.ts';
import { buildRpm } from '../../app/demo/build-rpm.ts';
import type { ImportReport } from '../../app/import/packages/import.ts';
import { readJournal } from '../../app/record/journal-file.ts';
import { allManifests } from '../../app/facts/manifests.ts';
import { verifyChannel } from '../../app/publish/verification/verify.ts';
import { validateCommand } from '../../app/validate/validate.ts';
import { AptClient } from '../publish/apt-client.ts';
import { sampleDeb, sha256 } from '../publish/channel-world.ts';
import { serveFolder, type WebFolder } from '../publish/web-folder.ts';
import { git } from '../record/scratch.ts';
import { hasProgram } from '../repository/raw-package.ts';
import { RecordWorld } from '../upkeep/record-world.ts';

let web: WebFolder;
let place: string;
let world: RecordWorld;
let tree: string;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'import-'));
  web = await serveFolder(place);
});
afterAll(async () => {
  await web.close();
  await rm(place, { recursive: true, force: true });
});
beforeEach(async () => {
  world = await RecordWorld.begin(web.url);
  tree = join(world.dir, 'tree');
});
afterEach(async () => {
  await world.end();
  await rm(join(place, 'channels'), { recursive: true, force: true });
});

async function holds(files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), content);
  }
}

const id = 'glite-voms-clients-3.3.5';

async function imports(
  options: Partial<ImportPackagesOptions> = {},
): Promise<ImportReport & { status: number; lines: string[] }> {
  let printed = '';
  const lines: string[] = [];
  const status = await importPackages(
    tree,
    {
      release: id,
      channel: 'production',
      target: ['umd/5/debian12/amd64'],
      repo: world.repo,
      store: world.storeUrl,
      keys: world.keyFolder,
      by: 'Olga Operator',
      reason: 'UMD 4 moves in',
      json: true,
      ...options,
    },
    (text) => {
      printed += text;
    },
    (line) => lines.push(line),
  );
  return { ...(JSON.parse(printed) as ImportReport), status, lines };
}

async function publishes(): Promise<void> {
  await publishCommand(
    {
      repo: world.repo,
      store: world.storeUrl,
      out: pathToFileURL(join(place, 'channels')).href,
      keys: world.keyFolder,
      channel: 'production',
    },
    () => undefined,
  );
}

const tool = sampleDeb({ name: 'voms-tool', version: '1:3.3.5-1' });
const data = sampleDeb({ name: 'voms-data', version: '3.3.5', architecture: 'all' });
const foreign = sampleDeb({ name: 'voms-tool', version: '1:3.3.5-1', architecture: 'arm64' });
const sound = {
  'pool/v/voms/voms-tool_3.3.5-1_amd64.deb': tool,
  'pool/v/voms/voms-data_3.3.5_all.deb': data,
  'pool/v/voms/voms-tool_3.3.5-1_arm64.deb': foreign,
  'dists/stable/Release': 'Origin: somebody\n',
  'README.txt': 'read me',
};

describe('rollout import packages', () => {
  test('writes one signed commit with manifest and journal, and says who, why and what', async () => {
    await holds(sound);
    const before = (await world.record.fetch()).main;
    expect(await imports()).toMatchObject({
      status: 0,
      outcome: 'entered',
      packages: 2,
      passedOver: 2,
      elsewhere: 1,
      problems: [],
    });
    const { main } = await world.record.fetch();
    expect(await world.record.parents(main)).toEqual([before]);
    expect((await world.record.diff(before, main)).map(({ path }) => path)).toEqual([
      'releases/glite/voms-clients/3.3.5.journal.yml',
      `repos-manifest/production/${id}.yml`,
      `repos-manifest/production/${id}.yml.asc`,
    ]);
    const [manifest] = await allManifests(world.record, world.signer, main);
    expect(manifest).toMatchObject({
      release: id,
      channel: 'production',
      version: '3.3.5',
      provider: 'infn',
      distribution: 'umd/5',
      evidence: { ticket: 0, entry: 1, reason: 'UMD 4 moves in' },
      targets: [
        {
          platform: 'debian12',
          arch: 'amd64',
          packages: [
            { file: 'voms-data_3.3.5_all.deb', sha256: sha256(data), size: data.length },
            { file: 'voms-tool_3.3.5-1_amd64.deb', sha256: sha256(tool), size: tool.length },
          ],
        },
      ],
    });
    const text = await world.record.read(main, 'releases/glite/voms-clients/3.3.5.journal.yml');
    expect(readJournal(text ?? '', id)).toMatchObject([
      {
        event: 'imported',
        shelf: 'production',
        operator: 'Olga Operator',
        reason: 'UMD 4 moves in',
        packages: 2,
        digest: manifest?.digest,
      },
    ]);
    await world.sources.provenance.check(main, ['repos-manifest/production', 'releases/glite']);
    expect(await world.stored()).toEqual([sha256(data), sha256(tool)].toSorted());
  });

  test('leaves a repository that validates', async () => {
    await holds(sound);
    await imports();
    const work = join(world.dir, 'checkout');
    await git(world.dir, ['clone', '--quiet', world.repo, work]);
    const { output, status } = await validateCommand([work], { as: 'text', cwd: work });
    expect({ output, status }).toMatchObject({ status: 0 });
  });

  test('done again adds nothing, and a dry run changes nothing', async () => {
    await holds(sound);
    const { main } = await world.record.fetch();
    expect(await imports({ dryRun: true })).toMatchObject({ status: 0, outcome: 'would-enter', packages: 2 });
    expect(await world.stored()).toEqual([]);
    expect((await world.record.fetch()).main).toBe(main);
    const { commit } = await imports();
    expect(await imports()).toMatchObject({ status: 0, outcome: 'there' });
    expect((await world.record.fetch()).main).toBe(commit);
  });

  test('tells all problems at once, by file, and then changes nothing', async () => {
    await holds({
      ...sound,
      'pool/a/broken_1.0_amd64.deb': 'no package at all',
      'pool/a/other-name_1.0_amd64.deb': sampleDeb({ name: 'voms-x', version: '1.0' }),
      'pool/a/voms-tool_3.3.5-1_amd64.deb': sampleDeb({
        name: 'voms-tool',
        version: '1:3.3.5-1',
        depends: 'other',
      }),
      'pool/a/evil name_1.0_amd64.deb': data,
      'pool/a/\u001B[31mred_1.0_amd64.deb': data,
      'pool/a/copy/voms-data_3.3.5_all.deb': data,
    });
    await symlink('/etc/hostname', join(tree, 'pool/a/linked_1.0_amd64.deb'));
    const { main } = await world.record.fetch();
    const { problems, status } = await imports();
    expect(status).toBe(1);
    expect(problems.map(({ path, why }) => `${path} ${why}`)).toEqual([
      expect.stringMatching(/^pool\/a\/\\u\{1b\}\[31mred_1.0_amd64.deb has a name that no package may have$/),
      'pool/a/evil name_1.0_amd64.deb has a name that no package may have',
      'pool/a/linked_1.0_amd64.deb is no plain file; put the package itself there',
      expect.stringMatching(/^pool\/a\/broken_1.0_amd64.deb cannot be taken: it is /),
      'pool/a/other-name_1.0_amd64.deb is called voms-x_1.0_amd64.deb by what is in it',
      'pool/v/voms/voms-tool_3.3.5-1_amd64.deb is the same package as pool/a/voms-tool_3.3.5-1_amd64.deb, with other bytes',
    ]);
    expect(await world.stored()).toEqual([]);
    expect((await world.record.fetch()).main).toBe(main);
  });

  test('takes rpm packages and tarballs by the format of the target, and tells what is none', async () => {
    const rpm = buildRpm({
      name: 'voms-tool',
      epoch: 1,
      version: '3.3.5',
      release: '1.el9',
      architecture: 'x86_64',
      packager: 'Product Team <team@provider.example>',
      summary: 'sample',
      description: 'A package to test with.',
      files: { 'usr/bin/voms-tool': 'x' },
    });
    await holds({
      ...sound,
      'el9/voms-tool-3.3.5-1.el9.x86_64.rpm': rpm,
      'el9/voms-tool-3.3.5-1.el9.src.rpm': 'x',
    });
    const options = { target: ['umd/5/al9/x86_64', 'umd/5/debian12/amd64'] };
    const { commit = '', packages } = await imports(options);
    expect(packages).toBe(3);
    await world.record.fetch();
    const [manifest] = await allManifests(world.record, world.signer, commit);
    expect(
      manifest?.targets.map(({ format, packages: list }) => [format, list.map(({ file }) => file)]),
    ).toEqual([
      ['rpm', ['voms-tool-3.3.5-1.el9.x86_64.rpm']],
      ['deb', ['voms-data_3.3.5_all.deb', 'voms-tool_3.3.5-1_amd64.deb']],
    ]);
    await publishes();
    const verified = await verifyChannel({
      source: join(place, 'channels/production'),
      keyring: world.keys.channel('production').publicKey,
      now: new Date(),
    });
    expect(verified).toMatchObject({ ok: true, problems: [], checked: { packages: 3 } });
    await holds({ 'el9/voms-damaged-1-1.el9.x86_64.rpm': rpm.subarray(0, 200) });
    expect((await imports({ ...options, release: `${id}+2` })).problems).toMatchObject([
      { path: 'el9/voms-damaged-1-1.el9.x86_64.rpm', why: expect.stringMatching(/^cannot be taken: /) },
    ]);
  });

  test('refuses a package that the record knows with other bytes, also of a release that has left', async () => {
    await holds(sound);
    await imports();
    const changed = sampleDeb({ name: 'voms-tool', version: '1:3.3.5-1', depends: 'other' });
    await holds({ 'pool/v/voms/voms-tool_3.3.5-1_amd64.deb': changed });
    const again = await imports({ release: 'glite-voms-clients-3.3.5+second' });
    expect(again.problems).toEqual([
      {
        path: 'voms-tool_3.3.5-1_amd64.deb',
        why: `is known with other bytes, from ${id}: a change needs a new version`,
      },
    ]);
    const { main } = await world.record.fetch();
    const [manifest] = await allManifests(world.record, world.signer, main);
    const path = `repos-manifest/production/${id}.yml`;
    const tombstone = await world.manifest(id, 'withdrawn', [], { ...manifest, channel: 'withdrawn' });
    await world.writes(new Map([...tombstone, [path, undefined], [`${path}.asc`, undefined]]), 0);
    expect(await imports({ release: 'glite-voms-clients-3.3.5+second' })).toMatchObject({
      status: 1,
      problems: again.problems,
    });
  });

  test('refuses a release that is there with other packages, in another channel, or as a ticket', async () => {
    await holds(sound);
    await imports();
    expect((await imports({ channel: 'unverified' })).problems).toEqual([
      { path: id, why: 'stands in production; from there it is moved by the process, not by an import' },
    ]);
    await holds({ 'pool/v/voms/voms-more_1.0_amd64.deb': sampleDeb({ name: 'voms-more', version: '1.0' }) });
    expect((await imports()).problems).toEqual([
      { path: id, why: 'is in production with other packages; give what is new another version or label' },
    ]);
    await world.record.fetch();
    const journal = 'releases/glite/voms-clients/3.3.6.journal.yml';
    await world.writes(new Map([[journal, 'a journal']]), 0);
    expect((await imports({ release: 'glite-voms-clients-3.3.6' })).problems).toEqual([
      { path: 'glite-voms-clients-3.3.6', why: `is a release that a ticket carries already (${journal})` },
    ]);
  });

  test.each([
    [{ release: 'glite-unknown-1.0' }, /is not <stack>-<component>-<version> of a component/],
    [{ release: '../../etc-1.0' }, /is not <stack>-<component>-<version> of a component/],
    [{ release: 'glite-voms-clients-3.3.5/../x' }, /is not <stack>-<component>-<version> of a component/],
    [{ target: ['debian12/amd64'] }, /is more than one target; give one of umd\/5\/debian12\/amd64/],
    [{ target: ['umd/5/debian99/amd64'] }, /is no target of releases\/distributions.yml; give one of/],
    [{ target: ['umd/5/debian12/amd64', 'umd/4/debian12/amd64'] }, /are of one distribution/],
  ])('says how to mend %j', async (options, mend) => {
    await holds(sound);
    const { status, problems } = await imports(options);
    expect(status).toBe(1);
    expect(problems[0]?.why).toMatch(mend);
  });

  test('takes a tree of 600 packages, tells how far it is, and is a matter of seconds', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 600 }, (_, number) => {
        const name = `voms-part${String(number)}`;
        return [`pool/${name}_1.0_amd64.deb`, sampleDeb({ name, version: '1.0' })] as const;
      }),
    );
    await holds(many);
    const began = performance.now();
    const { outcome, packages, lines } = await imports();
    expect({ outcome, packages }).toEqual({ outcome: 'entered', packages: 600 });
    expect(lines).toContain('300 of 600 packages read');
    expect(lines).toContain('600 of 600 packages stored');
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(await imports()).toMatchObject({ outcome: 'there' });
  }, 60_000);
});

(hasProgram('apt-get') ? describe : describe.skip)('An imported release (needs apt-get)', () => {
  test('is what apt installs from after a publication', async () => {
    await holds(sound);
    await imports();
    await publishes();
    const source = 'channels/setup/production-umd-5-debian12-amd64.sources';
    const apt = await AptClient.with(await readFile(join(place, source), 'utf8'));
    expect(await apt.update()).toMatchObject({ status: 0 });
    expect(await apt.packages()).toEqual(['voms-data/3.3.5', 'voms-tool/1:3.3.5-1']);
    expect(await apt.download('voms-tool')).toMatchObject({ status: 0 });
  });
});

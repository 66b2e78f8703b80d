import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Believed } from '../../app/facts/believed.ts';
import { allManifests, ForgedManifest, manifestPath } from '../../app/facts/manifests.ts';
import { ForeignCommit } from '../../app/facts/provenance.ts';
import { writeYaml } from '../../app/model/yaml.ts';
import { createKeys, openKeys } from '../../app/publish/signing/keys.ts';
import type { GitRecord } from '../../app/record/repository.ts';
import type { DocumentSigner } from '../../app/record/signer.ts';
import { documentSigner } from '../../app/service/system-key.ts';
import { manifestIn } from '../bench/channels/manifests.ts';
import { owner, repo } from '../forge/trial.ts';
import { type Scratch, git, newScratch } from '../record/scratch.ts';

const made = Array.from({ length: 20 }, (_, nth) => ({
  file: `p${String(nth)}_1_amd64.deb`,
  size: 10,
  sha256: nth.toString(16).padStart(64, '0'),
}));
const folders = ['repos-manifest/production'];

let scratch: Scratch;
let folder: string;
let file: string;
let runs = 0;
let verified = 0;
/** The system's signer, which tells how many signatures it was asked about. */
let counting: DocumentSigner;

const manifestText = (nth: number): readonly [string, string] => {
  const manifest = manifestIn('production', { format: 'deb', seed: 1, made }, nth);
  return [manifestPath('production', manifest.release), writeYaml(manifest)];
};

async function puts(record: GitRecord, files: ReadonlyMap<string, string>): Promise<void> {
  await record.fetch();
  const commit = await record.commit(record.main, files, 'Promote', new Date());
  expect(await record.push(commit, 'main')).toBe(true);
}

async function promotes(nth: number): Promise<void> {
  const [path, text] = manifestText(nth);
  const signature = await scratch.signer.sign(text, new Date());
  const files = new Map([
    [path, text],
    [`${path}.asc`, signature],
  ]);
  await puts(await scratch.open('system'), files);
}

/** One run of a command, with a clone of its own: gives the releases it believes, and how many signatures it checked for that. */
async function run(signer = counting): Promise<{ releases: number; signatures: number }> {
  runs += 1;
  verified = 0;
  const record = await scratch.open(`run-${String(runs)}`);
  const { main } = await record.fetch();
  const believed = await Believed.recall(folder, record, signer, ['production']);
  await believed.provenance.check(main, folders);
  const releases = (await allManifests(record, signer, main)).length;
  await believed.keep();
  return { releases, signatures: verified };
}

describe('What a run believed', () => {
  beforeAll(async () => {
    scratch = await newScratch();
    folder = join(scratch.dir, 'believed');
    file = join(folder, 'production.manifests');
    counting = {
      ...scratch.signer,
      verify: (text, signature) => {
        verified += 1;
        return scratch.signer.verify(text, signature);
      },
    };
    await promotes(0);
    await promotes(1);
  });
  afterAll(() => scratch.end());
  beforeEach(async () => {
    await rm(folder, { recursive: true, force: true });
    await run();
  });

  test('is not checked again, and what came since is', async () => {
    expect(await run()).toEqual({ releases: 2, signatures: 0 });
    await promotes(2);
    // Of the manifest, and of the commit that brought it.
    expect(await run()).toEqual({ releases: 3, signatures: 2 });
    expect(await run()).toEqual({ releases: 3, signatures: 0 });
  });

  test('is worth nothing when the file is damaged', async () => {
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"size":10', '"size":11'));
    const { releases, signatures } = await run();
    expect(signatures).toBe(releases);
    expect(await readFile(file, 'utf8')).toBe(text);
    // The commits that brought them stand in another file.
    const commits = join(folder, 'checked.json');
    await writeFile(commits, (await readFile(commits, 'utf8')).slice(1));
    expect((await run()).signatures).toBeGreaterThanOrEqual(2);
  });

  test('is looked at anew when history was written anew, and a clone lacks what was checked', async () => {
    const record = await scratch.open('writer');
    const { main: before } = await record.fetch();
    await promotes(3);
    await run();
    await record.fetch();
    const other = await record.commit(
      before,
      new Map([['README.md', 'written anew']]),
      'Start over',
      new Date(),
    );
    // Nobody can do this through the forge: it is what a repository restored from an old copy looks like.
    expect(await record.push(other, 'copy')).toBe(true);
    const bare = join(scratch.dir, 'forge', 'repositories', owner, `${repo}.git`);
    await git(bare, ['update-ref', 'refs/heads/main', other]);
    const { signatures } = await run();
    // Every commit of the new history; its manifests are known.
    expect(signatures).toBeGreaterThanOrEqual(2);
    expect((await run()).signatures).toBe(0);
  });

  test('is worth nothing under another system key', async () => {
    await createKeys(join(scratch.dir, 'others'), new Date());
    const other = await documentSigner((await openKeys(join(scratch.dir, 'others'))).system);
    await expect(run(other)).rejects.toThrow(ForeignCommit);
  });

  test('does not cover what somebody else writes over it', async () => {
    const [path, text] = manifestText(0);
    await createKeys(join(scratch.dir, 'thief'), new Date());
    const thief = await documentSigner((await openKeys(join(scratch.dir, 'thief'))).system);
    const record = await scratch.open('thiefs', { signer: thief });
    await puts(record, new Map([[path, text.replace('size: 10', 'size: 12')]]));
    await expect(run()).rejects.toThrow(ForeignCommit);
    const { main } = await record.fetch();
    await Believed.recall(folder, record, counting, ['production']);
    await expect(allManifests(record, counting, main)).rejects.toThrow(ForgedManifest);
  });
});

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TicketDraft } from '../../app/demo/actor.ts';
import { channels } from '../../app/model/channel.ts';
import type { State } from '../../app/model/state.ts';
import { verifyChannel } from '../../app/publish/verification/verify.ts';
import { Album } from '../world/album.ts';
import { Checker, isInstalled } from '../world/gpg.ts';
import { type Release, Trial } from '../world/trial.ts';

const bdii: Release = {
  stack: 'glite',
  component: 'bdii',
  provider: 'cern',
  version: '6.0.1',
  class: 'revision',
  packages: ['bdii'],
};
const voms: Release = {
  stack: 'glite',
  component: 'voms-clients',
  provider: 'infn',
  version: '3.3.5',
  class: 'revision',
  packages: ['voms-clients'],
};
const bdiiFile = 'bdii_6.0.1_amd64.deb';
const vomsFile = 'voms-clients_3.3.5_amd64.deb';

let trial: Trial;
let numbers: { readonly bdii: number; readonly voms: number };
let albums: { readonly bdii: Album; readonly voms: Album };
const at = (state: State): ReturnType<Album['at']> => albums.bdii.at(state);
/** What people wrote into the bdii ticket, by its id. */
const wrote: Record<string, number> = {};
/** Who had the ticket when tu-vera had taken it. */
let takers: readonly string[];

async function reportsForCesga(album: Album): Promise<void> {
  await trial.world.as('ea-cesga-a').comments(album.number, '/accept CESGA');
  await album.reaches('rolling-out');
  await trial.says('ea-cesga-a', album.number, '/deployed CESGA');
  await trial.world.as('ea-cesga-a').reports(album.number, 'CESGA', 'success');
  await album.reaches('done');
}

async function bdiiToReports(album: Album): Promise<void> {
  const { number } = album;
  await album.reaches('unverified');
  wrote['explain'] = await trial.says('outsider-otto', number, '/explain');
  wrote['help'] = await trial.says('outsider-otto', number, 'How does this work?\n\n/HELP');
  wrote['unknown'] = await trial.says('outsider-otto', number, '/publish now');
  await trial.says('tu-vera', number, '/take');
  takers = (await album.look()).assignees;
  await trial.world.as('tu-vera').verifies(number);
  await album.reaches('verified');
  await reportsForCesga(album);
}

async function vomsToReports(album: Album, draft: TicketDraft): Promise<void> {
  await album.reaches('unverified');
  await trial.world.as('tu-viktor').verifies(album.number);
  await album.reaches('verified');
  const more = { known_issues: ['Proxies of more than 4096 bits take a minute.'] };
  await trial.pushes(album.number, { ...draft, more });
  await reportsForCesga(album);
}

async function closes(album: Album): Promise<void> {
  await trial.world.as('sr-mario').comments(album.number, '/close success\n\nCESGA ran it for a day.');
  await album.reaches('success');
}

beforeAll(async () => {
  trial = await Trial.begin();
  const draft = await trial.drafts(voms);
  numbers = { bdii: await trial.opens(bdii), voms: await trial.opens(voms) };
  albums = { bdii: new Album(trial, numbers.bdii), voms: new Album(trial, numbers.voms) };
  await Promise.all([bdiiToReports(albums.bdii), vomsToReports(albums.voms, draft)]);
  await trial.world.advance('1wd');
  await Promise.all([closes(albums.bdii), closes(albums.voms)]);
  await trial.world.settled();
}, 120_000);

afterAll(() => trial.end(), 60_000);

/** A file as the channels' web server gives it to anybody. */
async function published(path: string): Promise<Uint8Array> {
  const answer = await fetch(`${trial.world.service.url}/channels/${path}`);
  if (!answer.ok) throw new Error(`${path}: ${String(answer.status)}`);
  return new Uint8Array(await answer.arrayBuffer());
}

describe('what people see of a revision on its way to Success', () => {
  test('one label tells the state, and one for whom it waits (R-2.4-10.4c, R-2.4-11.4a, R-2.4-12.2.1a, R-2.4-12.6c, A-47)', () => {
    expect(at('unverified').labels).toEqual(['state: unverified', 'waiting: technology-unit']);
    expect(at('verified').labels).toEqual(['state: verified', 'waiting: staged-rollout']);
    expect(at('rolling-out').labels).toEqual(['state: rolling-out', 'waiting: staged-rollout']);
    expect(at('done').labels).toEqual(['state: done', 'waiting: staged-rollout']);
    expect(at('success').labels).toEqual(['state: success']);
  });

  test('one check run for the whole, one per step and one of what would break, in progress until their time and green at the end', async () => {
    const names = [
      'close',
      'intake',
      'rollout',
      'rollout/closure',
      'staged rollout',
      'ticket',
      'verification',
    ];
    expect(Object.keys(at('unverified').checks).toSorted()).toEqual(names);
    expect(at('unverified').checks['intake']?.conclusion).toBe('success');
    expect(at('unverified').checks['verification']?.status).toBe('in_progress');
    expect(at('unverified').checks['rollout']?.status).toBe('in_progress');
    expect(at('verified').checks['verification']?.conclusion).toBe('success');
    expect(at('done').checks['rollout']?.status).toBe('in_progress');
    const { rest } = trial.world.as('sr-mario').octokit;
    const { data } = await rest.repos.getBranchProtection({
      owner: 'grid',
      repo: 'releases',
      branch: 'main',
    });
    expect(data.required_status_checks?.contexts).toEqual(['rollout']);
    const checks = await trial.page(numbers.bdii).checks();
    expect(
      Object.entries(checks)
        .map(([name, { conclusion }]) => `${name}: ${conclusion ?? ''}`)
        .toSorted(),
    ).toEqual(names.map((name) => `${name}: success`).toSorted());
  });

  test('one status comment, edited in place', () => {
    const states = ['unverified', 'verified', 'rolling-out', 'done', 'success'] as const;
    const comments = states.map((state) => at(state).status);
    expect(comments.map(({ length }) => length)).toEqual([1, 1, 1, 1, 1]);
    expect(new Set(comments.map(([comment]) => comment?.id)).size).toBe(1);
    expect(states.map((state) => at(state).status[0]?.body.includes(`is **${state}**`))).toEqual([
      true,
      true,
      true,
      true,
      true,
    ]);
  });

  test('the early adopters are called once it is verified, in one issue that is closed at the end (R-2.4-12.1, A-07)', () => {
    expect(at('unverified').call).toBeUndefined();
    expect(at('verified').call?.body).toContain('@grid/early-adopters-glite');
    expect(at('verified').call?.state).toBe('open');
    expect(at('success').call?.state).toBe('closed');
    expect(at('success').call?.number).toBe(at('verified').call?.number);
  });

  test('reviews are asked of those whose turn it is (R-2.4-10.5, R-2.4-11.4b, A-25, A-47)', () => {
    expect(at('unverified').reviewers).toEqual(['technology-unit']);
    expect(at('verified').reviewers).toEqual(['staged-rollout']);
    expect(at('rolling-out').reviewers).toEqual(['ea-cesga-a', 'staged-rollout']);
  });

  test('who takes the ticket is its assignee as long as it waits for their role; then the experts of the stack are (A-38, A-47)', () => {
    expect(takers).toEqual(['tu-vera']);
    expect(at('verified').assignees.toSorted()).toEqual(['sr-mario', 'sr-mila']);
  });

  test('/explain, /help and an unknown command are answered once each, whoever asks', async () => {
    const page = trial.page(numbers.bdii);
    const answers = await Promise.all(
      ['explain', 'help', 'unknown'].map((what) => page.answersTo(wrote[what] ?? 0)),
    );
    expect(answers).toEqual([
      [
        expect.stringMatching(
          /^@outsider-otto\n[^]*\| verification \| under way \| Waits for the Technology Unit \| 2026-/,
        ),
      ],
      [expect.stringContaining('/close success\\|warning\\|reject <summary>')],
      [expect.stringMatching(/There is no command `\/publish`.*`\/accept`/)],
    ]);
  });
});

describe('where its packages are', () => {
  test('in staged-rollout only once verified, in production only once closed, and each time nowhere else (R-2.4-10.4a, R-2.4-11.2a, R-2.4-12.9a, R-2.2-13, R-2.5-1)', () => {
    const where = (state: State): unknown => {
      const { unverified, staged, production } = at(state);
      return [bdiiFile in unverified, bdiiFile in staged, bdiiFile in production];
    };
    expect(where('unverified')).toEqual([true, false, false]);
    expect(where('verified')).toEqual([false, true, false]);
    expect(where('done')).toEqual([false, true, false]);
    expect(where('success')).toEqual([false, false, true]);
  });

  test('two releases that went the way at the same time are both in production, with exactly the provider’s bytes (R-2.4-10.4a)', async () => {
    const production = await trial.channel('production');
    expect(Object.keys(production).toSorted()).toEqual([bdiiFile, vomsFile]);
    for (const [file, component] of [
      [bdiiFile, 'bdii'],
      [vomsFile, 'voms-clients'],
    ] as const) {
      const offered = await readFile(join(trial.world.provider.dir, file));
      const answer = await fetch(
        `${trial.root('production')}/pool/${component.slice(0, 1)}/${component}/${file}`,
      );
      expect(Buffer.from(await answer.arrayBuffer()).equals(offered)).toBe(true);
      expect(production[file]).toBe(createHash('sha256').update(offered).digest('hex'));
    }
    expect(await trial.channel('staged-rollout')).toEqual({});
    expect(await trial.channel('unverified')).toEqual({});
  });

  test('every channel verifies as a careful site would (R-2.3-8)', async () => {
    const found = await Promise.all(
      channels.map(async (channel) =>
        verifyChannel({
          source: `${trial.world.service.url}/channels/${channel}/`,
          keyring: await published(`keys/${channel}.gpg`),
          now: new Date(),
        }),
      ),
    );
    expect(found.map(({ ok, problems }) => ({ ok, problems }))).toEqual(
      channels.map(() => ({ ok: true, problems: [] })),
    );
    expect(found[2]?.releases.map(({ id }) => id).toSorted()).toEqual([
      'glite-bdii-6.0.1',
      'glite-voms-clients-3.3.5',
    ]);
  });
});

describe('what git keeps', () => {
  test('the journal tells every step in order (R-2.4-F2)', async () => {
    const events = (await trial.journal(bdii)).map((entry) =>
      'shelf' in entry ? `${entry.event} ${entry.shelf}` : entry.event,
    );
    expect(events.filter((event) => event !== 'taken')).toEqual([
      'certified',
      'pulled',
      'moved unverified',
      'published unverified',
      'verified',
      'moved staged-rollout',
      'published staged-rollout',
      'called',
      'accepted',
      'deployed',
      'reported',
      'closed',
      'merged',
      'moved production',
      'published production',
    ]);
  });

  test('the manifest and its signature stand in production alone, and the ticket on the main branch', async () => {
    const standing = await Promise.all(
      [...channels, 'withdrawn'].map((shelf) => trial.file(`repos-manifest/${shelf}/glite-bdii-6.0.1.yml`)),
    );
    expect(standing.map((text) => text !== undefined)).toEqual([false, false, true, false]);
    expect(await trial.file('repos-manifest/production/glite-bdii-6.0.1.yml.asc')).toContain(
      'BEGIN PGP SIGNATURE',
    );
    expect(await trial.file('releases/glite/bdii/6.0.1.yml')).toContain('id: glite-bdii-6.0.1');
  });

  test('a push that changes nothing but known issues voids nothing, and its text is what is merged (A-35)', async () => {
    const events = (await trial.journal(voms)).map(({ event }) => event);
    expect(events.filter((event) => ['certified', 'voided', 'pulled', 'verified'].includes(event))).toEqual([
      'certified',
      'pulled',
      'verified',
    ]);
    expect(await trial.file('releases/glite/voms-clients/3.3.5.yml')).toContain(
      'Proxies of more than 4096 bits',
    );
  });
});

test('planning again when everything has settled makes no change', async () => {
  const { effects } = trial;
  const [made, main, comments] = [
    effects.length,
    await trial.main(),
    (await trial.page(numbers.bdii).comments()).length,
  ];
  // A comment makes the service look at a ticket that it would otherwise leave alone.
  await trial.says('outsider-otto', numbers.bdii, 'Thank you all.');
  await trial.world.service.sweep();
  await trial.world.service.sweep();
  expect(effects.slice(made)).toEqual([]);
  expect(await trial.main()).toBe(main);
  expect(await trial.page(numbers.bdii).comments()).toHaveLength(comments + 1);
});

const hasGpg = isInstalled('gpg') && isInstalled('gpgv');

(hasGpg ? describe : describe.skip)('what others can check without us (needs gpg and gpgv)', () => {
  let checker: Checker | undefined;
  afterAll(() => checker?.leaves());

  test('git verify-commit accepts every commit of a journal or manifest', async () => {
    checker = await Checker.trusting(await published('keys/system.gpg'));
    const git = (...args: string[]): Promise<string> =>
      checker?.run('git', ['-C', 'releases.git', ...args]) ?? Promise.resolve('');
    await checker.run('git', [
      'clone',
      '--quiet',
      '--bare',
      `${trial.world.forge.url}/${trial.world.repository}.git`,
      'releases.git',
    ]);
    const paths = ['*.journal.yml', ...[...channels, 'withdrawn'].map((shelf) => `repos-manifest/${shelf}/`)];
    const log = await git('log', '--first-parent', '--format=%H %P', 'main', '--', ...paths);
    const signed = log
      .trim()
      .split('\n')
      .map((line) => {
        const [commit = '', , merged] = line.split(' ');
        return merged ?? commit;
      });
    expect(signed.length).toBeGreaterThan(20);
    for (const commit of signed) await git('verify-commit', commit);
  }, 60_000);

  test('gpgv accepts manifests with the system key and indexes with the published keyrings, and nothing else', async () => {
    checker ??= await Checker.trusting(await published('keys/system.gpg'));
    const manifest = 'repos-manifest/production/glite-bdii-6.0.1.yml';
    await checker.saves({
      'manifest.yml': (await trial.file(manifest)) ?? '',
      'manifest.yml.asc': (await trial.file(`${manifest}.asc`)) ?? '',
      'system.gpg': await published('keys/system.gpg'),
      'production.gpg': await published('keys/production.gpg'),
      InRelease: await published('production/umd/5/debian12/amd64/dists/production/InRelease'),
    });
    await checker.run('gpgv', ['--keyring', './system.gpg', 'manifest.yml.asc', 'manifest.yml']);
    await checker.run('gpgv', ['--keyring', './production.gpg', 'InRelease']);
    await expect(checker.run('gpgv', ['--keyring', './system.gpg', 'InRelease'])).rejects.toThrow(
      'No public key',
    );
    await expect(
      checker.run('gpgv', ['--keyring', './production.gpg', 'manifest.yml.asc', 'manifest.yml']),
    ).rejects.toThrow('No public key');
  }, 60_000);
});

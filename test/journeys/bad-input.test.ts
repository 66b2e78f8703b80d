import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ticketText } from '../../app/demo/actor.ts';
import type { TicketPackage } from '../../app/model/ticket.ts';
import { type CarelessProvider, startCarelessProvider } from '../world/careless-provider.ts';
import { type Release, Trial } from '../world/trial.ts';

const bdii = (version: string): Release => ({
  stack: 'glite',
  component: 'bdii',
  provider: 'cern',
  version,
  class: 'revision',
  packages: ['bdii'],
});
const pathOf = (version: string): string => `releases/glite/bdii/${version}.yml`;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

let careless: CarelessProvider;
let trial: Trial;
beforeAll(async () => {
  careless = await startCarelessProvider();
  trial = await Trial.begin({ fetchAllow: [careless.host] });
}, 60_000);
afterAll(() => careless.stop(), 60_000);
afterAll(() => trial.end(), 60_000);

async function everyChannel(): Promise<readonly string[]> {
  const channels = await Promise.all(
    (['unverified', 'staged-rollout', 'production'] as const).map((channel) => trial.channel(channel)),
  );
  return channels.flatMap((channel) => Object.keys(channel));
}

describe('a pull request that is no good ticket', () => {
  let before: string;
  beforeAll(async () => {
    before = await trial.main();
  });

  /** Opens a pull request of p-cern with these files, and gives what the check `ticket` says. */
  async function told(branch: string, files: Readonly<Record<string, string>>): Promise<string> {
    const provider = trial.world.as('p-cern');
    for (const [path, text] of Object.entries(files)) await provider.writes(branch, path, text, 'A release');
    const number = await provider.opens(branch, branch);
    await trial.sees(number, (await trial.page(number).pull()).head.sha);
    expect(await trial.page(number).labels()).toEqual(['state: draft', 'waiting: provider']);
    expect((await trial.page(number).checks())['rollout']?.conclusion).toBe('failure');
    return trial.page(number).check('ticket');
  }

  test('with a second file beside the ticket', async () => {
    const text = ticketText(await trial.drafts(bdii('6.1.0')));
    const said = await told('second-file', {
      [pathOf('6.1.0')]: text,
      '.github/rollout.yml': 'kind: Policy\n',
    });
    expect(said).toMatch(/^failure: One thing is missing or wrong\n/);
    expect(said).toContain('.github/rollout.yml');
    expect(said).toContain('A ticket is one file; this pull request changes another one too.');
  });

  test('with a ticket outside its folder', async () => {
    const said = await told('outside', {
      'tickets/bdii-6.1.1.yml': ticketText(await trial.drafts(bdii('6.1.1'))),
    });
    expect(said).toContain('releases/glite/bdii/6.1.1.yml');
  });

  test('of a component that nobody knows', async () => {
    const draft = { ...(await trial.drafts(bdii('6.1.2'))), component: 'bdij' };
    const said = await told('unknown', { 'releases/glite/bdij/6.1.2.yml': ticketText(draft) });
    expect(said).toContain('The component bdij is not in releases/catalogue.yml. Write bdii.');
  });

  test('of which the text is a YAML bomb', async () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) =>
        `${String.fromCodePoint(98 + level)}: &${String.fromCodePoint(98 + level)} [${`*${String.fromCodePoint(97 + level)}, `.repeat(9)}]`,
    );
    const bomb = ['kind: Release', 'a: &a ["lol"]', ...levels, ''].join('\n');
    const said = await told('bomb', { [pathOf('6.1.3')]: bomb });
    expect(said).toContain('alias');
  });

  test('writes nothing into the record and publishes nothing', async () => {
    expect(await trial.main()).toBe(before);
    expect(await everyChannel()).toEqual([]);
  });
});

describe('packages that are not what the ticket says', () => {
  /** One open ticket for each component: every mistake is made with another one. */
  const of = (stack: string, component: string, provider: string, version: string): Release => ({
    ...bdii(version),
    stack,
    component,
    provider,
    packages: [component],
  });
  const releases = [
    of('glite', 'bdii', 'cern', '6.0.11'),
    of('glite', 'gfal2', 'cern', '2.21.12'),
    of('glite', 'voms-clients', 'infn', '3.3.13'),
    of('community', 'fetch-crl', 'nikhef', '3.0.14'),
    of('arc', 'nordugrid-arc', 'nordugrid', '6.17.15'),
    of('glite', 'cream', 'infn', '1.16.16'),
  ];
  const releaseOf = (version: string): Release =>
    releases.find((release) => release.version === version) ?? bdii(version);
  const expected: Readonly<
    Record<string, { readonly mend: (good: TicketPackage) => Partial<TicketPackage>; readonly told: RegExp }>
  > = {
    '6.0.11': {
      mend: () => ({ sha256: 'f'.repeat(64) }),
      told: /SHA-256 f{64} was expected and [0-9a-f]{64} came/,
    },
    '2.21.12': {
      mend: ({ size }) => ({ size: size + 1 }),
      told: /\d+ bytes were expected and the server announces \d+/,
    },
    '3.3.13': {
      mend: ({ file }) => ({ url: `${careless.url}/${file}` }),
      told: /the server does not have it \(status 404\)/,
    },
    '3.0.14': {
      mend: ({ file }) => ({ url: `${careless.url}/endless/${file}` }),
      told: /\d+ bytes were expected and more came/,
    },
    '6.17.15': {
      mend: ({ file }) => ({ url: `${careless.url}/inside/${file}` }),
      told: /it is redirected, and /,
    },
    '1.16.16': {
      mend: ({ file }) => ({ url: `${careless.url}/${file}`, size: 5, sha256: sha256(Buffer.from('hello')) }),
      told: /is no Debian package that can be taken/,
    },
  };
  const numbers = new Map<string, number>();
  const numberOf = (version: string): number => numbers.get(version) ?? 0;

  async function ticketOf(version: string) {
    const draft = await trial.drafts(releaseOf(version));
    const mend = expected[version]?.mend;
    const targets = draft.targets.map((target) => ({
      ...target,
      packages: target.packages.map((good) => ({ ...good, ...mend?.(good) })),
    }));
    return { good: draft, bad: { ...draft, targets } };
  }

  beforeAll(async () => {
    careless.files.set('cream_1.16.16_amd64.deb', Buffer.from('hello'));
    for (const version of Object.keys(expected)) {
      const { bad } = await ticketOf(version);
      numbers.set(version, await trial.world.as(`p-${bad.provider}`).opensTicket(bad));
    }
    await trial.world.settled();
  }, 60_000);

  test('are told of after the first try, with what was expected and what came, and tried again after a while (R-2.4-10.4b, R-2.4-10.4d)', async () => {
    for (const [version, { told }] of Object.entries(expected)) {
      const page = trial.page(numberOf(version));
      expect(await page.check('intake')).toMatch(/^in_progress: A pull failed; next try at 2026-/);
      expect(await page.check('intake')).toMatch(told);
      expect(await page.labels()).toEqual(['state: certified', 'waiting: repository-managers']);
    }
  }, 60_000);

  test('are given up after three tries, and the provider is told once (R-2.4-10.4d, A-02)', async () => {
    await trial.world.advance('1m');
    expect(await trial.page(numberOf('3.3.13')).labels()).not.toContain('pull-failed');
    await trial.world.advance('5m');
    await trial.world.advance('30m');
    for (const [version, { told }] of Object.entries(expected)) {
      const page = trial.page(numberOf(version));
      expect(await page.labels()).toEqual(['pull-failed', 'state: certified', 'waiting: provider']);
      expect(await page.check('intake')).toMatch(/^failure: Pull failed 3 times\n/);
      expect((await page.marked('pull-failed:')).map(({ body }) => body)).toEqual([
        expect.stringMatching(told),
      ]);
      expect((await trial.journal(releaseOf(version))).map(({ event }) => event)).toEqual([
        'certified',
        'pull-failed',
        'pull-failed',
        'pull-failed',
      ]);
    }
  }, 60_000);

  test('leave no bytes behind, reach no channel, and a redirect reaches nobody', async () => {
    expect(await everyChannel()).toEqual([]);
    expect(careless.insideAsked).toEqual([]);
    const stored = (await readdir(trial.world.store, { recursive: true, withFileTypes: true })).filter(
      (entry) => entry.isFile(),
    );
    // Only what has the size and digest that its ticket says is kept, and that is what its name says.
    for (const { name, parentPath } of stored)
      expect(sha256(await readFile(join(parentPath, name)))).toBe(name);
    expect(stored.map(({ name }) => name)).toEqual([sha256(Buffer.from('hello'))]);
  });

  test('are pulled after all when the server was mended and somebody says /retry (R-2.4-10.4d, A-02)', async () => {
    const number = numberOf('3.3.13');
    const stranger = await trial.says('outsider-otto', number, '/retry');
    expect(await trial.page(number).answersTo(stranger)).toEqual([
      expect.stringContaining('Only repository managers and the provider'),
    ]);
    careless.files.set(
      'voms-clients_3.3.13_amd64.deb',
      await readFile(join(trial.world.provider.dir, 'voms-clients_3.3.13_amd64.deb')),
    );
    await trial.world.as('rm-rosa').comments(number, '/retry');
    await trial.world.reaches(number, 'unverified');
    expect(await trial.page(number).labels()).toEqual(['state: unverified', 'waiting: technology-unit']);
    expect(await everyChannel()).toEqual(['voms-clients_3.3.13_amd64.deb']);
  }, 60_000);

  test('are pulled after all when the provider mends the ticket', async () => {
    const number = numberOf('2.21.12');
    await trial.pushes(number, (await ticketOf('2.21.12')).good);
    await trial.world.reaches(number, 'unverified');
    expect(await trial.page(number).labels()).toEqual(['state: unverified', 'waiting: technology-unit']);
    expect(await everyChannel()).toEqual(['gfal2_2.21.12_amd64.deb', 'voms-clients_3.3.13_amd64.deb']);
  }, 60_000);
});

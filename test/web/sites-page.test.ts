import { describe, expect, test } from '@jest/globals';
import { createPages } from '../../app/web/pages.tsx';
import { sitesData } from '../../app/web/sites-data.ts';
import { configuration } from './configuration.ts';
import { barriers, tagsOf, textOf, unbalanced } from './markup.ts';
import { oddSketches } from './odd-sample.ts';
import { sampleBoard } from './sample.ts';

const registry = {
  catalogue: {
    ...configuration.catalogue,
    components: {
      'arc-ce': { title: 'ARC CE', stack: 'arc', provider: 'nordugrid' },
      canl: { title: 'Certificates', stack: 'arc', provider: 'cern' },
      gocdb: {
        title: 'GOCDB',
        stack: 'opstools',
        provider: 'cern',
        deployment: 'central-single-instance' as const,
      },
    },
  },
  earlyAdopters: {
    ...configuration.earlyAdopters,
    sites: [
      {
        site: 'SiGNET',
        ngi: 'NGI_SI',
        country: 'SI',
        github: ['jan'],
        commitments: [
          {
            stack: 'arc',
            component: 'arc-ce',
            os: 'debian12',
            arch: 'amd64',
            until: '2026-12-31',
            only_versions: '>=7.0.0 <8.0.0',
          },
        ],
      },
      {
        site: 'CESGA',
        ngi: 'NGI_IBERGRID',
        github: ['carmen', 'carlos'],
        commitments: [{ stack: 'arc', component: 'canl', until: '2026-03-10' }],
      },
      { site: 'UKI-NORTHGRID-MAN-HEP', github: ['alessandra'], commitments: [] },
    ],
  },
};
const board = { ...sampleBoard(oddSketches), registry: () => registry };
const pages = createPages(board);
const read = async (path: string): Promise<string> => (await pages.request(path)).text();

describe('The page of the sites', () => {
  test('lists every site with its people and what it committed to, until when and for which versions (R-3.2-1)', async () => {
    const page = textOf(await read('/sites'));
    expect(page).toMatch(
      /SiGNETjan.*NGI_SI.*arc-ce on debian12 amd64, versions >=7\.0\.0 <8\.0\.0, until 2026-12-31/s,
    );
    expect(page).toMatch(/CESGAcarmen, carlos.*canl on any platform, ended 2026-03-10/s);
    expect(page).toMatch(/UKI-NORTHGRID-MAN-HEPalessandra.*nothing yet: it volunteers/s);
  });

  test('says first which components nobody tries; a commitment that ended is none (R-2-2)', async () => {
    const page = textOf(await read('/sites'));
    const head = page.slice(0, page.indexOf('Sites and what they committed to'));
    expect(head).toContain('1 of 2 components without an early adopter');
    expect(head).toContain('canl (arc): Certificates');
    expect(page).not.toContain('GOCDB');
  });

  test('tells of each NGI how much of the components it tries (R-3.2-3)', () => {
    expect(sitesData(registry, '2026-03-11').ngis).toEqual([
      { ngi: 'NGI_IBERGRID', sites: ['CESGA'], components: [] },
      { ngi: 'NGI_SI', sites: ['SiGNET'], components: ['arc-ce'] },
      { ngi: null, sites: ['UKI-NORTHGRID-MAN-HEP'], components: [] },
    ]);
    expect(sitesData(registry, '2026-03-10').ngis[0]?.components).toEqual(['canl']);
  });

  test('gives programs the same', async () => {
    expect(await (await pages.request('/api/sites.json')).json()).toEqual(sitesData(registry, '2026-03-11'));
  });

  test('says so before the registry was read', async () => {
    const early = createPages({ ...sampleBoard([]), registry: () => undefined });
    expect(textOf(await (await early.request('/sites')).text())).toContain('not read yet');
    expect((await early.request('/api/sites.json')).status).toBe(503);
  });
});

describe.each(['/sites', '/', ...oddSketches.map(({ number }) => `/tickets/${String(number)}`)])(
  '%s',
  (path) => {
    test('is well-formed, runs nothing, and leaves no reader out', async () => {
      const tags = tagsOf(await read(path));
      expect(unbalanced(tags)).toBeUndefined();
      expect(barriers(tags)).toEqual([]);
      for (const { name, attributes } of tags) {
        expect(['script', 'style', 'form']).not.toContain(name);
        expect([...attributes.keys()].filter((key) => /^(on|style$)/i.test(key))).toEqual([]);
      }
    });
  },
);

describe('The pages of releases out of the ordinary', () => {
  test.each([
    [51, /GRIF.*excused: nobody waits for it.*“Three reminders and no answer\.”/s],
    [51, /ICM.*did not answer in time; may still accept/s],
    [
      51,
      /Times that were not kept.*Staged-rollout managers: step 3, the report of GRIF.*2 working days late/s,
    ],
    [
      52,
      /E1: verification, staged-rollout waiting“The hole is being used\.”Behind it: joao\. Waits for somebody else of technology-unit/s,
    ],
    [53, /Frozen: moves into production are frozen by joao/],
    [53, /CESGA, minor: “Logs twice”Bug: https:\/\/bugs\.example\.org\/7Workaround: “Set log=once”/],
    [53, /What comes next.*In production by/s],
    [53, /bdii-pilot-1, for scalability.*good: “Fast enough\.”/s],
    [53, /The worst report suggests success; a manager decides\./],
    [54, /Rolled back\. It was taken out of production again: “It loses jobs\.”/],
  ])('#%d says what is beside the steps: %s', async (number, words) => {
    expect(textOf(await read(`/tickets/${String(number)}`))).toMatch(words);
  });

  test('the board marks what is frozen, rolled back or needs an approval', async () => {
    const page = textOf(await read('/'));
    expect(page).toMatch(/arc-bdii-6\.0\.4.*?frozen/s);
    expect(page).toMatch(/arc-voms-2\.1\.3.*?needs approval/s);
    expect(page).toMatch(/arc-apel-2\.1\.1.*?rolled back/s);
  });

  test('the board says whose step it is that a site is late with (R-2.4-T3-5)', async () => {
    const page = textOf(await (await createPages(sampleBoard()).request('/')).text());
    expect(page.slice(0, page.indexOf('The path of a release'))).toMatch(
      /Technology Unitarc-gfal2.*SiGNETstep of the Staged-rollout managers/s,
    );
  });
});

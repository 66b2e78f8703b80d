import { describe, expect, test } from '@jest/globals';
import { coverageOf } from '../../app/registry/coverage.ts';
import { configuration } from '../rollout/people.ts';

const { catalogue, earlyAdopters } = configuration;
const tools = {
  ...catalogue,
  components: {
    ...catalogue.components,
    dashboard: { title: 'Dashboard', stack: 'opstools', provider: 'jra1', deployment: 'regionalised' },
    gocdb: { title: 'GOCDB', stack: 'opstools', provider: 'jra1', deployment: 'central-single-instance' },
  },
} as const;
const [cesga, signet, manchester, ndgf] = earlyAdopters.sites;
if (!cesga || !signet || !manchester || !ndgf) throw new Error('the sites are not there');
const sites = [
  { ...cesga, ngi: 'NGI_IBERGRID' },
  { ...signet, ngi: 'NGI_SI', commitments: [{ stack: 'arc', component: 'arc-ce', until: '2026-03-31' }] },
  { ...manchester, ngi: 'NGI_IBERGRID' },
  ndgf,
];
const coverage = (today?: string) => coverageOf(tools, { ...earlyAdopters, sites }, today);

describe('The coverage', () => {
  test('names for each component the sites that are committed to it, and which has none (R-2-2)', () => {
    expect(coverage().components).toEqual([
      { component: 'arc-ce', sites: ['CESGA', 'SiGNET', 'NDGF-T1'] },
      { component: 'dashboard', sites: [] },
    ]);
  });

  test('leaves out commitments that are over, from the day after their last on (R-3.2-4)', () => {
    expect(coverage('2026-03-31').components[0]?.sites).toContain('SiGNET');
    expect(coverage('2026-04-01').components[0]?.sites).not.toContain('SiGNET');
  });

  test('leaves out a tool that is run once for all: nobody deploys it (R-2.6-4)', () => {
    expect(coverage().components.map(({ component }) => component)).not.toContain('gocdb');
  });

  test('names for each NGI its sites, so that one sees who is to join (R-3.2-3)', () => {
    expect(coverage().ngis).toEqual([
      { ngi: 'NGI_IBERGRID', sites: ['CESGA', 'UKI-MAN'] },
      { ngi: 'NGI_SI', sites: ['SiGNET'] },
    ]);
  });
});

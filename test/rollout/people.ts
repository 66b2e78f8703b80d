import type { Configuration } from '../../app/model/facts.ts';
import type { Person } from '../../app/model/journal.ts';
import type { Policy } from '../../app/model/policy.ts';

/*
 * Values for tests of the decision: one release of one component, its people and sites, and how far it came. All times are UTC; the
 * working day of the calendar is 08:00Z to 16:00Z in winter (Amsterdam), and 2 March 2026 is a Monday.
 */

const person = (login: string, id: number): Person => ({ login, id });
export const people = {
  /** Author of the ticket, in the provider's team. */
  oxana: person('oxana', 11),
  /** In the provider's team, and in every other one too. */
  pavel: person('pavel', 12),
  /** In the Technology Unit, and committed to the pull request. */
  kim: person('kim', 13),
  tiziana: person('tiziana', 21),
  teo: person('teo', 22),
  joao: person('joao', 31),
  sofia: person('sofia', 32),
  rita: person('rita', 41),
  /** CESGA and SiGNET committed themselves; Manchester volunteers; NDGF is run by the provider's organisation. */
  carmen: person('carmen', 51),
  jan: person('jan', 52),
  alessandra: person('alessandra', 53),
  niels: person('niels', 54),
  /** Speaks for two sites. */
  vera: person('vera', 55),
  /** In the Software Vulnerability Group. */
  svea: person('svea', 61),
  otto: person('otto', 91),
} as const;

const workdays = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, ['09:00-17:00']]));
const working = {
  step1: '4h',
  accept: '1wd',
  grace: '5wd',
  grace_minimum: '1wd',
  clock: 'working',
  minimum_reports: 1,
} as const;
const policy: Policy = {
  apiVersion: 'rollout/v1',
  kind: 'Policy',
  roles: {
    'repository-managers': 'managers',
    'technology-unit': 'unit',
    'staged-rollout': 'rollout-managers',
    svg: 'svg',
  },
  early_adopters: { arc: 'early-adopters-arc' },
  classes: {
    emergency: {
      step1: '3h',
      step2: '2.5h',
      accept: '1h',
      step3: '2.5h',
      grace: '4h',
      grace_minimum: '1h',
      clock: 'wall',
      minimum_reports: 1,
    },
    revision: { ...working, step2: '2wd', step3: '2wd' },
    minor: { ...working, step2: '3wd', step3: '3wd' },
    major: { ...working, step2: '10wd', step3: '7wd', minimum_reports: 2 },
  },
  calendar: { tz: 'Europe/Amsterdam', week: workdays, holidays: [] },
  intake: { tries: 3, backoff: ['1m', '5m'], http_hosts: [], maximum_bytes: 4_294_967_296 },
};

const committed = [{ stack: 'arc', component: 'arc-ce' }];
export const configuration: Configuration = {
  policy,
  catalogue: {
    apiVersion: 'rollout/v1',
    kind: 'Catalogue',
    stacks: { arc: { title: 'ARC' } },
    providers: { nordugrid: { title: 'NorduGrid', team: 'provider-nordugrid', organisation: 'NeIC' } },
    components: { 'arc-ce': { title: 'ARC CE', stack: 'arc', provider: 'nordugrid' } },
  },
  criteria: {
    apiVersion: 'rollout/v1',
    kind: 'Criteria',
    criteria: [
      { id: 'QC_DOC_1', group: 'documentation', title: 'Release notes', critical: false },
      { id: 'QC_FUNC_1', group: 'function', title: 'Basic work', critical: false },
    ],
  },
  distributions: { apiVersion: 'rollout/v1', kind: 'Distributions', distributions: {} },
  earlyAdopters: {
    apiVersion: 'rollout/v1',
    kind: 'EarlyAdopters',
    sites: [
      { site: 'CESGA', github: ['carmen'], vos: ['atlas', 'ops'], commitments: committed },
      { site: 'SiGNET', github: ['jan', 'vera'], vos: ['atlas'], commitments: committed },
      { site: 'UKI-MAN', github: ['alessandra', 'vera'], commitments: [] },
      { site: 'NDGF-T1', github: ['niels'], organisation: 'NeIC', commitments: committed },
    ],
  },
  channelsFile: {
    apiVersion: 'rollout/v1',
    kind: 'Channels',
    url: 'https://repository.example.org/channels',
    origin: 'Staged Rollout',
    layout: '{distribution}/{major}/{platform}/{arch}/{channel}',
    valid_days: 7,
  },
};

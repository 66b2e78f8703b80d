import type { Configuration } from '../../app/model/facts.ts';
import type { Person } from '../../app/model/journal.ts';
import type { Policy } from '../../app/model/policy.ts';

/** Wednesday; the working day in Amsterdam ends at 16:00 UTC. */
export const now = '2026-03-11T10:00:00Z';

export const base = 'https://repository.example.org/channels';
export const noEntry = '0'.repeat(64);

const week = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, ['09:00-17:00']]));
const classPolicy = {
  step1: '4h',
  step2: '2wd',
  accept: '1wd',
  step3: '2wd',
  grace: '5wd',
  grace_minimum: '1wd',
};
const policy: Policy = {
  apiVersion: 'rollout/v1',
  kind: 'Policy',
  roles: {
    'repository-managers': 'repository-managers',
    'technology-unit': 'technology-unit',
    'staged-rollout': 'staged-rollout',
    svg: 'svg',
  },
  early_adopters: { arc: 'early-adopters-arc' },
  classes: {
    emergency: {
      ...classPolicy,
      step2: '2.5h',
      step3: '2.5h',
      grace: '0h',
      grace_minimum: '0h',
      clock: 'wall',
      minimum_reports: 1,
    },
    revision: { ...classPolicy, clock: 'working', minimum_reports: 1 },
    minor: { ...classPolicy, step2: '3wd', step3: '3wd', clock: 'working', minimum_reports: 1 },
    major: { ...classPolicy, step2: '10wd', step3: '7wd', clock: 'working', minimum_reports: 2 },
  },
  calendar: { tz: 'Europe/Amsterdam', week, holidays: [] },
  intake: { tries: 3, backoff: ['1m', '5m'], http_hosts: [], maximum_bytes: 4_294_967_296 },
};

export const configuration: Configuration = {
  policy,
  catalogue: {
    apiVersion: 'rollout/v1',
    kind: 'Catalogue',
    stacks: { arc: { title: 'ARC' } },
    providers: {
      nordugrid: { title: 'NorduGrid', team: 'provider-nordugrid' },
      cern: { title: 'CERN', team: 'provider-cern' },
    },
    components: { 'arc-ce': { title: 'ARC CE', stack: 'arc', provider: 'nordugrid' } },
  },
  criteria: { apiVersion: 'rollout/v1', kind: 'Criteria', criteria: [] },
  distributions: { apiVersion: 'rollout/v1', kind: 'Distributions', distributions: {} },
  earlyAdopters: {
    apiVersion: 'rollout/v1',
    kind: 'EarlyAdopters',
    sites: [
      {
        site: 'CESGA',
        github: ['carmen'],
        vos: ['atlas'],
        commitments: [{ stack: 'arc', component: 'arc-ce' }],
      },
      {
        site: 'SiGNET',
        github: ['jan'],
        vos: ['atlas'],
        commitments: [{ stack: 'arc', component: 'arc-ce' }],
      },
      { site: 'UKI-NORTHGRID-MAN-HEP', github: ['alessandra'], commitments: [] },
    ],
  },
  channelsFile: {
    apiVersion: 'rollout/v1',
    kind: 'Channels',
    url: base,
    origin: 'Staged Rollout',
    layout: '{channel}/{distribution}/{major}/{platform}/{arch}',
    valid_days: 7,
  },
};

const person = (login: string, id: number): Person => ({ login, id });
export const oxana = person('oxana', 11);
export const tiziana = person('tiziana', 21);
export const joao = person('joao', 31);
export const people: Readonly<Record<string, Person>> = {
  CESGA: person('carmen', 41),
  SiGNET: person('jan', 42),
  'UKI-NORTHGRID-MAN-HEP': person('alessandra', 43),
};

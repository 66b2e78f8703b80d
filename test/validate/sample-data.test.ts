import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { CORE_SCHEMA, load } from 'js-yaml';
import { CatalogueSchema } from '../../app/model/catalogue.ts';
import { CriteriaSchema, criteriaFor } from '../../app/model/criteria.ts';
import { EarlyAdoptersSchema } from '../../app/model/early-adopters.ts';
import { PolicySchema } from '../../app/model/policy.ts';
import { readAs } from '../../app/model/yaml.ts';

const policy = readAs(PolicySchema, readFileSync('.github/rollout.yml', 'utf8'), 'policy');
const catalogue = readAs(CatalogueSchema, readFileSync('releases/catalogue.yml', 'utf8'), 'catalogue');
const registry = readAs(EarlyAdoptersSchema, readFileSync('releases/early-adopters.yml', 'utf8'), 'registry');

describe('the sample policy is Table 3 of MS402 (R-2.4-T3-1, R-2.4-T3-2, R-2.4-T3-3, R-2.4-T3-4)', () => {
  test.each([
    ['emergency', '3h', '2.5h', '1h', '2.5h', '0h', 'wall', 1],
    ['revision', '4h', '2wd', '1wd', '2wd', '5wd', 'working', 1],
    ['minor', '4h', '3wd', '1wd', '3wd', '5wd', 'working', 1],
    ['major', '4h', '10wd', '1wd', '7wd', '5wd', 'working', 2],
  ] as const)('%s', (name, step1, step2, accept, step3, grace, clock, minimum_reports) => {
    const known = policy.ok ? policy.value.classes[name] : undefined;
    expect(known).toMatchObject({ step1, step2, accept, step3, grace, clock, minimum_reports });
  });

  const calendar = '../shared/fixtures/calendar.yaml';
  (existsSync(calendar) ? describe : describe.skip)('with the calendar of the vectors', () => {
    test('time zone, week, holidays and freezes are the same', () => {
      const { calendars } = load(readFileSync(calendar, 'utf8'), { schema: CORE_SCHEMA }) as {
        calendars: Record<
          string,
          { tz: string; week: unknown; holidays: Record<string, string[]>; freeze?: unknown }
        >;
      };
      const { tz, week, holidays, freeze } = calendars['europe-amsterdam'] ?? {
        tz: '',
        week: {},
        holidays: {},
      };
      const ours = policy.ok ? policy.value.calendar : undefined;
      expect(ours).toEqual({ tz, week, holidays: Object.values(holidays).flat(), freezes: freeze });
    });
  });
});

describe('the sample policy and catalogue', () => {
  test.each([
    ['arc', 'early-adopters-arc'],
    ['glite', 'early-adopters-glite'],
    ['globus', 'early-adopters-globus'],
    ['opstools', 'early-adopters-opstools'],
    ['unicore', 'early-adopters-unicore'],
  ])('have a group of early adopters for the stack %s (R-3.1-2)', (stack, team) => {
    expect(policy.ok && policy.value.early_adopters[stack]).toBe(team);
  });

  test('call somebody for community contributions too (A-29)', () => {
    expect(policy.ok && policy.value.early_adopters['community']).toBeTruthy();
  });

  test.each(['sam-nagios', 'operations-dashboard'])(
    'have the operational tool %s in the list (R-2.6-2)',
    (component) => {
      expect(catalogue.ok && catalogue.value.components[component]?.stack).toBe('opstools');
    },
  );
});

describe('the sample criteria', () => {
  const checked = readAs(CriteriaSchema, readFileSync('releases/criteria.yml', 'utf8'), 'criteria');
  const criteria = checked.ok ? checked.value : undefined;

  test('ask of compute elements for batch systems and parallel jobs, and not of others (R-2.2-16)', () => {
    const asked = (...capabilities: string[]): readonly string[] =>
      criteria ? criteriaFor(criteria, capabilities).map(({ id }) => id) : [];
    expect(asked('Job Execution')).toEqual(expect.arrayContaining(['COMPUTE_LRMS_1', 'COMPUTE_PARALLEL_1']));
    expect(asked('File Transfer').filter((id) => id.startsWith('COMPUTE'))).toEqual([]);
    expect(asked().length).toBeGreaterThan(10);
  });

  const real = '../shared/fixtures/quality-criteria.yaml';
  (existsSync(real) ? describe : describe.skip)('with the quality criteria of EGI', () => {
    test('every one of them is there, as critical as there', () => {
      const known = load(readFileSync(real, 'utf8')) as { criteria: { id: string; critical: boolean }[] };
      const ours = new Map(criteria?.criteria.map(({ id, critical }) => [id, critical]));
      expect(known.criteria.filter(({ id, critical }) => ours.get(id) !== critical)).toEqual([]);
    });
  });
});

describe('the sample registry', () => {
  test('has at least five early adopters of at least six sites and three stacks', () => {
    const sites = registry.ok ? registry.value.sites : [];
    expect(sites.length).toBeGreaterThanOrEqual(6);
    expect(new Set(sites.flatMap(({ github }) => github)).size).toBeGreaterThanOrEqual(5);
    expect(
      new Set(sites.flatMap(({ commitments }) => commitments.map(({ stack }) => stack))).size,
    ).toBeGreaterThanOrEqual(3);
  });

  const real = '../shared/fixtures/ea-sites.yaml';
  (existsSync(real) ? describe : describe.skip)('with the names of real sites', () => {
    test('every site is one of them', () => {
      const known = load(readFileSync(real, 'utf8')) as { sites: { site: string }[] };
      const names = new Set(known.sites.map(({ site }) => site));
      expect(registry.ok && registry.value.sites.filter(({ site }) => !names.has(site))).toEqual([]);
    });
  });
});

describe('the sample catalogue', () => {
  if (!catalogue.ok) throw new Error(JSON.stringify(catalogue.problems));
  const { stacks, components, providers } = catalogue.value;
  const of = (deployment: string): string[] =>
    Object.keys(components).filter((name) => components[name]?.deployment === deployment);

  test.each([
    ['arc (R-2.3-9.1)', 'arc'],
    ['glite (R-2.3-9.2)', 'glite'],
    ['globus (R-2.3-9.3)', 'globus'],
    ['opstools (R-2.3-9.4)', 'opstools'],
    ['unicore (R-2.3-9.5)', 'unicore'],
    ['community (A-29)', 'community'],
  ])('has a mailing list for the early adopters of %s, called as their team (R-2.3-5)', (_, stack) => {
    const team = policy.ok ? policy.value.early_adopters[stack] : undefined;
    expect(team).toBe(`early-adopters-${stack}`);
    expect(stacks[stack]?.mailing_list?.split('@')[0]).toBe(team);
  });

  test('has the tools that go through staged rollout now (R-2.6-2)', () => {
    expect(of('regionalised')).toEqual(['sam-nagios', 'operations-dashboard']);
  });

  test('has those expected next, which are central still (R-2.6-6)', () => {
    expect(of('central-single-instance')).toEqual(['accounting-portal', 'accounting-repository', 'gocdb']);
    expect(Object.keys(components).filter((name) => components[name]?.expected === true)).toEqual(
      of('central-single-instance'),
    );
  });

  test('names an agreement with its response time for every provider (R-7-1)', () => {
    expect(Object.values(providers).map(({ sla }) => sla?.response)).not.toContain(undefined);
  });

  test('knows who provided Globus before (R-1-2)', () => {
    expect(components['myproxy']?.provider_history?.map(({ provider }) => provider)).toEqual([
      'vdt',
      'ige',
      'gridcf',
    ]);
  });
});

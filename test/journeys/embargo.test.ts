import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Release, Trial } from '../world/trial.ts';

const secret: Release = {
  stack: 'glite',
  component: 'gfal2',
  provider: 'cern',
  version: '2.21.6',
  class: 'emergency',
  packages: ['gfal2'],
  more: {
    reason: 'security',
    security: {
      advisory: 'https://advisories.example/2026-18',
      tlp: 'AMBER',
      embargo_until: '2026-10-20T12:00:00Z',
    },
  },
};

let trial: Trial;
let number: number;
beforeAll(async () => {
  trial = await Trial.begin({ private: true });
  number = await trial.isVerified(secret);
}, 60_000);
afterAll(() => trial.end(), 60_000);

test('in a private repository an emergency under embargo goes the way, with committed sites alone (R-2.4-E2, A-24)', async () => {
  expect(await trial.answer('ea-cesga-a', number, '/accept CESGA')).toContain(
    'This release is under embargo',
  );
  await trial.triesIt('ea-grif-a', number, 'GRIF');
  expect(await trial.page(number).labels()).toContain('state: done');
}, 60_000);

test('it does not enter production before the Software Vulnerability Group publishes the advisory (R-2.4-E2, R-2.4-10.2.1b)', async () => {
  expect(await trial.answer('sr-mario', number, '/close success It holds.')).toContain(
    'it is under embargo until 2026-10-20T12:00:00Z',
  );
  expect(await trial.answer('sr-mario', number, '/advisory https://advisories.example/2026-18')).toContain(
    'only the Software Vulnerability Group ends it',
  );
  expect(await trial.channel('production')).toEqual({});
  await trial.says('svg-sven', number, '/advisory https://advisories.example/2026-18');
  // The lifted embargo opens it to volunteers, too; who accepts has to report.
  await trial.triesIt('ea-cesga-a', number, 'CESGA');
  await trial.world.as('sr-mario').comments(number, '/close success It holds.');
  await trial.world.reaches(number, 'success');
  expect(Object.keys(await trial.channel('production'))).toEqual(['gfal2_2.21.6_amd64.deb']);
}, 60_000);

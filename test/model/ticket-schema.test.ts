import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { load } from 'js-yaml';
import { EarlyAdopterReportSchema, VerificationReportSchema } from '../../app/model/report.ts';
import { TicketSchema, ticketJsonSchema } from '../../app/model/ticket.ts';
import { readAs } from '../../app/model/yaml.ts';

const fixtures = '../shared/fixtures';
const haveFixtures = existsSync(`${fixtures}/tickets`);
const ticketFiles = haveFixtures ? readdirSync(`${fixtures}/tickets`) : ['(the folder of fixtures)'];
const published = JSON.parse(readFileSync('releases/ticket.schema.json', 'utf8')) as object;

describe('the published shape of a ticket', () => {
  test('releases/ticket.schema.json is what the model says; `npm run schema` writes it', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(ticketJsonSchema())));
  });
});

(haveFixtures ? describe : describe.skip)('the files written around real releases', () => {
  test.each(ticketFiles)('%s is read', (name) => {
    const checked = readAs(TicketSchema, readFileSync(`${fixtures}/tickets/${name}`, 'utf8'), name);
    expect(checked.ok ? [] : checked.problems).toEqual([]);
    expect(checked.ok && checked.value.spec.targets[0]?.packages[0]?.size).toBeGreaterThan(0);
  });

  test.each(ticketFiles)('%s fits the published schema in a reader with types, as in an editor', (name) => {
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(published);
    const fits = validate(load(readFileSync(`${fixtures}/tickets/${name}`, 'utf8')));
    expect([fits, validate.errors]).toEqual([true, null]);
  });

  test.each(['success', 'warning', 'reject'])('the report reports/%s.yaml is read', (name) => {
    const checked = readAs(
      EarlyAdopterReportSchema,
      readFileSync(`${fixtures}/reports/${name}.yaml`, 'utf8'),
      name,
    );
    expect(checked.ok && checked.value.outcome).toBe(name);
  });

  test('the report reports/verification-report.yaml is read', () => {
    const text = readFileSync(`${fixtures}/reports/verification-report.yaml`, 'utf8');
    const checked = readAs(VerificationReportSchema, text, 'report');
    expect(checked.ok && checked.value.criteria?.[0]).toMatchObject({ id: 'QC_DOC_1', result: 'OK' });
    expect(checked.ok && checked.value.info_check?.documentation).toBe('ok');
    expect(checked.ok && checked.value.environment?.host).toBe('verification-c7.example');
    expect(checked.ok && checked.value.finished_at).toBe('2018-07-13T15:30:00+02:00');
  });
});

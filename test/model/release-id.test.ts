import { describe, expect, test } from '@jest/globals';
import {
  journalPath,
  nameFitsVersion,
  parseJournalPath,
  parseTicketPath,
  releaseId,
  ticketPath,
  withoutRevision,
} from '../../app/model/release-id.ts';

const wms = { stack: 'glite', component: 'wms', name: '3.3.5+umd4' };

describe('the places of a release', () => {
  test('path, journal and id are made of stack, component and name', () => {
    expect(ticketPath(wms)).toBe('releases/glite/wms/3.3.5+umd4.yml');
    expect(journalPath(wms)).toBe('releases/glite/wms/3.3.5+umd4.journal.yml');
    expect(releaseId(wms)).toBe('glite-wms-3.3.5+umd4');
  });

  test('a path is taken apart into what made it', () => {
    expect(parseTicketPath(ticketPath(wms))).toEqual({ ...wms, id: 'glite-wms-3.3.5+umd4' });
    expect(parseJournalPath(journalPath(wms))).toEqual({ ...wms, id: 'glite-wms-3.3.5+umd4' });
  });

  test.each([
    'releases/glite/wms/3.3.5.yaml',
    'releases/glite/wms/3.3.5.journal.yml',
    'releases/glite/3.3.5.yml',
    'releases/glite/wms/x/3.3.5.yml',
    'releases/../.github/workflows/1.yml',
    'releases/glite/wms/../../1.yml',
    'releases/glite/wms/1..2.yml',
    'releases/glite/wms/v1.yml',
    'releases/glite/wms/-1.yml',
    'releases/Glite/wms/1.yml',
    'releases/glite/wms/1 .yml',
    'releases/glite/wms/1\n.yml',
    'releases/glite/wms/1.yml\n',
    'releases/glite/wms/1\0.yml',
    'releases\\glite\\wms\\1.yml',
    '/releases/glite/wms/1.yml',
    './releases/glite/wms/1.yml',
    'releases//wms/1.yml',
    'releases/.glite/wms/1.yml',
    'releases/glite/wm\u{455}/1.yml',
    'RELEASES/glite/wms/1.yml',
    `releases/glite/wms/1${'0'.repeat(200)}.yml`,
    'releases/catalogue.yml',
    '',
  ])('%j is no ticket (trust.md T31, T46)', (path) => {
    expect(parseTicketPath(path)).toBeUndefined();
  });
});

describe('name and version', () => {
  test.each([
    ['3.3.5-1', '3.3.5'],
    ['2.1.0~rc3-4', '2.1.0~rc3'],
    ['6.2.14-2+b2', '6.2.14'],
    ['1.133-1~deb12u1', '1.133'],
    ['8.1.9+dfsg-10+b1', '8.1.9+dfsg'],
    ['1.0-rc1', '1.0-rc1'],
    ['5.2.0', '5.2.0'],
  ])('%s without its packaging revision is %s', (version, stem) => {
    expect(withoutRevision(version)).toBe(stem);
  });

  test.each([
    ['3.3.5', '3.3.5-1', true],
    ['3.3.5-1', '3.3.5-1', true],
    ['3.3.5+umd4', '3.3.5-1', true],
    ['3.3.5-1+umd4', '3.3.5-1', true],
    ['3.3.5', '3.3.5', true],
    ['3.3.6', '3.3.5-1', false],
    ['3.3.50', '3.3.5', false],
    ['3.3.5+', '3.3.5', false],
    ['3.3.5+A', '3.3.5', false],
    ['3.3', '3.3.5', false],
  ])('%s as the name of %s: %s', (name, version, fits) => {
    expect(nameFitsVersion(name, version)).toBe(fits);
  });
});

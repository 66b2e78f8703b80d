import { describe, expect, test } from '@jest/globals';
import { parseStatement, statementText, type ChannelStatement } from '../../app/publish/channel-statement.ts';

const digest = 'a'.repeat(64);
const statement: ChannelStatement = {
  apiVersion: 'rollout/v1',
  kind: 'Channel',
  channel: 'production',
  number: 1,
  commit: 'c'.repeat(40),
  issued: '2026-11-26T12:00:00Z',
  expires: '2026-12-03T12:00:00Z',
  previous: null,
  releases: [{ id: 'voms-1.0~rc1', digest }],
  roots: [],
  files: [{ path: 'keys/production.asc', size: 1, sha256: digest }],
  superseded: [],
};

describe("A channel's statement", () => {
  test('is read as it was written', () => {
    expect(parseStatement(statementText(statement))).toEqual(statement);
  });

  test.each<[string, Partial<ChannelStatement>]>([
    ['a file without a path', { files: [{ path: '', size: 0, sha256: '' }] }],
    ['a path that leaves its folder', { files: [{ path: 'a/../../b', size: 1, sha256: digest }] }],
    ['a release that needs escapes in JSON', { releases: [{ id: 'a"b\n', digest }] }],
    ['a release with no digest', { releases: [{ id: 'a', digest: '' }] }],
    ['a number below one', { number: 0 }],
  ])('is not written, and so never signed, with %s', (_, part) => {
    expect(() => statementText({ ...statement, ...part })).toThrow('not as statements are');
  });

  test.each<[string, (text: string) => string]>([
    ['a space more', (text) => text.replace('"kind":', '"kind": ')],
    ['a key more', (text) => text.replace('"kind"', '"also":1,"kind"')],
    [
      'a release whose keys are in another order',
      (text) => text.replace(/\{"digest":("a+"),"id":("[^"]+")\}/, '{"id":$2,"digest":$1}'),
    ],
  ])('is not read with %s', (_, otherwise) => {
    const text = otherwise(statementText(statement));
    expect(text).not.toBe(statementText(statement));
    expect(parseStatement(text)).toBeUndefined();
  });
});

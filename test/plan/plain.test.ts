import { describe, expect, test } from '@jest/globals';
import type { Change, SeenCheck } from '../../app/model/facts.ts';
import { planPlain } from '../../app/plan/plain.ts';

const head = 'a'.repeat(40);
const changing = (...paths: string[]): readonly Change[] =>
  paths.map((path) => ({ path, status: 'modified', mode: '100644' }));

describe('A pull request that is no ticket', () => {
  test.each([
    ['README.md'],
    ['releases/catalogue.yml'],
    ['repos-manifest/channels.yml'],
    ['repos-manifest/keys/production.asc'],
    ['repos-manifest/README.md'],
    ['app/rollout/decide.ts'],
  ])('and changes %s is none of our business', (path) => {
    expect(planPlain(head, changing(path), [])).toMatchObject({
      name: 'rollout',
      head,
      conclusion: 'success',
    });
  });

  test.each([
    ['releases/arc/arc-ce/7.0.1.journal.yml'],
    ['repos-manifest/production/arc-arc-ce-7.0.1.yml'],
    ['repos-manifest/staged-rollout/arc-arc-ce-7.0.1.yml.asc'],
    ['repos-manifest/unverified/x'],
    ['repos-manifest/withdrawn/x.yml'],
  ])('and changes %s is stopped, and told why', (path) => {
    const check = planPlain(head, changing('README.md', path), []);
    expect(check).toMatchObject({ conclusion: 'failure', title: 'Changes the record' });
    expect(check?.summary).toContain(path);
    expect(check?.summary).not.toContain('README.md');
  });

  test('has its check written once', () => {
    const check = planPlain(head, changing('README.md'), []);
    const seen: SeenCheck = {
      id: 1,
      name: 'rollout',
      status: 'completed',
      conclusion: check?.conclusion ?? null,
      title: check?.title ?? '',
      summary: check?.summary ?? '',
    };
    expect(planPlain(head, changing('README.md'), [seen])).toBeUndefined();
    expect(planPlain(head, changing('repos-manifest/production/x.yml'), [seen])).toMatchObject({
      conclusion: 'failure',
    });
  });

  test('cannot bring markup of its own into the check by the name of a file', () => {
    const hostile = 'repos-manifest/production/`\n\n@grid/managers <img src=x>.yml';
    const summary = planPlain(head, changing(hostile), [])?.summary ?? '';
    expect(summary.split('\n')).toHaveLength(2);
    expect(summary.split('\n')[1]).toMatch(/^- (`+)[^`](?:.*[^`])?\1$/);
  });
});

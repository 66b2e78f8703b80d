import { describe, expect, test } from '@jest/globals';
import type { Problem } from '../../app/model/problem.ts';
import { format, formats, isValid } from '../../app/validate/format.ts';

const problem: Problem = {
  rule: 'unknown-platform',
  severity: 'error',
  file: 'releases/arc/arc6/6.15.1.yml',
  line: 24,
  column: 17,
  message: 'umd/4 has no platform centos88.',
  mend: 'Write centos7.',
};
const whole: Problem = {
  ...problem,
  rule: 'a,b:c',
  severity: 'warning',
  file: 'a,b:c 100%.yml',
  line: 0,
  column: 0,
  message: 'Two\nlines: 100%.',
};
const outcome = { files: 3, problems: [problem, whole] };

describe('an outcome is told', () => {
  test('to people, by file, with place, message, mending and a count', () => {
    expect(format(outcome, 'text')).toBe(
      [
        'releases/arc/arc6/6.15.1.yml',
        '  24:17   error   umd/4 has no platform centos88.  (unknown-platform)',
        '                  Write centos7.',
        '',
        'a,b:c 100%.yml',
        String.raw`  file    warning Two\nlines: 100%.  (a,b:c)`,
        '                  Write centos7.',
        '',
        '1 error, 1 warning in 3 files.',
      ].join('\n'),
    );
    expect(format({ files: 1, problems: [] }, 'text')).toBe('No problems in 1 file.');
  });

  test('to a terminal without what could command it', () => {
    const text = format({ files: 1, problems: [{ ...problem, file: 'a\u{1b}[2J\n::error::b' }] }, 'text');
    expect(text.split('\n')[0]).toBe(String.raw`a\u{001b}[2J\n::error::b`);
  });

  test('to programs, as JSON', () => {
    expect(JSON.parse(format(outcome, 'json'))).toEqual({
      ok: false,
      files: 3,
      errors: 1,
      warnings: 1,
      problems: [problem, whole],
    });
  });

  test('to a GitHub workflow, with everything escaped that could begin another command', () => {
    expect(format(outcome, 'github').split('\n')).toEqual([
      '::error file=releases/arc/arc6/6.15.1.yml,line=24,col=17,title=unknown-platform::umd/4 has no platform centos88. Write centos7.',
      '::warning file=a%2Cb%3Ac 100%25.yml,title=a%2Cb%3Ac::Two%0Alines: 100%25. Write centos7.',
    ]);
    expect(format({ files: 1, problems: [] }, 'github')).toBe('');
  });

  test('to a code scanner, as SARIF 2.1.0', () => {
    const sarif = JSON.parse(format(outcome, 'sarif')) as Record<string, unknown>;
    expect(sarif).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: { name: 'rollout validate', rules: [{ id: 'a,b:c' }, { id: 'unknown-platform' }] },
          },
          columnKind: 'utf16CodeUnits',
          results: [
            {
              ruleId: 'unknown-platform',
              ruleIndex: 1,
              level: 'error',
              message: { text: 'umd/4 has no platform centos88. Write centos7.' },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'releases/arc/arc6/6.15.1.yml', uriBaseId: '%SRCROOT%' },
                    region: { startLine: 24, startColumn: 17 },
                  },
                },
              ],
            },
            {
              ruleIndex: 0,
              level: 'warning',
              locations: [{ physicalLocation: { artifactLocation: { uri: 'a%2Cb%3Ac%20100%25.yml' } } }],
            },
          ],
        },
      ],
    });
    expect(JSON.stringify(sarif).match(/"region"/g)).toHaveLength(1);
  });

  test('to a code scanner as the schema of SARIF wants it, whatever the names hold', () => {
    const hostile = ['a b/ü.yml', 'a%2e/..%00', 'x\ny:z', '#?.yml'].map((file, index) => ({
      ...problem,
      file,
      rule: `rule-${String(index % 2)}`,
      line: index,
      column: index,
    }));
    interface Result {
      ruleId: string;
      ruleIndex: number;
      level: string;
      message: { text: string };
      locations: {
        physicalLocation: {
          artifactLocation: { uri: string };
          region?: { startLine: number; startColumn: number };
        };
      }[];
    }
    const log = JSON.parse(format({ files: 4, problems: hostile }, 'sarif')) as {
      $schema: string;
      version: string;
      runs: { tool: { driver: { name: string; rules: { id: string }[] } }; results: Result[] }[];
    };
    expect([log.version, log.runs.length]).toEqual(['2.1.0', 1]);
    expect(URL.canParse(log.$schema)).toBe(true);
    const { tool, results } = log.runs[0] ?? { tool: { driver: { name: '', rules: [] } }, results: [] };
    expect(tool.driver.name).not.toBe('');
    expect(tool.driver.rules.map(({ id }) => id)).toEqual(['rule-0', 'rule-1']);
    expect(results).toHaveLength(hostile.length);
    for (const [index, { ruleId, ruleIndex, level, message, locations }] of results.entries()) {
      expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
      expect(['none', 'note', 'warning', 'error']).toContain(level);
      expect(message.text).not.toBe('');
      const { artifactLocation, region } = locations[0]?.physicalLocation ?? {
        artifactLocation: { uri: '' },
      };
      // RFC 3986: a relative reference that means the file and nothing else.
      expect(artifactLocation.uri).toMatch(/^[\w.~!*'()%/-]+$/);
      expect(decodeURIComponent(artifactLocation.uri)).toBe(hostile[index]?.file);
      expect(region ?? { startLine: 1, startColumn: 1 }).toEqual({
        startLine: Math.max(index, 1),
        startColumn: Math.max(index, 1),
      });
    }
  });

  test.each(formats)('as %s in the same words every time', (as) => {
    expect(format(outcome, as)).toBe(format({ files: 3, problems: [...outcome.problems] }, as));
    expect(format(outcome, as)).toContain('centos88');
  });

  test('warnings stop nothing', () => {
    expect(isValid({ files: 1, problems: [whole] })).toBe(true);
    expect(isValid(outcome)).toBe(false);
  });
});

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NoSuchPath, validateCommand, validateTree } from '../../app/validate/validate.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'validate-'));
  for (const folder of ['releases', 'repos-manifest'])
    cpSync(folder, join(root, 'repository', folder), { recursive: true });
  mkdirSync(join(root, 'repository/.github'));
  cpSync('.github/rollout.yml', join(root, 'repository/.github/rollout.yml'));
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

const example = /```yaml\n([^]*?)```/.exec(readFileSync('releases/README.md', 'utf8'))?.[1] ?? '';

/** Writes a file below the folder of this test and gives back what takes it away. */
function put(path: string, content: string | Uint8Array): () => void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return () => {
    rmSync(file);
  };
}

interface Printed {
  status: number;
  files: number;
  problems: { file: string; rule: string }[];
}

async function validate(paths: readonly string[], folder = 'repository'): Promise<Printed> {
  const { status, output } = await validateCommand(paths, { as: 'json', cwd: join(root, folder) });
  return { status, ...(JSON.parse(output) as Omit<Printed, 'status'>) };
}

describe('rollout validate', () => {
  test('without a path checks the repository it stands in, and says how much it looked at', async () => {
    expect(await validateCommand([], { as: 'text', cwd: join(root, 'repository') })).toEqual({
      status: 0,
      output: 'No problems in 10 files.',
    });
  });

  test('ends with 1 when there is an error, naming the file from the top of the repository', async () => {
    const away = put('repository/releases/community/fetch-crl/3.0.23.yml', example);
    const { status, problems } = await validate([]);
    away();
    expect(status).toBe(1);
    expect(problems.map(({ file, rule }) => `${file} ${rule}`)).toEqual([
      'releases/community/fetch-crl/3.0.23.yml id-mismatch',
      'releases/community/fetch-crl/3.0.23.yml file-name-vs-version',
    ]);
  });

  test('given one file tells of that file alone, also from elsewhere', async () => {
    const away = put('repository/releases/community/fetch-crl/3.0.23.yml', example);
    const sound = await validate(['releases/catalogue.yml']);
    const broken = await validate(['repository/releases/community'], '.');
    away();
    expect([sound.status, sound.files]).toEqual([0, 1]);
    expect([broken.status, broken.files, broken.problems.length]).toEqual([1, 1, 2]);
  });

  test('given a path twice tells its problems once', async () => {
    const away = put('repository/releases/stray.yml', '');
    const { problems } = await validate(['.', 'releases']);
    away();
    expect(problems).toHaveLength(1);
  });

  test('checks a draft outside the tickets against the repository, and passes over other YAML there', async () => {
    const aways = [
      put('repository/drafts/a.yml', example.replace('nikhef', 'nikef')),
      put('repository/drafts/ci.yml', 'on: push\n'),
    ];
    const { status, files, problems } = await validate(['drafts']);
    for (const away of aways) away();
    expect([status, files]).toEqual([1, 1]);
    expect(problems.map(({ rule }) => rule)).toEqual(['ticket-path', 'unknown-provider']);
  });

  test('outside every repository checks a ticket by itself', async () => {
    const away = put('elsewhere/a.yml', example);
    const { status, problems } = await validate(['a.yml'], 'elsewhere');
    away();
    expect(status).toBe(0);
    expect(problems.map(({ rule }) => rule)).toEqual(['ticket-path']);
  });

  test('ends with 2 when a path is not there', async () => {
    await expect(validateTree(['nowhere'], root)).rejects.toThrow(NoSuchPath);
    expect(await validateCommand(['nowhere'], { as: 'text', cwd: root })).toEqual({
      status: 2,
      output: 'rollout validate: there is no nowhere. Name a file or folder that exists.',
    });
  });

  test.each<[string, () => () => void, string]>([
    [
      'a file that is not UTF-8',
      () => put('repository/releases/arc/arc6/1.yml', Uint8Array.of(0x61, 0xff)),
      'not-utf-8',
    ],
    [
      'a file beyond 256 KiB',
      () => put('repository/releases/arc/arc6/1.yml', 'x'.repeat(262_145)),
      'too-large',
    ],
    [
      'a symbolic link (trust.md T31)',
      () => {
        const link = join(root, 'repository/releases/arc/arc6/1.yml');
        mkdirSync(dirname(link), { recursive: true });
        symlinkSync('/etc/passwd', link);
        return () => {
          rmSync(link);
        };
      },
      'not-a-file',
    ],
  ])('%s is told, not read', async (_, make, rule) => {
    const away = make();
    const { status, problems } = await validate([]);
    away();
    expect(status).toBe(1);
    expect(problems).toMatchObject([{ file: 'releases/arc/arc6/1.yml', rule }]);
  });
});

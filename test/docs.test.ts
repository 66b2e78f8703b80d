import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { channels, shelves } from '../app/model/channel.ts';
import { participations, steps } from '../app/model/decision.ts';
import { releaseClasses } from '../app/model/release-class.ts';
import { roles, states } from '../app/model/state.ts';
import { commandNames } from '../app/rollout/command.ts';
import { webhookEvents } from '../app/server/hint.ts';

const read = (path: string): string => readFileSync(path, 'utf8');
const matches = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? '');
const unique = (names: readonly string[]): string[] => [...new Set(names)].toSorted();
/** The part of a document below a heading, down to the next one of its level. */
const section = (text: string, heading: string): string =>
  text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
/** The names in code type in the first column of the tables. */
const firstColumn = (text: string): string[] =>
  matches(text, /^\| (`.*?)\s*(?<!\\)\|/gm).flatMap((cell) => matches(cell, /`([^`]+)`/g));

const readme = read('README.md');
const settingsSource = read('app/service/settings.ts');
const settings = unique(matches(settingsSource, /\b(?:value|needed)\(\s*'([A-Z0-9_]+)'/g));

/** The command line's definition, with the parts that stand in files of their own in their places. */
const commandLine = read('app/cli.ts').replaceAll(
  /add([A-Z][a-z]+)Commands\(program, run, out\);/g,
  (_, group: string) => read(`app/commands/${group.toLowerCase()}-program.ts`),
);

describe('The README', () => {
  test('names npm scripts that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const documents = [readme, read('.github/CONTRIBUTING.md'), read('test/README.md')].join('\n');
    const named = [
      ...matches(documents, /npm (start|test)\b/g),
      ...matches(documents, /npm run (?:-s )?([a-z:]+)/g),
    ];
    expect(named).toEqual(expect.arrayContaining(['start', 'test', 'build', 'check']));
    expect(unique(named).filter((name) => !(name in scripts))).toEqual([]);
  });

  test('tells the states as they are, in their order', () => {
    expect(firstColumn(section(readme, 'States'))).toEqual([...states]);
  });

  test('tells every command that people write in comments', () => {
    const named = unique(matches(section(readme, 'Who does what'), /`\/([a-z]+)/g));
    expect(named).toEqual([...commandNames].toSorted());
  });

  test('tells every command of the program, and no other', () => {
    const cli = commandLine;
    // `keys`, `store` and `import` are groups: their own commands are told.
    const there = matches(cli, /\.command\('([a-z0-9]+)'\)/g).filter(
      (name) => !['keys', 'store', 'import'].includes(name),
    );
    const told = firstColumn(section(readme, 'Commands')).map((usage) => usage.split(/ (?=[^a-z])/)[0] ?? '');
    expect(told.map((usage) => usage.split(' ').at(-1))).toEqual(there);
    expect(told).toContain('rollout keys create');
  });

  test('tells every option of these commands but --debug', () => {
    const there = unique(matches(commandLine, /ption\(\s*'(--[a-z-]+)/g));
    const told = unique(matches(section(readme, 'Commands'), /(--[a-z][a-z-]+)/g));
    expect(told).toEqual(
      there
        .filter((name) => name !== '--debug')
        .concat('--help')
        .toSorted(),
    );
  });

  test('tells every setting', () => {
    expect(firstColumn(section(readme, 'Running the service')).toSorted()).toEqual(settings);
  });
});

describe('The example of settings', () => {
  const lines = read('.env.example').split('\n');
  const names = lines.flatMap((line) => matches(line, /^#?([A-Z0-9_]+?)(?:_FILE)?=/g));

  test('has each setting that the service reads, once', () => {
    expect(settings.length).toBeGreaterThan(10);
    expect(names.toSorted()).toEqual(settings);
  });

  test('explains each, and holds no secret', () => {
    const groups = lines.join('\n').split('\n\n');
    const bare = groups.filter((group) => /^#?[A-Z0-9_]+=/m.test(group) && !/^# \S/m.test(group));
    expect(bare).toEqual([]);
    expect(lines.filter((line) => /(SECRET|KEY)=/.test(line))).toEqual([]);
  });
});

describe('The GitHub App', () => {
  const text = read('app.yml');
  const app = load(text) as {
    public: boolean;
    default_permissions: Record<string, string>;
    default_events: string[];
  };

  test('hears the events that the service listens to', () => {
    expect(app.default_events.toSorted()).toEqual([...webhookEvents].toSorted());
  });

  test('has the permissions that the demo gives it, and the one without which GitHub keeps merge_group to itself', () => {
    const block = /const appPermissions = \{(.*?)\}/s.exec(read('app/demo/world.ts'))?.[1] ?? '';
    const demo: Record<string, string> = Object.fromEntries(
      [...block.matchAll(/(\w+): '(\w+)'/g)].map(([, name = '', level = '']) => [name, level] as const),
    );
    expect(Object.keys(demo)).toContain('contents');
    expect(app.default_permissions).toEqual({ merge_queues: 'read', ...demo });
  });

  test('is for its owner alone, and gives a reason for each permission and event', () => {
    expect(app.public).toBe(false);
    const listed = text
      .split('\n')
      .flatMap((line, at, all) => (/^ {2}\S/.test(line) ? [[line, all[at - 1]]] : []));
    const reasoned = listed.filter(
      ([line, before]) => !/^ {2}#/.test(line ?? '') && /^ {2}#/.test(before ?? ''),
    );
    // One comment is for check_run and check_suite, one for membership and team.
    expect(reasoned).toHaveLength(
      Object.keys(app.default_permissions).length + app.default_events.length - 2,
    );
  });

  test('names effects that there are', () => {
    const effects = new Set(matches(read('app/model/effect.ts'), /\bdo: '([a-z-]+)'/g));
    const permissions = text.split('default_events:')[0] ?? '';
    const named = matches(permissions, /\b([a-z]+-[a-z]+)\b/g).filter(
      (word) => !['staged-rollout'].includes(word),
    );
    expect(named).toContain('merge-promotion');
    expect(named.filter((name) => !effects.has(name))).toEqual([]);
  });
});

describe('The dictionary', () => {
  const text = read('app/model/README.md');

  test('has every state, role, channel, class, step and participation', () => {
    const words = [
      ...states,
      ...roles,
      ...channels,
      ...shelves,
      ...releaseClasses,
      ...steps,
      ...participations,
    ];
    expect(unique(words).filter((word) => !new RegExp(String.raw`\b${word}\b`, 'i').test(text))).toEqual([]);
  });

  test('names types that there are, and every file of the model', () => {
    const files = readdirSync('app/model').filter((name) => name.endsWith('.ts'));
    const source = files.map((name) => read(join('app/model', name))).join('\n');
    const types = unique(matches(text, /`([A-Z][A-Za-z]+)`/g));
    expect(types.length).toBeGreaterThan(15);
    expect(
      types.filter((name) => !new RegExp(String.raw`(type|interface|const) ${name}\b`).test(source)),
    ).toEqual([]);
    const named = (name: string): boolean =>
      text.includes(`\`${name}\``) || (name.startsWith('yaml-') && text.includes('`yaml-*.ts`'));
    expect(files.filter((name) => !named(name))).toEqual([]);
  });
});

describe('The architecture page', () => {
  const text = read('app/README.md');

  test('has every folder of the application, and no other', () => {
    const folders = readdirSync('app', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(firstColumn(section(text, 'Folders')).toSorted()).toEqual(
      folders.map(({ name }) => `${name}/`).toSorted(),
    );
  });

  test('names files that there are', () => {
    const named = unique(matches(text, /`((?:[a-z]+\/)+[a-z.-]+\.tsx?)`/g));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((path) => !existsSync(path) && !existsSync(join('app', path)))).toEqual([]);
  });

  test('names effects and events of the journal that there are', () => {
    const words = new Set(
      matches(read('app/model/effect.ts') + read('app/model/journal.ts'), /\b(?:do|event): '([a-z-]+)'/g),
    );
    expect(
      [
        'append',
        'open-promotion',
        'check',
        'merge-promotion',
        'verified',
        'published',
        'closed',
        'merged',
        'held',
      ].filter((word) => !words.has(word) || !text.includes(`\`${word}\``)),
    ).toEqual([]);
  });
});

describe('Every document', () => {
  const ignored = new Set(['node_modules', 'dist', 'coverage', '.git']);
  const documents = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return ignored.has(entry.name) ? [] : documents(path);
      return entry.name.endsWith('.md') ? [path] : [];
    });
  const anchorsOf = (text: string): string[] =>
    matches(text, /^#+ (.*)$/gm).map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );

  test.each(documents('.'))('%s links to what there is', (path) => {
    const text = read(path).replaceAll(/^```.*?^```/gms, '');
    const broken = matches(text, /\]\(([^)\s]+)\)/g).filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

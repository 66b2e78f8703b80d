/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-call,
   typescript/no-unsafe-member-access, typescript/no-unsafe-return --
   a script for Node alone: it has no types, and requirements.test.ts runs it */

// `npm run requirements`: which tests prove which requirement. A test proves what its title names; titles are read, not run.
// Exit status: 0 every `process` row of level M and S is named and every named id exists, 1 not so, 2 wrong use.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseSync } from '@swc/core';
import { load } from 'js-yaml';

const usage = `Usage: npm run requirements -- [--json] [--allow-missing] [--list FILE] [--tests DIR]

  --json           prints one JSON object
  --allow-missing  rows without a test are told, and do not fail
  --list FILE      the requirements (test/requirements/requirements.yml)
  --tests DIR      the folder of the tests (test)`;

/** A whole word that begins like an id: what is not exactly one is told as unknown. A star behind it takes in all that go on from it. */
const idPattern = /(?<![\w.-])(?:R-(?=VIII|\d)\w(?:[\w.-]*\w)?|A-\d+)\*?/g;

/** `R-2.4-12.7*` covers R-2.4-12.7a and R-2.4-12.7.1, not R-2.4-12.70; without the star an id covers itself alone. */
const covers = (named, id) =>
  named.endsWith('*')
    ? id === named.slice(0, -1) || (id.startsWith(named.slice(0, -1)) && !/\d/.test(id[named.length - 1]))
    : id === named;

/** The names of the functions that a callee is made of: `test`, `test.each`, `(there ? describe : describe.skip)`. */
function calleeNames(node) {
  switch (node?.type) {
    case 'Identifier':
      return [node.value];
    case 'MemberExpression':
      return calleeNames(node.object).map((name) => `${name}.${node.property.value ?? '?'}`);
    case 'ParenthesisExpression':
      return calleeNames(node.expression);
    case 'ConditionalExpression':
      return [...calleeNames(node.consequent), ...calleeNames(node.alternate)];
    case 'CallExpression':
      return calleeNames(node.callee);
    default:
      return [];
  }
}

/** Removes what says something of the type only: `x as const`, `x satisfies T`, brackets. */
function plainExpression(node) {
  const inner = new Set([
    'TsAsExpression',
    'TsConstAssertion',
    'TsSatisfiesExpression',
    'ParenthesisExpression',
  ]);
  return inner.has(node?.type) ? plainExpression(node.expression) : node;
}

/** The text of a literal; what a template puts in is shown as …. Undefined for anything else. */
function textOf(expression) {
  const node = plainExpression(expression);
  if (node?.type === 'StringLiteral') return node.value;
  if (node?.type === 'TemplateLiteral') return node.quasis.map(({ cooked, raw }) => cooked ?? raw).join('…');
  if (node?.type === 'BinaryExpression' && node.operator === '+') {
    const [left, right] = [textOf(node.left), textOf(node.right)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return undefined;
}

/** The first element of each row of a table that is written out here, or in a constant of the same file. */
function rowNames(table, constants) {
  const node = plainExpression(table);
  if (node?.type === 'Identifier') return rowNames(constants.get(node.value), new Map());
  if (node?.type !== 'ArrayExpression') return [];
  return node.elements.flatMap((element) => {
    if (element === null || element.spread) return [];
    const row = plainExpression(element.expression);
    const name = textOf(row?.type === 'ArrayExpression' ? row.elements[0]?.expression : row);
    return name === undefined ? [] : [name];
  });
}

/** Everything below a node, itself aside. */
const childrenOf = (node) =>
  Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter((value) => value !== null && typeof value === 'object');

/** The constants that are seen below a node: a file, or a block in it, may hide one of the same name around it. */
function withConstants(node, outer) {
  const statements = node.type === 'Module' ? node.body : (node.stmts ?? []);
  const declared = statements
    .flatMap((statement) => (statement.type === 'VariableDeclaration' ? statement.declarations : []))
    .filter(({ id }) => id.type === 'Identifier');
  return declared.length === 0
    ? outer
    : new Map([...outer, ...declared.map(({ id, init }) => [id.value, init])]);
}

/** Full titles of a file's tests and groups, with those of the groups around them; a skipped or planned test proves nothing. */
function titlesOf(source, tsx) {
  const program = parseSync(source, { syntax: 'typescript', tsx, target: 'es2023' });
  const titles = [];
  const walk = (node, around, outer) => {
    const constants = withConstants(node, outer);
    const names = node.type === 'CallExpression' ? calleeNames(node.callee) : [];
    const running = names.filter((name) => /^(test|it|describe)(\.|$)/.test(name));
    const live = running.filter((name) => !/\.(skip|todo|failing)\b/.test(name));
    // `test.each(table)` alone has no title: it is the callee of the call that has.
    const isTable = node.callee?.type === 'MemberExpression' && node.callee.property.value === 'each';
    if (running.length === 0 || isTable) {
      childrenOf(node).forEach((child) => walk(child, around, constants));
      return;
    }
    if (live.length === 0) return;
    const [first, ...rest] = node.arguments;
    const said = textOf(first?.expression);
    if (said === undefined) {
      childrenOf(node).forEach((child) => walk(child, around, constants));
      return;
    }
    const table = node.callee.type === 'CallExpression' ? node.callee.arguments[0]?.expression : undefined;
    const takesRow = /%[sjpo]/.exec(said);
    const rows = takesRow ? rowNames(table, constants) : [];
    const own = rows.length > 0 ? rows.map((row) => said.replace(/%[sjpo]/, () => row)) : [said];
    const whole = own.map((title) => [...around, title].join(' › '));
    const isGroup = live.some((name) => name.startsWith('describe'));
    titles.push(...whole.map((title, at) => ({ title, own: own[at] })));
    for (const argument of rest) walk(argument, isGroup ? [...around, said] : around, constants);
  };
  walk(program, [], new Map());
  return titles;
}

/** Every title of the tests below a folder that names ids, with the ids. */
function namedIn(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.test\.tsx?$/.test(name))
    .toSorted()
    .flatMap((name) => {
      const file = join(folder, name);
      return titlesOf(readFileSync(file, 'utf8'), file.endsWith('x'))
        .map(({ title, own }) => ({ file, title, ids: own.match(idPattern) ?? [] }))
        .filter(({ ids }) => ids.length > 0);
    });
}

/** What proves each id, which needed ones nothing proves, and which names are no ids. */
function survey(listFile, folder) {
  const { requirements, decisions } = load(readFileSync(listFile, 'utf8'));
  const named = namedIn(folder);
  const proofOf = (id) =>
    named
      .filter(({ ids }) => ids.some((name) => covers(name, id)))
      .map(({ file, title }) => ({ file, title }));
  const rows = [
    ...requirements.map(({ id, level, section, concerns, because }) => ({
      id,
      level,
      section,
      concerns,
      ...(because === undefined ? {} : { because }),
      needed: concerns === 'process' && (level === 'M' || level === 'S'),
      tests: proofOf(id),
    })),
    ...decisions.map(({ id }) => ({ id, needed: false, tests: proofOf(id) })),
  ];
  const unknown = named.flatMap(({ file, title, ids }) =>
    ids.filter((name) => !rows.some(({ id }) => covers(name, id))).map((id) => ({ id, file, title })),
  );
  const missing = rows.filter(({ needed, tests }) => needed && tests.length === 0).map(({ id }) => id);
  return { requirements: rows, missing, unknown };
}

function inLines({ requirements, missing, unknown }) {
  const needed = requirements.filter((row) => row.needed).length;
  return [
    ...requirements.flatMap(({ id, level, needed: must, because, tests }) => [
      [
        id,
        level,
        must ? 'needed' : because ? `later: ${because}` : '',
        tests.length === 0 && must ? 'MISSING' : '',
      ]
        .filter(Boolean)
        .join('  '),
      ...tests.map(({ file, title }) => `    ${file}: ${title}`),
    ]),
    ...unknown.map(({ id, file, title }) => `There is no ${id}; write an id of the list: ${file}: ${title}`),
    ...(missing.length === 0 ? [] : [`No test names ${missing.join(', ')}.`]),
    `${needed - missing.length} of ${needed} needed requirements have a test; ${unknown.length} unknown ids`,
  ].join('\n');
}

function run() {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      'allow-missing': { type: 'boolean', default: false },
      list: { type: 'string', default: 'test/requirements/requirements.yml' },
      tests: { type: 'string', default: 'test' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const found = survey(values.list, values.tests);
  process.stdout.write(`${values.json ? JSON.stringify(found) : inLines(found)}\n`);
  return found.unknown.length > 0 || (found.missing.length > 0 && !values['allow-missing']) ? 1 : 0;
}

try {
  process.exitCode = run();
} catch (error) {
  process.stderr.write(`${error.message}\n\n${usage}\n`);
  process.exitCode = 2;
}

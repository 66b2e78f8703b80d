import { parseArgs } from 'node:util';
import { measured } from './looks.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const figures = measured();
if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
else {
  const { journal, inputs } = figures;
  const told = (['warm', 'cold'] as const).map((kind) => {
    const { perSecond, microseconds } = figures[kind];
    return `${kind}: ${String(perSecond)} decisions with their plans a second (${String(microseconds)} µs each)`;
  });
  const entries = `a ticket with ${String(journal)} entries in its journal and ${String(inputs)} inputs`;
  process.stdout.write(`${[entries, ...told].join('\n')}\n`);
}

import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { boundary, mark, Publisher, type Order, type Workplace } from './order.ts';

/*
 * A process with a publisher in it, to be killed. Its place comes on the command line; each line that it reads is an order, and is answered by a
 * line that says what became of it. It ends when no more can come.
 */

/** What the process is told at its start. */
export interface Work {
  readonly place: Workplace;
  /** Carried out before any other, so that the publisher remembers it. */
  readonly before?: Order;
}

/** What it says of an order. */
export interface Outcome {
  readonly ok: boolean;
  /** What was wrong, for a person. */
  readonly message: string;
}

const work = JSON.parse(process.argv[2] ?? '') as Work;
const publisher = await Publisher.open(work.place);
if (work.before) await publisher.carryOut(work.before);

const say = async (line: string): Promise<void> => {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
};

async function outcomeOf(order: Order): Promise<Outcome> {
  try {
    await publisher.carryOut(order);
    return { ok: true, message: '' };
  } catch (error) {
    return { ok: false, message: String(error) };
  }
}

const lines = createInterface({ input: process.stdin });
await say('ready');
for await (const line of lines) {
  await mark(boundary.begins);
  const outcome = await outcomeOf(JSON.parse(line) as Order);
  await mark(boundary.ends);
  await say(JSON.stringify(outcome));
}

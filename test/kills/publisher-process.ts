import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Order } from './order.ts';
import type { Outcome, Work } from './publisher.ts';
import type { Call } from './trace.ts';
import { calls } from './trace.ts';

/** What happens to the n-th call of a name in a thread, counted from the start of the process. */
export interface Injection {
  readonly call: Call;
  readonly nth: number;
  readonly fault: 'KILL' | 'ENOSPC' | 'EIO';
}

/** How a trace is made: to which file, and what is injected. */
export interface Tracing {
  readonly path: string;
  readonly injection?: Injection;
}

/** A publisher in a process of its own, under strace when a tracing is given. */
export class PublisherProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>) {
    this.#child = child;
    this.#lines = lines;
    this.#ended = once(child, 'close');
  }

  /**
   * Starts it; the process waits for its first order then. Undefined when an injection has struck before: threads that do other things have calls
   * of the same name.
   * @throws Error when it cannot start
   */
  static async start(work: Work, tracing?: Tracing): Promise<PublisherProcess | undefined> {
    const script = fileURLToPath(new URL('publisher.js', import.meta.url));
    const command = [process.execPath, script, JSON.stringify(work)];
    const [program = '', ...args] = tracing ? ['strace', ...straceArguments(tracing), ...command] : command;
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      // One thread works on files: their order is the same each time.
      env: { PATH: process.env['PATH'], UV_THREADPOOL_SIZE: '1' },
    });
    // A killed process reads no more.
    child.stdin.on('error', () => undefined);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const started = new PublisherProcess(child, lines);
    const first = await lines.next();
    if (first.value === 'ready') return started;
    await started.#ended;
    if (!tracing?.injection) throw new Error('the publisher did not start');
    return undefined;
  }

  /** Has an order carried out; undefined when the process died of it. */
  async carryOut(order: Order): Promise<Outcome | undefined> {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
    const answer = await this.#lines.next();
    return answer.done === true ? undefined : (JSON.parse(answer.value) as Outcome);
  }

  /** Kills it at once, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Lets it end, and waits for that. */
  async end(): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }
}

function straceArguments({ path, injection }: Tracing): readonly string[] {
  const all = ['-f', '-y', '-o', path, '-e', `trace=${calls.join(',')}`];
  // Stopping at these calls only is faster, and passes signals over (strace 6.1).
  if (!injection) return ['--seccomp-bpf', ...all];
  const { call, nth, fault } = injection;
  const when = `when=${String(nth)}`;
  return fault === 'KILL'
    ? [...all, '-e', `inject=${call}:signal=KILL:${when}`]
    : ['--seccomp-bpf', ...all, '-e', `inject=${call}:error=${fault}:${when}`];
}

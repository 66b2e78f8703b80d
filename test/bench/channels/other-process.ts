import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process of its own that answers messages, one at a time. */
export interface OtherProcess {
  /** @throws Error with what went wrong there, or when it ended before it answered */
  ask(message: object | string): Promise<unknown>;
  end(): void;
}

/** Starts a module beside this one as a process. `flags` are node's. */
export function otherProcess(module: string, flags: readonly string[] = []): OtherProcess {
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), {
    execArgv: [...flags],
    serialization: 'advanced',
  });
  return {
    ask: async (message) => {
      const answer = await new Promise<{ value?: unknown; error?: string }>((resolve, reject) => {
        const ended = (status: number | null): void => {
          reject(new Error(`${module} ended with status ${String(status)}`));
        };
        child.once('exit', ended);
        child.once('message', (received) => {
          child.off('exit', ended);
          resolve(received as { value?: unknown; error?: string });
        });
        child.send(message);
      });
      if (answer.error !== undefined) throw new Error(`${module}: ${answer.error}`);
      return answer.value;
    },
    end: () => {
      child.disconnect();
    },
  };
}

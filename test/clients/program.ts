import { execFile } from 'node:child_process';

/** How a program ended. */
export interface ProgramRun {
  readonly status: number;
  /** Standard output and error together. */
  readonly text: string;
}

/** Runs a package manager with nothing of this machine's environment but PATH, and a home of its own. */
export function runProgram(program: string, args: readonly string[], home: string): Promise<ProgramRun> {
  const env = {
    PATH: process.env['PATH'],
    LC_ALL: 'C.UTF-8',
    HOME: home,
    no_proxy: '*',
    ZYPP_MEDIANETWORK: '0',
  };
  return new Promise((resolve) => {
    execFile(program, [...args], { cwd: home, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code) : 0, text: `${stdout}${stderr}` });
    });
  });
}

/** The client sees a channel as it should be. @throws when its update fails */
export async function mustUpdate(client: { update(): Promise<ProgramRun> }): Promise<void> {
  const { status, text } = await client.update();
  if (status !== 0) throw new Error(text);
}

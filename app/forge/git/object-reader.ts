import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { Buffer } from 'node:buffer';
import { gitEnvironment } from './command.ts';

export interface ObjectInfo {
  readonly sha: string;
  readonly type: 'blob' | 'tree' | 'commit' | 'tag';
  readonly size: number;
}

export interface GitObject extends ObjectInfo {
  readonly content: Buffer;
}

/**
 * Reads objects through one long-lived `git cat-file`, because starting a process for each read costs more than all the rest of a request.
 * A name is anything git can resolve: `refs/heads/main`, a digest, `<commit>:<path>`.
 */
export interface ObjectReader {
  /** Undefined when there is no such object, or the name could not be one. */
  readonly info: (name: string) => Promise<ObjectInfo | undefined>;
  readonly read: (name: string) => Promise<GitObject | undefined>;
  readonly close: () => void;
}

interface Waiting {
  readonly wantsContent: boolean;
  readonly resolve: (found: GitObject | undefined) => void;
  readonly reject: (error: Error) => void;
}

const header = /^([0-9a-f]{40}) (blob|tree|commit|tag) (\d+)$/u;
// A line break in a name would be a second command to the process.
const speakable = /^[^\p{Cc}]{1,4200}$/u;

/** Opens a reader on a bare repository; the process starts with the first read. */
export function openObjectReader(gitDir: string): ObjectReader {
  let child: ChildProcessWithoutNullStreams | undefined;
  let waiting: Waiting[] = [];
  let received: Buffer = Buffer.alloc(0);

  function failAll(reason: string): void {
    const left = waiting;
    waiting = [];
    received = Buffer.alloc(0);
    child = undefined;
    for (const one of left) one.reject(new Error(reason));
  }

  function start(): ChildProcessWithoutNullStreams {
    const started = spawn('git', [`--git-dir=${gitDir}`, 'cat-file', '--batch-command'], {
      env: gitEnvironment(gitDir),
    });
    started.stdout.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      takeAnswers();
    });
    started.stderr.resume();
    started.stdin.on('error', () => undefined);
    started.once('error', () => {
      failAll('git cat-file could not be started');
    });
    started.once('exit', () => {
      if (child === started) failAll('git cat-file ended');
    });
    return started;
  }

  function takeAnswers(): void {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const lineEnd = received.indexOf(10);
      if (lineEnd < 0) return;
      const found = header.exec(received.toString('utf8', 0, lineEnd));
      const info = found === null ? undefined : infoFrom(found);
      let end = lineEnd + 1;
      let content = Buffer.alloc(0);
      if (info !== undefined && first.wantsContent) {
        end += info.size + 1;
        if (received.length < end) return;
        content = Buffer.from(received.subarray(lineEnd + 1, end - 1));
      }
      received = received.subarray(end);
      waiting.shift();
      first.resolve(info === undefined ? undefined : { ...info, content });
    }
  }

  function ask(command: 'info' | 'contents', name: string): Promise<GitObject | undefined> {
    if (!speakable.test(name)) return Promise.resolve(undefined);
    child ??= start();
    const { stdin } = child;
    return new Promise((resolve, reject) => {
      waiting.push({ wantsContent: command === 'contents', resolve, reject });
      stdin.write(`${command} ${name}\n`);
    });
  }

  return {
    info: (name) => ask('info', name),
    read: (name) => ask('contents', name),
    close() {
      const running = child;
      child = undefined;
      running?.kill();
    },
  };
}

function infoFrom(found: RegExpExecArray): ObjectInfo {
  const [, sha = '', type = '', size = ''] = found;
  const known = type === 'tree' || type === 'commit' || type === 'tag' ? type : 'blob';
  return { sha, type: known, size: Number(size) };
}

import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Buffer } from 'node:buffer';
import { permissionOf } from './accounts.ts';
import { afterPush, refChanges } from './actions/push.ts';
import type { Auth, Caller } from './auth.ts';
import { gitEnvironment } from './git/command.ts';
import { repositoryNamed, type Inside } from './inside.ts';
import { Refusal } from './refusal.ts';
import { actorOf } from './route.ts';
import { fullName, type RepositoryRecord } from './state.ts';

const address = /^\/([\w-]+)\/([\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/u;
const timeLimit = 120_000;
const headLimit = 16_384;
const pushLimit = 256 * 1024 * 1024;

interface GitRequest {
  readonly repository: RepositoryRecord;
  readonly service: 'git-upload-pack' | 'git-receive-pack';
  /** The service itself, not the listing of refs before it. */
  readonly isService: boolean;
  readonly path: string;
}

/** Git's smart HTTP protocol (gitprotocol-http): `git http-backend`, with the forge deciding who may do what. */
export interface SmartHttp {
  /** Whether an address is one of git's. */
  serves(url: URL): boolean;
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>;
}

/** @param changed called after a push */
export function newSmartHttp(inside: Inside, auth: Auth, changed: () => void): SmartHttp {
  function understand(url: URL): GitRequest | undefined {
    const [, owner = '', name = '', path = ''] = address.exec(url.pathname) ?? [];
    const repository = repositoryNamed(inside.state, owner, name);
    const service = path === 'info/refs' ? url.searchParams.get('service') : path;
    if (repository === undefined || (service !== 'git-upload-pack' && service !== 'git-receive-pack'))
      return undefined;
    return { repository, service, isService: path !== 'info/refs', path };
  }

  async function push(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    asked: GitRequest,
    caller: Caller,
  ): Promise<void> {
    const { repository } = asked;
    const login = actorOf(inside, caller);
    const git = inside.repositories.git(repository);
    await inside.repositories.lock(repository).run(async () => {
      const before = await git.refs();
      const environment = { REMOTE_USER: login, ...closedRefs(repository, caller) };
      // The answer ends only when everything that follows from the push has been noted: who asks next, sees it.
      await backend(request, response, url, asked, git.dir, environment, async () => {
        await afterPush(inside, repository, refChanges(before, await git.refs()), login);
        changed();
      });
    });
  }

  return {
    serves: (url) => address.test(url.pathname),
    async answer(request, response, url) {
      const asked = understand(url);
      if (asked === undefined) {
        sayPlainly(response, 404, 'Repository not found.');
        return;
      }
      try {
        const caller = auth.callerOf(request.headers.authorization);
        const pushes = asked.service === 'git-receive-pack';
        if (pushes) checkPush(inside, asked.repository, caller);
        if (pushes && asked.isService) await push(request, response, url, asked, caller);
        else
          await backend(
            request,
            response,
            url,
            asked,
            inside.repositories.git(asked.repository).dir,
            pushes ? { REMOTE_USER: 'forge' } : {},
          );
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (error.status === 401) response.setHeader('www-authenticate', 'Basic realm="embedded forge"');
        sayPlainly(response, error.status, error.message);
      }
    },
  };
}

function checkPush(inside: Inside, repository: RepositoryRecord, caller: Caller): void {
  const denied = new Refusal(403, `Permission to ${fullName(repository)}.git denied.`);
  switch (caller.kind) {
    case 'nobody':
    case 'app':
      throw new Refusal(401, 'Authentication required.');
    case 'installation':
      if (caller.permissions['contents'] !== 'write' || repository.owner !== inside.state.organisation)
        throw denied;
      return;
    case 'user':
      if (permissionOf(inside.state, caller.login, repository) === 'read') throw denied;
  }
}

/** What the update hook has to refuse. */
function closedRefs(repository: RepositoryRecord, caller: Caller): Record<string, string> {
  if (repository.protection === null) return {};
  const ref = `refs/heads/${repository.protection.branch}`;
  return { FORGE_KEPT_REF: ref, ...(caller.kind === 'installation' ? {} : { FORGE_CLOSED_REF: ref }) };
}

/**
 * Hands a request to `git http-backend`, a CGI program (RFC 3875), and its answer back.
 * @param beforeEnd runs when git has ended, before the answer does
 */
async function backend(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  asked: GitRequest,
  gitDir: string,
  environment: Readonly<Record<string, string>>,
  beforeEnd?: () => Promise<void>,
): Promise<void> {
  const { headers } = request;
  const child = spawn('git', ['http-backend'], {
    env: {
      ...gitEnvironment(gitDir),
      ...environment,
      GIT_PROJECT_ROOT: gitDir,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: `/${asked.path}`,
      QUERY_STRING: asked.isService ? '' : `service=${asked.service}`,
      REQUEST_METHOD: request.method === 'POST' ? 'POST' : 'GET',
      REMOTE_ADDR: '127.0.0.1',
      CONTENT_TYPE: headers['content-type'] ?? '',
      ...(headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: headers['content-length'] }),
      ...(headers['content-encoding'] === undefined
        ? {}
        : { HTTP_CONTENT_ENCODING: headers['content-encoding'] }),
      ...gitProtocol(headers['git-protocol']),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: timeLimit,
    killSignal: 'SIGKILL',
  });
  let received = 0;
  request.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > pushLimit) child.kill('SIGKILL');
  });
  // The client or git may go away at any time; what matters is how git ends.
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  response.once('close', () => child.kill());
  const relay = cgiRelay(response);
  child.stdout.on('data', relay.take);
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      resolve();
    });
  });
  await beforeEnd?.();
  relay.end();
}

// Only version 2 of the protocol is known by name; anything else from outside does not reach the environment.
function gitProtocol(header: string | string[] | undefined): Record<string, string> {
  return typeof header === 'string' && /^version=[012]$/u.test(header) ? { GIT_PROTOCOL: header } : {};
}

/** Turns what a CGI program writes (headers, empty line, body) into an HTTP answer. */
function cgiRelay(response: ServerResponse): { take: (chunk: Buffer) => void; end: () => void } {
  let head: Buffer | undefined = Buffer.alloc(0);
  return {
    take(chunk) {
      if (head === undefined) {
        response.write(chunk);
        return;
      }
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0 && head.length < headLimit) return;
      const rest = head.subarray(end + 4);
      let status = 200;
      for (const line of head.toString('latin1', 0, end).split('\r\n')) {
        const colon = line.indexOf(':');
        const name = line.slice(0, colon).toLowerCase();
        const value = line.slice(colon + 1).trim();
        if (name === 'status') status = Number.parseInt(value, 10);
        else response.setHeader(name, value);
      }
      head = undefined;
      response.writeHead(status);
      if (rest.length > 0) response.write(rest);
    },
    end() {
      if (head !== undefined) sayPlainly(response, 500, 'git ended without an answer');
      else response.end();
    },
  };
}

function sayPlainly(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}

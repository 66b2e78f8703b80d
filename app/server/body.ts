import type { IncomingMessage } from 'node:http';

/** A request's body, or why there is none: too long, too many at once, or broken off. */
export type Body =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' | 'busy' | 'broken' };

export interface BodyLimits {
  /** Longest body, in bytes. */
  readonly bodyBytes: number;
  /** Most bytes of bodies held at once, over all requests. */
  readonly heldBytes: number;
}

/** Over-long bodies are read on, and dropped, up to so many times the limit: a client that still sends would miss its answer. */
const patience = 4;

/** Gives a function that reads bodies, counting before it keeps anything (trust.md T05). It never rejects. */
export function createBodyReader({
  bodyBytes,
  heldBytes,
}: BodyLimits): (request: IncomingMessage) => Promise<Body> {
  let held = 0;
  return async (request) => {
    if (Number(request.headers['content-length'] ?? 0) > patience * bodyBytes) return { kind: 'too-large' };
    const chunks: Buffer[] = [];
    let kept = 0;
    let seen = 0;
    let problem: 'too-large' | 'busy' | undefined;
    const letGo = (): void => {
      chunks.length = 0;
      held -= kept;
      kept = 0;
    };
    try {
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        seen += chunk.length;
        if (seen > bodyBytes) problem = 'too-large';
        else if (held + chunk.length > heldBytes) problem ??= 'busy';
        if (problem !== undefined) letGo();
        else {
          chunks.push(chunk);
          kept += chunk.length;
          held += chunk.length;
        }
        if (seen > patience * bodyBytes) break;
      }
      return problem === undefined ? { kind: 'whole', bytes: Buffer.concat(chunks) } : { kind: problem };
    } catch {
      // The client went away or was too slow: there is nobody to answer.
      return { kind: 'broken' };
    } finally {
      letGo();
    }
  };
}

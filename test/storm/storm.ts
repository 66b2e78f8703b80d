/** Something that publishes packages without pause: the next version of `tool` each time. */
export interface Publishing {
  readonly name: string;
  /** Armored key that signs. */
  readonly publicKey: string;
  /** Publications so far. */
  readonly count: number;
  publish(): Promise<void>;
  end(): Promise<void>;
}

/** A client of a package manager that has its channel set up. */
export interface StormClient {
  /** Fetches metadata anew, and the package `tool` with it. Gives what the client said when it failed. */
  update(): Promise<string | undefined>;
}

/** What became of the updates of one package manager. */
export interface Weather {
  readonly publisher: string;
  readonly client: string;
  readonly updates: number;
  readonly failed: number;
  /** Publications from the begin to the end of the updates. */
  readonly publications: number;
  /** Publications during the slowest update. */
  readonly longest: number;
  readonly seconds: number;
  /** The last words of the first failures. */
  readonly complaints: readonly string[];
}

const mostComplaints = 3;

/**
 * Lets some clients update again and again, side by side, while somebody publishes; `updates` in all.
 * @throws Error when a client fails though nobody publishes: then it is not set up right, and its figures would say nothing.
 */
export async function storm(
  publishing: Publishing,
  client: string,
  clients: readonly StormClient[],
  updates: number,
): Promise<Weather> {
  const calm = await clients[0]?.update();
  if (calm !== undefined) throw new Error(`${client} fails at ${publishing.name} in calm: ${calm}`);
  const began = performance.now();
  const before = publishing.count;
  const complaints: string[] = [];
  const over = new AbortController();
  let [left, failed, longest] = [updates, 0, 0];
  const publishes = async (): Promise<void> => {
    while (!over.signal.aborted) await publishing.publish();
  };
  const updating = async (one: StormClient): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const from = publishing.count;
      const complaint = await one.update();
      longest = Math.max(longest, publishing.count - from);
      if (complaint === undefined) continue;
      failed += 1;
      if (complaints.length < mostComplaints) complaints.push(complaint.slice(-600));
    }
  };
  const all = async (): Promise<void> => {
    try {
      await Promise.all(clients.map(updating));
    } finally {
      over.abort();
    }
  };
  await Promise.all([publishes(), all()]);
  return {
    publisher: publishing.name,
    client,
    updates,
    failed,
    publications: publishing.count - before,
    longest,
    seconds: Math.round((performance.now() - began) / 100) / 10,
    complaints,
  };
}

import { gunzipSync } from 'node:zlib';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TicketDraft, ticketText } from '../../app/demo/actor.ts';
import { type World, type WorldOptions, startWorld } from '../../app/demo/world.ts';
import type { Channel } from '../../app/model/channel.ts';
import type { Entry } from '../../app/model/journal.ts';
import { readJournal } from '../../app/record/journal-file.ts';
import { eventually } from './eventually.ts';
import { TicketPage } from './ticket-page.ts';

/** A release as a test names it: what the ticket says but its targets, and the names of its packages. */
export type Release = Omit<TicketDraft, 'targets'> & {
  readonly packages: readonly string[];
  /** amd64 when it is not said. */
  readonly architectures?: readonly string[];
};

export type TrialOptions = Pick<WorldOptions, 'fetchAllow' | 'private' | 'files' | 'places' | 'scrubHour'>;

/** A Monday, ten in the morning where the calendar's hours are. */
const start = new Date('2026-10-05T08:00:00Z');

/** A small world for one test file, in a folder of its own: people act in it, and it is looked at as anybody could. */
export class Trial {
  readonly dir: string;
  /** Every effect that the service made, as `#<ticket> <effect>`. */
  readonly effects: string[] = [];
  /** Everything that failed in the service. */
  readonly failures: string[] = [];
  readonly #options: TrialOptions;
  #world: World | undefined;

  private constructor(dir: string, options: TrialOptions) {
    this.dir = dir;
    this.#options = options;
  }

  /** A new world, its empty channels published. */
  static async begin(options: TrialOptions = {}): Promise<Trial> {
    const trial = new Trial(await mkdtemp(join(tmpdir(), 'journey-')), options);
    await trial.#start();
    await trial.world.settled();
    return trial;
  }

  async #start(): Promise<void> {
    this.#world = await startWorld({
      dir: this.dir,
      port: 0,
      start,
      ...this.#options,
      log: (level, text, details) => {
        const effect = /^ticket (#\d+): (.*)$/.exec(text);
        if (effect) this.effects.push(`${effect[1] ?? ''} ${effect[2] ?? ''}`);
        if (level === 'error') this.failures.push(`${text} ${JSON.stringify(details)}`);
      },
    });
  }

  get world(): World {
    if (!this.#world) throw new Error('the world is not running');
    return this.#world;
  }

  /** Stops forge, service and provider wherever they are, and starts them again on what they kept. */
  async restarts(): Promise<void> {
    await this.world.stop();
    await this.#start();
  }

  /**
   * Stops everything and takes the folder away.
   * @throws when something failed in the service, or when it wrote a comment twice: no test file wants either
   */
  async end(): Promise<void> {
    const twice = await this.#writtenTwice();
    await this.world.stop();
    await rm(this.dir, { recursive: true, force: true });
    if (twice.length > 0) throw new Error(`the service wrote comments twice:\n${twice.join('\n')}`);
    if (this.failures.length > 0) throw new Error(`the service failed:\n${this.failures.join('\n')}`);
  }

  async #writtenTwice(): Promise<readonly string[]> {
    const twice: string[] = [];
    for (const { facts } of this.world.service.board.tickets()) {
      const { number } = facts.pull;
      const markers = (await this.page(number).marked('')).map(({ body }) => body.split('\n', 1)[0] ?? '');
      for (const marker of markers.filter((one, index) => markers.indexOf(one) !== index)) {
        twice.push(`#${String(number)}: ${marker}`);
      }
    }
    return twice;
  }

  /** The provider builds the packages, serves them, and opens the ticket; gives its number. */
  async opens(release: Release, draft = false): Promise<number> {
    return this.world.as(`p-${release.provider}`).opensTicket(await this.drafts(release), draft);
  }

  /** What the provider would write into the ticket, its packages built and served. */
  async drafts({ packages, architectures = ['amd64'], ...release }: Release): Promise<TicketDraft> {
    const targets = await Promise.all(
      architectures.map(async (arch) => ({
        platform: 'debian12',
        arch,
        packages: await Promise.all(
          packages.map((name) => this.world.provider.offer(name, release.version, arch)),
        ),
      })),
    );
    return { ...release, targets };
  }

  /** Opens the ticket and waits until its packages are in `unverified`; gives its number. */
  async isPulled(release: Release): Promise<number> {
    const number = await this.opens(release);
    await this.world.reaches(number, 'unverified');
    return number;
  }

  /** The same, and tu-vera verifies: it is in `staged-rollout`, and its call is out. */
  async isVerified(release: Release): Promise<number> {
    const number = await this.isPulled(release);
    await this.world.as('tu-vera').verifies(number);
    await this.world.reaches(number, 'verified');
    return number;
  }

  /** A site accepts and reports; resolves when the service has read both. */
  async triesIt(
    login: string,
    number: number,
    site: string,
    outcome: 'success' | 'warning' | 'reject' = 'success',
    text = '',
  ): Promise<void> {
    await this.says(login, number, `/accept ${site}`);
    await this.reports(login, number, site, outcome, text);
  }

  /** A site reports; resolves when the service has read it. */
  async reports(
    login: string,
    number: number,
    site: string,
    outcome: 'success' | 'warning' | 'reject',
    text = '',
  ): Promise<void> {
    await this.hears(number, await this.world.as(login).reports(number, site, outcome, text));
  }

  /** What one who wrote something was answered: one answer, without its marker. @throws when it was not one */
  async answer(login: string, number: number, text: string): Promise<string> {
    const answers = await this.page(number).answersTo(await this.says(login, number, text));
    const [only] = answers;
    if (only === undefined || answers.length > 1)
      throw new Error(`${text} was answered ${String(answers.length)} times`);
    return only;
  }

  /** Names of the events in a release's journal, moves with their shelf, what people can read in one glance. */
  async events(release: Pick<Release, 'stack' | 'component' | 'version'>): Promise<readonly string[]> {
    return (await this.journal(release)).map((entry) =>
      'shelf' in entry ? `${entry.event} ${entry.shelf}` : entry.event,
    );
  }

  /** An issue with a label whose title names the ticket; undefined while there is none. */
  async issueOf(number: number, label: string) {
    const [owner = '', repo = ''] = this.world.repository.split('/');
    const { data } = await this.world.as('outsider-otto').octokit.rest.issues.listForRepo({
      owner,
      repo,
      labels: label,
      state: 'all',
      per_page: 100,
    });
    return data.find(({ title }) => title.endsWith(`(#${String(number)})`));
  }

  /** Pushes another text of the ticket to its branch, and waits until the service has seen it and come to rest. */
  async pushes(number: number, ticket: TicketDraft): Promise<void> {
    const { stack, component, version, provider } = ticket;
    const path = `releases/${stack}/${component}/${version}.yml`;
    await this.world
      .as(`p-${provider}`)
      .writes(`${component}-${version}`, path, ticketText(ticket), 'Another text');
    await this.sees(number, (await this.page(number).pull()).head.sha);
  }

  page(number: number): TicketPage {
    return new TicketPage(this.world, number);
  }

  /** Writes a comment and waits until the service has read it and come to rest; gives its id. */
  async says(login: string, number: number, text: string): Promise<number> {
    const id = await this.world.as(login).comments(number, text);
    await this.hears(number, id);
    return id;
  }

  /** Submits a review and waits until the service has read it and come to rest; gives its id. */
  async reviews(
    login: string,
    number: number,
    event: 'APPROVE' | 'COMMENT' | 'REQUEST_CHANGES',
    text: string,
  ): Promise<number> {
    const id = await this.world.as(login).reviews(number, event, text);
    await this.hears(number, id);
    return id;
  }

  /** Resolves when the service has read the comment or review and come to rest. */
  async hears(number: number, id: number): Promise<void> {
    await eventually(`a look at #${String(number)} with ${String(id)} in it`, () =>
      this.world.service.board.ticket(number)?.facts.inputs.find((input) => input.id === id),
    );
  }

  /** Resolves when the service has looked at this head of the ticket and come to rest. */
  async sees(number: number, head: string): Promise<void> {
    await eventually(`a look at #${String(number)} at ${head}`, () =>
      this.world.service.board.ticket(number)?.facts.pull.head === head ? true : undefined,
    );
  }

  /** Resolves when nothing is left to do for the ticket: it ended, its packages are where they belong, its pull request is closed. */
  async isSettled(number: number): Promise<void> {
    await eventually(`the end of #${String(number)}`, () =>
      this.world.service.board.ticket(number)?.decision.settled === true ? true : undefined,
    );
  }

  /** Takes a comment away, which GitHub allows its author. */
  async deletes(login: string, comment: number): Promise<void> {
    const [owner = '', repo = ''] = this.world.repository.split('/');
    await this.world.as(login).octokit.rest.issues.deleteComment({ owner, repo, comment_id: comment });
  }

  /** A file of the main branch; undefined when it is not there. */
  async file(path: string): Promise<string | undefined> {
    const [owner = '', repo = ''] = this.world.repository.split('/');
    try {
      const { data } = await this.world
        .as('outsider-otto')
        .octokit.rest.repos.getContent({ owner, repo, path, ref: 'main' });
      return 'content' in data ? Buffer.from(data.content, 'base64').toString('utf8') : undefined;
    } catch (error) {
      if (typeof error === 'object' && error !== null && 'status' in error && error.status === 404)
        return undefined;
      throw error;
    }
  }

  /** The journal of a release, its chain checked. */
  async journal({
    stack,
    component,
    version,
  }: Pick<Release, 'stack' | 'component' | 'version'>): Promise<readonly Entry[]> {
    const text = await this.file(`releases/${stack}/${component}/${version}.journal.yml`);
    return text === undefined ? [] : readJournal(text, `${stack}-${component}-${version}`);
  }

  /** Tip of the main branch. */
  async main(): Promise<string> {
    const [owner = '', repo = ''] = this.world.repository.split('/');
    const { data } = await this.world
      .as('outsider-otto')
      .octokit.rest.git.getRef({ owner, repo, ref: 'heads/main' });
    return data.object.sha;
  }

  /** Where a channel's apt root for Debian 12 is, of UMD 5 on amd64 unless it is said, without a slash at the end. */
  root(channel: Channel, arch = 'amd64', distribution = 'umd/5'): string {
    return `${this.world.service.url}/channels/${channel}/${distribution}/debian12/${arch}`;
  }

  /** The packages that a site sees in a channel: file name to sha256, fetched from its public address. */
  async channel(
    channel: Channel,
    arch = 'amd64',
    distribution = 'umd/5',
  ): Promise<Readonly<Record<string, string>>> {
    const answer = await fetch(
      `${this.root(channel, arch, distribution)}/dists/${channel}/main/binary-${arch}/Packages.gz`,
    );
    if (!answer.ok) throw new Error(`${channel} answers ${String(answer.status)}`);
    const entries = gunzipSync(await answer.arrayBuffer())
      .toString()
      .split('\n\n')
      .filter((text) => text.trim() !== '');
    return Object.fromEntries(
      entries.map((text) => [
        /^Filename: .*\/([^/\n]+)$/m.exec(text)?.[1] ?? '',
        /^SHA256: (.*)$/m.exec(text)?.[1] ?? '',
      ]),
    );
  }
}

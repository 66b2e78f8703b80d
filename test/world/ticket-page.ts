import type { World } from '../../app/demo/world.ts';

interface CheckSeen {
  readonly status: string;
  readonly conclusion: string | null;
  readonly title: string;
  readonly summary: string;
}

interface CommentSeen {
  readonly id: number;
  readonly author: string;
  readonly body: string;
}

/** What anybody sees of a ticket on the forge. */
export class TicketPage {
  readonly number: number;
  readonly #world: World;
  readonly #at: { readonly owner: string; readonly repo: string };

  constructor(world: World, number: number) {
    const [owner = '', repo = ''] = world.repository.split('/');
    this.number = number;
    this.#world = world;
    this.#at = { owner, repo };
  }

  get #rest() {
    return this.#world.as('outsider-otto').octokit.rest;
  }

  async pull() {
    const { data } = await this.#rest.pulls.get({ ...this.#at, pull_number: this.number });
    return data;
  }

  async labels(): Promise<readonly string[]> {
    return (await this.pull()).labels.map(({ name }) => name).toSorted();
  }

  /** The newest check run of each name on the ticket's head. */
  async checks(): Promise<Readonly<Record<string, CheckSeen>>> {
    const { head } = await this.pull();
    const { data } = await this.#rest.checks.listForRef({
      ...this.#at,
      ref: head.sha,
      filter: 'latest',
      per_page: 100,
    });
    return Object.fromEntries(
      data.check_runs.map(({ name, status, conclusion, output }) => [
        name,
        { status, conclusion, title: output.title ?? '', summary: output.summary ?? '' },
      ]),
    );
  }

  /** What one check run says, title and summary together. */
  async check(name: string): Promise<string> {
    const seen = (await this.checks())[name];
    return seen ? `${seen.conclusion ?? seen.status}: ${seen.title}\n${seen.summary}` : '';
  }

  /** Comments of the ticket, or of another number such as its call, oldest first. */
  async comments(number = this.number): Promise<readonly CommentSeen[]> {
    const { data } = await this.#rest.issues.listComments({
      ...this.#at,
      issue_number: number,
      per_page: 100,
    });
    return data.map(({ id, user, body }) => ({ id, author: user?.login ?? '', body: body ?? '' }));
  }

  /** Comments of the system with a marker that begins so. */
  async marked(marker: string): Promise<readonly CommentSeen[]> {
    return (await this.comments()).filter(
      ({ author, body }) => author.endsWith('[bot]') && body.startsWith(`<!-- rollout ${marker}`),
    );
  }

  /** The answers to one comment or review, without their markers. */
  async answersTo(id: number): Promise<readonly string[]> {
    const own = await this.marked('answer:');
    return own
      .filter(({ body }) =>
        new RegExp(`^<!-- rollout answer:(?:comment|review):${String(id)}:\\d+ -->\n`).test(body),
      )
      .map(({ body }) => body.slice(body.indexOf('\n') + 1));
  }

  /** Slugs of the teams and logins of the people that are asked for a review. */
  async asked(): Promise<readonly string[]> {
    const { data } = await this.#rest.pulls.listRequestedReviewers({ ...this.#at, pull_number: this.number });
    return [...data.teams.map(({ slug }) => slug), ...data.users.map(({ login }) => login)].toSorted();
  }

  /** The call for early adopters; undefined while there is none. */
  async call() {
    const { data } = await this.#rest.issues.listForRepo({
      ...this.#at,
      labels: 'call',
      state: 'all',
      per_page: 100,
    });
    return data.find(({ title }) => title.endsWith(`(#${String(this.number)})`));
  }
}

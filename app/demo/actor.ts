import { Octokit } from '@octokit/rest';
import type { TicketPackage } from '../model/ticket.ts';
import { writeYaml } from '../model/yaml.ts';

/** What a sample ticket says. */
export interface TicketDraft {
  readonly stack: string;
  readonly component: string;
  readonly provider: string;
  readonly version: string;
  readonly class: 'emergency' | 'revision' | 'minor' | 'major';
  readonly distribution?: string;
  readonly previous?: string;
  readonly targets: readonly {
    readonly platform: string;
    readonly arch: string;
    readonly packages: readonly TicketPackage[];
  }[];
  /** More fields of `spec`. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** The text of a complete ticket, as a provider would write it. */
export function ticketText(draft: TicketDraft): string {
  const { stack, component, provider, version, targets, more = {} } = draft;
  const site = `https://${provider}.example/${component}/${version}`;
  return writeYaml({
    apiVersion: 'rollout/v1',
    kind: 'Release',
    metadata: { id: `${stack}-${component}-${version}`, component, stack, provider },
    spec: {
      version,
      ...(draft.previous === undefined ? {} : { previous: draft.previous }),
      class: draft.class,
      backward_compatible: true,
      distribution: draft.distribution ?? 'umd/5',
      release_notes: `${site}/release-notes`,
      changelog: `${site}/changes`,
      certification_reports: [`${site}/certification`],
      documentation: { user: `${site}/user-guide`, admin: `${site}/admin-guide`, updated: true },
      issues: [`${site}/issues`],
      targets,
      ...more,
    },
  });
}

const silent = (): void => undefined;

/** A person at work on the forge, through nothing but the public API and with nobody's token but their own. */
export class Actor {
  readonly login: string;
  readonly octokit: Octokit;
  readonly #at: { readonly owner: string; readonly repo: string };

  constructor(login: string, token: string, apiUrl: string, repository: string) {
    const [owner = '', repo = ''] = repository.split('/');
    this.login = login;
    this.#at = { owner, repo };
    // Octokit's own log tells of every 404 that was only a question.
    this.octokit = new Octokit({
      auth: token,
      baseUrl: apiUrl,
      log: { debug: silent, info: silent, warn: silent, error: silent },
    });
  }

  /** Writes a file to a branch of one's own fork. */
  async writes(branch: string, path: string, text: string, message: string): Promise<void> {
    const fork = await this.#fork();
    const ref = `heads/${branch}`;
    const there = await this.octokit.rest.git.getRef({ ...fork, ref }).then(
      () => true,
      () => false,
    );
    if (!there) {
      const { data } = await this.octokit.rest.git.getRef({ ...this.#at, ref: 'heads/main' });
      await this.octokit.rest.git.createRef({ ...fork, ref: `refs/${ref}`, sha: data.object.sha });
    }
    const known = await this.octokit.rest.repos.getContent({ ...fork, path, ref: branch }).then(
      ({ data }) => (Array.isArray(data) ? undefined : data.sha),
      () => undefined,
    );
    await this.octokit.rest.repos.createOrUpdateFileContents({
      ...fork,
      path,
      branch,
      message,
      content: Buffer.from(text).toString('base64'),
      ...(known === undefined ? {} : { sha: known }),
    });
  }

  async #fork(): Promise<{ owner: string; repo: string }> {
    const fork = { owner: this.login, repo: this.#at.repo };
    const there = await this.octokit.rest.repos.get(fork).then(
      () => true,
      () => false,
    );
    if (!there) await this.octokit.rest.repos.createFork({ ...this.#at });
    return fork;
  }

  /** Opens a pull request from the branch; gives its number. */
  async opens(branch: string, title: string, draft = false): Promise<number> {
    const { data } = await this.octokit.rest.pulls.create({
      ...this.#at,
      head: `${this.login}:${branch}`,
      base: 'main',
      title,
      body: 'A new release, certified by its provider.',
      draft,
    });
    return data.number;
  }

  /** Opens a pull request with a ticket; gives its number. */
  async opensTicket(ticket: TicketDraft, draft = false): Promise<number> {
    const { stack, component, version } = ticket;
    const branch = `${component}-${version}`;
    const title = `${component} ${version}`;
    await this.writes(branch, `releases/${stack}/${component}/${version}.yml`, ticketText(ticket), title);
    return this.opens(branch, title, draft);
  }

  /** Only GraphQL can mark a draft ready, on GitHub as here. */
  async marksReady(number: number): Promise<void> {
    const { data } = await this.octokit.rest.pulls.get({ ...this.#at, pull_number: number });
    await this.octokit.graphql(
      'mutation ($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { clientMutationId } }',
      {
        id: data.node_id,
      },
    );
  }

  async comments(number: number, body: string): Promise<number> {
    const { data } = await this.octokit.rest.issues.createComment({
      ...this.#at,
      issue_number: number,
      body,
    });
    return data.id;
  }

  /** Closes an issue, with a last comment. */
  async closes(number: number, body: string): Promise<void> {
    await this.comments(number, body);
    await this.octokit.rest.issues.update({ ...this.#at, issue_number: number, state: 'closed' });
  }

  async reviews(
    number: number,
    event: 'APPROVE' | 'COMMENT' | 'REQUEST_CHANGES',
    body: string,
  ): Promise<number> {
    const { data } = await this.octokit.rest.pulls.createReview({
      ...this.#at,
      pull_number: number,
      event,
      body,
    });
    return data.id;
  }

  /** The newest form of a kind that the system posted in the ticket: what a person copies into the review. */
  async formIn(
    number: number,
    kind: 'VerificationReport' | 'EarlyAdopterReport',
    site?: string,
  ): Promise<string> {
    const comments = await this.octokit.paginate(this.octokit.rest.issues.listComments, {
      ...this.#at,
      issue_number: number,
      per_page: 100,
    });
    const form = comments
      .map(({ body }) => /```yaml\n([^]*?)\n```/.exec(body ?? '')?.[1] ?? '')
      .findLast(
        (text) => text.includes(`kind: ${kind}`) && (site === undefined || text.includes(`site: ${site}`)),
      );
    if (form === undefined) throw new Error(`no ${kind} form in #${String(number)} yet`);
    return form;
  }

  /** Verifies with the posted form. */
  async verifies(number: number): Promise<number> {
    return this.reviews(
      number,
      'APPROVE',
      `\`\`\`yaml\n${await this.formIn(number, 'VerificationReport')}\n\`\`\``,
    );
  }

  /** Reports for a site with the posted form: Success approves, Warning comments, Reject requests changes. Gives the review's id. */
  async reports(
    number: number,
    site: string,
    outcome: 'success' | 'warning' | 'reject',
    text = '',
  ): Promise<number> {
    const form = (await this.formIn(number, 'EarlyAdopterReport', site)).replace(
      /^outcome: .*$/m,
      `outcome: ${outcome}`,
    );
    const filled =
      outcome === 'reject'
        ? form.replace(/^issues: .*$/m, `issues: [{severity: critical, summary: ${JSON.stringify(text)}}]`)
        : outcome === 'warning'
          ? `${form}\nchanges_requested: [{kind: release-notes, text: ${JSON.stringify(text)}}]`
          : form;
    const event = { success: 'APPROVE', warning: 'COMMENT', reject: 'REQUEST_CHANGES' } as const;
    return this.reviews(number, event[outcome], `\`\`\`yaml\n${filled}\n\`\`\``);
  }
}

import type { Person } from '../model/journal.ts';
import type { GitHub } from './conversation.ts';
import { hasStatus } from './status.ts';

/** How long a membership is believed without a word from GitHub; a webhook about people ends it at once. */
const freshMilliseconds = 10_000;

/** Members of the organisation's teams, read through GitHub and kept for a moment: every look at a ticket asks for the same four. */
export class TeamReader {
  readonly #github: GitHub;
  readonly #organisation: string;
  readonly #kept = new Map<
    string,
    { readonly until: number; readonly members: Promise<readonly Person[]> }
  >();

  constructor(github: GitHub, organisation: string) {
    this.#github = github;
    this.#organisation = organisation;
  }

  /** Forgets everything: somebody joined or left a team. */
  forget(): void {
    this.#kept.clear();
  }

  async members(team: string): Promise<readonly Person[]> {
    const kept = this.#kept.get(team);
    if (kept && kept.until > Date.now()) return kept.members;
    const members = this.#read(team);
    this.#kept.set(team, { until: Date.now() + freshMilliseconds, members });
    members.catch(() => this.#kept.delete(team));
    return members;
  }

  async #read(team: string): Promise<readonly Person[]> {
    const members = await this.#github
      .paginate(this.#github.rest.teams.listMembersInOrg, {
        org: this.#organisation,
        team_slug: team,
        per_page: 100,
      })
      .catch((error: unknown) => {
        // A team that does not exist has no members: nobody can act in its role, and `waiting` says for whom one waits.
        if (hasStatus(error, 404)) return [];
        throw error;
      });
    return members.map(({ login, id }) => ({ login, id }));
  }
}

import type { State } from '../../app/model/state.ts';
import type { Trial } from './trial.ts';

/** What anybody could see of one ticket and the channels, each time when it came to a new state. */
export class Album {
  readonly number: number;
  readonly #trial: Trial;
  readonly #pictures = new Map<State, Awaited<ReturnType<Album['look']>>>();

  constructor(trial: Trial, number: number) {
    this.#trial = trial;
    this.number = number;
  }

  /** Resolves when the ticket is in the state, and keeps how it looked then. */
  async reaches(state: State): Promise<void> {
    await this.#trial.world.reaches(this.number, state);
    this.#pictures.set(state, await this.look());
  }

  async look() {
    const page = this.#trial.page(this.number);
    const [labels, checks, reviewers, status, call, pull, production, staged, unverified] = await Promise.all(
      [
        page.labels(),
        page.checks(),
        page.asked(),
        page.marked('status'),
        page.call(),
        page.pull(),
        this.#trial.channel('production'),
        this.#trial.channel('staged-rollout'),
        this.#trial.channel('unverified'),
      ],
    );
    const assignees = (pull.assignees ?? []).map(({ login }) => login);
    return { labels, checks, reviewers, status, call, assignees, production, staged, unverified };
  }

  at(state: State): Awaited<ReturnType<Album['look']>> {
    const picture = this.#pictures.get(state);
    if (!picture) throw new Error(`nobody looked at ${state}`);
    return picture;
  }
}

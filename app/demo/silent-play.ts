import type { Entry } from '../model/journal.ts';
import { type Tell, playClose, playToVerified, releaseOf } from './plays.ts';
import type { World } from './world.ts';

/** A release that nobody answers for at first, and for which a site that accepted never reports (R-2.4-12.3a, R-2.4-12.3b, A-09). */
const silence = {
  title: 'a revision that nobody tries at first',
  ticket: {
    stack: 'glite',
    component: 'voms-clients',
    provider: 'infn',
    version: '3.3.3',
    class: 'revision',
    packages: ['voms-clients'],
  },
  provider: 'p-infn',
  close: {
    outcome: 'success',
    summary:
      'NIKHEF-ELPROD ran it for three days without a problem. LIP-Lisbon did not report and was excused.',
  },
  ends: 'success',
} as const;

type Reminded = Extract<Entry, { event: 'reminded' }>;

/** The play in parts: between them the clock moves for everybody. */
export class SilentPlay {
  readonly #world: World;
  readonly #tell: Tell;
  #number = 0;

  constructor(world: World, tell: Tell) {
    this.#world = world;
    this.#tell = tell;
  }

  #say(text: string): void {
    this.#tell(releaseOf(silence), text);
  }

  /** Verified; CESGA and LIP-Lisbon, which are committed to it, are called and do not answer. */
  async begins(): Promise<void> {
    this.#number = await playToVerified(this.#world, silence, this.#tell);
    this.#say('CESGA and LIP-Lisbon were called and do not answer');
  }

  /**
   * Makes sure that the clocks have told what they should have by now.
   * @throws Error when they have not: the play does not go on as if they had
   */
  told(clock: Reminded['clock'], mark: Reminded['mark']): void {
    const journal = this.#world.service.board.ticket(this.#number)?.facts.journal ?? [];
    if (!journal.some((entry) => entry.event === 'reminded' && entry.clock === clock && entry.mark === mark))
      throw new Error(`#${String(this.#number)} has no reminder \`${mark}\` of the clock ${clock}`);
  }

  /** A manager calls another site, which volunteers and reports; one that was silent accepts at last. */
  async volunteers(): Promise<void> {
    const number = this.#number;
    const at = (login: string) => this.#world.as(login);
    await at('sr-mario').comments(number, '/call NIKHEF-ELPROD');
    this.#say('sr-mario calls one more site: /call NIKHEF-ELPROD');
    await at('ea-nikhef-a').comments(number, '/accept NIKHEF-ELPROD');
    this.#say('ea-nikhef-a accepts for NIKHEF-ELPROD, as a volunteer');
    await at('ea-lip-a').comments(number, '/accept LIP-Lisbon');
    this.#say('ea-lip-a accepts for LIP-Lisbon after all');
    await this.#world.reaches(number, 'rolling-out');
    await this.#world.settled();
    await at('ea-nikhef-a').comments(number, '/deployed NIKHEF-ELPROD');
    await at('ea-nikhef-a').reports(number, 'NIKHEF-ELPROD', 'success');
    this.#say('NIKHEF-ELPROD runs it in production and reports success');
    this.#say('LIP-Lisbon is silent again');
    await this.#world.settled();
  }

  /** Nobody waits for the report any more. The other site exposed it to all its VOs: the grace period may end. */
  async endsWithoutReport(): Promise<void> {
    const why = 'Three reminders and no answer; the site is being moved, as its NGI tells.';
    await this.#world.as('sr-mario').comments(this.#number, `/excuse LIP-Lisbon ${why}`);
    this.#say('sr-mario excuses LIP-Lisbon: nobody waits for its report any more');
    await this.#world.reaches(this.#number, 'done');
    await playClose(this.#world, silence, this.#number, this.#tell);
  }
}

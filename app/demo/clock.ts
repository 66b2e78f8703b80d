import type { Policy } from '../model/policy.ts';
import { due } from '../rollout/time/timeline.ts';

/**
 * The demo's process time: real time plus an offset that can be moved forward, so that a grace period of five working days is over in a
 * moment. Signatures, index dates and tokens never use it.
 */
export class DemoClock {
  #offset: number;

  constructor(start: Date) {
    this.#offset = start.getTime() - Date.now();
  }

  now = (): Date => new Date(Date.now() + this.#offset);

  /** How far it is from real time, in milliseconds; kept with the demo's state. */
  get offset(): number {
    return this.#offset;
  }

  /** Moves to an instant; never backwards: what happened has happened. Gives false then. */
  moveTo(instant: Date): boolean {
    const step = instant.getTime() - this.now().getTime();
    if (!(step >= 0)) return false;
    this.#offset += step;
    return true;
  }

  /** The instant that a step leads to: `1wd` (working days of the policy's calendar), `3h`, `30m`, or ISO 8601 such as `PT90M`. */
  after(step: string, calendar: Policy['calendar']): Date | undefined {
    const now = `${this.now().toISOString().slice(0, 19)}Z`;
    if (/^\d{1,3}(\.\d)?wd$/.test(step)) return new Date(due(now, step, 'working', calendar));
    if (/^\d{1,3}(\.\d)?[hm]$/.test(step)) return new Date(due(now, step, 'wall', calendar));
    const iso = /^P(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:(\d{1,6})S)?)?$/.exec(step);
    if (!iso || step === 'P' || step.endsWith('T')) return undefined;
    const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = iso;
    const span = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
    return new Date(this.now().getTime() + span * 1000);
  }
}

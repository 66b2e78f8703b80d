import type { Channel } from '../../app/model/channel.ts';
import type { ComponentRelease } from '../../app/model/component-release.ts';
import type { Decision } from '../../app/model/decision.ts';
import type { Effect } from '../../app/model/effect.ts';
import type { Facts, Input, ReadBack } from '../../app/model/facts.ts';
import type { Person } from '../../app/model/journal.ts';
import { plan } from '../../app/plan/plan.ts';
import { decide } from '../../app/rollout/decide.ts';
import { concerned } from '../../app/rollout/move.ts';
import { progressOf } from '../../app/rollout/progress.ts';
import { standing } from './facts.ts';
import { digest, headOf, journalOf } from './story.ts';

const bot: Person = { login: 'staged-rollout[bot]', id: 1 };

/**
 * A world around one ticket that does what effects say, as the outside would: entries go into the journal, merges move manifests, comments
 * and labels are there when one looks again. Nothing of it decides.
 */
export class SimulatedWorld {
  facts: Facts;
  /** What the provider's server and the published channels answer from now on. */
  packagesAreRight = true;
  channelsAnswer = true;
  /** Every effect that was made. */
  readonly effects: Effect[] = [];
  /** Told of the facts before each decision. */
  watch: (facts: Facts, decision: Decision) => void = () => undefined;
  /** Happens once, between the decision to merge something and the merge. */
  amid: (() => void) | undefined;
  #nextId: number;
  #revertsTicket = false;
  readonly #ticket: Facts['ticket'];

  constructor(facts: Facts) {
    this.facts = facts;
    this.#ticket = facts.ticket;
    const ids = [...facts.inputs, ...facts.ownComments, ...facts.checks].map(({ id }) => id);
    this.#nextId = Math.max(10_000, ...ids);
  }

  newId(): number {
    this.#nextId += 1;
    return this.#nextId;
  }

  /** Reads, decides, plans and applies until planning gives nothing, as the product's pipeline does. Gives the last decision. */
  settle(): Decision {
    let pulled: Facts['pulled'];
    for (let round = 0; round < 60; round += 1) {
      this.facts = { ...this.facts, pulled, readBack: this.#readBack() };
      pulled = undefined;
      const decision = decide(this.facts);
      this.watch(this.facts, decision);
      const effects = plan(this.facts, decision);
      if (effects.length === 0) return decision;
      for (const effect of effects) {
        this.effects.push(effect);
        if (effect.do === 'merge-ticket' || effect.do === 'merge-promotion') this.#meanwhile();
        if (effect.do === 'pull') {
          const reason = this.packagesAreRight ? '' : 'digest';
          pulled = { ok: this.packagesAreRight, digest: effect.digest, reason, message: reason };
          break;
        }
        this.#apply(effect);
        if (['append', 'open-promotion', 'merge-promotion', 'merge-ticket'].includes(effect.do)) break;
      }
    }
    throw new Error('planning and applying do not come to rest');
  }

  #meanwhile(): void {
    const happening = this.amid;
    this.amid = undefined;
    happening?.();
  }

  #readBack(): Facts['readBack'] {
    const { shelf, journal } = this.facts;
    if (!shelf) return {};
    const known = progressOf(journal).shelf;
    if (known?.published === true && known.shelf === shelf.shelf && known.digest === shelf.manifest.digest) {
      return {};
    }
    const seen: ReadBack = this.channelsAnswer
      ? { ok: true, number: 3, url: 'https://repository.example.org' }
      : { ok: false, reason: 'the channel does not answer' };
    return Object.fromEntries(concerned(shelf.shelf).map((channel: Channel) => [channel, seen]));
  }

  #change(changes: Partial<Facts>): void {
    this.facts = { ...this.facts, ...changes };
  }

  changePull(changes: Partial<Facts['pull']>): void {
    this.#change({ pull: { ...this.facts.pull, ...changes } });
  }

  #apply(effect: Effect): void {
    const { facts } = this;
    const { pull } = facts;
    switch (effect.do) {
      case 'append': {
        if (effect.after !== facts.journal.length)
          throw new Error('the journal is longer than the plan knew');
        const place = (n: number) => ({ n: facts.journal.length + n + 1, prev: digest });
        this.#change({
          journal: [...facts.journal, ...effect.entries.map((entry, n) => ({ ...entry, ...place(n) }))],
        });
        return;
      }
      case 'pull':
        throw new Error('told apart by settle()');
      case 'open-promotion': {
        this.#revertsTicket = effect.move.revertTicket;
        const { to, digest: content } = effect.move;
        const number = this.newId();
        this.#change({
          promotion: {
            branch: `rollout/7/${to}-${content.slice(0, 12)}`,
            number,
            open: true,
            head: headOf(80),
            to,
            digest: content,
            problems: [],
            checks: [],
          },
        });
        return;
      }
      case 'merge-promotion': {
        const { promotion } = facts;
        if (promotion?.open !== true || promotion.head !== effect.head) return;
        this.#change({
          promotion: { ...promotion, open: false },
          shelf: standing(promotion.to, promotion.digest),
          onMain: facts.onMain && !this.#revertsTicket,
        });
        return;
      }
      case 'drop-promotion':
        this.#change({ promotion: undefined });
        return;
      case 'merge-ticket':
        if (pull.open && pull.head === effect.head) this.mergesTicket();
        return;
      case 'close-ticket':
        this.changePull({ open: false, closedBy: bot });
        return;
      case 'reopen-ticket':
        this.changePull({ open: true, closedBy: undefined });
        return;
      case 'open-call':
        this.#change({ call: { number: 500, open: true, url: 'https://forge.example/500' } });
        return;
      case 'open-review':
        this.#change({ review: { number: 600, open: true } });
        return;
      case 'close-call':
        // A closed call is not read any more.
        this.#change({
          call: facts.call && { ...facts.call, open: false },
          ownComments: facts.ownComments.filter(({ where }) => where !== 'call'),
          inputs: facts.inputs.filter(({ where }) => where !== 'call'),
        });
        return;
      case 'label':
        this.changePull({
          labels: [...pull.labels.filter((name) => !effect.remove.includes(name)), ...effect.add],
        });
        return;
      case 'assign':
        this.changePull({
          assignees: [...pull.assignees.filter((name) => !effect.remove.includes(name)), ...effect.add],
        });
        return;
      case 'request-review':
        this.changePull({
          requestedTeams: [
            ...pull.requestedTeams.filter((team) => !effect.removeTeams.includes(team)),
            ...effect.addTeams,
          ],
          requestedUsers: [...pull.requestedUsers, ...effect.addUsers],
        });
        return;
      case 'check':
        this.#check(effect);
        return;
      case 'comment': {
        const { marker, body, where } = effect;
        const own = { id: this.newId(), marker, body, where, at: facts.now };
        this.#change({ ownComments: [...facts.ownComments, own] });
        return;
      }
      case 'edit-comment':
        this.#change({
          ownComments: facts.ownComments.map((own) =>
            own.id === effect.id ? { ...own, body: effect.body } : own,
          ),
        });
        return;
    }
  }

  #check({ id, check }: Extract<Effect, { do: 'check' }>): void {
    const { facts } = this;
    const { name, status, conclusion, title, summary, head } = check;
    const run = { id: id ?? this.newId(), name, status, conclusion: conclusion ?? null, title, summary };
    const replaced = <T extends { readonly name: string }>(runs: readonly T[]): readonly T[] =>
      runs.filter((known) => known.name !== name);
    if (facts.promotion?.head === head) {
      this.#change({ promotion: { ...facts.promotion, checks: [...replaced(facts.promotion.checks), run] } });
    } else {
      this.#change({ checks: [...replaced(facts.checks), run] });
    }
  }

  /** The ticket's pull request is merged, by us or by hand. */
  mergesTicket(onlyTheTicket = true): void {
    const merge = { commit: headOf(70), at: this.facts.now, onlyTheTicket, digest: this.facts.ticket.digest };
    this.changePull({ open: false, merge });
    this.#change({ onMain: true });
  }

  /** The provider pushes: other content, the same in a new commit, or (without content) something that is no ticket. */
  pushes(content: string | undefined): void {
    const commits = Number.parseInt(this.facts.pull.head.slice(0, 2), 16) - 0x10;
    this.changePull({ head: headOf((commits + 1) % 60) });
    const value = content === undefined ? undefined : this.#ticket.value;
    this.#change({ ticket: { ...this.#ticket, digest: content, value, problems: [] }, checks: [] });
  }

  /** Another release of the component got somewhere. */
  remembers(release: ComponentRelease): void {
    this.#change({ history: [...this.facts.history.filter(({ id }) => id !== release.id), release] });
  }

  /** Whoever was asked to look again has done so. */
  reviews(): void {
    this.#change({ review: this.facts.review && { ...this.facts.review, open: false } });
  }

  says(input: Omit<Input, 'id'>): Input {
    const said = { ...input, id: this.newId() };
    this.#change({ inputs: [...this.facts.inputs, said] });
    return said;
  }

  edits(id: number, changes: Partial<Input>): void {
    this.#change({
      inputs: this.facts.inputs.map((input) => (input.id === id ? { ...input, ...changes } : input)),
    });
  }

  deletes(id: number): void {
    this.#change({ inputs: this.facts.inputs.filter((input) => input.id !== id) });
  }

  /** Somebody joins a team, or leaves it. */
  changeTeam(team: keyof Facts['teams'], who: Person): void {
    const members = this.facts.teams[team];
    const others = members.filter(({ id }) => id !== who.id);
    const changed = others.length === members.length ? [...members, who] : others;
    this.#change({ teams: { ...this.facts.teams, [team]: changed } });
  }

  moment(now: string): void {
    this.#change({ now });
  }
}

/** A world before its first run: the ticket is there and ready. */
export const newWorld = (facts: Facts): SimulatedWorld =>
  new SimulatedWorld({ ...facts, journal: journalOf([]), shelf: undefined, call: undefined });

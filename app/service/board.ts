import type { Decision } from '../model/decision.ts';
import type { Facts } from '../model/facts.ts';
import type { Board, ChannelView, Registry, TicketView } from '../web/board.ts';

/** What the pages show: the newest decision of every ticket, and the channels as they were last published. Rebuilt by the first sweep. */
export class LiveBoard implements Board {
  readonly repository: string;
  readonly repositoryUrl: string;
  readonly #now: () => Date;
  readonly #tickets = new Map<number, TicketView>();
  #channels: readonly ChannelView[] = [];
  #registry: Registry | undefined;

  constructor(repository: string, repositoryUrl: string, now: () => Date) {
    this.repository = repository;
    this.repositoryUrl = repositoryUrl;
    this.#now = now;
  }

  show(facts: Facts, decision: Decision): void {
    this.#tickets.set(facts.pull.number, { facts, decision });
  }

  showChannels(channels: readonly ChannelView[]): void {
    this.#channels = channels;
  }

  showRegistry(registry: Registry): void {
    this.#registry = registry;
  }

  registry(): Registry | undefined {
    return this.#registry;
  }

  tickets(): readonly TicketView[] {
    return [...this.#tickets.values()].toSorted((a, b) => b.facts.pull.number - a.facts.pull.number);
  }

  ticket(number: number): TicketView | undefined {
    return this.#tickets.get(number);
  }

  channels(): readonly ChannelView[] {
    return this.#channels;
  }

  now(): string {
    return `${this.#now().toISOString().slice(0, 19)}Z`;
  }
}

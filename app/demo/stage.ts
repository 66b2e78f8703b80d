import { styleText } from 'node:util';
import type { Decision } from '../model/decision.ts';
import type { Facts } from '../model/facts.ts';
import { terminalStates } from '../model/state.ts';
import type { World } from './world.ts';

type Style = Parameters<typeof styleText>[0];

/** Where the demo shows what happens: a terminal with colours, or plain lines elsewhere. */
export class Stage {
  readonly #write: (text: string) => void;
  readonly #colours: boolean;
  readonly #begin = Date.now();
  readonly #states = new Map<number, string>();

  constructor(write: (text: string) => void, colours: boolean) {
    this.#write = write;
    this.#colours = colours;
  }

  #paint(style: Style, text: string): string {
    return this.#colours ? styleText(style, text) : text;
  }

  line(text = ''): void {
    this.#write(`${text}\n`);
  }

  heading(text: string): void {
    this.line(`\n${this.#paint('bold', text)}`);
  }

  /** Something that a person of the play did. */
  tells(release: string, text: string): void {
    this.line(`${this.#stamp()}  ${release.padEnd(26)}  ${text}`);
  }

  /** What the system made of it: only when the state changed. */
  sees(facts: Facts, decision: Decision): void {
    const { number } = facts.pull;
    const before = this.#states.get(number) ?? '';
    if (decision.state === before) return;
    this.#states.set(number, decision.state);
    const arrow = `${before === '' ? '' : `${before} `}→ ${decision.state}`;
    const colour: Style =
      decision.state === 'rejected' ? 'red' : terminalStates.has(decision.state) ? 'green' : 'cyan';
    const awaited = decision.awaiting[0];
    const next = awaited
      ? this.#paint('dim', `  waits for ${awaited.who}: ${awaited.for.replaceAll('`', '')}`)
      : '';
    this.line(
      `${this.#stamp()}  ${(decision.release ?? '').padEnd(26)}  ${this.#paint(colour, arrow)}${next}`,
    );
  }

  #stamp(): string {
    const seconds = ((Date.now() - this.#begin) / 1000).toFixed(1);
    return this.#paint('dim', `${seconds.padStart(6)}s`);
  }

  /** The end: where every release stands, what is in the channels, and what to open and try. */
  ends(world: World): void {
    const { board } = world.service;
    this.heading('Where the releases stand');
    for (const { facts, decision } of board.tickets()) {
      const colour: Style = decision.state === 'rejected' ? 'red' : 'green';
      this.line(
        `  #${String(facts.pull.number).padEnd(4)} ${(decision.release ?? '').padEnd(26)} ${this.#paint(colour, decision.state)}`,
      );
    }
    this.heading('What is in the channels');
    for (const { channel, number, releases } of board.channels()) {
      const held = releases.length === 0 ? 'empty' : releases.map(({ id }) => id).join(', ');
      this.line(`  ${channel.padEnd(15)} publication ${String(number ?? 0).padEnd(3)} ${held}`);
    }
    this.addresses(world);
  }

  addresses(world: World): void {
    const { service, forge, repository } = world;
    this.heading('Open');
    this.line(`  board             ${service.url}/`);
    this.line(`  pull requests     ${forge.url}/${repository}/pulls`);
    this.heading('Try in apt (one line per channel; the key comes first)');
    for (const { channel, aptLines } of service.board.channels()) {
      const line = aptLines.find(({ distribution }) => distribution === 'umd/5');
      if (!line) continue;
      this.line(`  curl -fsSo /etc/apt/keyrings/${channel}.gpg ${service.url}/channels/keys/${channel}.gpg`);
      this.line(`  ${line.line}`);
    }
  }
}

import { styleText } from 'node:util';
import type { Decision } from '../model/decision.ts';
import type { Facts } from '../model/facts.ts';
import type { Entry } from '../model/journal.ts';
import { terminalStates } from '../model/state.ts';
import { clockWords } from '../wording/clocks.ts';
import type { World } from './world.ts';

type Style = Parameters<typeof styleText>[0];

/** Columns of a usual terminal; what is longer goes on below its own column. */
const width = 100;
const stampWidth = 16;
const releaseWidth = 25;
const textColumn = stampWidth + 2 + releaseWidth + 2;

/** Where the demo shows what happens: a terminal with colours, or plain lines elsewhere. */
export class Stage {
  readonly #write: (text: string) => void;
  readonly #colours: boolean;
  readonly #states = new Map<number, string>();
  /** Ticket -> how many entries of its journal were looked at. */
  readonly #entries = new Map<number, number>();
  #now: () => Date = () => new Date();
  #format = formatIn('UTC');

  constructor(write: (text: string) => void, colours: boolean) {
    this.#write = write;
    this.#colours = colours;
  }

  /** From now on lines carry the time of this world, in the time zone of its process. */
  follows({ clock, policy }: World): void {
    this.#now = clock.now;
    this.#format = formatIn(policy.calendar.tz);
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
    this.#row(this.#now(), release, text);
  }

  /** The clock was moved: from when to when, and why. */
  moves(from: Date, why: string): void {
    const to = this.#now();
    this.line(
      `${this.#paint('dim', this.#stamp(to))}  ${this.#paint('yellow', `the clock moves from ${this.#stamp(from).trim()}: ${why}`)}`,
    );
  }

  /** What the system made of it: what it reminded people of, and the state when it changed. */
  sees(facts: Facts, decision: Decision): void {
    const { number } = facts.pull;
    const release = decision.release ?? `#${String(number)}`;
    const at = new Date(facts.now);
    for (const entry of facts.journal.slice(this.#entries.get(number) ?? 0)) {
      const text = this.#doneByItself(entry);
      if (text !== undefined) this.#row(at, release, text, 'magenta');
    }
    this.#entries.set(number, facts.journal.length);
    const before = this.#states.get(number) ?? '';
    if (decision.state === before) return;
    this.#states.set(number, decision.state);
    const arrow = `${before === '' ? '' : `${before} `}→ ${decision.state}`;
    const colour: Style =
      decision.state === 'rejected' ? 'red' : terminalStates.has(decision.state) ? 'green' : 'cyan';
    const awaited = decision.awaiting[0];
    // The first words of it; all of them are on the ticket's page.
    const what = awaited?.for.replaceAll('`', '').replace(/(;| \().*$/s, '');
    this.#row(at, release, awaited ? `${arrow}, waits for ${awaited.who}: ${what ?? ''}` : arrow, colour);
  }

  /** What the clocks tell, and what else nobody asked for. */
  #doneByItself(entry: Entry): string | undefined {
    if (entry.event === 'review-opened')
      return `issue #${String(entry.issue)} opened: look at it again by ${this.#stamp(new Date(entry.due)).trim()}`;
    if (entry.event === 'reviewed') return 'the review is done';
    if (entry.event !== 'reminded') return undefined;
    const { mark, who, due, day } = entry;
    const what = clockWords[entry.clock];
    switch (mark) {
      case 'half':
        return `reminder to ${who}: half of the time for ${what} is over; due ${this.#stamp(new Date(due)).trim()}`;
      case 'due':
        return `reminder to ${who}${who === 'staged-rollout' ? '' : ' and the managers'}: ${what} is due now`;
      case 'late':
        return `reminder to ${who}${who === 'staged-rollout' ? '' : ' and the managers'}: ${what} is ${day === 1 ? 'a working day' : `${String(day)} working days`} late`;
      case 'call':
        return 'nobody accepted for twice the time: new early adopters are called for';
    }
  }

  #row(at: Date, release: string, text: string, style?: Style): void {
    const [first = '', ...rest] = wrapped(text, width - textColumn);
    const paint = (part: string): string => (style === undefined ? part : this.#paint(style, part));
    this.line(`${this.#paint('dim', this.#stamp(at))}  ${release.padEnd(releaseWidth)}  ${paint(first)}`);
    for (const part of rest) this.line(`${' '.repeat(textColumn)}${paint(part)}`);
  }

  /** `Tue  3 Nov 10:05`: always as long. */
  #stamp(at: Date): string {
    const parts = new Map(this.#format.formatToParts(at).map(({ type, value }) => [type, value]));
    const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
    return `${part('weekday')} ${part('day').padStart(2)} ${part('month').slice(0, 3)} ${part('hour')}:${part('minute')}`;
  }

  /** The end: where every release stands, what is in the channels, and what to open and try. */
  ends(world: World): void {
    const { board } = world.service;
    this.heading('Where the releases stand');
    for (const { facts, decision } of board.tickets()) {
      const colour: Style = decision.state === 'rejected' ? 'red' : 'green';
      const number = `#${String(facts.pull.number)}`.padEnd(4);
      this.line(
        `  ${number} ${(decision.release ?? '').padEnd(releaseWidth)} ${this.#paint(colour, decision.state)}`,
      );
    }
    this.heading('What is in the channels');
    for (const { channel, number, releases } of board.channels()) {
      const held = releases.length === 0 ? ['empty'] : releases.map(({ id }) => id);
      const [first = '', ...rest] = wrapped(held.join(', '), width - 36);
      this.line(`  ${channel.padEnd(15)} publication ${String(number ?? 0).padEnd(3)} ${first}`);
      for (const part of rest) this.line(`${' '.repeat(34)}${part}`);
    }
    this.addresses(world);
  }

  addresses(world: World): void {
    const { service, forge, repository } = world;
    this.heading('Open');
    this.line(`  board             ${service.url}/`);
    this.line(`  sites             ${service.url}/sites`);
    this.line(`  pull requests     ${forge.url}/${repository}/pulls`);
    this.heading('Ask (any other number too)');
    this.line(`  npx rollout explain 1 --settings ${world.dir}/settings.env`);
    this.heading('Try in apt (one line per channel; the key comes first)');
    for (const { channel, aptLines } of service.board.channels()) {
      const line = aptLines.find(({ distribution }) => distribution === 'umd/5');
      if (!line) continue;
      this.line(`  curl -fsSo /etc/apt/keyrings/${channel}.gpg ${service.url}/channels/keys/${channel}.gpg`);
      this.line(`  ${line.line}`);
    }
  }
}

const formatIn = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  });

/** Breaks a text between words; a word that is longer than a line stays whole. */
function wrapped(text: string, most: number): readonly string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

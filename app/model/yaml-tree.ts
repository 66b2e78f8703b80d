import {
  COLLECTION_STYLE,
  EVENT_ID,
  SCALAR_STYLE,
  getScalarValue,
  type Event,
  type ScalarEvent,
} from 'js-yaml';
import { hiddenCharacters, quoted } from './hidden-character.ts';
import type { Problem } from './problem.ts';
import { emptyRecord } from './record.ts';

/** Where a value stands: offsets into the text, of its beginning and of the name of its field; and the places of what is in it. */
export interface Spot {
  start: number;
  key?: number;
  plain?: boolean;
  below?: Map<string | number, Spot>;
}

/** Field names that mean something to JavaScript, and the merge key of YAML 1.1 (trust.md 1.1, T51). */
const refusedKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype', '<<']);

const mostProblems = 100;

export type Finding = Pick<Problem, 'rule' | 'message' | 'mend'>;

/** Builds the value from the parser's events: no aliases, tags or anchors can come through, and each key keeps its place. */
export class YamlTree {
  readonly findings: { offset: number; finding: Finding }[] = [];
  readonly #events: readonly Event[];
  readonly #text: string;
  #next = 1;

  constructor(events: readonly Event[], text: string) {
    this.#events = events;
    this.#text = text;
  }

  #say(offset: number, rule: string, message: string, mend: string): void {
    if (this.findings.length < mostProblems) this.findings.push({ offset, finding: { rule, message, mend } });
  }

  #refuseProperties(event: Exclude<Event, { type: 1 | 5 | 6 }>): void {
    if (event.anchorStart !== -1)
      this.#say(event.anchorStart - 1, 'yaml-anchor', 'An anchor (&name) is used.', 'Write the value out.');
    if (event.tagStart !== -1)
      this.#say(
        event.tagStart,
        'yaml-tag',
        'A type tag (!name) is used.',
        'Delete the tag: every value is read as text.',
      );
  }

  #scalar(event: ScalarEvent, spot: Spot): string {
    if (event.valueStart !== -1) {
      const quote = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
      const block = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
      spot.start = block ? (spot.key ?? event.valueStart) : event.valueStart - (quote ? 1 : 0);
    }
    spot.plain = event.style === SCALAR_STYLE.PLAIN;
    const value = getScalarValue(this.#text, event);
    const [first] = hiddenCharacters(value, 1);
    if (first !== undefined)
      this.#say(
        spot.start,
        'hidden-character',
        `The text holds the hidden character ${first.shown}.`,
        'Delete it.',
      );
    return value;
  }

  /** The value of the next event, and all below it; `spot` gets its places. */
  value(spot: Spot): unknown {
    const event = this.#events[this.#next];
    this.#next += 1;
    if (event === undefined || event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return '';
    if (event.type === EVENT_ID.ALIAS) {
      spot.start = event.anchorStart - 1;
      this.#say(spot.start, 'yaml-alias', 'An alias (*name) is used.', 'Write the value out.');
      return '';
    }
    this.#refuseProperties(event);
    if (event.type === EVENT_ID.SCALAR) return this.#scalar(event, spot);
    spot.start = event.style === COLLECTION_STYLE.FLOW ? event.start : (spot.key ?? event.start);
    return event.type === EVENT_ID.SEQUENCE ? this.#list(spot) : this.#fields(spot);
  }

  #ended(): boolean {
    const event = this.#events[this.#next];
    if (event !== undefined && event.type !== EVENT_ID.POP) return false;
    this.#next += 1;
    return true;
  }

  #list(spot: Spot): unknown[] {
    const items: unknown[] = [];
    const below = new Map<string | number, Spot>();
    spot.below = below;
    while (!this.#ended()) {
      const item: Spot = { start: spot.start };
      below.set(items.length, item);
      items.push(this.value(item));
    }
    return items;
  }

  #fields(spot: Spot): Record<string, unknown> {
    const fields = emptyRecord();
    const below = new Map<string | number, Spot>();
    spot.below = below;
    while (!this.#ended()) {
      const keySpot: Spot = { start: spot.start };
      const name = this.value(keySpot);
      const field: Spot = { start: keySpot.start, key: keySpot.start };
      const value = this.value(field);
      if (typeof name !== 'string')
        this.#say(
          keySpot.start,
          'refused-key',
          'The name of a field is a list or a group.',
          'Use a plain word as the name.',
        );
      else if (refusedKeys.has(name))
        this.#say(keySpot.start, 'refused-key', `A field may not be called ${name}.`, 'Delete the field.');
      else if (Object.hasOwn(fields, name))
        this.#say(
          keySpot.start,
          'duplicate-key',
          `The field ${quoted(name)} stands here twice.`,
          'Keep one of the two.',
        );
      else {
        fields[name] = value;
        below.set(name, field);
      }
    }
    return fields;
  }
}

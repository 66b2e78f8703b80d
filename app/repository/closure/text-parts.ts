import { Refusal } from '../refusal.ts';

/** Takes a text that comes in pieces apart at a mark, and never holds more of it than one part. */
export class TextParts {
  readonly #mark: string;
  readonly #longest: number;
  #rest = '';

  /** @param longest most characters of one part */
  constructor(mark: string, longest: number) {
    this.#mark = mark;
    this.#longest = longest;
  }

  /** The parts that ended with this piece, without the mark. @throws Refusal when one is too long */
  *push(piece: string): Generator<string> {
    // What was held before was searched already, but for a mark that is cut in two.
    let search = Math.max(0, this.#rest.length - this.#mark.length + 1);
    let from = 0;
    const text = this.#rest + piece;
    for (let to = text.indexOf(this.#mark, search); to !== -1; to = text.indexOf(this.#mark, search)) {
      yield text.slice(from, to);
      from = to + this.#mark.length;
      search = from;
    }
    this.#rest = text.slice(from);
    if (this.#rest.length > this.#longest)
      throw new Refusal(`it has a part of more than ${String(this.#longest)} characters`);
  }

  /** What came after the last mark. */
  get rest(): string {
    return this.#rest;
  }
}

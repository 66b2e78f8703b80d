import { quoted } from '../model/hidden-character.ts';
import type { Problem, Severity } from '../model/problem.ts';
import { entryOf, isRecord } from '../model/record.ts';
import type { Path, YamlDocument } from '../model/yaml.ts';

/** A text of a record, with the place it stands at. */
export interface Said {
  readonly text: string;
  readonly at: Path;
}

/** More of one kind of mistake in one record than anybody reads. */
const mostProblems = 100;

/** Takes fields out of a JSON document whose types nobody vouches for, and notes what is not as it should be. */
export class Fields {
  readonly problems: Problem[] = [];
  readonly #document: YamlDocument;
  readonly #file: string;

  constructor(document: YamlDocument, file: string) {
    this.#document = document;
    this.#file = file;
  }

  /** Notes a problem at a place; `ofKey` means the name of the field. */
  tell(
    at: Path,
    rule: string,
    message: string,
    mend: string,
    { severity = 'error', ofKey = false }: { readonly severity?: Severity; readonly ofKey?: boolean } = {},
  ): void {
    if (this.problems.length >= mostProblems) return;
    const place = ofKey ? this.#document.keyAt(at) : this.#document.at(at);
    this.problems.push({ rule, severity, file: this.#file, ...place, message, mend });
  }

  /** Names of the fields at a place; undefined where there is no object. */
  names(at: Path): readonly string[] | undefined {
    const value = this.#value(at);
    return isRecord(value) ? Object.keys(value) : undefined;
  }

  /** The text of a field; undefined where it is missing, null or empty, or no text at all. */
  text(at: Path): Said | undefined {
    const value = this.#value(at);
    if (typeof value !== 'string') {
      if (value !== undefined)
        this.tell(at, 'bad-value', `${fieldName(at)} must be a text.`, 'Write one text in quotes.');
      return undefined;
    }
    const text = value.trim();
    if (text === '' || (text === 'null' && this.#document.isPlain(at))) return undefined;
    if (this.#document.isPlain(at) && (text === 'true' || text === 'false')) {
      this.tell(
        at,
        'bad-value',
        `${fieldName(at)} must be a text, not ${text}.`,
        'Write the text in quotes.',
      );
      return undefined;
    }
    return { text, at };
  }

  /** True where a value was written as a number. */
  isNumber({ at }: Said): boolean {
    return this.#document.isPlain(at);
  }

  /** The places of the entries of a list; a single value where a list belongs counts as its only entry. */
  entries(at: Path): readonly Path[] {
    const value = this.#value(at);
    if (value === undefined || value === '' || (value === 'null' && this.#document.isPlain(at))) return [];
    if (Array.isArray(value)) return value.map((_, index) => [...at, index]);
    this.tell(at, 'bad-value', `${fieldName(at)} must be a list.`, 'Put the value into [ and ].', {
      severity: 'warning',
    });
    return [at];
  }

  /** The texts of a list. */
  texts(at: Path): readonly Said[] {
    return this.entries(at).flatMap((entry) => this.text(entry) ?? []);
  }

  #value(at: Path): unknown {
    let here = this.#document.value;
    for (const step of at) {
      if (typeof step === 'number') here = Array.isArray(here) ? here[step] : undefined;
      else here = isRecord(here) ? entryOf(here, step) : undefined;
    }
    return here;
  }
}

/** `target[0].rpms[3]` */
function fieldName(at: Path): string {
  const shown = at.map((step) => (typeof step === 'number' ? `[${String(step)}]` : `.${step}`)).join('');
  return shown === '' ? 'The file' : quoted(shown.replace(/^\./, '')).slice(1, -1);
}

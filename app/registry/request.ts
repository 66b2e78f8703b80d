import * as z from 'zod';
import { hiddenCharacters, quoted } from '../model/hidden-character.ts';
import { mendName } from '../model/near-miss.ts';
import { type FormProblem, type Wish, wishes } from '../model/registry-request.ts';
import { login, slug } from '../model/scalar.ts';
import { isTimeZone } from '../model/time-zone.ts';
import { type FormShape, readForm } from './form.ts';

/** The fields of `.github/ISSUE_TEMPLATE/become-an-early-adopter.yml` (R-3.1-4), by their labels. */
export const fieldLabels = {
  wish: 'What you wish',
  site: 'Site',
  ngi: 'NGI',
  country: 'Country',
  organisation: 'Organisation',
  logins: 'GitHub logins of its administrators',
  mailbox: 'Role mailbox',
  zone: 'Time zone',
  calendar: 'Calendar',
  vos: 'VOs',
  commitments: 'Commitments',
} as const;

export const registryForm: FormShape = {
  labels: Object.values(fieldLabels),
  sure: [fieldLabels.wish, fieldLabels.site, fieldLabels.commitments],
};

/** What the form says, as far as it can be read; commitments stay lines. A field without an answer is undefined. */
export interface RegistryRequest {
  readonly wish: Wish | undefined;
  readonly site: string | undefined;
  readonly ngi: string | undefined;
  readonly country: string | undefined;
  readonly organisation: string | undefined;
  readonly logins: readonly string[] | undefined;
  readonly mailbox: string | undefined;
  readonly zone: string | undefined;
  readonly calendar: string | undefined;
  readonly vos: readonly string[] | undefined;
  readonly commitments: readonly string[] | undefined;
  readonly problems: readonly FormProblem[];
}

const mostLogins = 50;
const mostVos = 100;

/** Takes the body of an issue, gives what it wishes and all that cannot be read of it. Never throws on any text. */
export function readRequest(body: string): RegistryRequest {
  const { fields, twice } = readForm(body, registryForm);
  const problems: FormProblem[] = twice.map((field) => ({
    field,
    message: 'The heading stands there more than once.',
    mend: 'Keep one of them.',
  }));
  type Name = keyof typeof fieldLabels;
  const tell = (name: Name, message: string, mend: string): undefined => {
    problems.push({ field: fieldLabels[name], message, mend });
    return undefined;
  };
  /** An answer of one line without anything hidden that fits. */
  const line = (name: Name, fits: (text: string) => boolean, mend: string): string | undefined => {
    const text = fields.get(fieldLabels[name]);
    if (text === undefined) return undefined;
    const clean = !text.includes('\n') && hiddenCharacters(text).length === 0;
    return clean && fits(text) ? text : tell(name, 'This cannot be read.', mend);
  };
  const list = (name: Name, most: number, fits: (word: string) => boolean, mend: string) => {
    const text = fields.get(fieldLabels[name]);
    if (text === undefined) return undefined;
    const words = text.split(/[\s,;]+/).filter((word) => word !== '');
    const plain = uniqueWords(words.map((word) => word.replace(/^@/, '')));
    for (const word of plain.filter((one) => !fits(one)).slice(0, 10))
      tell(name, `${quoted(word)} cannot be read.`, mend);
    if (plain.length > most) tell(name, `There are more than ${String(most)}.`, 'Leave some out.');
    const good = plain.filter(fits).slice(0, most);
    return good.length === 0 ? undefined : good;
  };

  const said = fields.get(fieldLabels.wish);
  const word = /^[a-z]+/i.exec(said ?? '')?.[0].toLowerCase() ?? '';
  const wish = wishes.find((one) => one === word);
  if (wish === undefined)
    tell(
      'wish',
      said === undefined ? 'The form does not say what you wish.' : 'This is no wish of the form.',
      mendName(word, wishes),
    );
  const site = line(
    'site',
    (text) => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$/.test(text),
    'Write the name of the site exactly as in GOCDB.',
  );
  if (!fields.has(fieldLabels.site))
    tell('site', 'The site is missing.', 'Write its name exactly as in GOCDB.');
  const country = line(
    'country',
    (text) => /^[A-Za-z]{2}$/.test(text),
    'Write the two letters of ISO 3166, like PT.',
  );
  return {
    wish,
    site,
    ngi: line('ngi', (text) => text.length <= 60, 'Write its name on one line, like NGI_IBERGRID.'),
    country: country?.toUpperCase(),
    organisation: line('organisation', (text) => text.length <= 200, 'Write its name on one line.'),
    logins: list(
      'logins',
      mostLogins,
      (one) => login.safeParse(one).success,
      'Write GitHub logins with commas between them.',
    ),
    mailbox: line(
      'mailbox',
      (text) => z.email().safeParse(text).success,
      'Write one address, like grid-admin@site.example.',
    ),
    zone: line('zone', isTimeZone, 'Write it as the time zone database does, like Europe/Lisbon.'),
    calendar: line(
      'calendar',
      (text) => slug.safeParse(text).success,
      'Write the name of a calendar of the policy.',
    ),
    vos: list(
      'vos',
      mostVos,
      (one) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(one),
      'Write names of VOs with commas between them.',
    ),
    commitments: fields
      .get(fieldLabels.commitments)
      ?.split('\n')
      .map((text) => text.trim())
      .filter((text) => text !== ''),
    problems,
  };
}

const uniqueWords = (words: readonly string[]): readonly string[] =>
  words.filter((word, at) => words.findIndex((other) => other.toLowerCase() === word.toLowerCase()) === at);

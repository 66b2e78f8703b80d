import { fieldText, fieldValue, parseParagraph, type Field } from './deb822.ts';
import { Refusal } from './refusal.ts';

/** An index file that a `Release` file vouches for. */
interface ReleaseEntry {
  /** Relative to the folder of the `Release` file. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** What a `Release` file says (Debian wiki, DebianRepository/Format). */
export interface Release {
  readonly origin: string;
  /** Suite and codename: the channel, so that a client which asks for production cannot be served another one (trust.md T63). */
  readonly suite: string;
  readonly component: string;
  readonly architectures: readonly string[];
  readonly description: string;
  readonly date: Date;
  readonly validUntil: Date;
  readonly entries: readonly ReleaseEntry[];
}

/**
 * The text of a `Release` file. Each index must be listed uncompressed too: without that apt reports success and sees no packages
 * (channels.md). Times are written to the second.
 */
export function releaseText(release: Release): string {
  const fields: readonly Field[] = [
    ['Origin', release.origin],
    ['Label', release.origin],
    ['Suite', release.suite],
    ['Codename', release.suite],
    ['Date', inReleaseForm(release.date)],
    ['Valid-Until', inReleaseForm(release.validUntil)],
    ['Acquire-By-Hash', 'yes'],
    ['Architectures', release.architectures.join(' ')],
    ['Components', release.component],
    ['Description', release.description],
    [
      'SHA256',
      release.entries
        .map(({ sha256, size, path }) => `\n ${sha256} ${String(size).padStart(9)} ${path}`)
        .join(''),
    ],
  ];
  return fields.map(fieldText).join('');
}

/** RFC 5322 date with the zone that apt expects, for example `Sun, 22 Nov 2026 21:37:00 UTC`. */
function inReleaseForm(time: Date): string {
  return time.toUTCString().replace('GMT', 'UTC');
}

/**
 * Reads a `Release` file that `releaseText` has written; a text that says anything else, or says it in another way, is refused.
 * @throws Refusal when it is not in that form.
 */
export function parseRelease(text: string): Release {
  const fields = parseParagraph(text);
  const value = (name: string): string => {
    const found = fieldValue(fields, name);
    if (found === undefined) throw new Refusal(`it has no field ${name}`);
    return found;
  };
  const release: Release = {
    origin: value('Origin'),
    suite: value('Suite'),
    component: value('Components'),
    architectures: value('Architectures').split(' '),
    description: value('Description'),
    date: new Date(value('Date')),
    validUntil: new Date(value('Valid-Until')),
    entries: value('SHA256').split('\n').slice(1).map(parseEntry),
  };
  if (releaseText(release) !== text) throw new Refusal('it is not written as this channel writes it');
  return release;
}

function parseEntry(line: string): ReleaseEntry {
  const [, sha256, size, path] = /^ ([0-9a-f]{64}) +(\d{1,15}) ([A-Za-z0-9._/-]{1,200})$/.exec(line) ?? [];
  if (sha256 === undefined || size === undefined || path === undefined)
    throw new Refusal('it lists a file in an odd way');
  return { sha256, size: Number(size), path };
}

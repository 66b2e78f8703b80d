/** What names a release: `name` is `<version>[+<label>]`. */
export interface ReleaseName {
  readonly stack: string;
  readonly component: string;
  readonly name: string;
}

/** A ticket's place in the repository, taken apart; `id` is the release id `<stack>-<component>-<name>`. */
export interface TicketPath extends ReleaseName {
  readonly id: string;
}

const folder = '[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?';
const file = String.raw`\d[A-Za-z0-9.+~_-]{0,95}`;
const ticketPattern = new RegExp(`^releases/(${folder})/(${folder})/(${file})\\.yml$`);
const labelPattern = /^[a-z0-9](?:[a-z0-9.-]{0,29}[a-z0-9])?$/;

/** `<stack>-<component>-<version>[+<label>]` (process.md 1.1). */
export function releaseId({ stack, component, name }: ReleaseName): string {
  return `${stack}-${component}-${name}`;
}

/** `releases/<stack>/<component>/<version>[+<label>].yml` */
export function ticketPath({ stack, component, name }: ReleaseName): string {
  return `releases/${stack}/${component}/${name}.yml`;
}

/** `releases/<stack>/<component>/<version>[+<label>].journal.yml` */
export function journalPath({ stack, component, name }: ReleaseName): string {
  return `releases/${stack}/${component}/${name}.journal.yml`;
}

/**
 * Takes the path of a ticket apart. Undefined for any other path: the grammar is exact, ASCII only, without `..`, so that no
 * path of a pull request can point anywhere else (trust.md T31, T46).
 */
export function parseTicketPath(path: string): TicketPath | undefined {
  if (path.length > 300 || path.includes('..')) return undefined;
  const [, stack, component, name] = ticketPattern.exec(path) ?? [];
  if (stack === undefined || component === undefined || name === undefined) return undefined;
  // `1.0.journal` as a version would give its ticket the name of a journal.
  if (name.endsWith('.journal')) return undefined;
  return { stack, component, name, id: releaseId({ stack, component, name }) };
}

/** The same for a journal's path. */
export function parseJournalPath(path: string): TicketPath | undefined {
  if (!path.endsWith('.journal.yml')) return undefined;
  return parseTicketPath(path.replace(/\.journal\.yml$/, '.yml'));
}

/** A version without its packaging revision: `3.3.5-1` -> `3.3.5`; one without revision stays as it is. */
export function withoutRevision(version: string): string {
  return version.replace(/-\d[A-Za-z0-9.+~]*$/, '');
}

/**
 * True when a release of `version` may be called `name`: the version, or the version without its packaging revision, and perhaps a
 * label behind a plus sign (process.md 1.1).
 */
export function nameFitsVersion(name: string, version: string): boolean {
  return [version, withoutRevision(version)].some((stem) => {
    if (name === stem) return true;
    return name.startsWith(`${stem}+`) && labelPattern.test(name.slice(stem.length + 1));
  });
}

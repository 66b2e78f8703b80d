/** One line of the service's log. Fields hold no secrets and no foreign text longer than a name (trust.md T06, T59, T61). */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** JSON lines to a writer; control characters cannot break out of a line. */
export const jsonLog =
  (write: (line: string) => void): Log =>
  (level, message, fields = {}) => {
    write(`${JSON.stringify({ at: new Date().toISOString(), level, message, ...fields }).slice(0, 4000)}\n`);
  };

/** The names and messages of an error and what caused it, without stacks. */
export function errorText(error: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = error; at !== undefined && at !== null && parts.length < 4; at = causeOf(at)) {
    parts.push(
      at instanceof Error || hasMessage(at)
        ? `${nameOf(at)}${at.message}`
        : typeof at === 'string'
          ? at
          : typeof at,
    );
  }
  return parts.join(' <- ').slice(0, 1000);
}

const hasMessage = (value: unknown): value is { readonly message: string } =>
  typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
const nameOf = (value: object): string =>
  'name' in value && typeof value.name === 'string' && value.name !== 'Error' ? `${value.name}: ` : '';
const causeOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'cause' in value ? value.cause : undefined;

const fewestBytes = 32;
const fewestDifferent = 8;

/**
 * What is wrong with a webhook secret, as one sentence that never quotes it; undefined when it will do. Anyone who knows or
 * guesses it can forge webhooks, and Probot takes "development" when there is none, so the service does not start with a weak
 * one (trust.md T01).
 */
export function checkWebhookSecret(secret: string): string | undefined {
  const mend = 'Make one with: openssl rand -hex 32.';
  if (secret === '') return `The webhook secret is missing. ${mend}`;
  if (secret === 'development')
    return `The webhook secret is Probot's default, which everyone knows. ${mend}`;
  if (/[^\x21-\x7e]/.test(secret)) {
    return `The webhook secret holds white space or characters outside ASCII, perhaps a line end of the file it is in. ${mend}`;
  }
  if (secret.length < fewestBytes) {
    return `The webhook secret is shorter than ${String(fewestBytes)} bytes. ${mend}`;
  }
  if (new Set(secret).size < fewestDifferent || repeats(secret) || counts(secret)) {
    return `The webhook secret is a pattern that can be guessed. ${mend}`;
  }
  return undefined;
}

/** Whether a text is one part, of half its length or less, written again and again. */
function repeats(text: string): boolean {
  for (let period = 1; period <= text.length / 2; period += 1) {
    if (text.startsWith(text.slice(period))) return true;
  }
  return false;
}

/** Whether most characters follow or precede their neighbour, as in `0123…` and `abcd…`. */
function counts(text: string): boolean {
  let steps = 0;
  for (let at = 1; at < text.length; at += 1) {
    if (Math.abs(text.charCodeAt(at) - text.charCodeAt(at - 1)) === 1) steps += 1;
  }
  return steps > text.length / 2;
}

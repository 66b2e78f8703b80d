import { createHash } from 'node:crypto';
import { canonicalJson } from '../model/canonical-json.ts';
import type { Ticket } from '../model/ticket.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/**
 * The release digest that everything is bound to (process.md 1.6): SHA-256 of the canonical JSON (RFC 8785) of the ticket without its
 * fields `known_issues` and `announcement`. Sizes are numbers and yes-or-no fields booleans in it, everything else is text.
 */
export function releaseDigest(ticket: Ticket): string {
  const { known_issues: _issues, announcement: _announcement, ...spec } = ticket.spec;
  return sha256(canonicalJson({ ...ticket, spec }));
}

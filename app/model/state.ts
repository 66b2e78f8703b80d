/** States of a ticket (process.md section 2), in the order of the process. */
export const states = [
  'draft',
  'certified',
  'unverified',
  'verified',
  'rolling-out',
  'done',
  'closing',
  'success',
  'warning',
  'rejected',
  'withdrawn',
] as const;
export type State = (typeof states)[number];

export const terminalStates: ReadonlySet<State> = new Set(['success', 'warning', 'rejected', 'withdrawn']);

/** Roles that a ticket can wait for; the provider is the ticket's own. */
export const roles = ['provider', 'repository-managers', 'technology-unit', 'staged-rollout'] as const;
export type Role = (typeof roles)[number];

import { roles, states } from './state.ts';

/** A label of ours on tickets and calls: output only, written and repaired by the system, never believed (T28). */
export interface Label {
  readonly name: string;
  /** Six hexadecimal digits, as GitHub has it. */
  readonly color: string;
  readonly description: string;
}

const stateColors: Readonly<Record<(typeof states)[number], string>> = {
  draft: 'ededed',
  certified: 'c5def5',
  unverified: 'bfd4f2',
  verified: '1d76db',
  'rolling-out': '5319e7',
  done: '0e8a16',
  closing: 'fbca04',
  success: '0e8a16',
  warning: 'fbca04',
  rejected: 'b60205',
  withdrawn: '6a737d',
};

/** Every label, named once, with its colour and meaning. */
export const labels: readonly Label[] = [
  ...states.map((state) => ({
    name: `state: ${state}`,
    color: stateColors[state],
    description: `The release is ${state}`,
  })),
  ...roles.map((role) => ({
    name: `waiting: ${role}`,
    color: 'd4c5f9',
    description: `The ticket waits for: ${role}`,
  })),
  {
    name: 'pull-failed',
    color: 'd93f0b',
    description: 'The packages could not be pulled; /retry or a new commit starts again',
  },
  {
    name: 'held',
    color: 'b60205',
    description: 'Merged, but the evidence did not hold: nothing moves until it is closed again',
  },
  { name: 'late', color: 'b60205', description: 'Somebody who is awaited is late' },
  {
    name: 'needs-approval',
    color: 'fbca04',
    description: 'An exception was asked for and waits for another person: /approve',
  },
  { name: 'frozen', color: '6a737d', description: 'Nothing of this release moves into production for now' },
  { name: 'rolled-back', color: 'b60205', description: 'Was in production and left it again' },
  { name: 'after-review', color: 'fbca04', description: 'Reviews a release that an exception let through' },
  { name: 'call', color: '5319e7', description: 'Calls early adopters for a release' },
  {
    name: 'early-adopter',
    color: '5319e7',
    description: 'A site joins, changes or ends what it committed to',
  },
  {
    name: 'production-problem',
    color: 'd93f0b',
    description: 'A release does not work in production as it should',
  },
];

const names: ReadonlySet<string> = new Set(labels.map(({ name }) => name));

/** Is it a label that the system keeps? Others are people's own. */
export const isOurLabel = (name: string): boolean =>
  names.has(name) || name.startsWith('state: ') || name.startsWith('waiting: ');

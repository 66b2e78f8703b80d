/** The channels a release moves through, in order (MS402 2.4: Unverified, Staged Rollout, Production). */
export const channels = ['unverified', 'staged-rollout', 'production'] as const;
export type Channel = (typeof channels)[number];

/** Where a manifest can stand: in a channel, or as the tombstone of a rejected or withdrawn release. */
export const shelves = [...channels, 'withdrawn'] as const;
export type Shelf = (typeof shelves)[number];

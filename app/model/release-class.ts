/** The four release classes of MS402 2.2 (R-2.2-1 to R-2.2-4), from the most urgent to the largest. */
export const releaseClasses = ['emergency', 'revision', 'minor', 'major'] as const;
export type ReleaseClass = (typeof releaseClasses)[number];

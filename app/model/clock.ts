/** The clocks of a ticket: Table 3 of MS402 (R-2.4-T3-1 to R-2.4-T3-5), the acceptance of R-2.4-12.2, the review of A-22. */
export const clockNames = ['step1', 'step2', 'accept', 'step3', 'grace', 'review'] as const;
export type ClockName = (typeof clockNames)[number];

/**
 * What a clock tells, in this order: half of it is over, it is due, it is late (every working day). `call` is the acceptance's own: new
 * sites are called for when nobody accepted for twice its time (R-2.4-12.3b, A-10).
 */
export const clockMarks = ['half', 'due', 'call', 'late'] as const;
export type ClockMark = (typeof clockMarks)[number];

import * as z from 'zod';

const hoursOfDay = z
  .string()
  .regex(
    /^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/,
    'must be hours of a day; write them like 09:00-17:00',
  );
const week = z.strictObject({
  mon: z.array(hoursOfDay).optional(),
  tue: z.array(hoursOfDay).optional(),
  wed: z.array(hoursOfDay).optional(),
  thu: z.array(hoursOfDay).optional(),
  fri: z.array(hoursOfDay).optional(),
  sat: z.array(hoursOfDay).optional(),
  sun: z.array(hoursOfDay).optional(),
});

/** Days on which nothing moves to production, first and last included; clocks run on (A-16, process.md "Odd ends"). */
const FreezeSchema = z.strictObject({
  from: z.iso.date(),
  to: z.iso.date(),
  reason: z.string().max(200).regex(/\S/, 'must say why; write it in a few words, people will read it'),
});
export type Freeze = z.infer<typeof FreezeSchema>;

/** Working hours, holidays and freezes, as days of a time zone. */
export const CalendarSchema = z.strictObject({
  tz: z.string().max(60),
  week,
  holidays: z.array(z.iso.date()).max(400),
  freezes: z.array(FreezeSchema).max(100).optional(),
});
export type Calendar = z.infer<typeof CalendarSchema>;

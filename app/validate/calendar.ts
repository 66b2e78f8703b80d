import type { Calendar } from '../model/calendar.ts';
import type { Policy } from '../model/policy.ts';
import type { Problem } from '../model/problem.ts';
import type { Path } from '../model/yaml.ts';
import { problemAt, type Sound } from './finding.ts';
import { timeZoneProblems } from './registry.ts';

/** Every calendar of a policy can be counted with: zone, hours, holidays and freezes make sense. */
export function calendarsProblems(policy: Sound<Policy>): readonly Problem[] {
  const { calendar, calendars = {} } = policy.value;
  return [
    ...calendarProblems(policy, ['calendar'], calendar),
    ...Object.entries(calendars).flatMap(([name, further]) =>
      calendarProblems(policy, ['calendars', name], further),
    ),
  ];
}

function calendarProblems(policy: Sound<Policy>, at: Path, calendar: Calendar): readonly Problem[] {
  return [
    ...timeZoneProblems(policy, [...at, 'tz'], calendar.tz),
    ...weekProblems(policy, [...at, 'week'], calendar.week),
    ...holidayProblems(policy, [...at, 'holidays'], calendar.holidays),
    ...freezeProblems(policy, [...at, 'freezes'], calendar.freezes ?? []),
  ];
}

function weekProblems(policy: Sound<Policy>, at: Path, week: Calendar['week']): readonly Problem[] {
  const found: Problem[] = [];
  let working = 0;
  for (const [day, spans] of Object.entries(week)) {
    let before = '00:00';
    for (const [index, span] of (spans ?? []).entries()) {
      working += 1;
      const [from = '', to = ''] = span.split('-');
      if (from < before || to <= from || to > '24:00') {
        found.push(
          problemAt(policy, [...at, day, index], {
            rule: 'working-hours',
            message: `${span} does not lie within the day behind the hours before it.`,
            mend: 'Write the hours of a day in order, none of them twice.',
          }),
        );
      }
      before = to;
    }
  }
  if (working === 0) {
    found.push(
      problemAt(
        policy,
        at,
        {
          rule: 'working-hours',
          message: 'The week has no working hours, so no clock would ever end.',
          mend: "Add days, for example mon: ['09:00-17:00'].",
        },
        true,
      ),
    );
  }
  return found;
}

function holidayProblems(policy: Sound<Policy>, at: Path, holidays: readonly string[]): readonly Problem[] {
  const doubled = holidays.findIndex((date, index) => holidays.indexOf(date) !== index);
  if (doubled === -1) return [];
  return [
    problemAt(policy, [...at, doubled], {
      rule: 'duplicate-holiday',
      severity: 'warning',
      message: 'This holiday stands here twice.',
      mend: 'Delete one of the two.',
    }),
  ];
}

function freezeProblems(
  policy: Sound<Policy>,
  at: Path,
  freezes: NonNullable<Calendar['freezes']>,
): readonly Problem[] {
  return freezes.flatMap(({ from, to }, index) => {
    if (to < from) {
      return [
        problemAt(policy, [...at, index, 'to'], {
          rule: 'freeze',
          message: `The freeze ends on ${to}, before it begins on ${from}, so it would hold nothing back.`,
          mend: 'Write the first frozen day in from and the last one in to.',
        }),
      ];
    }
    const earlier = freezes.slice(0, index).find((other) => other.from <= to && from <= other.to);
    if (!earlier) return [];
    return [
      problemAt(policy, [...at, index, 'from'], {
        rule: 'freeze',
        severity: 'warning',
        message: `The freeze overlaps the one from ${earlier.from} to ${earlier.to}.`,
        mend: 'Let each day belong to one freeze, so that people read one reason.',
      }),
    ];
  });
}

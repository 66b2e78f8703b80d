import type { Catalogue } from '../model/catalogue.ts';
import { mendName } from '../model/near-miss.ts';
import type { Policy } from '../model/policy.ts';
import type { Problem } from '../model/problem.ts';
import { releaseClasses } from '../model/release-class.ts';
import type { Path } from '../model/yaml.ts';
import { calendarsProblems } from './calendar.ts';
import { problemAt, type Sound } from './finding.ts';

const hoursOf: Readonly<Record<string, number>> = { m: 1 / 60, h: 1, wd: 8 };

/** Hours of a length of time; a working day is 8 of them. */
function hours(length: string): number {
  const [, number = '0', unit = 'h'] = /^([\d.]+)(m|h|wd)$/.exec(length) ?? [];
  return Number(number) * (hoursOf[unit] ?? 0);
}

/** The policy can be followed: its stacks are known (R-2.3-9), its clocks make sense, its bounds are bounds. */
export function policyProblems(policy: Sound<Policy>, catalogue: Catalogue | undefined): readonly Problem[] {
  return [
    ...(catalogue === undefined ? [] : stackProblems(policy, catalogue)),
    ...classProblems(policy),
    ...calendarsProblems(policy),
    ...intakeProblems(policy),
  ];
}

function stackProblems(policy: Sound<Policy>, { stacks }: Catalogue): readonly Problem[] {
  const known = Object.keys(stacks);
  const called = Object.keys(policy.value.early_adopters);
  const strangers = called
    .filter((stack) => !known.includes(stack))
    .map((stack) =>
      problemAt(
        policy,
        ['early_adopters', stack],
        {
          rule: 'unknown-stack',
          message: `The stack ${stack} is not in the catalogue.`,
          mend: mendName(stack, known),
        },
        true,
      ),
    );
  const uncalled = known
    .filter((stack) => !called.includes(stack))
    .map((stack) =>
      problemAt(
        policy,
        ['early_adopters'],
        {
          rule: 'stack-without-early-adopters',
          severity: 'warning',
          message: `The stack ${stack} has no team of early adopters, so nobody would be called for its releases.`,
          mend: `Add ${stack} with a team.`,
        },
        true,
      ),
    );
  return [...strangers, ...uncalled];
}

function classProblems(policy: Sound<Policy>): readonly Problem[] {
  return releaseClasses.flatMap((name) => {
    const { grace, grace_minimum: minimum, minimum_reports: reports } = policy.value.classes[name];
    const found: Problem[] = [];
    if (hours(minimum) > hours(grace)) {
      found.push(
        problemAt(policy, ['classes', name, 'grace_minimum'], {
          rule: 'grace-minimum',
          message: `The shortest grace period (${minimum}) is longer than the whole (${grace}).`,
          mend: `Write at most ${grace}.`,
        }),
      );
    }
    // no report at all is possible with a waiver only, never by policy.
    if (reports === 0) {
      found.push(
        problemAt(policy, ['classes', name, 'minimum_reports'], {
          rule: 'minimum-reports',
          message: 'Without a single report nothing would have been tried.',
          mend: 'Write 1 or more; an emergency without reports needs a waiver.',
        }),
      );
    }
    return found;
  });
}

function intakeProblems(policy: Sound<Policy>): readonly Problem[] {
  const { tries, maximum_bytes: most, http_hosts: hosts } = policy.value.intake;
  const bad = (path: Path, message: string, mend: string): Problem =>
    problemAt(policy, ['intake', ...path], { rule: 'bad-value', message, mend });
  return [
    ...(tries >= 1 && tries <= 10 ? [] : [bad(['tries'], 'There have to be 1 to 10 tries.', 'Write 3.')]),
    ...(most > 0
      ? []
      : [bad(['maximum_bytes'], 'No package could be pulled.', 'Write 4294967296 for 4 GiB.')]),
    ...hosts.flatMap((host, index) =>
      /^[a-z0-9.-]+(:\d{1,5})?$/.test(host)
        ? []
        : [
            bad(
              ['http_hosts', index],
              'This is no host name.',
              'Write it in lower case without http:// and path.',
            ),
          ],
    ),
  ];
}

import { type Criterion, criteriaFor } from '../model/criteria.ts';
import type { Facts } from '../model/facts.ts';
import { mendName } from '../model/near-miss.ts';
import { entryOf } from '../model/record.ts';
import { type VerificationReport, ticketInformation } from '../model/report.ts';
import { inline } from '../wording/markdown.ts';

/** What has to be checked of this release: the criteria that are for its component (R-2.2-16). */
export function checklistOf({ configuration, ticket }: Facts): readonly Criterion[] {
  const { catalogue, criteria } = configuration;
  const component = entryOf(catalogue.components, ticket.value?.metadata.component ?? '');
  return criteriaFor(criteria, component?.capabilities ?? []);
}

/**
 * What keeps a report from counting, each with how to mend it; empty when nothing does. `at` is when the review was written. A reject is
 * not asked for any of it: a no is a no (I11).
 */
export function reportMistakes(facts: Facts, report: VerificationReport, at: string): readonly string[] {
  if (report.outcome === 'reject') return [];
  const asked = [...idMistakes(facts, report), ...timeMistakes(report, at)];
  if (report.outcome === 'wait-for-provider') return asked;
  return [
    ...asked,
    ...failureMistakes(facts, report),
    ...informationMistakes(report),
    ...missingResults(facts, report),
  ];
}

/** More names than these are not listed one by one. */
const mostNamed = 20;
const names = (ids: readonly string[]): string => ids.slice(0, mostNamed).map(inline).join(', ');
const has = (ids: readonly string[]): string => (ids.length === 1 ? 'has' : 'have');
const says = (text: string | undefined): boolean => (text ?? '').trim() !== '';

/** Results are for criteria that there are, one for each. */
function idMistakes({ configuration }: Facts, { criteria = [] }: VerificationReport): readonly string[] {
  const known = configuration.criteria.criteria.map(({ id }) => id);
  const told = criteria.map(({ id }) => id);
  const twice = [...new Set(told.filter((id, place) => told.indexOf(id) !== place))];
  const strange = [...new Set(told)].filter((id) => !known.includes(id)).slice(0, mostNamed);
  return [
    ...strange.map((id) => `There is no criterion ${inline(id)}. ${mendName(id, known)}`),
    ...(twice.length === 0
      ? []
      : [`${names(twice)} ${has(twice)} more than one result. Leave the one that is right.`]),
  ];
}

/** The time that was told could be so. */
function timeMistakes(
  { started_at: started, finished_at: finished }: VerificationReport,
  at: string,
): readonly string[] {
  const later = (['started_at', 'finished_at'] as const).filter(
    (field) => Date.parse({ started_at: started, finished_at: finished }[field] ?? at) > Date.parse(at),
  );
  const backwards =
    started !== undefined && finished !== undefined && Date.parse(finished) < Date.parse(started);
  return [
    ...later.map((field) => `\`${field}\` lies after the review itself. Write the time with its offset.`),
    ...(backwards ? ['`finished_at` lies before `started_at`. Write both with their offsets.'] : []),
  ];
}

/** A failure of what is critical keeps the release back; another failure, or a critical test that was not made, needs a word. */
function failureMistakes(facts: Facts, report: VerificationReport): readonly string[] {
  const critical = new Set(
    facts.configuration.criteria.criteria.filter((known) => known.critical).map(({ id }) => id),
  );
  const withResult = (wanted: string, isCritical: boolean): readonly string[] =>
    (report.criteria ?? [])
      .filter(({ id, result }) => result === wanted && critical.has(id) === isCritical)
      .map(({ id }) => id);
  const found: string[] = [];
  const fatal = withResult('FAIL', true);
  if (fatal.length > 0) {
    found.push(
      `The report accepts the release although ${names(fatal)} failed, which ${fatal.length === 1 ? 'is' : 'are'} critical. Use \`wait-for-provider\` or \`reject\`.`,
    );
  }
  const failed = withResult('FAIL', false);
  const untested = withResult('NOT_TESTED', true);
  if (report.outcome === 'accept') {
    if (failed.length > 0) {
      found.push(
        `The report accepts the release although ${names(failed)} failed. Use \`accept-with-notes\` for a failure that does not matter here, or \`wait-for-provider\` or \`reject\`.`,
      );
    }
    if (untested.length > 0) {
      found.push(
        `The report accepts the release although ${names(untested)}, which ${untested.length === 1 ? 'is' : 'are'} critical, ${untested.length === 1 ? 'was' : 'were'} not tested. Test it, or use \`accept-with-notes\` and say why not.`,
      );
    }
  } else if (failed.length + untested.length > 0 && !says(report.notes)) {
    found.push(`Say in \`notes\` why the release is good enough without ${names([...failed, ...untested])}.`);
  }
  return found;
}

/** Verification covers all information of the ticket (R-2.4-11.1b); without the block, that the ticket is complete stands for it. */
function informationMistakes({ info_check: checked }: VerificationReport): readonly string[] {
  if (checked === undefined) return [];
  return ticketInformation
    .filter((field) => checked[field]?.trim().toLowerCase() !== 'ok')
    .map((field) =>
      checked[field] === undefined
        ? `\`info_check\` says nothing of \`${field}\`. Look at it in the ticket, and write \`ok\` when it is.`
        : `\`info_check\` says of \`${field}\`: ${inline(checked[field])}. A release is accepted when all of it is \`ok\`; use \`wait-for-provider\` until then.`,
    );
}

/** Every critical criterion has a result. Last, since it ends in lines to copy. */
function missingResults(facts: Facts, { criteria = [] }: VerificationReport): readonly string[] {
  const told = new Set(criteria.map(({ id }) => id));
  const missing = checklistOf(facts).filter(({ id, critical }) => critical && !told.has(id));
  if (missing.length === 0) return [];
  return [
    [
      `The report has no result for what is critical. Add below \`criteria\`, with what you found instead of NOT_TESTED:`,
      '',
      '```yaml',
      ...missing.map((criterion) => resultLine(criterion, 'NOT_TESTED')),
      '```',
    ].join('\n'),
  ];
}

/** One line of the list `criteria` in a form: the result, and what it is about. */
export function resultLine({ id, title, critical, applies }: Criterion, result: string): string {
  const about = [...(critical ? ['critical'] : []), title, ...(applies === undefined ? [] : [applies])];
  return `  - {id: ${id}, result: ${result}}   # ${about.join(' · ')}`;
}

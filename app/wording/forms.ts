import type { Facts } from '../model/facts.ts';
import { ticketInformation } from '../model/report.ts';
import { checklistOf, resultLine } from '../rollout/checklist.ts';

/**
 * The verification form that a verifier copies into a review: release, digest, and every criterion that is for the component, filled in as
 * if all were well (R-2.4-11.1a, R-2.4-11.1b, R-2.2-16, T19). It counts as it is; the verifier writes what was found.
 */
export function verificationForm(facts: Facts, digest: string): string {
  const checklist = checklistOf(facts);
  return [
    '```yaml',
    'apiVersion: rollout/v1',
    'kind: VerificationReport',
    `release: ${facts.ticket.id ?? ''}`,
    `digest: ${digest}`,
    'outcome: accept          # accept | accept-with-notes (approve) · wait-for-provider | reject (request changes)',
    'info_check:              # everything the ticket gives: ok, or what is wrong with it',
    ...ticketInformation.map((field) => `  ${field}: ok`),
    ...(checklist.length === 0 ? [] : ['criteria:                # OK | WARNING | FAIL | NA | NOT_TESTED']),
    ...checklist.map((criterion) => resultLine(criterion, 'OK')),
    'environment: {host: "", repos: []}   # where it was tried',
    '# started_at: 2026-11-22T09:00:00Z    # with its offset',
    '# finished_at: 2026-11-22T16:30:00Z',
    'effort_hours: 1',
    'notes: ""                # a reject needs the reason; wait-for-provider a line `countermeasure: …`',
    '```',
  ].join('\n');
}

/** The report form for one site: two minutes of work (R-2.4-12.6a, R-2.4-12.6b). */
export function reportForm(facts: Facts, digest: string, site: string): string {
  const targets = facts.ticket.value?.spec.targets ?? [];
  const vos = facts.configuration.earlyAdopters.sites.find((known) => known.site === site)?.vos ?? [];
  return [
    '```yaml',
    'apiVersion: rollout/v1',
    'kind: EarlyAdopterReport',
    `release: ${facts.ticket.id ?? ''}`,
    `digest: ${digest}`,
    `site: ${site}`,
    'outcome: success         # success (approve) · warning (comment) · reject (request changes)',
    'targets:                 # what you ran it on; remove what you did not',
    ...targets.map(({ platform, arch }) => `  - {platform: ${platform}, arch: ${arch}}`),
    `exposure: {real_users: true, vos: [${vos.join(', ')}]}   # the VOs that used it`,
    '# nodes: [{host: "…", gocdb_beta: true, role: "…"}]   # or downtime: "https://…", so that your availability does not suffer',
    'effort_hours: 1',
    'issues: []               # a reject needs at least one: - {severity: critical, summary: "…", bug: "https://…", workaround: "…"}',
    '# changes_requested:     # a warning needs at least one:',
    '#   - {kind: release-notes, text: "…"}   # release-notes | installation | configuration',
    'comments: ""',
    '```',
  ].join('\n');
}

/** The form of `/pilot`: purpose, participants, parts in the order of their introduction, where it installs from (R-2.5-3, R-2.5-13, R-2.5-14). */
export function pilotForm(facts: Facts): string {
  return [
    '```yaml',
    'kind: Pilot',
    `release: ${facts.ticket.id ?? ''}`,
    `digest: ${facts.ticket.digest ?? ''}`,
    `name: ${facts.ticket.value?.metadata.component ?? 'my'}-pilot-1   # the same name again brings the record up to date`,
    'purpose: integration     # integration | robustness | scalability | tuning',
    '# description: "…"     # if the name does not say it',
    'participants:            # as: site-manager | user-community | developer',
    '  - {who: "…", as: site-manager}',
    '  - {who: "…", as: user-community}',
    '  - {who: "…", as: developer}',
    'source: "the channel unverified"   # where the pilot installs from',
    'stages:                  # parts in the order of their introduction',
    '  - {part: client, begins: 2026-01-31}',
    '  - {part: server, begins: 2026-02-07}',
    '# result: {outcome: good, text: "…"}   # good | problems | abandoned; when it is over',
    '```',
  ].join('\n');
}

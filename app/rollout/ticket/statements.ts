import { quoted } from '../../model/hidden-character.ts';
import { isPlaceholder, saysNothing } from '../../model/placeholder.ts';
import type { Path } from '../../model/yaml.ts';
import { mistake, remark, type Finding, type TicketInHand, type TicketRule } from './rule.ts';

/** MS402 2.2: what each class has to say for itself. */
function classIsFounded({ ticket, document }: TicketInHand): readonly Finding[] {
  const { spec } = ticket;
  const found: Finding[] = [];
  // R-2.2-1: an emergency is for critical function problems and serious security holes only.
  if (spec?.class === 'emergency' && !document.has(['spec', 'reason'])) {
    found.push(
      mistake(
        'emergency-without-reason',
        ['spec', 'class'],
        'An emergency release has to say why it is one.',
        'Add the field reason: security or critical-functionality.',
      ),
    );
  }
  // R-2.4-10.2.1b: release notes of a vulnerability's fix link the advisory.
  if (spec?.reason === 'security' && !document.has(['spec', 'security'])) {
    found.push(
      mistake(
        'security-without-advisory',
        ['spec', 'reason'],
        'A security fix has to link its advisory.',
        'Add the field security with advisory: and the link.',
      ),
    );
  }
  // R-2.2-1 to R-2.2-3: everything below a major is backward compatible.
  if (spec?.class !== undefined && spec.class !== 'major' && spec.backward_compatible === false) {
    found.push(
      mistake(
        'not-backward-compatible',
        ['spec', 'backward_compatible'],
        `A release of class ${spec.class} has to be backward compatible.`,
        'Make it a major release, or keep it compatible.',
      ),
    );
  }
  // R-2.2-6: majors are agreed with the providers and written in a roadmap; a new service is a major without one.
  if (spec?.class === 'major' && spec.new_service !== true && !document.has(['spec', 'roadmap'])) {
    found.push(
      mistake(
        'roadmap-missing',
        ['spec', 'class'],
        'A major release has to link the roadmap it was agreed in.',
        'Add the field roadmap with the link, or new_service: true if it is one.',
      ),
    );
  }
  return found;
}

/** R-2.4-10.2.4a: there is documentation; R-2.4-10.2.4b: it is updated where the release brings something new. */
function documentationIsThere({ ticket, document }: TicketInHand): readonly Finding[] {
  const { documentation, class: releaseClass } = ticket.spec ?? {};
  if (documentation === undefined) return [];
  const found: Finding[] = [];
  if (!['user', 'admin', 'other'].some((field) => document.has(['spec', 'documentation', field]))) {
    found.push(
      mistake(
        'documentation-missing',
        ['spec', 'documentation'],
        'No documentation is linked.',
        'Add at least one of the fields user, admin and other with a link.',
      ),
    );
  }
  if (documentation.updated === false && (releaseClass === 'minor' || releaseClass === 'major')) {
    found.push(
      remark(
        'documentation-not-updated',
        ['spec', 'documentation', 'updated'],
        `A ${releaseClass} release brings new functions, but its documentation is not updated.`,
        'Update the documentation and write true.',
      ),
    );
  }
  return found;
}

/** R-2.4-10.2.5: bugs, issues and features are linked, or it is said why there are none. */
function issuesAreLinked({ ticket }: TicketInHand): readonly Finding[] {
  const { issues, no_issues_because: because } = ticket.spec ?? {};
  if (issues === undefined || issues.length > 0) return [];
  if (because !== undefined && !saysNothing(because)) return [];
  return [
    mistake(
      'issues-missing',
      ['spec', 'issues'],
      'No bug, issue or feature is linked.',
      'Link them, or add the field no_issues_because with the reason.',
    ),
  ];
}

/** R-2.6-4: a central tool with a single instance has nobody to try it first. */
function toolIsDistributed({ ticket }: TicketInHand): readonly Finding[] {
  if (ticket.spec?.deployment !== 'central-single-instance') return [];
  return [
    mistake(
      'central-tool',
      ['spec', 'deployment'],
      'A central tool with a single instance does not go through staged rollout.',
      'Withdraw the ticket, or write regionalised if sites run the tool themselves.',
    ),
  ];
}

/** R-2.4-10.2.1a to R-2.4-10.2.5 ask for the real thing, not for what the form had there (L01, L02 of the defects seen). */
function textsAreReal({ ticket }: TicketInHand): readonly Finding[] {
  const { spec } = ticket;
  const documentation = spec?.documentation;
  const single: readonly (readonly [Path, string | undefined])[] = [
    [['description'], spec?.description],
    [['release_notes'], spec?.release_notes],
    [['changelog'], spec?.changelog],
    [['roadmap'], spec?.roadmap],
    [['security', 'advisory'], spec?.security?.advisory],
    [['documentation', 'user'], documentation?.user],
    [['documentation', 'admin'], documentation?.admin],
    [['documentation', 'other'], documentation?.other],
    [['no_issues_because'], spec?.no_issues_because],
    [['announcement'], spec?.announcement],
  ];
  const lists = (['certification_reports', 'issues', 'new_functionality', 'known_issues'] as const).flatMap(
    (field) => (spec?.[field] ?? []).map((said, index) => [[field, index] as Path, said] as const),
  );
  return [...single, ...lists].flatMap(([path, said]) => {
    if (said === undefined || !isPlaceholder(said)) return [];
    return [
      mistake(
        'placeholder-text',
        ['spec', ...path],
        `This is a placeholder: ${quoted(said)}.`,
        'Put the real text or link there.',
      ),
    ];
  });
}

export const ticketStatementRules: readonly TicketRule[] = [
  classIsFounded,
  documentationIsThere,
  issuesAreLinked,
  toolIsDistributed,
  textsAreReal,
];

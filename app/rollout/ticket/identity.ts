import { quoted } from '../../model/hidden-character.ts';
import {
  nameFitsVersion,
  parseTicketPath,
  releaseId,
  ticketPath,
  withoutRevision,
} from '../../model/release-id.ts';
import { mistake, remark, type Finding, type TicketInHand, type TicketRule } from './rule.ts';

/** What a YAML 1.2 reader with types would take for a number: `1.10` would become 1.1 there. */
const numberLike = /^(\d+(\.\d*)?([eE][-+]?\d+)?|0x[0-9A-Fa-f]+|0o[0-7]+)$/;

/** The path, the id and the fields of a ticket name one and the same release (process.md 1.1, trust.md T31). */
function pathAgrees({ ticket, path }: TicketInHand): readonly Finding[] {
  const { metadata, spec } = ticket;
  const place = parseTicketPath(path);
  if (place === undefined) {
    const { stack, component } = metadata ?? {};
    const known = stack !== undefined && component !== undefined && spec?.version !== undefined;
    const right = known ? ticketPath({ stack, component, name: withoutRevision(spec.version) }) : undefined;
    const loose = path.startsWith('releases/') ? mistake : remark;
    return [
      loose(
        'ticket-path',
        [],
        'A ticket stands at releases/<stack>/<component>/<version>[+<label>].yml.',
        right === undefined ? 'Move the file there.' : `Move the file to ${right}.`,
      ),
    ];
  }
  const found: Finding[] = [];
  for (const field of ['stack', 'component'] as const) {
    const said = metadata?.[field];
    if (said !== undefined && said !== place[field]) {
      found.push(
        mistake(
          'path-mismatch',
          ['metadata', field],
          `The file stands in the folder of the ${field} ${place[field]}, but is about ${said}.`,
          `Write ${place[field]}, or move the file.`,
        ),
      );
    }
  }
  if (metadata?.id !== undefined && metadata.id !== place.id) {
    found.push(
      mistake(
        'id-mismatch',
        ['metadata', 'id'],
        `The id is ${metadata.id}, but the path says ${place.id}.`,
        `Write ${place.id}.`,
      ),
    );
  }
  if (spec?.version !== undefined && !nameFitsVersion(place.name, spec.version)) {
    found.push(
      mistake(
        'file-name-vs-version',
        ['spec', 'version'],
        `The file is called ${place.name}.yml, but the version is ${spec.version}.`,
        `Rename the file to ${withoutRevision(spec.version)}.yml, or correct the version.`,
      ),
    );
  }
  return found;
}

/** The id is made of stack, component and version (process.md 1.1); told also where the path cannot be compared. */
function idAgrees({ ticket }: TicketInHand): readonly Finding[] {
  const { id, stack, component } = ticket.metadata ?? {};
  const version = ticket.spec?.version;
  if (id === undefined || stack === undefined || component === undefined || version === undefined) return [];
  const before = releaseId({ stack, component, name: '' });
  if (id.startsWith(before) && nameFitsVersion(id.slice(before.length), version)) return [];
  return [
    mistake(
      'version-fields-disagree',
      ['metadata', 'id'],
      `The id ${id} does not name ${component} ${version} of ${stack}.`,
      `Write ${before}${withoutRevision(version)}, or correct stack, component or version.`,
    ),
  ];
}

/** A version is text: where it looks like a number, other readers of the file would change it (L21 of the defects seen). */
function versionsAreText({ ticket, document }: TicketInHand): readonly Finding[] {
  const { spec } = ticket;
  return (['version', 'previous'] as const).flatMap((field) => {
    const said = spec?.[field];
    if (said === undefined || !numberLike.test(said) || !document.isPlain(['spec', field])) return [];
    return [
      remark(
        'yaml-number-version',
        ['spec', field],
        `Many YAML readers take ${said} for a number and would change it.`,
        `Write "${said}", in quotes.`,
      ),
    ];
  });
}

function versionMoves({ ticket }: TicketInHand): readonly Finding[] {
  const { version, previous } = ticket.spec ?? {};
  if (version === undefined || version !== previous) return [];
  return [
    mistake(
      'same-version',
      ['spec', 'previous'],
      `The previous version is the same, ${quoted(version)}.`,
      'Correct one of the two.',
    ),
  ];
}

export const ticketIdentityRules: readonly TicketRule[] = [
  pathAgrees,
  idAgrees,
  versionsAreText,
  versionMoves,
];

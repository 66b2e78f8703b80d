import { quoted } from '../model/hidden-character.ts';
import { nearest } from '../model/near-miss.ts';
import { withoutRevision } from '../model/release-id.ts';
import type { Fields, Said } from './fields.ts';

/** A target of a product, with the addresses of its packages. */
export interface ProductTarget {
  readonly platform: Said | undefined;
  readonly arch: Said | undefined;
  readonly addresses: readonly Said[];
}

/** A product as the UMD-5 files describe it: what could be read of one. People's addresses are not taken over. */
export interface Product {
  readonly name: Said | undefined;
  readonly version: Said | undefined;
  readonly provider: Said | undefined;
  readonly description: Said | undefined;
  readonly releaseNotes: Said | undefined;
  readonly changelog: Said | undefined;
  readonly documentation: readonly Said[];
  readonly distributionType: Said | undefined;
  readonly distributionVersion: Said | undefined;
  readonly capabilities: readonly Said[];
  readonly targets: readonly ProductTarget[];
  /** True where the version fields name another version (L12). */
  readonly versionIsDoubtful: boolean;
}

const packageLists = ['rpms', 'debs', 'tars', 'packages'] as const;
const productFields: readonly string[] = [
  'name',
  'version',
  'currentState',
  'technology_provider',
  'contact',
  'technicalContact',
  'description',
  'releaseDate',
  'majorVersion',
  'minorVersion',
  'revisionVersion',
  'releaseNotes',
  'changeLog',
  'documentationLinks',
  'repositoryURL',
  'distributionType',
  'distributionVersion',
  'capabilities',
  'extraOSRepos',
  'target',
  'softwareConfigurationLink',
];
const targetFields: readonly string[] = ['platform', 'arch', 'repositoryURL', 'gpgkey', ...packageLists];

/**
 * Takes a product out of a UMD-5 file and notes in `fields` what is wrong with the file itself: another version in its name (L06,
 * L07) or in its version fields (L12), and fields that serve only to run the checks again (L17). Undefined when it is no product.
 */
export function readProduct(fields: Fields, file: string): Product | undefined {
  const names = fields.names([]);
  if (names === undefined || !['name', 'version', 'target'].some((name) => names.includes(name))) {
    fields.tell(
      [],
      'unknown-kind',
      'This is no product: it has neither name nor version nor target.',
      'Leave the file out.',
    );
    return undefined;
  }
  strangeFields(fields, names);
  const version = fields.text(['version']);
  if (version !== undefined && fields.isNumber(version)) {
    fields.tell(
      version.at,
      'yaml-number-version',
      `The version ${quoted(version.text)} is written as a number; other readers would change it.`,
      'Write it in quotes.',
      { severity: 'warning' },
    );
  }
  const name = fields.text(['name']);
  if (version !== undefined) fileNameFits(fields, file, version, name);
  return {
    name,
    version,
    provider: fields.text(['technology_provider']),
    description: fields.text(['description']),
    releaseNotes: fields.text(['releaseNotes']),
    changelog: fields.text(['changeLog']),
    documentation: fields.texts(['documentationLinks']),
    distributionType: fields.text(['distributionType']),
    distributionVersion: fields.text(['distributionVersion']),
    capabilities: fields.texts(['capabilities']),
    targets: targetsOf(fields),
    versionIsDoubtful: versionFieldsDisagree(fields, version),
  };
}

function targetsOf(fields: Fields): readonly ProductTarget[] {
  return fields.entries(['target']).flatMap((at) => {
    const names = fields.names(at);
    if (names === undefined) {
      fields.tell(
        at,
        'bad-value',
        'A target must be an object.',
        'Write platform, arch and rpms or debs in it.',
      );
      return [];
    }
    for (const name of names.filter((one) => !targetFields.includes(one)).slice(0, 20))
      unknownField(fields, [...at, name], name, targetFields);
    return [
      {
        platform: fields.text([...at, 'platform']),
        arch: fields.text([...at, 'arch']),
        addresses: packageLists.flatMap((list) => fields.texts([...at, list])),
      },
    ];
  });
}

function strangeFields(fields: Fields, names: readonly string[]): void {
  for (const name of names.filter((one) => !productFields.includes(one)).slice(0, 20)) {
    const said = fields.names([name]) === undefined ? fields.text([name])?.text : undefined;
    if (/^(dummy|re-?trigger)/i.test(name) || /^count \d+$/.test(said ?? '')) {
      fields.tell(
        [name],
        'retrigger-commit',
        `The field ${quoted(name)} serves only to run the checks again.`,
        'Delete it: the checks of a ticket are run again without a change.',
        { severity: 'warning', ofKey: true },
      );
    } else unknownField(fields, [name], name, productFields);
  }
}

function unknownField(
  fields: Fields,
  at: readonly (string | number)[],
  name: string,
  known: readonly string[],
): void {
  const near = nearest(name, known);
  fields.tell(
    at,
    'unknown-field',
    `The field ${quoted(name)} is not known, and not taken over.`,
    near === undefined
      ? 'Delete it, or put what it says into the ticket.'
      : `Write ${near}, if that is meant.`,
    { severity: 'warning', ofKey: true },
  );
}

/** L06, L07: a file that is called by another version. One that names no version says nothing. */
function fileNameFits(fields: Fields, file: string, version: Said, name: Said | undefined): void {
  const stem = (file.split('/').at(-1) ?? '').replace(/\.json$/i, '').toLowerCase();
  if (!/\d\.\d/.test(stem)) return;
  const numbers = withoutRevision(version.text).toLowerCase().split('.');
  // The whole version, or its beginning where the name says no more: 23.0 for 23.0.13.
  const names = numbers.map((_, index) => numbers.slice(0, index + 1).join('.'));
  const known = name?.text.toLowerCase() ?? '\n';
  const fits = names.some((wanted, index) => {
    if (index === 0 && names.length > 1) return false;
    for (let at = stem.indexOf(wanted); at !== -1; at = stem.indexOf(wanted, at + 1)) {
      const before = stem.slice(0, at);
      const begins = !/\d$/.test(before) || before.endsWith(known);
      if (begins && !/^\.?\d/.test(stem.slice(at + wanted.length))) return true;
    }
    return false;
  });
  if (fits) return;
  fields.tell(
    version.at,
    'file-name-vs-version',
    `The file is called ${quoted(file.split('/').at(-1) ?? '')}, but the version is ${quoted(version.text)}.`,
    'Find out which of the two is right, and correct the other.',
  );
}

/** L12: majorVersion, minorVersion and revisionVersion name another version than `version` does. */
function versionFieldsDisagree(fields: Fields, version: Said | undefined): boolean {
  const said = (['majorVersion', 'minorVersion', 'revisionVersion'] as const).map((name) =>
    fields.text([name]),
  );
  if (version === undefined) return false;
  const plain = (number: string): string => number.replace(/^0+(?=\d)/, '');
  const parts = withoutRevision(version.text).split('.').map(plain);
  const wrong = said.find((one, index) => {
    if (one === undefined) return false;
    // The last of them often carries the packaging revision; a version may end before its zeros, or in letters.
    const [, part = '', rest = ''] = /^(\d*)(.*)$/.exec(parts[index] ?? '0') ?? [];
    const number = plain(withoutRevision(one.text));
    return number !== part && number !== part + rest;
  });
  if (wrong === undefined) return false;
  fields.tell(
    wrong.at,
    'version-fields-disagree',
    `The version is ${quoted(version.text)}, but the version fields say ${quoted(said.map((one) => one?.text ?? '').join('.'))}.`,
    'Find out which of the two is right, and correct the other.',
  );
  return true;
}

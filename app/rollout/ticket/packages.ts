import type { PackageFormat } from '../../model/distributions.ts';
import { quoted } from '../../model/hidden-character.ts';
import type { Lenient } from '../../model/lenient.ts';
import type { TicketPackage } from '../../model/ticket.ts';
import type { Path } from '../../model/yaml.ts';
import {
  mistake,
  remark,
  type Finding,
  type GroundedRule,
  type GroundedTicket,
  type TicketInHand,
  type TicketRule,
} from './rule.ts';

const endings: Readonly<Record<PackageFormat, RegExp>> = {
  deb: /\.deb$/,
  rpm: /\.rpm$/,
  tar: /\.(tar|tar\.(gz|xz|bz2|zst)|tgz)$/,
};
const source = /\.src\.rpm$/;

interface Placed {
  readonly at: Path;
  readonly target: number;
  readonly platform: string | undefined;
  readonly said: Lenient<TicketPackage>;
}

function packagesOf({ ticket }: TicketInHand): readonly Placed[] {
  return (ticket.spec?.targets ?? []).flatMap((target, index) =>
    (target?.packages ?? []).flatMap((said, number) =>
      said === undefined
        ? []
        : [
            {
              at: ['spec', 'targets', index, 'packages', number],
              target: index,
              platform: target?.platform,
              said,
            },
          ],
    ),
  );
}

/** The format of a package is that of its platform (R-2.4-10.4a: rpm, deb, tar). */
function formatFits(inHand: GroundedTicket): readonly Finding[] {
  const { distributions } = inHand.distributions;
  const name = inHand.ticket.spec?.distribution ?? '';
  const platforms = Object.hasOwn(distributions, name) ? distributions[name]?.platforms : undefined;
  if (platforms === undefined) return [];
  return packagesOf(inHand).flatMap(({ at, platform, said: { file } }) => {
    if (file === undefined || platform === undefined || !Object.hasOwn(platforms, platform)) return [];
    const format = platforms[platform]?.format;
    if (format === undefined || (endings[format].test(file) && !source.test(file))) return [];
    return [
      mistake(
        'package-format',
        [...at, 'file'],
        `${platform} takes ${format} packages, which ${quoted(file)} is not.`,
        'Give the package of this platform, or correct the platform.',
      ),
    ];
  });
}

/** One file name stands for one content (trust.md T46), and once in a target. */
function filesAreUnique(inHand: TicketInHand): readonly Finding[] {
  const inTarget = new Set<string>();
  const first = new Map<string, Lenient<TicketPackage>>();
  return packagesOf(inHand).flatMap(({ at, target, said }): Finding[] => {
    const { file, sha256, size } = said;
    if (file === undefined) return [];
    const key = `${String(target)}/${file}`;
    if (inTarget.has(key))
      return [
        mistake(
          'duplicate-file',
          [...at, 'file'],
          `${quoted(file)} stands in this target twice.`,
          'Keep one of the two.',
        ),
      ];
    inTarget.add(key);
    const before = first.get(file);
    if (before === undefined) {
      first.set(file, said);
      return [];
    }
    if (sha256 !== undefined && before.sha256 !== undefined && sha256 !== before.sha256) {
      return [
        mistake(
          'digest-disagrees',
          [...at, 'sha256'],
          `${quoted(file)} has another sha256 in another target.`,
          'Correct the digest, or give files with different content different names.',
        ),
      ];
    }
    if (size !== undefined && before.size !== undefined && size !== before.size)
      return [
        mistake(
          'size-disagrees',
          [...at, 'size'],
          `${quoted(file)} has another size in another target.`,
          'Correct the size.',
        ),
      ];
    return [];
  });
}

/** R-2.4-10.4a, R-2.4-10.4b: where the packages are pulled from. What the names resolve to is looked at when they are pulled. */
function addressesAreSafe(inHand: GroundedTicket): readonly Finding[] {
  const { http_hosts: httpHosts } = inHand.policy.intake;
  return packagesOf(inHand).flatMap(({ at, said: { url: said, file } }): Finding[] => {
    if (said === undefined) return [];
    const where = [...at, 'url'];
    if (!URL.canParse(said))
      return [
        mistake('bad-value', where, `${quoted(said)} is no address.`, 'Give the address of the file itself.'),
      ];
    const url = new URL(said);
    const found: Finding[] = [];
    if (url.username !== '' || url.password !== '') {
      found.push(
        mistake(
          'credentials-in-address',
          where,
          'The address holds a user name or password.',
          'Delete it and change the password: everybody can read this file.',
        ),
      );
    }
    if (url.protocol === 'http:') {
      const allowed = httpHosts.includes(url.hostname) || httpHosts.includes(url.host);
      found.push(
        (allowed ? remark : mistake)(
          'plain-http-source',
          where,
          `The package is pulled over plain http from ${url.host}.`,
          'Write https://, if the server has it.',
        ),
      );
    }
    const last = url.pathname.split('/').at(-1) ?? '';
    if (file !== undefined && url.search === '' && decoded(last) !== file) {
      found.push(
        remark(
          'file-name-vs-url',
          where,
          `The address ends in ${quoted(last)}, the file is called ${quoted(file)}.`,
          'Make sure that it is the right package.',
        ),
      );
    }
    return found;
  });
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** trust.md 8.5: a package larger than the policy allows would not be pulled; an empty one is none. */
function sizesAreBounded(inHand: GroundedTicket): readonly Finding[] {
  const most = inHand.policy.intake.maximum_bytes;
  return packagesOf(inHand).flatMap(({ at, said: { size } }): Finding[] => {
    if (size === undefined || (size > 0 && size <= most)) return [];
    const message =
      size === 0
        ? 'A package of 0 bytes is none.'
        : `The package is larger than the ${String(most)} bytes allowed.`;
    return [
      mistake('package-size', [...at, 'size'], message, 'Correct the size, or ask the repository managers.'),
    ];
  });
}

export const packageRules: readonly TicketRule[] = [filesAreUnique];
export const groundedPackageRules: readonly GroundedRule[] = [formatFits, addressesAreSafe, sizesAreBounded];

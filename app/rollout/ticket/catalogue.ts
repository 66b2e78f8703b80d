import { mendName } from '../../model/near-miss.ts';
import { entryOf } from '../../model/record.ts';
import { mistake, type Finding, type GroundedTicket, type GroundedRule } from './rule.ts';

/** Stack, component and provider are in the catalogue (R-VIII-1, R-1-1, R-1-4). */
function namesAreKnown({ ticket, catalogue }: GroundedTicket): readonly Finding[] {
  const past = entryOf(catalogue.components, ticket.metadata?.component ?? '')?.provider_history ?? [];
  const shelves = {
    stack: catalogue.stacks,
    component: catalogue.components,
    provider: catalogue.providers,
  } as const;
  return (['stack', 'component', 'provider'] as const).flatMap((field) => {
    const said = ticket.metadata?.[field];
    if (said === undefined || Object.hasOwn(shelves[field], said)) return [];
    // That somebody provided it once is told by the next rule.
    if (field === 'provider' && past.some(({ provider }) => provider === said)) return [];
    return [
      mistake(
        `unknown-${field}`,
        ['metadata', field],
        `The ${field} ${said} is not in releases/catalogue.yml.`,
        mendName(said, Object.keys(shelves[field])),
      ),
    ];
  });
}

/** The component belongs to this stack (R-1-1) and at present to this provider (R-1-2). */
function namesBelongTogether({ ticket, catalogue }: GroundedTicket): readonly Finding[] {
  const { component, stack, provider } = ticket.metadata ?? {};
  const known = component === undefined ? undefined : entryOf(catalogue.components, component);
  if (component === undefined || known === undefined) return [];
  const found: Finding[] = [];
  if (stack !== undefined && Object.hasOwn(catalogue.stacks, stack) && known.stack !== stack) {
    found.push(
      mistake(
        'stack-mismatch',
        ['metadata', 'stack'],
        `${component} belongs to the stack ${known.stack}, not ${stack}.`,
        `Write ${known.stack}.`,
      ),
    );
  }
  const past = known.provider_history?.find((entry) => entry.provider === provider);
  const isKnown = provider !== undefined && Object.hasOwn(catalogue.providers, provider);
  if ((isKnown || past !== undefined) && known.provider !== provider) {
    const until = past?.until === undefined ? '' : `: that was until ${past.until}`;
    found.push(
      mistake(
        'provider-mismatch',
        ['metadata', 'provider'],
        `${component} is provided by ${known.provider} today, not by ${String(provider)}${until}.`,
        `Write ${known.provider}, or have the catalogue changed first.`,
      ),
    );
  }
  return found;
}

/** Distribution, platforms and architectures exist (R-2.2-5); no target stands there twice. */
function targetsAreKnown({ ticket, distributions }: GroundedTicket): readonly Finding[] {
  const name = ticket.spec?.distribution;
  if (name === undefined) return [];
  const distribution = entryOf(distributions.distributions, name);
  if (distribution === undefined) {
    return [
      mistake(
        'unknown-distribution',
        ['spec', 'distribution'],
        `The distribution ${name} is not in releases/distributions.yml.`,
        mendName(name, Object.keys(distributions.distributions)),
      ),
    ];
  }
  const seen = new Set<string>();
  return (ticket.spec?.targets ?? []).flatMap((target, index): Finding[] => {
    const { platform, arch } = target ?? {};
    if (platform === undefined) return [];
    const at = ['spec', 'targets', index];
    const known = entryOf(distribution.platforms, platform);
    if (known === undefined) {
      const mend = mendName(platform, Object.keys(distribution.platforms));
      return [mistake('unknown-platform', [...at, 'platform'], `${name} has no platform ${platform}.`, mend)];
    }
    if (arch === undefined) return [];
    if (!known.architectures.includes(arch)) {
      const mend = mendName(arch, known.architectures);
      return [
        mistake(
          'unknown-architecture',
          [...at, 'arch'],
          `${name} on ${platform} has no architecture ${arch}.`,
          mend,
        ),
      ];
    }
    const pair = `${platform}/${arch}`;
    if (seen.has(pair))
      return [
        mistake(
          'duplicate-target',
          at,
          `The target ${pair} stands here twice.`,
          'Put its packages into one.',
        ),
      ];
    seen.add(pair);
    return [];
  });
}

export const ticketCatalogueRules: readonly GroundedRule[] = [
  namesAreKnown,
  namesBelongTogether,
  targetsAreKnown,
];

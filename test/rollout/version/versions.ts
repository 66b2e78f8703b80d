import type { ComponentRelease } from '../../../app/model/component-release.ts';
import type { Distributions } from '../../../app/model/distributions.ts';
import type { Ticket } from '../../../app/model/ticket.ts';
import type { VersionContext } from '../../../app/rollout/version/ground.ts';
import { versionProblems } from '../../../app/rollout/version/rules.ts';
import { ticketOf } from '../facts.ts';

/*
 * Values for tests of the version rules: releases of one component, dcache, of which umd/4 agreed on the major 4 and umd/5 on 5. Nothing
 * is known of the component `fresh`.
 */

export const now = '2026-03-11T10:00:00Z';
const amd64 = [{ platform: 'debian12', arch: 'amd64' }];
export const arm64 = [{ platform: 'debian12', arch: 'arm64' }];
export const link = (issue: number): string => `https://tracker.example/${String(issue)}`;

const platforms = {};
type Distribution = Distributions['distributions'][string];
export const distributionsWith = (
  changes: Readonly<Record<string, Partial<Distribution>>> = {},
): Distributions => ({
  apiVersion: 'rollout/v1',
  kind: 'Distributions',
  distributions: {
    'umd/4': { title: 'Four', platforms, baseline: { dcache: '4' }, ...changes['umd/4'] },
    'umd/5': { title: 'Five', platforms, baseline: { dcache: '5' }, ...changes['umd/5'] },
    'umd/6': { title: 'Six', platforms, status: 'next', ...changes['umd/6'] },
    'cmd/1': { title: 'Other', platforms, ...changes['cmd/1'] },
  },
});

/** An earlier or parallel release; in production since January unless told otherwise. */
export const earlier = (version: string, changes: Partial<ComponentRelease> = {}): ComponentRelease => ({
  id: `community-dcache-${version}`,
  pull: 3,
  provider: 'dcache-org',
  version,
  class: 'revision',
  distribution: 'umd/4',
  targets: amd64,
  issues: [],
  state: 'production',
  certifiedAt: '2026-01-02T10:00:00Z',
  productionAt: '2026-01-20T10:00:00Z',
  ...changes,
});

/** One that has not come to production. */
export const attempt = (
  version: string,
  state: 'open' | 'rejected' | 'withdrawn',
  changes: Partial<ComponentRelease> = {},
): ComponentRelease => {
  const { productionAt: _, ...release } = earlier(version, {
    certifiedAt: '2026-03-01T10:00:00Z',
    ...changes,
  });
  return { ...release, state };
};

export interface Sketch extends Partial<Omit<VersionContext, 'ticket'>> {
  readonly spec?: Partial<Ticket['spec']>;
  readonly component?: string;
}

/** A ticket of dcache for umd/4 in pull request #7, as the rules see it: a revision 4.2.8 unless told otherwise. */
export function contextOf({ spec = {}, component = 'dcache', ...changes }: Sketch): VersionContext {
  const base = ticketOf('revision');
  const version = spec.version ?? '4.2.8';
  const packages = base.spec.targets[0]?.packages ?? [];
  return {
    ticket: {
      ...base,
      metadata: {
        id: `community-${component}-${version}`,
        component,
        stack: 'community',
        provider: 'dcache-org',
      },
      spec: {
        ...base.spec,
        version,
        distribution: 'umd/4',
        targets: amd64.map((target) => ({ ...target, packages })),
        ...spec,
      },
    },
    path: `releases/community/${component}/${version}.yml`,
    pull: 7,
    history: [],
    distributions: distributionsWith(),
    now,
    ...changes,
  };
}

/** The rules that a ticket breaks, warnings with a question mark. Every sentence is one, and says how to mend it. */
export function told(sketch: Sketch): readonly string[] {
  return versionProblems(contextOf(sketch)).map(({ rule, severity, message, mend }) => {
    if (!/^\S.*\.$/.test(message) || !/^[A-Z].*\.$/.test(mend)) throw new Error(`${message} ${mend}`);
    return `${rule}${severity === 'warning' ? '?' : ''}`;
  });
}

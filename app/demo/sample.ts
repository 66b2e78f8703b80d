import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Catalogue, CatalogueSchema } from '../model/catalogue.ts';
import { ChannelsFileSchema } from '../model/channels-file.ts';
import { type EarlyAdopters, EarlyAdoptersSchema } from '../model/early-adopters.ts';
import { type Policy, PolicySchema } from '../model/policy.ts';
import { readAs, writeYaml } from '../model/yaml.ts';

/** The sample policy, catalogue and registry, and the first files of the demo's repository. */
export interface Sample {
  readonly policy: Policy;
  readonly catalogue: Catalogue;
  readonly earlyAdopters: EarlyAdopters;
  readonly files: Readonly<Record<string, string>>;
}

const sampleRoot = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The sample files of this very repository, with the demo's own addresses in them. Freezes that begin before `freezesFrom` are left out: a
 * play ends as it should on any day of the year.
 */
export async function readSample(webUrl: string, freezesFrom?: Date): Promise<Sample> {
  const text = (path: string): Promise<string> => readFile(join(sampleRoot, path), 'utf8');
  const paths = {
    policy: '.github/rollout.yml',
    catalogue: 'releases/catalogue.yml',
    criteria: 'releases/criteria.yml',
    distributions: 'releases/distributions.yml',
    earlyAdopters: 'releases/early-adopters.yml',
    channelsFile: 'repos-manifest/channels.yml',
  };
  const sample = {
    policy: good(readAs(PolicySchema, await text(paths.policy), paths.policy)),
    catalogue: good(readAs(CatalogueSchema, await text(paths.catalogue), paths.catalogue)),
    earlyAdopters: good(readAs(EarlyAdoptersSchema, await text(paths.earlyAdopters), paths.earlyAdopters)),
    channelsFile: good(readAs(ChannelsFileSchema, await text(paths.channelsFile), paths.channelsFile)),
  };
  const { calendar, intake } = sample.policy;
  const first = freezesFrom?.toISOString().slice(0, 10) ?? '';
  const freezes = calendar.freezes?.filter(({ from }) => from > first);
  const policy: Policy = {
    ...sample.policy,
    calendar: { ...calendar, ...(freezes ? { freezes } : {}) },
    intake: { ...intake, http_hosts: ['127.0.0.1'] },
  };
  const files = {
    'README.md': '# Releases\n\nTickets, manifests and journals of the demo. See `releases/README.md`.\n',
    [paths.policy]: writeYaml(policy),
    [paths.catalogue]: await text(paths.catalogue),
    [paths.criteria]: await text(paths.criteria),
    [paths.distributions]: await text(paths.distributions),
    [paths.earlyAdopters]: await text(paths.earlyAdopters),
    [paths.channelsFile]: writeYaml({ ...sample.channelsFile, url: `${webUrl}/channels` }),
  };
  return { policy, catalogue: sample.catalogue, earlyAdopters: sample.earlyAdopters, files };
}

function good<T>(read: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
  if (!read.ok) throw new Error('a sample file of this repository is broken: run `rollout validate`');
  return read.value;
}

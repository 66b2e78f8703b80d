import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type * as z from 'zod';
import { CatalogueSchema } from '../../app/model/catalogue.ts';
import { ChannelsFileSchema } from '../../app/model/channels-file.ts';
import { CriteriaSchema } from '../../app/model/criteria.ts';
import { DistributionsSchema } from '../../app/model/distributions.ts';
import { EarlyAdoptersSchema } from '../../app/model/early-adopters.ts';
import type { Configuration, Input } from '../../app/model/facts.ts';
import type { Person } from '../../app/model/journal.ts';
import { PolicySchema } from '../../app/model/policy.ts';
import type { IssueFacts, RegistryFacts } from '../../app/model/registry-request.ts';
import { readAs } from '../../app/model/yaml.ts';
import { filled } from './forms.ts';

function sample<S extends z.ZodType>(schema: S, path: string): z.infer<S> {
  const read = readAs(schema, readFileSync(path, 'utf8'), path);
  if (!read.ok) throw new Error(`${path} is not sound`);
  return read.value;
}

export const registryText = readFileSync('releases/early-adopters.yml', 'utf8');
export const configuration: Configuration = {
  policy: sample(PolicySchema, '.github/rollout.yml'),
  catalogue: sample(CatalogueSchema, 'releases/catalogue.yml'),
  criteria: sample(CriteriaSchema, 'releases/criteria.yml'),
  distributions: sample(DistributionsSchema, 'releases/distributions.yml'),
  earlyAdopters: sample(EarlyAdoptersSchema, 'releases/early-adopters.yml'),
  channelsFile: sample(ChannelsFileSchema, 'repos-manifest/channels.yml'),
};

export const mario: Person = { login: 'sr-mario', id: 1 };
export const mila: Person = { login: 'sr-mila', id: 2 };
export const otto: Person = { login: 'Otto', id: 3 };
export const cesga: Person = { login: 'EA-cesga-a', id: 4 };
export const cern: Person = { login: 'p-cern', id: 5 };

export const join = {
  wish: 'join: the site becomes an early adopter',
  site: 'PIC',
  logins: 'otto',
  mailbox: 'grid-admin@pic.example',
  commitments: 'bdii debian12 amd64',
};
export const form = (answers: Readonly<Record<string, string>>): string =>
  filled('become-an-early-adopter', answers);

/** A request by Otto, written at ten, and looked at one day later. */
export function facts(
  body: string,
  more: Partial<Omit<RegistryFacts, 'issue'>> & { readonly issue?: Partial<IssueFacts> } = {},
): RegistryFacts {
  const { issue, ...rest } = more;
  return {
    now: '2026-11-25T10:00:00Z',
    organisation: 'grid',
    issue: {
      number: 12,
      author: otto,
      open: true,
      reopened: false,
      labels: [],
      body,
      bodySha256: createHash('sha256').update(body).digest('hex'),
      edited: undefined,
      ...issue,
    },
    configuration,
    registryText,
    managers: [mario, mila],
    accounts: new Set(['otto', 'p-cern', 'sr-mila', 'ea-cesga-a']),
    providers: { cern: [cern] },
    inputs: [],
    ownComments: [],
    recorded: undefined,
    memberships: [],
    ...rest,
  };
}

/** A comment, an hour after the request. */
export const comment = (by: Person, body: string, more: Partial<Input> = {}): Input => ({
  kind: 'comment',
  id: 100 + by.id,
  where: 'ticket',
  by,
  bot: false,
  at: '2026-11-24T11:00:00Z',
  edited: false,
  body,
  bodySha256: '',
  ...more,
});

import type * as z from 'zod';
import { CatalogueSchema } from '../model/catalogue.ts';
import { ChannelsFileSchema } from '../model/channels-file.ts';
import { DistributionsSchema } from '../model/distributions.ts';
import { EarlyAdoptersSchema } from '../model/early-adopters.ts';
import type { Configuration } from '../model/facts.ts';
import { PolicySchema } from '../model/policy.ts';
import { problemLine } from '../model/problem.ts';
import { readAs } from '../model/yaml.ts';
import type { GitRecord } from '../record/repository.ts';

/** A file that says who may do what is broken or missing on the main branch, and no good one was seen before. */
export class BrokenConfiguration extends Error {
  override readonly name = 'BrokenConfiguration';
}

const files = {
  policy: { path: '.github/rollout.yml', schema: PolicySchema },
  catalogue: { path: 'releases/catalogue.yml', schema: CatalogueSchema },
  distributions: { path: 'releases/distributions.yml', schema: DistributionsSchema },
  earlyAdopters: { path: 'releases/early-adopters.yml', schema: EarlyAdoptersSchema },
  channelsFile: { path: 'repos-manifest/channels.yml', schema: ChannelsFileSchema },
} as const;

export const configurationPaths: readonly string[] = Object.values(files).map(({ path }) => path);

/** Reads the files that say who may do what, at a commit of the main branch; each is parsed once per content. */
export class ConfigurationReader {
  readonly #lastGood = new Map<string, { readonly blob: string; readonly value: unknown }>();
  readonly #alarm: (message: string) => void;

  /** `alarm` is told when a broken file is passed over because an older, good one is known (R16). */
  constructor(alarm: (message: string) => void) {
    this.#alarm = alarm;
  }

  async read(record: GitRecord, commit: string): Promise<Configuration> {
    const blobs = new Map(
      (await record.list(commit, configurationPaths)).map(({ path, blob }) => [path, blob]),
    );
    const one = async <S extends z.ZodType>({ path, schema }: { readonly path: string; readonly schema: S }): Promise<z.infer<S>> => {
      const blob = blobs.get(path);
      const known = this.#lastGood.get(path);
      if (known && known.blob === blob) return known.value as z.infer<S>;
      const read = blob === undefined ? undefined : readAs(schema, await record.blob(blob), path);
      if (read?.ok === true && blob !== undefined) {
        this.#lastGood.set(path, { blob, value: read.value });
        return read.value;
      }
      const why = read?.ok === false ? read.problems.map(problemLine).join('\n') : `${path} is missing`;
      if (!known) throw new BrokenConfiguration(why);
      this.#alarm(`the last good ${path} stays in force: ${why}`);
      return known.value as z.infer<S>;
    };
    return {
      policy: await one(files.policy),
      catalogue: await one(files.catalogue),
      distributions: await one(files.distributions),
      earlyAdopters: await one(files.earlyAdopters),
      channelsFile: await one(files.channelsFile),
    };
  }
}

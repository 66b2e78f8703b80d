import type * as z from 'zod';
import { CatalogueSchema } from '../model/catalogue.ts';
import { ChannelsFileSchema } from '../model/channels-file.ts';
import { CriteriaSchema } from '../model/criteria.ts';
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

/** A file, and the last good value of it. Parsed once per content. */
class KeptFile<S extends z.ZodType> {
  readonly path: string;
  readonly #schema: S;
  #good: { readonly blob: string; readonly value: z.infer<S> } | undefined;

  constructor(path: string, schema: S) {
    this.path = path;
    this.#schema = schema;
  }

  async read(record: GitRecord, commit: string, alarm: (message: string) => void): Promise<z.infer<S>> {
    const [file] = await record.list(commit, [this.path]);
    if (file && this.#good?.blob === file.blob) return this.#good.value;
    const read = file && readAs(this.#schema, await record.blob(file.blob), this.path);
    if (read?.ok === true) {
      this.#good = { blob: file?.blob ?? '', value: read.value };
      return read.value;
    }
    const why = read ? read.problems.map(problemLine).join('\n') : `${this.path} is missing`;
    if (!this.#good) throw new BrokenConfiguration(why);
    alarm(`the last good ${this.path} stays in force: ${why}`);
    return this.#good.value;
  }
}

const paths = {
  policy: '.github/rollout.yml',
  catalogue: 'releases/catalogue.yml',
  criteria: 'releases/criteria.yml',
  distributions: 'releases/distributions.yml',
  earlyAdopters: 'releases/early-adopters.yml',
  channelsFile: 'repos-manifest/channels.yml',
} as const;
export const configurationPaths: readonly string[] = Object.values(paths);
/** Of those the ones that say what is published, and where. */
export const publishingPaths: readonly string[] = [paths.distributions, paths.channelsFile];

/** Reads the files that say who may do what, at a commit of the main branch. */
export class ConfigurationReader {
  readonly #policy = new KeptFile(paths.policy, PolicySchema);
  readonly #catalogue = new KeptFile(paths.catalogue, CatalogueSchema);
  readonly #criteria = new KeptFile(paths.criteria, CriteriaSchema);
  readonly #distributions = new KeptFile(paths.distributions, DistributionsSchema);
  readonly #earlyAdopters = new KeptFile(paths.earlyAdopters, EarlyAdoptersSchema);
  readonly #channelsFile = new KeptFile(paths.channelsFile, ChannelsFileSchema);
  readonly #alarm: (message: string) => void;

  /** `alarm` is told when a broken file is passed over because an older, good one is known (R16). */
  constructor(alarm: (message: string) => void) {
    this.#alarm = alarm;
  }

  async read(record: GitRecord, commit: string): Promise<Configuration> {
    // One look for all of them; each finds its own in it.
    const files = await record.list(commit, configurationPaths);
    await record.readAhead(files.map(({ blob }) => blob));
    return {
      policy: await this.#policy.read(record, commit, this.#alarm),
      catalogue: await this.#catalogue.read(record, commit, this.#alarm),
      criteria: await this.#criteria.read(record, commit, this.#alarm),
      earlyAdopters: await this.#earlyAdopters.read(record, commit, this.#alarm),
      ...(await this.readForPublishing(record, commit)),
    };
  }

  /** What publishing needs of it, no more. */
  async readForPublishing(
    record: GitRecord,
    commit: string,
  ): Promise<Pick<Configuration, 'distributions' | 'channelsFile'>> {
    const files = await record.list(commit, publishingPaths);
    await record.readAhead(files.map(({ blob }) => blob));
    return {
      distributions: await this.#distributions.read(record, commit, this.#alarm),
      channelsFile: await this.#channelsFile.read(record, commit, this.#alarm),
    };
  }
}

import type { PullOutcome } from '../model/facts.ts';
import { entryOf } from '../model/record.ts';
import type { Ticket } from '../model/ticket.ts';
import type { Gathered } from '../facts/gather.ts';
import { allManifests } from '../facts/manifests.ts';
import type { Sources } from '../facts/sources.ts';
import { maximumSignature, signatureProblem } from '../intake/provider-signature.ts';
import { pullPackages } from '../intake/pull.ts';
import { pinnedKeys } from '../publish/signing/foreign-signature.ts';
import { KeyError, readKeyring } from '../publish/signing/openpgp.ts';
import { StorageOutage, type Store } from '../storage/store.ts';
import { readTarball, type TarballFacts } from '../repository/tarball.ts';
import type { PackageFormat } from '../model/distributions.ts';
import { packageFacts } from '../publish/roots/package-facts.ts';
import { debFileNames } from '../repository/deb-file-name.ts';
import type { Reading } from '../repository/refusal.ts';
import { isMultilib, rpmFileName } from '../repository/rpm/nevra.ts';

type Outcome = Omit<PullOutcome, 'digest'>;

export interface IntakeParts {
  readonly store: Store;
  /** Folder of parsed package facts, shared with the publisher. */
  readonly cache: string;
  readonly allow: ReadonlySet<string>;
}

/**
 * Pulls every package of a ticket, verifies its bytes, and looks whether it is what its name and target say (R-2.4-10.4a, R-2.4-10.4b).
 * All problems are told at once, one sentence each.
 */
export async function pullTicket(
  parts: IntakeParts,
  sources: Pick<Sources, 'record' | 'signer'>,
  ticket: Ticket,
  { facts, main }: Gathered,
): Promise<Outcome> {
  const { intake } = facts.configuration.policy;
  const packages = ticket.spec.targets.flatMap((target) => target.packages);
  const signatures = packages.flatMap(({ file, signature }) =>
    signature ? [{ file: `${file}.asc`, ...signature }] : [],
  );
  const tooLong = signatures.filter(({ size }) => size > maximumSignature);
  if (tooLong.length > 0) {
    const message = tooLong.map(
      ({ file }) => `${file} is too long for a signature: at most ${String(maximumSignature)} bytes.`,
    );
    return { ok: false, reason: 'too-large', message: message.join('\n') };
  }
  const list = [...packages, ...signatures];
  const results = await pullPackages(list, {
    store: parts.store,
    allow: parts.allow,
    httpHosts: intake.http_hosts,
    maximumBytes: intake.maximum_bytes,
  });
  const failed = results.flatMap((result) => (result.ok ? [] : [result]));
  if (failed.length > 0) {
    return {
      ok: false,
      reason: failed[0]?.reason ?? 'unreachable',
      message: failed.map(({ message }) => message).join('\n'),
    };
  }
  const wrong = [
    ...(await misfits(parts, ticket, facts.configuration)),
    ...(await badSignatures(parts, sources, ticket, facts.configuration, main)),
    ...(await clashes(sources, ticket, main)),
  ];
  if (wrong.length > 0) return { ok: false, reason: 'not-the-package', message: wrong.join('\n') };
  return { ok: true, reason: '', message: '' };
}

/** Packages that are not what the ticket says: of another format, for another architecture, under another name than their own (T46). */
async function misfits(
  parts: IntakeParts,
  ticket: Ticket,
  { distributions }: Gathered['facts']['configuration'],
): Promise<readonly string[]> {
  const platforms = entryOf(distributions.distributions, ticket.spec.distribution)?.platforms ?? {};
  const wrong: string[] = [];
  for (const { platform, arch, packages } of ticket.spec.targets) {
    const format = entryOf(platforms, platform)?.format;
    for (const one of packages) wrong.push(...(await misfit(parts, format, arch, one)));
  }
  return wrong;
}

async function misfit(
  parts: IntakeParts,
  format: PackageFormat | undefined,
  arch: string,
  { file, sha256 }: { readonly file: string; readonly sha256: string },
): Promise<readonly string[]> {
  switch (format) {
    case 'deb': {
      const read = await packageFacts(parts.cache, 'deb', sha256, parts.store);
      if (!read.ok) return [`${file} is no Debian package that can be taken: ${read.reason}`];
      const { architecture } = read.value;
      return unfitting(
        file,
        debFileNames(read.value),
        architecture,
        architecture === 'all' ? architecture : arch,
      );
    }
    case 'rpm': {
      const read = await packageFacts(parts.cache, 'rpm', sha256, parts.store);
      if (!read.ok) return [`${file} is no rpm package that can be taken: ${read.reason}`];
      const { architecture } = read.value;
      const fits = architecture === 'noarch' || isMultilib(architecture, arch);
      return unfitting(file, [rpmFileName(read.value)], architecture, fits ? architecture : arch);
    }
    case 'tar': {
      const read = await tarballIn(parts.store, file, sha256);
      return read.ok ? [] : [`${file} is no tarball that can be taken: ${read.reason}`];
    }
    case undefined:
      return [];
  }
}

function unfitting(
  file: string,
  own: readonly string[],
  architecture: string,
  arch: string,
): readonly string[] {
  return [
    ...(own.includes(file) ? [] : [`${file} is called ${own[0] ?? ''} by what is in it.`]),
    ...(architecture === arch ? [] : [`${file} is for ${architecture}, its target is ${arch}.`]),
  ];
}

async function tarballIn(store: Store, file: string, sha256: string): Promise<Reading<TarballFacts>> {
  const opened = await store.open(sha256);
  if (!opened) throw new StorageOutage(`The store has no longer the file ${sha256}.`);
  try {
    return await readTarball(opened, file);
  } finally {
    await opened.close();
  }
}

/** Packages whose signature by the provider is not good, or missing where it is required (T43). The keys are those of the main branch. */
async function badSignatures(
  { store }: IntakeParts,
  { record }: Pick<Sources, 'record'>,
  ticket: Ticket,
  { catalogue, distributions }: Gathered['facts']['configuration'],
  main: string,
): Promise<readonly string[]> {
  const { provider: name } = ticket.metadata;
  const provider = entryOf(catalogue.providers, name);
  const signatures = provider?.signatures ?? 'checked';
  if (!provider?.signing_keys || signatures === 'none') return [];
  const path = `releases/keys/${name}.asc`;
  const [file] = await record.list(main, [path]);
  const keyring = await readKeyring(file ? await record.blob(file.blob) : '').catch((error: unknown) => {
    if (error instanceof KeyError) return [];
    throw error;
  });
  const pinned = pinnedKeys(keyring, provider.signing_keys);
  if (pinned.length < new Set(provider.signing_keys).size)
    return [
      `${path} does not hold every key that releases/catalogue.yml registers for ${name}, so its signatures cannot be checked: add the keys there, in armor.`,
    ];
  const keys = { provider: name, keyring: pinned, signatures };
  const platforms = entryOf(distributions.distributions, ticket.spec.distribution)?.platforms ?? {};
  const problems: string[] = [];
  for (const { platform, packages } of ticket.spec.targets) {
    const format = entryOf(platforms, platform)?.format;
    for (const one of packages) {
      const problem = await signatureProblem(one, format, store, keys, new Date());
      if (problem !== undefined) problems.push(problem);
    }
  }
  return [...new Set(problems)];
}

/** The same package name and version with other bytes than a channel has already: never (I3, T48). */
async function clashes(
  { record, signer }: Pick<Sources, 'record' | 'signer'>,
  ticket: Ticket,
  main: string,
): Promise<readonly string[]> {
  const published = new Map<string, { readonly sha256: string; readonly release: string }>();
  const key = (distribution: string, platform: string, arch: string, file: string): string =>
    [distribution, platform, arch, file].join(' ');
  for (const { distribution, release, targets } of await allManifests(record, signer, main)) {
    for (const { platform, arch, packages } of targets) {
      for (const { file, sha256 } of packages)
        published.set(key(distribution, platform, arch, file), { sha256, release });
    }
  }
  return ticket.spec.targets.flatMap(({ platform, arch, packages }) =>
    packages.flatMap(({ file, sha256 }) => {
      const known = published.get(key(ticket.spec.distribution, platform, arch, file));
      return known && known.sha256 !== sha256
        ? [
            `${file} is in the channels already, with other bytes, from ${known.release}: a change needs a new version.`,
          ]
        : [];
    }),
  );
}

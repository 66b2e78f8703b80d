import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DnfClient } from '../clients/dnf.ts';
import type { ProgramRun } from '../clients/program.ts';
import { ZypperClient } from '../clients/zypper.ts';
import { AptClient } from '../publish/apt-client.ts';
import type { StormClient } from './storm.ts';

/** Runs the steps of an update one after the other, up to the first that fails. */
async function complaintOf(steps: readonly (() => Promise<ProgramRun>)[]): Promise<string | undefined> {
  for (const step of steps) {
    const { status, text } = await step();
    if (status !== 0) return text;
  }
  return undefined;
}

/** apt with a deb822 source: an update, then the package that the fetched index has. */
export async function aptStormClient(source: string): Promise<StormClient & { readonly dir: string }> {
  const client = await AptClient.with(source);
  return {
    dir: client.dir,
    update: async () => {
      const complaint = await complaintOf([() => client.update(), () => client.download('tool')]);
      for (const file of await readdir(client.dir))
        if (file.endsWith('.deb')) await rm(join(client.dir, file));
      return complaint;
    },
  };
}

/** dnf with a `.repo` file whose metadata it takes for old at once, so that one command fetches both. */
export async function dnfStormClient(
  repository: string,
  publicKey: string,
): Promise<StormClient & { readonly dir: string }> {
  const client = await DnfClient.with(alwaysOld(repository), publicKey);
  return { dir: client.dir, update: () => complaintOf([() => client.download('tool')]) };
}

/** zypper, as dnf. */
export async function zypperStormClient(
  repository: string,
  publicKey: string,
): Promise<StormClient & { readonly dir: string }> {
  const client = await ZypperClient.with(repository, publicKey);
  return {
    dir: client.dir,
    update: () => complaintOf([() => client.update(), () => client.download('tool')]),
  };
}

function alwaysOld(repository: string): string {
  return `${repository.replace(/^metadata_expire=.*\n/m, '')}metadata_expire=0\n`;
}

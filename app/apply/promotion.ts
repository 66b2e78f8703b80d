import type { Move } from '../model/decision.ts';
import type { Shelf } from '../model/channel.ts';
import type { Manifest } from '../model/manifest.ts';
import { entryOf } from '../model/record.ts';
import { journalPath, parseTicketPath } from '../model/release-id.ts';
import { writeYaml } from '../model/yaml.ts';
import type { Gathered } from '../facts/gather.ts';
import { manifestPath } from '../facts/manifests.ts';
import { promotionBranch } from '../facts/promotion.ts';
import type { Sources } from '../facts/sources.ts';
import { hasStatus } from '../facts/status.ts';
import { headOf } from '../record/journal-file.ts';

/**
 * Opens the promotion pull request of a move: one signed commit that takes the manifest from where it stands and puts it, signed anew,
 * where it goes. It is merged later, when its own checks have passed (process.md 1.4).
 */
export async function openPromotion(sources: Sources, gathered: Gathered, move: Move): Promise<void> {
  const { github, at, record, signer } = sources;
  const { facts, main } = gathered;
  const id = facts.ticket.id ?? '';
  const date = new Date();
  const manifest =
    move.to === 'withdrawn' ? tombstone(gathered, move) : manifestFor(gathered, move.to, move.digest);
  const text = writeYaml(manifest);
  const files = new Map<string, string | undefined>();
  const standing = facts.shelf?.shelf;
  if (standing !== undefined) remove(files, standing, id);
  files.set(manifestPath(move.to, id), text);
  files.set(`${manifestPath(move.to, id)}.asc`, await signer.sign(text, date));
  if (move.revertTicket && facts.ticket.path !== undefined) files.set(facts.ticket.path, undefined);
  const from = standing === undefined || standing === move.to ? '' : ` from ${standing}`;
  const title = `Promote ${id}${from} to ${move.to}`;
  const evidence = `Evidence: entry ${String(manifest.evidence.entry)} of ${manifest.evidence.journal}`;
  const message = `${title}\n\nTicket: #${String(facts.pull.number)}\nRelease-Digest: ${manifest.digest}\n${evidence}`;
  const commit = await record.commit(main, files, message, date);
  const branch = promotionBranch(facts.pull.number, move.to, move.digest);
  await record.push(commit, branch, true);
  const open = await github.rest.pulls.list({ ...at, head: `${at.owner}:${branch}`, state: 'open' });
  if (open.data.length > 0) return;
  await github.rest.pulls.create({
    ...at,
    head: branch,
    base: 'main',
    title,
    body: [
      `Moves the manifest of \`${id}\`${from} to \`${move.to}\` (ticket #${String(facts.pull.number)}).`,
      '',
      `Release digest \`${manifest.digest}\`. ${evidence}.`,
      '',
      'Made, checked and merged by the rollout service; the merge publishes the channels.',
    ].join('\n'),
  });
}

function remove(files: Map<string, string | undefined>, shelf: Shelf, id: string): void {
  files.set(manifestPath(shelf, id), undefined);
  files.set(`${manifestPath(shelf, id)}.asc`, undefined);
}

/** The manifest of a release for a channel, made from the certified ticket and the last entry of its journal. */
function manifestFor(gathered: Gathered, to: Shelf, digest: string): Manifest {
  const { facts } = gathered;
  const ticket = facts.ticket.value;
  if (!ticket || facts.ticket.digest !== digest)
    throw new Error('a manifest is made from the ticket that was certified');
  const { metadata, spec } = ticket;
  const platforms =
    entryOf(facts.configuration.distributions.distributions, spec.distribution)?.platforms ?? {};
  return {
    apiVersion: 'rollout/v1',
    kind: 'Manifest',
    release: facts.ticket.id ?? '',
    channel: to,
    digest,
    component: metadata.component,
    stack: metadata.stack,
    provider: metadata.provider,
    version: spec.version,
    class: spec.class,
    distribution: spec.distribution,
    evidence: evidenceOf(gathered),
    targets: spec.targets.map(({ platform, arch, packages }) => {
      const format = entryOf(platforms, platform)?.format;
      if (format === undefined) throw new Error(`the platform ${platform} has no package format`);
      return {
        platform,
        arch,
        format,
        packages: packages.map(({ file, size, sha256 }) => ({ file, size, sha256 })),
      };
    }),
  };
}

/** What stays of a release that left the channels: the same content, with the reason; never a silent deletion. */
function tombstone(gathered: Gathered, move: Move): Manifest {
  const standing = gathered.facts.shelf?.manifest;
  if (!standing) throw new Error('only a manifest that stands somewhere can be withdrawn');
  const reason = move.reason?.slice(0, 20_000);
  return {
    ...standing,
    channel: 'withdrawn',
    evidence: { ...evidenceOf(gathered), ...(reason ? { reason } : {}) },
  };
}

function evidenceOf({ facts, journalText }: Gathered): Manifest['evidence'] {
  const name = parseTicketPath(facts.ticket.path ?? '');
  if (!name || journalText === undefined) throw new Error('a manifest rests on a journal');
  return {
    ticket: facts.pull.number,
    journal: journalPath(name),
    entry: facts.journal.length,
    hash: headOf(journalText),
  };
}

/** Merges a promotion, or the ticket, at exactly the head that was decided on. Gives false when the forge says that it moved, or not now. */
export async function merge(
  { github, at }: Pick<Sources, 'github' | 'at'>,
  number: number,
  head: string,
  title: string,
): Promise<boolean> {
  try {
    await github.rest.pulls.merge({
      ...at,
      pull_number: number,
      sha: head,
      merge_method: 'merge',
      commit_title: title,
    });
    return true;
  } catch (error) {
    // 409: the head moved; 405: not mergeable now. Both are read again, never forced.
    if (hasStatus(error, 405, 409)) return false;
    throw error;
  }
}

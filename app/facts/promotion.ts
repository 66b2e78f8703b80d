import { type Shelf, shelves } from '../model/channel.ts';
import type { PromotionFacts } from '../model/facts.ts';
import { isSigned } from '../record/commit.ts';
import { readChecks } from './conversation.ts';
import type { Fetched } from '../record/repository.ts';
import type { Sources } from './sources.ts';
import { ForgedManifest, manifestOf, manifestPathsOf } from './manifests.ts';

/** Branch of a promotion: the ticket's number, where the manifest goes, and which content it is. */
export const promotionBranch = (ticket: number, to: Shelf, digest: string): string =>
  `rollout/${String(ticket)}/${to}-${digest.slice(0, 12)}`;

/** The ticket that a promotion branch belongs to. */
export function ticketOfBranch(branch: string): number | undefined {
  const match = /^rollout\/([1-9]\d{0,8})\/[a-z-]+-[0-9a-f]{12}$/.exec(branch);
  return match ? Number(match[1]) : undefined;
}

/** The promotion pull request of a ticket, and what its own checks find: signed by us, this one manifest, nothing else (process.md 1.4). */
export async function readPromotion(
  sources: Sources,
  ticket: number,
  release: string,
  ticketPath: string,
  { main, promotions }: Fetched,
): Promise<PromotionFacts | undefined> {
  const { github, at, record, signer, self, now } = sources;
  const [found] = promotions;
  if (!found) return undefined;
  const { branch, head } = found;
  const to = shelves.find((shelf) => branch.startsWith(`rollout/${String(ticket)}/${shelf}-`)) ?? 'withdrawn';
  const pulls = await github.rest.pulls.list({
    ...at,
    head: `${at.owner}:${branch}`,
    state: 'all',
    per_page: 10,
  });
  const pull = pulls.data.toSorted((a, b) => b.number - a.number)[0];
  const problems: string[] = [];
  if (!(await isSigned(await record.rawCommit(head), signer)))
    problems.push('the commit is not signed with the system key');
  const allowed = new Set(manifestPathsOf(release));
  const diff = await record.diff(await record.mergeBase(main, head), head);
  for (const { path, status } of diff) {
    if (!allowed.has(path) && !(path === ticketPath && status === 'D' && to === 'withdrawn')) {
      problems.push(`it changes \`${path.replaceAll('`', '')}\`, which is not its business`);
    }
  }
  const standing = await manifestOf(record, signer, head, release).catch((error: unknown) => {
    if (error instanceof ForgedManifest) return undefined;
    throw error;
  });
  if (standing?.shelf !== to) problems.push(`it does not bring the manifest to ${to}`);
  return {
    branch,
    number: pull?.number,
    open: pull?.state === 'open',
    head,
    to,
    digest: standing?.manifest.digest ?? '',
    problems,
    checks: pull ? await readChecks(github, at, head, self, now()) : [],
  };
}

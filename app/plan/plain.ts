import { shelves } from '../model/channel.ts';
import type { Change, SeenCheck } from '../model/facts.ts';
import type { WantedCheck } from '../model/effect.ts';
import { inline } from '../wording/markdown.ts';

/**
 * The one required check on a pull request that is no ticket: green, unless it changes what only the system writes. Undefined when the
 * check stands there already.
 */
export function planPlain(
  head: string,
  changes: readonly Change[],
  checks: readonly SeenCheck[],
): WantedCheck | undefined {
  const touched = changes
    .map(({ path }) => path)
    .filter(
      (path) =>
        path.endsWith('.journal.yml') || shelves.some((shelf) => path.startsWith(`repos-manifest/${shelf}/`)),
    );
  const check: WantedCheck =
    touched.length === 0
      ? {
          name: 'rollout',
          head,
          status: 'completed',
          conclusion: 'success',
          title: 'No release ticket',
          summary: 'This pull request adds no release ticket, so the rollout process does not concern it.',
        }
      : {
          name: 'rollout',
          head,
          status: 'completed',
          conclusion: 'failure',
          title: 'Changes the record',
          summary: `Journals and manifests are written by the rollout service alone. Take these files out of the pull request:\n${touched.map((path) => `- ${inline(path)}`).join('\n')}`,
        };
  const seen = checks.find(({ name }) => name === 'rollout');
  return seen?.conclusion === check.conclusion &&
    seen?.title === check.title &&
    seen.summary === check.summary
    ? undefined
    : check;
}

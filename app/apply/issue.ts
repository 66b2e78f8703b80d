import { configurationPaths } from '../facts/configuration.ts';
import { type GatheredRequest, registryPath } from '../facts/registry.ts';
import type { Sources } from '../facts/sources.ts';
import { hasStatus } from '../facts/status.ts';
import { EarlyAdoptersSchema } from '../model/early-adopters.ts';
import { problemLine } from '../model/problem.ts';
import type { IssueEffect } from '../model/registry-request.ts';
import { examine } from '../model/yaml.ts';
import { registryErrors } from '../validate/registry.ts';

/** What came of an effect on an issue; `refused`: GitHub does not let us, and trying again would change nothing. */
export type AppliedToIssue = 'done' | 'again' | 'recorded' | 'refused';

const mostTries = 5;

/** Makes one change for an issue; `request` is what a `record` rests on. Throws when the outside fails; whoever runs it tries again later. */
export async function applyToIssue(
  { github, at, record, teams }: Pick<Sources, 'github' | 'at' | 'record' | 'teams'>,
  number: number,
  effect: IssueEffect,
  request?: GatheredRequest,
): Promise<AppliedToIssue> {
  const issue = { ...at, issue_number: number };
  switch (effect.do) {
    case 'record':
      if (!request) throw new Error('only a registry request is recorded');
      return recordChange(record, request, effect);
    case 'enrol':
      try {
        await github.rest.teams.addOrUpdateMembershipForUserInOrg({
          org: at.owner,
          team_slug: effect.team,
          username: effect.login,
        });
        teams.forget();
        return 'done';
      } catch (error) {
        // Without `members: write`, for a team that is not there, or a person who may not join: a manager is told instead.
        if (hasStatus(error, 403, 404, 422)) return 'refused';
        throw error;
      }
    case 'label':
      if (effect.add.length > 0) await github.rest.issues.addLabels({ ...issue, labels: [...effect.add] });
      for (const name of effect.remove) {
        await github.rest.issues.removeLabel({ ...issue, name }).catch((error: unknown) => {
          if (!hasStatus(error, 404)) throw error;
        });
      }
      return 'done';
    case 'comment':
      await github.rest.issues.createComment({ ...issue, body: effect.body });
      return 'done';
    case 'edit-comment':
      await github.rest.issues.updateComment({ ...at, comment_id: effect.id, body: effect.body });
      return 'done';
    case 'close':
      await github.rest.issues.update({ ...issue, state: 'closed', state_reason: effect.reason });
      return 'done';
  }
}

/**
 * Writes the registry: one signed commit, pushed to main as compare-and-swap. When main moved in a file that the decision read, everything
 * is read again; when it moved elsewhere, the commit is made again on top. A text that brings new mistakes is never written.
 */
async function recordChange(
  record: Sources['record'],
  { main, facts }: GatheredRequest,
  { text, message }: Extract<IssueEffect, { do: 'record' }>,
): Promise<AppliedToIssue> {
  checkText(facts.registryText ?? '', text, facts.configuration);
  return record.alone(async () => {
    let parent = record.main;
    for (let tries = 0; tries < mostTries; tries++) {
      const moved = parent === main ? [] : await record.diff(main, parent);
      if (moved.some(({ path }) => configurationPaths.includes(path))) return 'again';
      // Signatures are checked by real clients: they carry the real time.
      const commit = await record.commit(parent, new Map([[registryPath, text]]), message, new Date());
      if (await record.push(commit, 'main')) return 'recorded';
      parent = (await record.fetch()).main;
    }
    return 'again';
  });
}

/** @throws Error when the new text has mistakes that the old one has not */
function checkText(
  old: string,
  text: string,
  configuration: GatheredRequest['facts']['configuration'],
): void {
  const errorsOf = (one: string): readonly string[] => {
    const reading = examine(EarlyAdoptersSchema, one, registryPath);
    const problems = reading.sound
      ? registryErrors(
          { file: registryPath, document: reading.document, value: reading.value },
          configuration,
        )
      : reading.problems;
    return problems.map((problem) => problemLine({ ...problem, line: 0, column: 0 }));
  };
  const known = new Set(errorsOf(old));
  const fresh = errorsOf(text).filter((line) => !known.has(line));
  if (fresh.length > 0) throw new Error(`the registry would have mistakes:\n${fresh.join('\n')}`);
}

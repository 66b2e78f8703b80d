/** One payload for each event the service hears, cut down to what it reads and a little more. */

const repository = { full_name: 'Egi/Releases', default_branch: 'main', owner: { login: 'Egi' } };
const organization = { login: 'Egi' };
const base = { ref: 'main', sha: 'a'.repeat(40) };

export const payloads = {
  pull_request: { action: 'opened', number: 7, pull_request: { number: 7, merged: false, base }, repository },
  merged: { action: 'closed', number: 7, pull_request: { number: 7, merged: true, base }, repository },
  closed: { action: 'closed', number: 7, pull_request: { number: 7, merged: false, base }, repository },
  pull_request_review: {
    action: 'submitted',
    review: { state: 'approved', body: 'outcome: accept' },
    pull_request: { number: 7 },
    repository,
  },
  issue_comment: { action: 'created', issue: { number: 7 }, comment: { body: '/close' }, repository },
  issues: { action: 'opened', issue: { number: 9 }, repository },
  check_run: {
    action: 'completed',
    check_run: { conclusion: 'success', pull_requests: [{ number: 7 }, { number: 8 }, { number: 7 }] },
    repository,
  },
  check_suite: { action: 'completed', check_suite: { pull_requests: [{ number: 7 }] }, repository },
  push: { ref: 'refs/heads/main', after: 'b'.repeat(40), repository },
  membership: {
    action: 'added',
    scope: 'team',
    member: { login: 'eve' },
    team: { slug: 'verifiers' },
    organization,
  },
  team: { action: 'edited', team: { slug: 'verifiers' }, organization },
  merge_group: {
    action: 'checks_requested',
    merge_group: {
      head_ref: `refs/heads/gh-readonly-queue/main/pr-104-${'c'.repeat(40)}`,
      base_ref: 'refs/heads/main',
    },
    repository,
  },
} as const;

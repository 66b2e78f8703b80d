import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ticketText } from '../../app/demo/actor.ts';
import { historyOf, releaseOf } from '../../app/facts/history.ts';
import { ForeignCommit, Provenance } from '../../app/facts/provenance.ts';
import type { ComponentRelease } from '../../app/model/component-release.ts';
import type { NewEntry } from '../../app/model/journal.ts';
import { journalPath } from '../../app/model/release-id.ts';
import { createKeys, openKeys } from '../../app/publish/signing/keys.ts';
import { extendedJournal, readJournal } from '../../app/record/journal-file.ts';
import type { GitRecord } from '../../app/record/repository.ts';
import { documentSigner } from '../../app/service/system-key.ts';
import { type Scratch, newScratch } from '../record/scratch.ts';
import { people } from '../rollout/people.ts';
import { type Happening, journalOf, stories, told } from '../rollout/story.ts';

const draft = (version: string): string =>
  ticketText({
    stack: 'arc',
    component: 'arc-ce',
    provider: 'nordugrid',
    version,
    class: 'minor',
    targets: [{ platform: 'debian12', arch: 'amd64', packages: [] }],
    more: {
      supersedes: 'arc-arc-ce-6.9.0',
      security: { advisory: 'https://advisories.example/1', embargo_until: '2026-03-20T12:00:00Z' },
    },
  });
const path = (version: string): string => `releases/arc/arc-ce/${version}.yml`;
const certified = (version: string, at = '2026-03-02T08:00:00Z', pull = 7): Happening => {
  const [, event] = told.certified(at);
  if (event.event !== 'certified') throw new Error('no certification');
  return [at, { ...event, pull, path: path(version), ticket: draft(version) }];
};

describe('What a journal says of its release to others', () => {
  const release = (...happenings: readonly Happening[]): ComponentRelease | undefined =>
    releaseOf(journalOf([certified('7.0.1'), ...happenings]), 'arc-arc-ce-7.0.1');

  test('is what its ticket says, as far as it concerns them', () => {
    expect(release()).toEqual({
      id: 'arc-arc-ce-7.0.1',
      pull: 7,
      provider: 'nordugrid',
      version: '7.0.1',
      class: 'minor',
      distribution: 'umd/5',
      targets: [{ platform: 'debian12', arch: 'amd64' }],
      supersedes: 'arc-arc-ce-6.9.0',
      issues: ['https://nordugrid.example/arc-ce/7.0.1/issues'],
      embargoUntil: '2026-03-20T12:00:00Z',
      state: 'open',
      certifiedAt: '2026-03-02T08:00:00Z',
    });
  });

  const production: readonly Happening[] = [
    ...stories.closing.slice(1),
    ['2026-03-09T14:00:00Z', { event: 'merged', commit: 'c'.repeat(40) }],
    told.moved('production', '2026-03-09T14:10:00Z'),
    told.published('production', '2026-03-09T14:20:00Z'),
  ];
  test.each<[string, readonly Happening[], Partial<ComponentRelease>]>([
    ['in staged rollout it is open', stories.done.slice(1), { state: 'open' }],
    ['while it closes it is open', stories.closing.slice(1), { state: 'open' }],
    ['on its way into production it is open', production.slice(0, -1), { state: 'open' }],
    [
      'in production it is there since',
      production,
      { state: 'production', productionAt: '2026-03-09T14:20:00Z' },
    ],
    [
      'rolled back it was there, and is in nobody’s way (A-34)',
      [
        ...production,
        ['2026-04-01T09:00:00Z', { event: 'rolled-back', reason: 'It loses jobs.' }],
        told.moved('withdrawn', '2026-04-01T10:00:00Z'),
      ],
      { state: 'withdrawn', productionAt: '2026-03-09T14:20:00Z' },
    ],
    [
      'rejected at verification',
      [['2026-03-02T09:00:00Z', { event: 'rejected', reason: 'no' }, people.tiziana]],
      { state: 'rejected' },
    ],
    ['rejected in staged rollout', [...stories.done.slice(1), told.closed('reject')], { state: 'rejected' }],
    ['taken back', [['2026-03-02T09:00:00Z', { event: 'withdrawn', reason: 'no' }]], { state: 'withdrawn' }],
    [
      'changed, it keeps the place of its first certification',
      [
        ['2026-03-03T08:00:00Z', { event: 'voided', was: 'a'.repeat(64), now: 'b'.repeat(64) }],
        certified('7.0.1', '2026-03-03T08:00:00Z'),
      ],
      { state: 'open', certifiedAt: '2026-03-02T08:00:00Z' },
    ],
  ])('%s', (_, happenings, part) => {
    const { state, certifiedAt, productionAt } = release(...happenings) ?? {};
    expect({ certifiedAt: '2026-03-02T08:00:00Z', productionAt: undefined, ...part }).toEqual({
      state,
      certifiedAt,
      productionAt,
    });
  });

  test('is nothing without a certification', () => {
    expect(releaseOf([], 'arc-arc-ce-7.0.1')).toBeUndefined();
  });
});

describe('The other releases of a component', () => {
  let scratch: Scratch;
  let record: GitRecord;
  let thief: GitRecord;
  let provenance: Provenance;
  /** The component in hand; what somebody else did to one stays in the record. */
  let component = 'arc-ce';
  const journals = new Map<string, string>();

  /** Writes on main what happened to a release; with `by`, in somebody else's name. */
  async function happens(
    version: string,
    entries: readonly NewEntry[] | undefined,
    by = record,
  ): Promise<void> {
    const { main } = await by.fetch();
    const id = `arc-${component}-${version}`;
    const before = journals.get(version);
    const text = entries && extendedJournal(before, id, entries);
    const file = journalPath({ stack: 'arc', component, name: version });
    await by.push(await by.commit(main, new Map([[file, text]]), 'Journal', new Date()), 'main');
    if (text !== undefined && by === record) journals.set(version, text);
    await record.fetch();
  }
  const beginning = (version: string, at: string, pull: number): readonly NewEntry[] => {
    const [, event] = certified(version, at, pull);
    return [{ ...event, at, by: 'rollout' }];
  };
  async function begins(name: string): Promise<void> {
    component = name;
    journals.clear();
    await happens('7.0.2', beginning('7.0.2', '2026-03-04T08:00:00Z', 9));
    await happens('7.0.1', beginning('7.0.1', '2026-03-05T08:00:00Z', 8));
  }
  const withdrawal: readonly NewEntry[] = [
    { event: 'withdrawn', reason: 'no', at: '2026-03-05T08:00:00Z', by: 'rollout' },
  ];
  const seenFrom = (version: string) =>
    historyOf({ record, provenance }, record.main, {
      stack: 'arc',
      component,
      name: version,
      id: `arc-${component}-${version}`,
    });

  beforeAll(async () => {
    scratch = await newScratch();
    record = await scratch.open('clone');
    provenance = new Provenance(record, scratch.signer);
    await createKeys(join(scratch.dir, 'others'), new Date());
    const { system } = await openKeys(join(scratch.dir, 'others'));
    thief = await scratch.open('thief', { signer: await documentSigner(system) });
    await begins('arc-ce');
  });
  afterAll(() => scratch.end());

  test('stand in the order of their certification, without the one that asks', async () => {
    expect((await seenFrom('7.0.3')).map(({ pull }) => pull)).toEqual([9, 8]);
    expect((await seenFrom('7.0.1')).map(({ pull }) => pull)).toEqual([9]);
  });

  test('are the same array until one of them changes', async () => {
    const before = await seenFrom('7.0.1');
    await happens('7.0.1', [{ event: 'retried', at: '2026-03-05T08:00:00Z', by: 'rollout' }]);
    expect(await seenFrom('7.0.1')).toBe(before);
    await happens('7.0.2', withdrawal);
    expect((await seenFrom('7.0.1')).map(({ state }) => state)).toEqual(['withdrawn']);
  });

  const older = async (): Promise<void> => {
    const [first] = readJournal(journals.get('7.0.2') ?? '', `arc-${component}-7.0.2`);
    await happens('7.0.2', withdrawal);
    expect((await seenFrom('7.0.1')).map(({ state }) => state)).toEqual(['withdrawn']);
    journals.delete('7.0.2');
    if (first) await happens('7.0.2', [first], thief);
  };
  test.each<[string, string, () => Promise<void>]>([
    ['continues a journal', 'one', () => happens('7.0.2', withdrawal, thief)],
    ['begins one', 'two', () => happens('7.0.4', beginning('7.0.4', '2026-03-06T08:00:00Z', 10), thief)],
    ['puts an older one back that was believed once', 'three', older],
    ['takes one away', 'four', () => happens('7.0.2', undefined, thief)],
  ])('are not believed when somebody else %s', async (_, name, forges) => {
    await begins(name);
    expect(await seenFrom('7.0.1')).toHaveLength(1);
    await forges();
    await expect(seenFrom('7.0.1')).rejects.toThrow(ForeignCommit);
    await expect(seenFrom('7.0.1')).rejects.toThrow(ForeignCommit);
  });
});

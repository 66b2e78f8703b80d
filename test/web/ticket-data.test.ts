import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { channels } from '../../app/model/channel.ts';
import { clockNames } from '../../app/model/clock.ts';
import { participations } from '../../app/model/decision.ts';
import { exceptionRules } from '../../app/model/exception.ts';
import { PilotSchema } from '../../app/model/pilot.ts';
import { roles, states } from '../../app/model/state.ts';
import { createPages } from '../../app/web/pages.tsx';
import { explanation } from '../../app/wording/status.ts';
import { oddSketches } from './odd-sample.ts';
import { sampleBoard, sketches, withChannels } from './sample.ts';

const time = z.iso.datetime();
const outcome = z.enum(['success', 'warning', 'reject']);
/** The shape that interfaces.md promises, and nothing else. */
const TicketShape = z.strictObject({
  number: z.int(),
  release: z.string().nullable(),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  state: z.enum(states),
  class: z.enum(['emergency', 'revision', 'minor', 'major']).nullable(),
  held: z.boolean(),
  waiting: z.enum(roles).nullable(),
  explanation: z.string().min(1),
  steps: z
    .array(
      z.strictObject({
        step: z.string(),
        met: z.boolean(),
        stands: z.enum(['waiting', 'working', 'met', 'failed']),
        title: z.string().min(1),
        because: z.array(z.string()),
        rule: z.string().regex(/^R-/),
        due: time.nullable(),
      }),
    )
    .length(5),
  awaiting: z.array(
    z.strictObject({ who: z.string(), for: z.string(), due: time.nullable(), late: z.boolean() }),
  ),
  sites: z.array(
    z.strictObject({
      site: z.string(),
      participation: z.enum(participations),
      outcome: outcome.nullable(),
      due: time.nullable(),
      committed: z.boolean(),
      people: z.array(z.string()),
      reason: z.string().nullable(),
      report_again: z.boolean(),
    }),
  ),
  suggestion: outcome.nullable(),
  breaches: z.array(
    z.strictObject({
      clock: z.enum(clockNames),
      role: z.enum(roles),
      who: z.string(),
      due: time,
      days: z.int().nonnegative(),
    }),
  ),
  exceptions: z.array(
    z.strictObject({
      id: z.string().regex(/^E\d+$/),
      rules: z.array(z.enum(exceptionRules)),
      reason: z.string(),
      by: z.array(z.string()).min(1),
      stands: z.enum(['waiting', 'approved', 'expired']),
      waits_for: z.string().min(1).nullable(),
      expires: time,
    }),
  ),
  problems: z.array(
    z.strictObject({
      site: z.string(),
      severity: z.string(),
      summary: z.string(),
      bug: z.string().nullable(),
      workaround: z.string().nullable(),
    }),
  ),
  pilots: z.array(PilotSchema),
  advisories: z.array(z.string()),
  frozen: z.string().nullable(),
  rolled_back: z.string().nullable(),
  remarks: z.array(z.string()),
  forecast: z
    .strictObject({
      steps: z.array(z.strictObject({ what: z.string(), who: z.string(), by: time })),
      production: time.nullable(),
      soonest: time.nullable(),
      target: time.nullable(),
    })
    .nullable(),
  packages: z.array(
    z.strictObject({ file: z.string(), sha256: z.string().length(64), size: z.int(), target: z.string() }),
  ),
  channels: z.record(
    z.enum(channels),
    z.strictObject({ url: z.url(), published: z.boolean(), verified_at: time.nullable() }),
  ),
  commands: z.array(z.strictObject({ for: z.string(), text: z.string() })),
  history: z.array(
    z.strictObject({
      n: z.int(),
      at: time,
      by: z.string(),
      event: z.string(),
      text: z.string(),
      source: z.object({}).nullable(),
    }),
  ),
});

const board = sampleBoard();
const pages = createPages(board);
const ticket = async (number: number): Promise<z.infer<typeof TicketShape>> => {
  const response = await pages.request(`/api/tickets/${String(number)}.json`);
  expect(response.headers.get('content-type')).toContain('application/json');
  return TicketShape.parse(await response.json());
};

describe('A ticket as JSON', () => {
  test.each(sketches.map(({ number }) => number))('#%d has the shape that is promised', async (number) => {
    expect((await ticket(number)).number).toBe(number);
  });

  test('says who is awaited, and who is late', async () => {
    expect((await ticket(25)).awaiting).toEqual([
      { who: 'SiGNET', for: 'the report', due: '2026-03-11T08:50:00Z', late: true },
      { who: 'UKI-NORTHGRID-MAN-HEP', for: 'the report', due: '2026-03-11T10:20:00Z', late: false },
    ]);
  });

  test('tells of each channel whether these very packages are in it, and when that was read back', async () => {
    const url = 'https://repository.example.org/channels';
    expect((await ticket(22)).channels).toEqual({
      unverified: { url: `${url}/unverified`, published: false, verified_at: '2026-03-04T09:00:00Z' },
      'staged-rollout': {
        url: `${url}/staged-rollout`,
        published: false,
        verified_at: '2026-02-24T10:00:00Z',
      },
      production: { url: `${url}/production`, published: true, verified_at: '2026-03-05T09:35:00Z' },
    });
  });

  test('does not take another content of the same release for this one', async () => {
    const changed = sampleBoard(
      sketches.map((sketch) => (sketch.number === 28 ? { ...sketch, story: [] } : sketch)),
    );
    const other = withChannels(changed, ({ releases }) => ({
      releases: releases.map(({ id }) => ({ id, digest: 'f'.repeat(64) })),
    }));
    const response = await createPages(other).request('/api/tickets/28.json');
    const { unverified } = TicketShape.parse(await response.json()).channels;
    expect(unverified).toEqual({
      url: 'https://repository.example.org/channels/unverified',
      published: false,
      verified_at: null,
    });
  });

  test('names sites, packages by target, and the history in order', async () => {
    const { sites, packages, history } = await ticket(25);
    expect(sites[0]).toEqual({
      site: 'CESGA',
      participation: 'done',
      outcome: 'warning',
      due: null,
      committed: true,
      people: ['carmen'],
      reason: null,
      report_again: false,
    });
    expect(packages[0]).toEqual({
      file: 'arc-ce_7.0.1-1_amd64.deb',
      sha256: '65'.repeat(32),
      size: 1_482_310,
      target: 'debian12 amd64',
    });
    expect(history.map(({ n }) => n)).toEqual(history.map((_, place) => place + 1));
    expect(history[0]).toMatchObject({ event: 'certified', by: 'rollout', source: null });
  });

  test('says null, and nothing invented, of a ticket that cannot be read', async () => {
    expect(await ticket(30)).toMatchObject({
      digest: null,
      class: null,
      packages: [],
      history: [],
      state: 'draft',
    });
  });
});

describe('A ticket with exceptions, freezes, silent sites and problems, as JSON', () => {
  const odd = sampleBoard(oddSketches);
  const of = async (number: number): Promise<z.infer<typeof TicketShape>> =>
    TicketShape.parse(await (await createPages(odd).request(`/api/tickets/${String(number)}.json`)).json());

  test('tells of each site its part in all eight words, with its reason and until when', async () => {
    const { sites } = await of(51);
    expect(new Set(sites.map(({ participation }) => participation))).toEqual(new Set(participations));
    expect(sites.find(({ site }) => site === 'GRIF')).toMatchObject({
      participation: 'excused',
      reason: 'Three reminders and no answer.',
      due: null,
    });
    expect(sites.find(({ site }) => site === 'ICM')).toMatchObject({
      participation: 'no-answer',
      due: '2026-03-10T09:00:00Z',
    });
  });

  test('tells who was late and for which role, the worst of it (R-2.4-T3-5)', async () => {
    expect((await of(51)).breaches).toEqual([
      {
        clock: 'accept',
        role: 'staged-rollout',
        who: 'early adopters',
        due: '2026-03-10T09:00:00Z',
        days: 0,
      },
      { clock: 'step3', role: 'staged-rollout', who: 'GRIF', due: '2026-03-10T11:00:00Z', days: 2 },
    ]);
    expect((await of(52)).breaches).toEqual([
      expect.objectContaining({ clock: 'step2', role: 'technology-unit', days: 1 }),
    ]);
    // The end of the grace period is when the close becomes due, and no breach yet.
    expect((await of(53)).breaches).toEqual([]);
  });

  test('tells of an exception who stands behind it, whom it waits for and until when (A-22)', async () => {
    expect((await of(52)).exceptions).toEqual([
      {
        id: 'E1',
        rules: ['verification', 'staged-rollout'],
        reason: 'The hole is being used.',
        by: ['joao'],
        stands: 'waiting',
        waits_for: 'somebody else of technology-unit',
        expires: expect.stringMatching(/^2026-03-/),
      },
    ]);
  });

  test('tells of a freeze, of problems with bug and workaround, of the worst report and of what comes next', async () => {
    const one = await of(53);
    expect(one.frozen).toContain('frozen by joao: `The mirror is full.`');
    expect(one.problems).toEqual([
      {
        site: 'CESGA',
        severity: 'minor',
        summary: 'Logs twice',
        bug: 'https://bugs.example.org/7',
        workaround: 'Set log=once',
      },
    ]);
    expect(one.suggestion).toBe('success');
    expect(one.advisories).toEqual(['https://advisories.example.org/1']);
    expect(one.forecast?.production).toBe(one.forecast?.steps.at(-1)?.by);
    expect((await of(54)).rolled_back).toBe('It loses jobs.');
  });

  test('prints the same explanation as every other place', async () => {
    for (const { facts, decision } of odd.tickets())
      expect((await of(facts.pull.number)).explanation).toBe(explanation(decision));
  });
});

test('All tickets are a list of the same', async () => {
  const all = z.array(TicketShape).parse(await (await pages.request('/api/tickets.json')).json());
  expect(all).toHaveLength(sketches.length);
  expect(all.find(({ number }) => number === 25)).toEqual(await ticket(25));
});

test('Channels are a list with releases, sources and keys', async () => {
  const all: unknown = await (await pages.request('/api/channels.json')).json();
  expect(all).toEqual(
    channels.map((channel) =>
      expect.objectContaining({ channel, number: 41, published: '2026-03-11T08:41:12Z' }),
    ),
  );
  expect(all).toMatchObject([
    {
      url: 'https://repository.example.org/channels/unverified',
      releases: [{ id: 'arc-gfal2-2.23.1', digest: '28'.repeat(32) }, { id: 'arc-voms-2.1.2' }],
      apt: [
        {
          distribution: 'umd/5',
          platform: 'debian12',
          arch: 'amd64',
          line: expect.stringMatching(/^deb \[signed-by=/),
          key: 'https://repository.example.org/channels/keys/unverified.gpg',
        },
        { platform: 'debian13' },
      ],
    },
    {},
    {},
  ]);
});

test('The key of a channel stands beside its folder, whether or not its address ends with a slash', async () => {
  const slashed = withChannels(board, ({ url }) => ({ url: `${url}/` }));
  const all = z
    .array(z.object({ apt: z.array(z.object({ key: z.string() })) }))
    .parse(await (await createPages(slashed).request('/api/channels.json')).json());
  expect(all[2]?.apt[0]?.key).toBe('https://repository.example.org/channels/keys/production.gpg');
});

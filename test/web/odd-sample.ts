import type { Person } from '../../app/model/journal.ts';
import { joao, noEntry } from './configuration.ts';
import type { TicketSketch } from './sample-ticket.ts';
import { told } from './story.ts';

const person = (login: string, id: number): Person => ({ login, id });
const grid = person('grif-a', 51);
const late = { event: 'reminded', clock: 'step3', who: 'GRIF', since: '2026-03-08T11:00:00Z' } as const;

/** Releases with everything that stands beside the steps: silent sites, exceptions, a freeze, problems, a rollback. */
export const oddSketches: readonly TicketSketch[] = [
  {
    number: 51,
    component: 'arc-ce',
    version: '7.0.2',
    story: [
      ...told.unverified(51),
      ...told.verified(51, '2026-03-09T09:00:00Z').slice(3, -1),
      [
        '2026-03-09T09:00:00Z',
        { event: 'called', issue: 151, invited: ['CESGA', 'SiGNET', 'ICM', 'LIP-Lisbon'] },
      ],
      ['2026-03-09T10:00:00Z', { event: 'accepted', site: 'GRIF', committed: false }, grid],
      ['2026-03-09T10:00:00Z', { event: 'accepted', site: 'NDGF-T1', committed: false }, grid],
      ['2026-03-10T10:00:00Z', { event: 'accepted', site: 'CESGA', committed: true }, grid],
      ['2026-03-10T10:10:00Z', { event: 'deployed', site: 'CESGA' }, grid],
      ['2026-03-10T10:00:00Z', { event: 'accepted', site: 'SiGNET', committed: true }, grid],
      ['2026-03-10T10:00:00Z', { event: 'accepted', site: 'LRZ-LMU', committed: false }, grid],
      ...told.reported(51, 'LRZ-LMU', '2026-03-10T12:00:00Z'),
      ['2026-03-10T10:00:00Z', { event: 'declined', site: 'LIP-Lisbon', reason: 'No time.' }, grid],
      ['2026-03-10T10:20:00Z', { event: 'left', site: 'NDGF-T1', reason: 'Hardware broke.' }, grid],
      [
        '2026-03-10T09:00:00Z',
        {
          event: 'reminded',
          clock: 'accept',
          mark: 'due',
          who: 'early adopters',
          since: '2026-03-09T09:00:00Z',
          due: '2026-03-10T09:00:00Z',
          day: 0,
        },
      ],
      ['2026-03-09T11:00:00Z', { ...late, mark: 'half', due: '2026-03-10T11:00:00Z', day: 0 }],
      ['2026-03-10T11:00:00Z', { ...late, mark: 'due', due: '2026-03-10T11:00:00Z', day: 0 }],
      ['2026-03-11T08:00:00Z', { ...late, mark: 'late', due: '2026-03-10T11:00:00Z', day: 2 }],
      ['2026-03-11T09:00:00Z', { event: 'invited', who: 'UKI-NORTHGRID-MAN-HEP', is: 'site' }, joao],
      [
        '2026-03-11T09:00:00Z',
        { event: 'excused', site: 'GRIF', reason: 'Three reminders and no answer.' },
        joao,
      ],
    ],
    in: 'staged-rollout',
  },
  {
    number: 52,
    component: 'voms',
    version: '2.1.3',
    class: 'emergency',
    story: [
      ...told.unverified(52),
      [
        '2026-03-10T09:00:00Z',
        {
          event: 'reminded',
          clock: 'step2',
          mark: 'late',
          who: 'technology-unit',
          since: '2026-03-04T09:00:00Z',
          due: '2026-03-06T09:00:00Z',
          day: 1,
        },
      ],
      [
        '2026-03-11T09:00:00Z',
        {
          event: 'asked',
          exception: 'E1',
          rules: ['verification', 'staged-rollout'],
          reason: 'The hole is being used.',
          as: ['staged-rollout'],
        },
        joao,
      ],
    ],
    in: 'unverified',
  },
  {
    number: 53,
    component: 'bdii',
    version: '6.0.4',
    story: [
      ...told.verified(53, '2026-03-10T08:00:00Z'),
      ...told.accepted('CESGA', '2026-03-10T09:00:00Z'),
      ...told.deployed('CESGA', '2026-03-10T10:00:00Z'),
      ...told.reported(53, 'CESGA', '2026-03-10T12:00:00Z', {
        issues: [
          {
            severity: 'minor',
            summary: 'Logs twice',
            bug: 'https://bugs.example.org/7',
            workaround: 'Set log=once',
          },
        ],
      }),
      [
        '2026-03-11T07:00:00Z',
        {
          event: 'reminded',
          clock: 'grace',
          mark: 'due',
          who: 'staged-rollout',
          since: '2026-03-10T10:00:00Z',
          due: '2026-03-11T07:00:00Z',
          day: 0,
        },
      ],
      ['2026-03-11T08:00:00Z', { event: 'frozen', reason: 'The mirror is full.' }, joao],
      ['2026-03-11T08:10:00Z', { event: 'advised', link: 'https://advisories.example.org/1' }, joao],
      [
        '2026-03-11T08:20:00Z',
        {
          event: 'piloted',
          pilot: {
            kind: 'Pilot',
            release: '',
            digest: noEntry,
            name: 'bdii-pilot-1',
            purpose: 'scalability',
            participants: [{ who: 'CESGA', as: 'site-manager' }],
            source: 'the channel staged-rollout',
            stages: [{ part: 'server' }],
            result: { outcome: 'good', text: 'Fast enough.' },
          },
        },
        joao,
      ],
    ],
    in: 'staged-rollout',
  },
  {
    number: 54,
    component: 'apel',
    version: '2.1.1',
    story: [
      ...told.verified(54, '2026-02-24T10:00:00Z'),
      ...told.accepted('CESGA', '2026-02-24T11:00:00Z'),
      ...told.reported(54, 'CESGA', '2026-02-26T09:00:00Z'),
      ...told.closed(54, 'success', 'All well.', '2026-03-05T09:30:00Z'),
      ...told.production(54, '2026-03-05T09:35:00Z'),
      ['2026-03-06T09:00:00Z', { event: 'rolled-back', reason: 'It loses jobs.' }, joao],
    ],
    in: 'production',
  },
];

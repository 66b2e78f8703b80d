import type { TicketDraft } from './actor.ts';
import type { World } from './world.ts';

/** What a play tells its audience, step by step. */
export type Tell = (release: string, text: string) => void;

/** A release that is played through the whole process by the people of the demo. */
export interface Play {
  readonly title: string;
  readonly ticket: Omit<TicketDraft, 'targets'> & { readonly packages: readonly string[] };
  /** The packages are offered for AlmaLinux 9 too. */
  readonly alsoRpm?: true;
  readonly provider: string;
  readonly draft?: boolean;
  readonly sites: readonly {
    readonly site: string;
    readonly login: string;
    readonly outcome: 'success' | 'warning' | 'reject';
    readonly text?: string;
  }[];
  readonly close: { readonly outcome: 'success' | 'warning' | 'reject'; readonly summary: string };
  readonly ends: 'success' | 'warning' | 'rejected';
}

/** A first release that has been in production for two months when the demo begins. */
export const baseline: Play = {
  title: 'a new service, two months ago',
  ticket: {
    stack: 'globus',
    component: 'myproxy',
    provider: 'gridcf',
    version: '1.2.3',
    class: 'major',
    packages: ['myproxy-server', 'myproxy-client'],
    more: { new_service: true, roadmap: 'https://roadmap.example/umd-5#myproxy' },
  },
  provider: 'p-gridcf',
  sites: [
    { site: 'NIKHEF-ELPROD', login: 'ea-nikhef-a', outcome: 'success' },
    { site: 'LRZ-LMU', login: 'ea-lrz-a', outcome: 'success' },
  ],
  close: { outcome: 'success', summary: 'Two sites ran the new service for a week without a problem.' },
  ends: 'success',
};

export const plays: readonly Play[] = [
  {
    title: 'a revision that ends in Success',
    ticket: {
      stack: 'glite',
      component: 'bdii',
      provider: 'cern',
      version: '6.0.1',
      class: 'revision',
      packages: ['bdii'],
    },
    provider: 'p-cern',
    alsoRpm: true,
    sites: [{ site: 'CESGA', login: 'ea-cesga-a', outcome: 'success' }],
    close: { outcome: 'success', summary: 'CESGA ran it on its site index for a week; nothing to report.' },
    ends: 'success',
  },
  {
    title: 'a minor release that ends in Warning',
    ticket: {
      stack: 'arc',
      component: 'nordugrid-arc',
      provider: 'nordugrid',
      version: '6.18.0',
      class: 'minor',
      packages: ['nordugrid-arc-arex', 'nordugrid-arc-client'],
      more: { new_functionality: ['new options of the information provider'] },
    },
    provider: 'p-nordugrid',
    draft: true,
    sites: [
      { site: 'NDGF-T1', login: 'ea-ndgf-a', outcome: 'success' },
      {
        site: 'SiGNET',
        login: 'ea-signet-a',
        outcome: 'warning',
        text: 'Say that a-rex has to be restarted by hand after the update.',
      },
    ],
    close: {
      outcome: 'warning',
      summary: 'Works at both sites. Restart a-rex by hand after the update; the release notes will say so.',
    },
    ends: 'warning',
  },
  {
    title: 'a revision that an early adopter rejects',
    ticket: {
      stack: 'glite',
      component: 'gfal2',
      provider: 'cern',
      version: '2.21.4',
      class: 'revision',
      packages: ['gfal2-util'],
    },
    provider: 'p-cern',
    sites: [
      {
        site: 'GRIF',
        login: 'ea-grif-a',
        outcome: 'reject',
        text: 'Transfers over 2 GiB end with a truncated file.',
      },
    ],
    close: {
      outcome: 'reject',
      summary: 'GRIF found truncated transfers; rolled back within twenty minutes.',
    },
    ends: 'rejected',
  },
];

export const releaseOf = ({ ticket }: Pick<Play, 'ticket'>): string =>
  `${ticket.stack}-${ticket.component}-${ticket.version}`;

type Opened = Pick<Play, 'title' | 'ticket' | 'provider' | 'draft' | 'alsoRpm'>;

/** The provider opens the ticket, and its packages are pulled; gives the ticket's number. */
export async function playToUnverified(world: World, play: Opened, tell: Tell): Promise<number> {
  const { packages, ...ticket } = play.ticket;
  const say = (text: string): void => {
    tell(releaseOf(play), text);
  };
  const offered = await Promise.all(packages.map((name) => world.provider.offer(name, ticket.version)));
  const targets = [{ platform: 'debian12', arch: 'amd64', packages: offered }];
  if (play.alsoRpm === true) {
    const rpms = await Promise.all(packages.map((name) => world.provider.offerRpm(name, ticket.version)));
    targets.push({ platform: 'al9', arch: 'x86_64', packages: rpms });
  }
  const provider = world.as(play.provider);
  const number = await provider.opensTicket({ ...ticket, targets }, play.draft ?? false);
  say(`${play.provider} opens #${String(number)}${play.draft === true ? ' as a draft' : ''}: ${play.title}`);
  if (play.draft === true) {
    await world.reaches(number, 'draft');
    await provider.marksReady(number);
    say(`${play.provider} marks it ready: certified`);
  }
  await world.reaches(number, 'unverified');
  return number;
}

/** And the Technology Unit verifies it: early adopters are called. */
export async function playToVerified(world: World, play: Opened, tell: Tell): Promise<number> {
  const number = await playToUnverified(world, play, tell);
  await world.as('tu-vera').verifies(number);
  tell(releaseOf(play), 'tu-vera verifies it with an approving review');
  await world.reaches(number, 'verified');
  return number;
}

/** And sites accept, deploy and report. */
export async function playToReports(world: World, play: Play, tell: Tell): Promise<number> {
  const say = (text: string): void => {
    tell(releaseOf(play), text);
  };
  const number = await playToVerified(world, play, tell);
  const call = world.service.board.ticket(number)?.facts.call?.number ?? number;
  for (const { site, login } of play.sites) {
    await world.as(login).comments(call, `/accept ${site}`);
    say(`${login} accepts for ${site}`);
  }
  await world.reaches(number, 'rolling-out');
  await world.settled();
  for (const { site, login, outcome, text } of play.sites) {
    const adopter = world.as(login);
    await adopter.comments(number, `/deployed ${site}`);
    await adopter.reports(number, site, outcome, text);
    say(`${site} runs it in production and reports ${outcome}`);
  }
  await world.reaches(number, 'done');
  return number;
}

/** The manager who closes: the expert of the stack, where there is one. */
const expertOf: Readonly<Record<string, string>> = { arc: 'sr-mila' };

/** The manager closes, and the release goes where it ends. */
export async function playClose(
  world: World,
  play: Pick<Play, 'ticket' | 'close' | 'ends'>,
  number: number,
  tell: Tell,
): Promise<void> {
  const expert = expertOf[play.ticket.stack] ?? 'sr-mario';
  await world.as(expert).comments(number, `/close ${play.close.outcome}\n\n${play.close.summary}`);
  tell(releaseOf(play), `${expert} closes it with ${play.close.outcome}`);
  await world.reaches(number, play.ends);
}

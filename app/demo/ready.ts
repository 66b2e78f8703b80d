import { join } from 'node:path';
import { channels } from '../model/channel.ts';
import type { World } from './world.ts';

/** The line that `rollout demo --json` prints when everything is up (interfaces.md): what another program needs to act in the demo. */
export function readyLine(world: World, control: string): object {
  const { forge, service, provider, people, clone } = world;
  const each = <T>(value: (channel: string) => T): Record<string, T> =>
    Object.fromEntries(channels.map((channel) => [channel, value(channel)]));
  return {
    forge: { api: `${forge.url}/api/v3`, git: forge.url },
    web: service.url,
    repository: world.repository,
    channels: each((channel) => `${service.url}/channels/${channel}/`),
    keyrings: each((channel) => join(world.channels, 'keys', `${channel}.gpg`)),
    provider: { url: provider.url, dir: provider.dir },
    users: Object.fromEntries(
      people.map(({ login, teams, sites }) => [login, { token: forge.tokens[login], teams, sites }]),
    ),
    clock: `${control}/clock`,
    mail: `${control}/mail`,
    store: world.store,
    clone,
    channelDirs: each((channel) => join(world.channels, channel)),
    sample: {
      stack: 'globus',
      component: 'myproxy',
      otherComponent: 'globus-gridftp-server',
      provider: 'gridcf',
      providerLogin: 'p-gridcf',
      otherProviderLogin: 'p-nordugrid',
      distribution: 'umd/5',
      version: '1.2.3',
      nextRevision: '1.2.4',
      nextMinor: '1.3.0',
      deb: { platform: 'debian12', arch: 'amd64', apt: sourceLine(world) },
      rpm: { platform: 'al9', arch: 'x86_64', baseurl: yumAddress(world) },
    },
  };
}

/** The apt source of the sample's platform in production, without options. */
function sourceLine({ service }: World): string {
  const production = service.board.channels().find(({ channel }) => channel === 'production');
  const target = production?.aptLines.find(
    ({ distribution, platform }) => distribution === 'umd/5' && platform === 'debian12',
  );
  return (target?.line ?? '').replace(/^deb \[[^\]]*\] /, 'deb ');
}

/** The plain address of the sample's yum repository in production. */
function yumAddress({ service }: World): string {
  const production = service.board.channels().find(({ channel }) => channel === 'production');
  const source = production?.sources.find(
    ({ distribution, platform, arch }) => distribution === 'umd/5' && platform === 'al9' && arch === 'x86_64',
  );
  return source?.address ?? '';
}

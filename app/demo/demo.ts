import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorText, jsonLog } from '../service/log.ts';
import { type Control, startControl } from './control.ts';
import { playEmergency, playReview } from './emergency-play.ts';
import { type Tell, baseline, playClose, playToReports, plays } from './plays.ts';
import { readyLine } from './ready.ts';
import { SilentPlay } from './silent-play.ts';
import { Stage } from './stage.ts';
import { type World, startWorld } from './world.ts';

export interface DemoOptions {
  readonly port: number;
  /** Ends when the play ends. */
  readonly exit: boolean;
  /** Plays nothing but the release that is in production from the start. */
  readonly idle: boolean;
  readonly state: string | undefined;
  readonly json: boolean;
  readonly write: (text: string) => void;
  readonly colours: boolean;
  /** Resolves when a person or a supervisor wants it to end. */
  readonly interrupted: Promise<void>;
}

const day = 86_400_000;

/** `rollout demo`: the whole system on loopback, played through. Gives the exit status: 0 when every release ended where it should. */
export async function demo(options: DemoOptions): Promise<number> {
  const quiet = options.json;
  const stage = new Stage(quiet ? () => undefined : options.write, options.colours);
  const dir = options.state ?? (await mkdtemp(join(tmpdir(), 'rollout-demo-')));
  stage.line(
    'Staged Rollout: forge, provider, service and channels, all on this machine and on loopback only.',
  );
  stage.line(`Everything is kept in ${dir}${options.state === undefined ? ' and removed at the end' : ''}.`);
  const logLines: string[] = [];
  const world = await startWorld({
    dir,
    port: options.port,
    start: morning(60),
    playsUntil: new Date(),
    log: jsonLog((line) => {
      logLines.push(line);
      if (logLines.length >= 100) void flush();
    }),
    onTicket: ({ facts, decision }) => {
      stage.sees(facts, decision);
    },
  });
  const flush = (): Promise<void> =>
    writeFile(join(dir, 'service.log'), logLines.splice(0).join(''), { flag: 'a' });
  stage.follows(world);
  const control = await startControl(world);
  await writeSettings(world, control);
  stage.line(
    `Watch it: ${world.service.url}/ (board), ${world.forge.url}/${world.repository}/pulls (pull requests).`,
  );
  let status = 0;
  try {
    const over = options.interrupted.then(() => 'interrupted' as const);
    const played = play(world, options, stage).then(() => 'played' as const);
    const how = await Promise.race([played, over]);
    // The play may fail behind an interruption: then nobody waits for it any more.
    played.catch(() => undefined);
    if (how === 'played') {
      if (options.json) options.write(`${JSON.stringify(readyLine(world, control.url))}\n`);
      else if (options.idle) stage.addresses(world);
      else stage.ends(world);
      if (!options.exit) {
        stage.line('\nThe pages stay up until Ctrl-C.');
        await over;
      }
    }
  } catch (error) {
    status = 1;
    process.stderr.write(`The demo did not end as it should: ${errorText(error)}\n`);
  } finally {
    await control.stop();
    await world.stop();
    await flush();
    if (options.state === undefined) await rm(dir, { recursive: true, force: true });
    else if (status !== 0) process.stderr.write(`The log is in ${join(dir, 'service.log')}.\n`);
  }
  return status;
}

/** Two months in a minute: one release long in production, then five at once, ending today. */
async function play(world: World, options: DemoOptions, stage: Stage): Promise<void> {
  if (world.resumed) {
    stage.heading('Taken up again where it was left.');
    await world.service.sweep();
    return;
  }
  const tell: Tell = (release, text) => {
    stage.tells(release, text);
  };
  const move = async (step: string | Date, why: string): Promise<void> => {
    const from = world.clock.now();
    const moved = world.advance(step);
    stage.moves(from, why);
    await moved;
  };
  stage.heading('Two months ago: a first release goes into production');
  const number = await playToReports(world, baseline, tell);
  await move('5wd', 'five working days of grace');
  await playClose(world, baseline, number, tell);
  await world.settled();
  await move(morning(21), 'the weeks until the next releases');
  if (!options.idle) {
    stage.heading('Three weeks ago: five releases at once');
    await playTogether(world, tell, move);
  }
  await move(new Date(Math.max(Date.now(), world.clock.now().getTime())), 'to today');
}

/**
 * The clock is everybody's: three releases wait for the end of their grace period while sites keep silent on another one, and an emergency
 * passes them all.
 */
async function playTogether(
  world: World,
  tell: Tell,
  move: (step: string, why: string) => Promise<void>,
): Promise<void> {
  const silent = new SilentPlay(world, tell);
  const [numbers, emergency] = await Promise.all([
    Promise.all(plays.map((one) => playToReports(world, one, tell))),
    playEmergency(world, tell),
    silent.begins(),
  ]);
  await world.settled();
  await move('0.5wd', 'half a working day');
  silent.told('accept', 'half');
  await move('0.5wd', 'half a working day');
  silent.told('accept', 'due');
  await move('1wd', 'a working day');
  silent.told('accept', 'call');
  await Promise.all([silent.volunteers(), playReview(world, emergency, tell)]);
  await move('1wd', 'a working day');
  silent.told('step3', 'half');
  await move('1wd', 'a working day');
  silent.told('step3', 'due');
  await move('1wd', 'a working day; three grace periods are over');
  silent.told('step3', 'late');
  await Promise.all([
    ...plays.map((one, at) => playClose(world, one, numbers[at] ?? 0, tell)),
    silent.endsWithoutReport(),
  ]);
  await world.settled();
}

/** Nine in the morning (UTC) so many days ago, or of the Monday after. */
function morning(daysAgo: number): Date {
  const then = new Date(Date.now() - daysAgo * day);
  then.setUTCHours(9, 0, 0, 0);
  const weekend = { 6: 2, 0: 1 }[then.getUTCDay()] ?? 0;
  return new Date(then.getTime() + weekend * day);
}

/** The settings of this very service, so that other `rollout` commands can be tried on the demo: `rollout explain 7 --settings FILE`. */
async function writeSettings(world: World, control: Control): Promise<void> {
  const { dir, forge, repository } = world;
  const secret = async (name: string, text: string): Promise<string> => {
    const file = join(dir, name);
    await writeFile(file, text, { mode: 0o600 });
    return file;
  };
  const lines = {
    ROLLOUT_REPOSITORY: repository,
    GITHUB_API_URL: `${forge.url}/api/v3`,
    GITHUB_APP_ID: String(forge.app.id),
    GITHUB_PRIVATE_KEY_FILE: await secret('app.pem', forge.app.privateKey),
    GITHUB_WEBHOOK_SECRET_FILE: await secret('webhook-secret', forge.app.webhookSecret),
    ROLLOUT_STORE: pathToFileURL(world.store).href,
    ROLLOUT_CHANNELS: pathToFileURL(world.channels).href,
    ROLLOUT_KEYS: world.keys,
    ROLLOUT_STATE: join(dir, 'commands'),
    ROLLOUT_FETCH_ALLOW: new URL(world.provider.url).host,
    ROLLOUT_DEMO_CLOCK: `${control.url}/clock`,
  };
  const text = Object.entries(lines).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(join(dir, 'settings.env'), text.join(''), { mode: 0o600 });
}

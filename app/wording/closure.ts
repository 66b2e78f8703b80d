import type { Breakage, ClosureFacts, TargetClosure } from '../model/closure.ts';
import type { WantedCheck } from '../model/effect.ts';
import { inline, quoted } from './markdown.ts';

/** Name of the check run that tells it. */
export const closureCheckName = 'rollout/closure';

const mostTold = 50;

/** One line for a thing that breaks. */
function breakageLine({ is, what }: Breakage): string {
  switch (is) {
    case 'stuck':
      return `${inline(what)} cannot be installed`;
    case 'broken':
      return `${inline(what)}, which is there, could not be installed any more`;
    case 'files':
      return `${inline(what)} would belong to two packages`;
  }
}

const targetName = ({ platform, arch }: TargetClosure): string => `${platform} ${arch}`;

/** Why a release may not enter a channel, as a part of a sentence: what breaks, cut after three. */
export function brokenIn({ channel, targets, unknown }: ClosureFacts): string {
  if (unknown !== undefined)
    return `whether its packages can be installed from ${channel} could not be found out: ${inline(unknown)}`;
  const broken = targets.flatMap((target) =>
    target.breaks.map((one) => {
      const [because] = one.because;
      const reason = because === undefined ? '' : ` (${inline(because)})`;
      return `${breakageLine(one)} on ${targetName(target)}${reason}`;
    }),
  );
  const told = broken.slice(0, 3).join('; ');
  const more = broken.length > 3 ? `; and ${String(broken.length - 3)} more` : '';
  return `in ${channel} something would break: ${told}${more}. The check \`${closureCheckName}\` says it all; a new content mends it, and an approved \`/waive closure <reason>\` lets it pass`;
}

/** The check run `rollout/closure`: what breaks, target by target. Neutral where an exception lets it pass, or where base repositories are only guessed. */
export function closureCheck(
  closure: ClosureFacts,
  isLifted: boolean,
): Pick<WantedCheck, 'status' | 'conclusion' | 'title' | 'summary'> {
  const { channel, targets, unknown } = closure;
  if (unknown !== undefined) {
    return {
      status: 'in_progress',
      conclusion: undefined,
      title: 'Not known yet',
      summary: `Whether its packages can be installed from ${channel} could not be found out: ${inline(unknown)}\n\nIt is tried again with every look at this ticket.`,
    };
  }
  const count = targets.reduce((sum, { breaks }) => sum + breaks.length, 0);
  const guessed = targets.some(({ assumed }) => assumed.length > 0);
  const things = count === 1 ? 'One thing breaks' : `${String(count)} things break`;
  return {
    status: 'completed',
    conclusion: count === 0 ? (guessed ? 'neutral' : 'success') : isLifted ? 'neutral' : 'failure',
    title:
      count > 0
        ? `${things} in ${channel}${isLifted ? '; lifted by an exception' : ''}`
        : `Can be installed from ${channel}${guessed ? ', as far as that is known' : ''}`,
    summary: targets.map((target) => targetText(target, channel)).join('\n\n'),
  };
}

function targetText(target: TargetClosure, channel: string): string {
  const { base, looked, affected, breaks, assumed } = target;
  const from = base.length === 0 ? channel : `${channel} and ${base.map(inline).join(', ')}`;
  const others =
    affected === 0 ? '' : ` Of the packages there, ${String(affected)} need something that it changes.`;
  const lines = breaks
    .slice(0, mostTold)
    .flatMap((one) => [`- ${breakageLine(one)}`, ...one.because.map((text) => `  - ${inline(text)}`)]);
  if (breaks.length > mostTold) lines.push(`- and ${String(breaks.length - mostTold)} more`);
  return [
    `**${targetName(target)}**: ${String(looked)} package${looked === 1 ? '' : 's'} of the release, from ${from}.${others}`,
    '',
    ...(breaks.length === 0 ? ['Nothing breaks.'] : lines),
    ...(base.length > 0
      ? []
      : [
          '',
          `No base repositories are configured for ${target.platform} (\`base\` in \`releases/distributions.yml\`): only dependencies inside the channel are checked.`,
          ...(assumed.length === 0
            ? []
            : [
                'These are taken to be met by the platform:',
                '',
                quoted(assumed.slice(0, mostTold).join('\n')),
              ]),
        ]),
  ].join('\n');
}

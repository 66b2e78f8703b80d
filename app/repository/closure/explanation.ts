import { packagesMeeting, partsOf } from './formula.ts';
import type { Reason } from './installable.ts';
import { namesIn } from './layer.ts';
import { labelOf, relationText, requirementText, type Package } from './package.ts';
import type { Universe } from './universe.ts';

type Need = Reason & { readonly is: 'needs' };

const mostNamed = 3;
const mostSentences = 12;

/**
 * Why a package cannot be installed, a sentence for each link of the chain: what needs what, what there is instead, what is in the way. Begins at the
 * package itself; at most 12 sentences, the last of which says how many were left out.
 */
export function explain(root: Package, reasons: readonly Reason[], universe: Universe): readonly string[] {
  const sentences = inChain(root, reasons, universe).map((reason) => sentence(reason, universe));
  const told = [...new Set(sentences)];
  return told.length <= mostSentences
    ? told
    : [...told.slice(0, mostSentences - 1), `and ${String(told.length - mostSentences + 1)} further links`];
}

/** From the package on: each need of a package that was reached, what they exclude at the end. */
function inChain(root: Package, reasons: readonly Reason[], universe: Universe): readonly Reason[] {
  const needs = new Map<Package, Need[]>();
  for (const reason of reasons) {
    if (reason.is === 'needs') needs.set(reason.by, [...(needs.get(reason.by) ?? []), reason]);
  }
  const order: Reason[] = [];
  const reached = new Set([root]);
  for (const one of reached) {
    const inOrder = (needs.get(one) ?? []).toSorted(
      (a, b) => one.requires.indexOf(a.requirement) - one.requires.indexOf(b.requirement),
    );
    for (const need of inOrder) {
      order.push(need);
      for (const next of met(need, universe)) if (needs.has(next)) reached.add(next);
    }
  }
  const rest = reasons.filter((reason) => !order.includes(reason));
  return [...order, ...rest];
}

const met = (need: Need, universe: Universe): readonly Package[] => [
  ...new Set([...namesIn(need.requirement)].flatMap((name) => universe.meeting({ name }))),
];

function sentence(reason: Reason, universe: Universe): string {
  const by = labelOf(reason.by);
  switch (reason.is) {
    case 'needs':
      return reason.requirement.is === 'unreadable'
        ? `${by}: ${reason.requirement.text}`
        : `${by} needs ${requirementText(reason.requirement)}: ${whatThereIs(reason, universe)}`;
    case 'conflicts': {
      const [other] = reason.with;
      const text = requirementText(reason.requirement);
      return `${by} conflicts with ${text}${other ? `, which is ${labelOf(other)}` : ''}`;
    }
    case 'obsoletes':
      return `${by} obsoletes ${relationText(reason.relation)}, which is ${labelOf(reason.with)}`;
    case 'one-version':
      return `${by} and ${labelOf(reason.with)} cannot be installed together: one version of ${reason.by.name} at a time`;
  }
}

/** What could meet a requirement, or what comes near. */
function whatThereIs({ requirement }: Need, universe: Universe): string {
  const parts = partsOf(requirement);
  const meeting = new Set(parts.flatMap((part) => packagesMeeting(part, universe.meeting)));
  if (meeting.size > 0) return named([...meeting], universe, 'or');
  const names = new Set(parts.flatMap((part) => [...namesIn(part)]));
  const near = new Set([...names].flatMap((name) => universe.offers(name).map(({ by }) => by)));
  if (near.size === 0) return names.size > 1 ? 'nothing there offers any of them' : 'nothing there offers it';
  const taken = [...near].filter(universe.isCandidate);
  const passed = [...near].find((one) => !universe.isCandidate(one));
  if (taken.length === 0 && passed) return `${labelOf(passed)} is there, but something newer takes its place`;
  return passed
    ? `only ${named(taken, universe, 'and')} is taken`
    : `there is only ${named(taken, universe, 'and')}`;
}

function named(packages: readonly Package[], universe: Universe, word: 'and' | 'or'): string {
  const told = packages.slice(0, mostNamed).map((one) => {
    const layer = universe.layerOf(one);
    return layer ? `${labelOf(one)} (${layer.title})` : labelOf(one);
  });
  const more = packages.length - told.length;
  return `${told.join(` ${word} `)}${more > 0 ? ` ${word} ${String(more)} more` : ''}`;
}

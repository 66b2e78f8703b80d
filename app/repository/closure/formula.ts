import type { Package, Requirement } from './package.ts';
import type { Universe } from './universe.ts';

/** A requirement in terms of packages: all or any of some parts; some of these packages, or none of them. `some` of nothing is never true. */
export type Formula =
  | { readonly is: 'all' | 'any'; readonly of: readonly Formula[] }
  | { readonly is: 'some' | 'none'; readonly of: readonly Package[] };

/**
 * What a requirement asks of the packages there are, or what it takes not to meet it. rpm's boolean dependencies mean what libsolv makes of
 * them: `a if b` is "a, or not b", `a unless b` is "a, and not b".
 * @param meeting the packages that meet a relation
 */
export function formulaOf(requirement: Requirement, meeting: Universe['meeting'], isMet = true): Formula {
  const yes = (one: Requirement): Formula => formulaOf(one, meeting, isMet);
  const no = (one: Requirement): Formula => formulaOf(one, meeting, !isMet);
  const [all, any] = isMet ? (['all', 'any'] as const) : (['any', 'all'] as const);
  switch (requirement.is) {
    case 'relation':
    case 'with':
    case 'without':
      return { is: isMet ? 'some' : 'none', of: packagesMeeting(requirement, meeting) };
    case 'unreadable':
      return { is: isMet ? 'some' : 'none', of: [] };
    case 'and':
      return { is: all, of: requirement.of.map(yes) };
    case 'or':
      return { is: any, of: requirement.of.map(yes) };
    case 'if': {
      const { wanted, when, otherwise } = requirement;
      const first: Formula = { is: any, of: [no(when), yes(wanted)] };
      return otherwise ? { is: all, of: [first, { is: any, of: [yes(when), yes(otherwise)] }] } : first;
    }
    case 'unless': {
      const { wanted, when, otherwise } = requirement;
      const first: Formula = { is: all, of: [yes(wanted), no(when)] };
      return otherwise ? { is: any, of: [first, { is: all, of: [yes(when), yes(otherwise)] }] } : first;
    }
  }
}

/** The packages that meet a requirement each by itself: what `with` and `without` are about. */
export function packagesMeeting(requirement: Requirement, meeting: Universe['meeting']): readonly Package[] {
  switch (requirement.is) {
    case 'relation':
      return meeting(requirement.relation);
    case 'or':
      return [...new Set(requirement.of.flatMap((one) => packagesMeeting(one, meeting)))];
    case 'with':
    case 'without': {
      const others = new Set(packagesMeeting(requirement.other, meeting));
      return packagesMeeting(requirement.one, meeting).filter(
        (one) => others.has(one) === (requirement.is === 'with'),
      );
    }
    // rpmbuild refuses these inside `with` and `without`; nothing meets them.
    case 'and':
    case 'if':
    case 'unless':
    case 'unreadable':
      return [];
  }
}

/** The parts of a requirement any of which one would look for; a condition is none of them. */
export function partsOf(requirement: Requirement): readonly Requirement[] {
  switch (requirement.is) {
    case 'or':
    case 'and':
      return requirement.of.flatMap(partsOf);
    case 'if':
    case 'unless': {
      const { wanted, otherwise } = requirement;
      return [...partsOf(wanted), ...(otherwise ? partsOf(otherwise) : [])];
    }
    case 'relation':
    case 'with':
    case 'without':
    case 'unreadable':
      return [requirement];
  }
}

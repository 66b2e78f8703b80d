import { capabilityFault } from '../model/capability.ts';
import type { Catalogue, CatalogueComponent } from '../model/catalogue.ts';
import { quoted } from '../model/hidden-character.ts';
import { nearest } from '../model/near-miss.ts';
import type { Problem } from '../model/problem.ts';
import type { Path } from '../model/yaml.ts';
import { problemAt, type Sound, type Told } from './finding.ts';
import { unknown } from './registry.ts';

/** The stack of the operational tools; what is in it is a tool. */
const toolStack = 'opstools';

/** Whether the catalogue holds together: its names, its tools, its providers and their past, its mailing lists. */
export function catalogueProblems(
  catalogue: Sound<Catalogue>,
  files: ReadonlySet<string>,
): readonly Problem[] {
  const { components } = catalogue.value;
  return [
    ...stackProblems(catalogue),
    ...providerProblems(catalogue),
    ...signingProblems(catalogue, files),
    ...Object.entries(components).flatMap(([name, component]) => [
      ...nameProblems(catalogue, name, component),
      ...toolProblems(catalogue, name, component),
      ...historyProblems(catalogue, name, component),
    ]),
  ];
}

/** Every stack has a list of its early adopters, and no two share one (R-2.3-9.1 to R-2.3-9.5, A-29). */
function stackProblems(catalogue: Sound<Catalogue>): readonly Problem[] {
  const first = new Map<string, string>();
  return Object.entries(catalogue.value.stacks).flatMap(([stack, { mailing_list: list }]) => {
    if (list === undefined) {
      const told: Told = {
        rule: 'stack-without-mailing-list',
        severity: 'warning',
        message: `The stack ${stack} has no mailing list of its early adopters.`,
        mend: 'Add the field mailing_list with the address of the list.',
      };
      return [problemAt(catalogue, ['stacks', stack], told, true)];
    }
    const other = first.get(list.toLowerCase());
    if (other === undefined) {
      first.set(list.toLowerCase(), stack);
      return [];
    }
    return [
      problemAt(catalogue, ['stacks', stack, 'mailing_list'], {
        rule: 'mailing-list-used-twice',
        message: `The stack ${other} has this mailing list already.`,
        mend: 'Name the list of this stack: each has its own.',
      }),
    ];
  });
}

/** Two names with a dot or the like between them, as people's addresses are written; `grid.support` is none of them. */
const personal = /^[a-z]{2,}[._][a-z]{2,}(\+.*)?@/i;
const roleWords =
  /^(?:[^@]*[._])?(?:admins?|contacts?|desk|egi|grid|help|helpdesk|info|list|office|ops|releases?|security|support|team)(?:[._][^@]*)?@/i;

/** There is an agreement with every provider (R-7-1), and a mailbox that belongs to nobody in person. */
function providerProblems(catalogue: Sound<Catalogue>): readonly Problem[] {
  return Object.entries(catalogue.value.providers).flatMap(([name, { contact, sla }]) => {
    const found: Problem[] = [];
    const missing = (rule: string, message: string, mend: string): void =>
      void found.push(
        problemAt(catalogue, ['providers', name], { rule, severity: 'warning', message, mend }, true),
      );
    if (contact === undefined)
      missing(
        'contact-missing',
        `The provider ${name} has no contact.`,
        'Add the field contact with the mailbox of a role, never that of a person.',
      );
    else if (personal.test(contact) && !roleWords.test(contact)) {
      found.push(
        problemAt(catalogue, ['providers', name, 'contact'], {
          rule: 'personal-contact',
          severity: 'warning',
          message: 'This looks like the address of a person, and everybody can read this file.',
          mend: 'Write the mailbox of a role or a list.',
        }),
      );
    }
    if (sla === undefined)
      missing(
        'sla-missing',
        `No service level agreement with ${name} is named.`,
        'Add the field sla with link and response, for example 2wd, as soon as it is signed.',
      );
    return found;
  });
}

/** Who signs packages has keys registered, and they are there: what nothing can check would be refused at intake. */
function signingProblems(catalogue: Sound<Catalogue>, files: ReadonlySet<string>): readonly Problem[] {
  return Object.entries(catalogue.value.providers).flatMap(([name, { signatures, signing_keys: keys }]) => {
    const at = ['providers', name];
    const path = `releases/keys/${name}.asc`;
    if (keys !== undefined && !files.has(path))
      return [
        problemAt(
          catalogue,
          [...at, 'signing_keys'],
          {
            rule: 'signing-keys-missing',
            message: `The keys of ${name} are not in the repository.`,
            mend: `Add ${path}: gpg --armor --export FINGERPRINT.`,
          },
          true,
        ),
      ];
    if (keys === undefined && signatures !== undefined && signatures !== 'none')
      return [
        problemAt(catalogue, [...at, 'signatures'], {
          rule: 'signing-keys-missing',
          message: `No key of ${name} is registered, so no signature of it can be checked.`,
          mend: `Add the field signing_keys with the fingerprints, and the keys in armor as ${path}.`,
        }),
      ];
    return [];
  });
}

/** Components name a stack and a provider that are there (R-1-1, R-1-4), and capabilities that exist (R-2.2-16). */
function nameProblems(
  catalogue: Sound<Catalogue>,
  name: string,
  component: CatalogueComponent,
): readonly Problem[] {
  const { providers, stacks } = catalogue.value;
  const at: Path = ['components', name];
  const faults = (component.capabilities ?? []).flatMap((capability, index) => {
    const fault = capabilityFault(capability);
    if (fault === undefined) return [];
    return [problemAt(catalogue, [...at, 'capabilities', index], { rule: 'unknown-capability', ...fault })];
  });
  return [
    ...unknown(catalogue, [...at, 'stack'], 'stack', component.stack, Object.keys(stacks)),
    ...unknown(catalogue, [...at, 'provider'], 'provider', component.provider, Object.keys(providers)),
    ...faults,
  ];
}

/** It is said of every tool whether sites run it (R-1-3, R-2.6-3 to R-2.6-6), and of nothing else. */
function toolProblems(
  catalogue: Sound<Catalogue>,
  name: string,
  { stack, category, deployment, expected }: CatalogueComponent,
): readonly Problem[] {
  const at: Path = ['components', name];
  const isTool = stack === toolStack;
  const found: Problem[] = [];
  if (category !== undefined && (category === 'tool') !== isTool) {
    found.push(
      problemAt(catalogue, [...at, 'category'], {
        rule: 'category-mismatch',
        message: `The category ${category} does not fit the stack ${stack}.`,
        mend: isTool
          ? 'Write tool, or correct the stack.'
          : `Write another category, or the stack ${toolStack}.`,
      }),
    );
  }
  if (isTool && deployment === undefined) {
    const told: Told = {
      rule: 'deployment-missing',
      message: `It is not said whether sites run the tool ${name} themselves.`,
      mend: 'Add the field deployment: regionalised or central-single-instance.',
    };
    found.push(problemAt(catalogue, at, told, true));
  }
  if (!isTool && deployment !== undefined) {
    found.push(
      problemAt(catalogue, [...at, 'deployment'], {
        rule: 'deployment-of-middleware',
        message: 'Only operational tools can have a central single instance.',
        mend: `Delete the field, or correct the stack to ${toolStack}.`,
      }),
    );
  }
  if (expected === true && deployment !== 'central-single-instance') {
    found.push(
      problemAt(catalogue, [...at, 'expected'], {
        rule: 'expected-is-distributed',
        message: `${name} is expected to be distributed, but is not a central tool.`,
        mend: 'Delete the field once sites run the tool themselves.',
      }),
    );
  }
  return found;
}

/** The past of a component: one provider behind the other, and the last of them is that of today (R-1-2). */
function historyProblems(
  catalogue: Sound<Catalogue>,
  name: string,
  { provider, provider_history: history }: CatalogueComponent,
): readonly Problem[] {
  if (history === undefined || history.length === 0) return [];
  const at: Path = ['components', name, 'provider_history'];
  const known = Object.keys(catalogue.value.providers);
  const wrong = (path: Path, message: string, mend: string): Problem =>
    problemAt(catalogue, [...at, ...path], { rule: 'provider-history', message, mend });
  const found: Problem[] = [];
  for (const [index, { provider: then, from, until }] of history.entries()) {
    const before = history[index - 1];
    // Whoever is gone needs no entry among the providers; a misspelt one does not get through so.
    const near = known.includes(then) ? undefined : nearest(then, known);
    if (near !== undefined)
      found.push(...unknown(catalogue, [...at, index, 'provider'], 'provider', then, known));
    if (from !== undefined && until !== undefined && until < from)
      found.push(wrong([index, 'until'], `${until} lies before ${from}.`, 'Correct one of the two.'));
    if (before?.until !== undefined && from !== undefined && from < before.until)
      found.push(
        wrong(
          [index, 'from'],
          `${quoted(before.provider)} provided it until ${before.until}.`,
          'Write the entries in order, each from where the one before ends.',
        ),
      );
    if (until === undefined && index < history.length - 1)
      found.push(wrong([index], 'Only the last provider has no end.', 'Add the field until.'));
  }
  const last = history.at(-1);
  if (last !== undefined && (last.until !== undefined || last.provider !== provider))
    found.push(
      wrong(
        [history.length - 1],
        `The last entry is not ${provider}, who provides it today.`,
        'Add the provider of today, without until.',
      ),
    );
  return found;
}

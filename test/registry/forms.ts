import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';

interface Template {
  readonly labels: readonly string[];
  readonly body: readonly {
    readonly type: string;
    readonly id?: string;
    readonly attributes: { readonly label?: string; readonly options?: readonly string[] };
  }[];
}

/** An issue form of `.github/ISSUE_TEMPLATE`. */
export const template = (name: string): Template =>
  load(readFileSync(`.github/ISSUE_TEMPLATE/${name}.yml`, 'utf8')) as Template;

/** The body that GitHub makes of a form, by the ids of its fields. */
export function filled(name: string, answers: Readonly<Record<string, string>>): string {
  return template(name)
    .body.filter(({ type }) => type !== 'markdown')
    .map(({ id = '', attributes }) => `### ${attributes.label ?? ''}\n\n${answers[id] ?? '_No response_'}`)
    .join('\n\n');
}

import type { GitHub, Repository } from '../facts/conversation.ts';
import { labels } from '../model/label.ts';

/** Makes the labels that the repository lacks, and mends colour and description of those that differ. */
export async function prepareLabels(github: GitHub, at: Repository): Promise<void> {
  const there = await github.paginate(github.rest.issues.listLabelsForRepo, { ...at, per_page: 100 });
  for (const { name, color, description } of labels) {
    const known = there.find((label) => label.name === name);
    if (!known) await github.rest.issues.createLabel({ ...at, name, color, description });
    else if (known.color !== color || known.description !== description) {
      await github.rest.issues.updateLabel({ ...at, name, color, description });
    }
  }
}

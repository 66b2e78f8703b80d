import { sha256Of } from '../../app/storage/digest.ts';
import { openOutput, openStore } from '../../app/storage/open.ts';
import type { S3Access } from '../../app/storage/s3-request.ts';
import { stored } from '../world/stored.ts';

/** What to publish, and where. */
export interface SmallPublication {
  readonly store: string;
  readonly output: string;
  readonly access: S3Access;
  /** Names the packages and is in every file. */
  readonly version: string;
}

/** Packages of a small publication. */
export const packagesOf = (version: string): readonly string[] => [
  `package a ${version}`,
  `package b ${version}`,
];

/**
 * A publication as small as it can be, with all that publications are made of: packages to the store and from there to their places, indexes,
 * the numbered statement on condition, pointers last.
 */
export async function publishSmall({
  store: storeUrl,
  output: outputUrl,
  access,
  version,
}: SmallPublication): Promise<void> {
  const store = await openStore(storeUrl, access);
  const output = await openOutput(outputUrl, store, access);
  const placed = [];
  for (const text of packagesOf(version)) {
    placed.push({ path: `pool/${text.replaceAll(' ', '_')}`, ...(await stored(store, text)) });
  }
  const missing = [];
  for (const file of placed) if (!(await output.holds(file))) missing.push(file);
  await output.place(missing);
  const file = (path: string, text: string) => ({ path, pieces: [Buffer.from(text)] });
  const index = placed.map(({ path, sha256 }) => `${sha256} ${path}\n`).join('');
  const indexPath = `by-hash/${sha256Of(index)}`;
  await output.put([file(indexPath, index)]);
  const seen = await output.read('channel.json');
  const statement = `${version} ${indexPath}`;
  if (seen === undefined || Buffer.from(seen).toString() !== statement) {
    await output.pointIf(file('channel.json', statement), seen);
  }
  await output.point([{ path: 'Packages', from: indexPath }, file('InRelease', statement)]);
}

// Run by itself: takes its work from the command line, and ends.
const [, script, work] = process.argv;
if (script?.endsWith('small-publish.ts') === true && work !== undefined)
  await publishSmall(JSON.parse(work) as SmallPublication);

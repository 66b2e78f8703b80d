import { canonicalJson } from '../../model/canonical-json.ts';
import type { ChannelsFile } from '../../model/channels-file.ts';
import { sha256Of } from '../../storage/digest.ts';
import { signedAptRoot } from './apt-root.ts';
import type { RootContents } from '../channel-contents.ts';
import type { ChannelStatement } from '../channel-statement.ts';
import { fromChannelFolder } from '../layout.ts';
import type { RenderedRoot, RootSigning } from './rendered-root.ts';
import type { IndexDocument, RootDocuments } from './root-documents.ts';
import { signedTarRoot, tarIndex } from './tar-root.ts';
import { signedYumRoot, yumPrefix } from './yum-root.ts';

/** A root as it has to be: what its metadata is made from, and how it is signed. */
export interface RootPlan {
  readonly root: RootContents;
  /** sha256 of everything that its metadata is made from, but for date, number and key. */
  readonly recipe: string;
  sign(signing: RootSigning): Promise<RenderedRoot>;
}

/** Renders the indexes of a root; nothing is signed yet. @throws PublishError of `RootDocuments` */
export async function planRoot(
  root: RootContents,
  documents: RootDocuments,
  file: ChannelsFile,
  { channel, fingerprint }: { readonly channel: ChannelStatement['channel']; readonly fingerprint: string },
): Promise<RootPlan> {
  const { format, place, targets } = root;
  const recipe = (index: unknown): string =>
    sha256Of(
      canonicalJson({
        targets: targets.map(({ target }) => ({ ...target })),
        place: { ...place },
        origin: file.origin,
        url: file.url,
        valid_days: file.valid_days,
        key: fingerprint,
        index,
      }),
    );
  if (format === 'tar') {
    return {
      root,
      recipe: recipe(sha256Of(tarIndex(root, channel))),
      sign: (signing) => signedTarRoot(root, signing),
    };
  }
  const list = await documents.documents(root, format, format === 'rpm' ? yumPrefix(place) : '');
  const sign = format === 'deb' ? signedAptRoot : signedYumRoot;
  return {
    root,
    recipe: recipe(list.map(({ name, arch, packed }: IndexDocument) => [name, arch, packed.sha256])),
    sign: (signing) => sign(root, list, signing),
  };
}

/** Whether a path of a statement is metadata of a root; `path` is the root's, as statements have it. */
export function isOfRoot(file: string, path: string): boolean {
  if (file.startsWith(`${path}/`)) return true;
  // A snapshot of yum stands beside its root: `<root>.<16 hexadecimal digits>/`.
  return file.startsWith(`${path}.`) && /^[0-9a-f]{16}\//.test(file.slice(path.length + 1));
}

/** The entries of a statement for the targets of a root. */
export function statementRoots(
  channel: ChannelStatement['channel'],
  { root: { place, targets }, recipe }: RootPlan,
  issued: string,
): ChannelStatement['roots'] {
  return targets.map(({ target }) => ({
    ...target,
    path: fromChannelFolder(channel, place.path),
    suite: place.suite,
    component: place.component,
    issued,
    recipe,
  }));
}

import type { Pointer } from '../../storage/output.ts';
import { releaseText } from '../../repository/release-file.ts';
import type { RootContents } from '../channel-contents.ts';
import { byHashFolder } from '../layout.ts';
import { textFile, vouched, type RenderedRoot, type RootSigning, type VouchedFile } from './rendered-root.ts';
import type { IndexDocument } from './root-documents.ts';

/**
 * Signs an apt root (Debian wiki, DebianRepository/Format): `Packages.gz` of each architecture by hash, `Release` with the digests of the
 * packed and the unpacked index, and its two signatures. The same documents, date and key give the same bytes. The unpacked index is
 * vouched for and does not exist: apt reports no packages when it is not listed, and never asks for it (channels.md).
 */
export async function signedAptRoot(
  { place, targets }: RootContents,
  documents: readonly IndexDocument[],
  { channel, origin, issued, expires, signer }: RootSigning,
): Promise<RenderedRoot> {
  const [{ target }] = targets;
  const suite = `${place.path}/dists/${place.suite}`;
  const indexes = documents.map(({ arch, pieces, packed, plain }) => {
    const path = `${place.component}/binary-${arch}/Packages`;
    const byHash = `${byHashFolder(`${suite}/${path}`)}/${packed.sha256}`;
    return { path, pieces, packed, plain: plain ?? packed, byHash };
  });
  const text = releaseText({
    origin,
    suite: place.suite,
    component: place.component,
    architectures: targets.map(({ target: { arch } }) => arch),
    description: `${origin}, channel ${channel}: ${target.distribution} for ${target.platform}`,
    date: issued,
    validUntil: expires,
    entries: indexes.flatMap(({ path, packed, plain }) => [
      { path, ...plain },
      { path: `${path}.gz`, ...packed },
    ]),
  });
  const release = textFile(`${suite}/Release`, text);
  const [gpg, inRelease] = await Promise.all([
    signer.signDetached(Buffer.from(text), issued),
    signer.signCleartext(text, issued),
  ]);
  const detached = textFile(`${suite}/Release.gpg`, gpg);
  const signed = textFile(`${suite}/InRelease`, inRelease);
  const named: readonly VouchedFile[] = indexes.flatMap(({ path, packed, byHash }) => [
    { path: byHash, ...packed },
    { path: `${suite}/${path}.gz`, ...packed },
  ]);
  const links: readonly Pointer[] = indexes.map(({ path, byHash }) => ({
    path: `${suite}/${path}.gz`,
    from: byHash,
  }));
  return {
    content: indexes.map(({ byHash, pieces }) => ({ path: byHash, pieces })),
    // The switch first: whatever is read before the others follow is what it vouches for, or what it took the place of.
    pointers: [signed, detached, release, ...links],
    files: [...named, ...[release, detached, signed].map(vouched)],
  };
}

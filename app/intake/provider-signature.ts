import { createHash } from 'node:crypto';
import type { PackageFormat } from '../model/distributions.ts';
import type { TicketPackage } from '../model/ticket.ts';
import {
  verifyForeign,
  verifyForeignText,
  type ForeignVerdict,
} from '../publish/signing/foreign-signature.ts';
import type { Keyring } from '../publish/signing/openpgp.ts';
import { pieces, slice, type ByteSource } from '../repository/byte-source.ts';
import { rpmSignature } from '../repository/rpm/signature.ts';
import type { Store } from '../storage/store.ts';

/** Largest signature or signed list that is taken, in bytes. */
export const maximumSignature = 1024 * 1024;
const pieceSize = 1024 * 1024;

/** The keys of a provider, and what it has promised about its signatures. */
export interface ProviderKeys {
  readonly provider: string;
  readonly keyring: Keyring;
  readonly signatures: 'required' | 'checked';
}

/**
 * Checks the provider's signatures of one stored package: in the header of an rpm, and in the file that the ticket names, which is a
 * detached signature or a list of sha256 signed in the clear. Gives one sentence with the mend when a signature is not good, or when there
 * is none and there has to be one; nothing when all is well.
 * @throws when the store cannot be read
 */
export async function signatureProblem(
  one: TicketPackage,
  format: PackageFormat | undefined,
  store: Store,
  keys: ProviderKeys,
  now: Date,
): Promise<string | undefined> {
  const file = await store.open(one.sha256);
  if (!file) throw new Error(`${one.sha256} is not in the store`);
  try {
    const inside = format === 'rpm' ? await headerVerdict(one.file, file, keys, now) : undefined;
    const beside = one.signature && (await besideVerdict(one, one.signature, file, store, keys, now));
    const problem = inside?.problem ?? beside?.problem;
    if (problem !== undefined || inside !== undefined || beside !== undefined) return problem;
    return keys.signatures === 'required'
      ? `${one.file} is not signed, and packages of ${keys.provider} have to be: ${
          format === 'rpm'
            ? 'sign it with rpmsign'
            : 'name its detached signature in the ticket, in the field signature of the package'
        }.`
      : undefined;
  } finally {
    await file.close();
  }
}

/** What was found out about a signature that is there. */
interface Judged {
  readonly problem: string | undefined;
}

async function headerVerdict(
  name: string,
  file: ByteSource,
  keys: ProviderKeys,
  now: Date,
): Promise<Judged | undefined> {
  const read = await rpmSignature(file);
  // A package that cannot be read is told of by itself.
  if (!read.ok || read.value.packets.length === 0) return undefined;
  const { signed, packets, payload } = read.value;
  const signature = Buffer.concat(packets);
  const verdict: ForeignVerdict =
    signature.length > maximumSignature
      ? { ok: false, why: 'malformed' }
      : await verifyForeign({ content: signed, signature, keyring: keys.keyring, now });
  if (!verdict.ok) return { problem: sentence(name, 'the signature in its header', verdict, keys) };
  if (payload.sha256 === undefined)
    return {
      problem: `${name}: its header is signed, but does not say the sha256 of the payload, so nothing vouches for that: build it with rpm 4.14 or newer.`,
    };
  const hash = createHash('sha256');
  for await (const piece of pieces(slice(file, payload.offset, payload.size), pieceSize)) hash.update(piece);
  return {
    problem:
      hash.digest('hex') === payload.sha256
        ? undefined
        : `${name}: its payload is not the one that was signed: build and sign it again.`,
  };
}

async function besideVerdict(
  one: TicketPackage,
  named: NonNullable<TicketPackage['signature']>,
  file: ByteSource,
  store: Store,
  keys: ProviderKeys,
  now: Date,
): Promise<Judged> {
  const stored = await store.open(named.sha256);
  if (!stored) throw new Error(`${named.sha256} is not in the store`);
  try {
    const signature = await stored.read(0, Math.min(stored.size, maximumSignature));
    const text = Buffer.from(signature).toString('utf8');
    const about = `its signature at ${named.url}`;
    if (!text.trimStart().startsWith('-----BEGIN PGP SIGNED MESSAGE')) {
      const content = pieces(file, pieceSize);
      const verdict = await verifyForeign({ content, signature, keyring: keys.keyring, now });
      return { problem: verdict.ok ? undefined : sentence(one.file, about, verdict, keys) };
    }
    const verdict = await verifyForeignText({ text: text.trimStart(), keyring: keys.keyring, now });
    if (!verdict.ok) return { problem: sentence(one.file, about, verdict, keys) };
    return {
      problem: listedDigests(verdict.text, one.file).includes(one.sha256)
        ? undefined
        : `${one.file}: the signed list at ${named.url} does not hold it with the sha256 of the ticket: sign a list that does.`,
    };
  } finally {
    await stored.close();
  }
}

/** The digests that a list has for a file: lines of `sha256sum` (GNU coreutils), with or without folders before the name. */
function listedDigests(list: string, file: string): readonly string[] {
  return list.split('\n').flatMap((line) => {
    const [, digest = '', path = ''] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line.trimEnd()) ?? [];
    return path.split('/').at(-1) === file ? [digest] : [];
  });
}

function sentence(
  file: string,
  about: string,
  verdict: ForeignVerdict & { ok: false },
  { provider }: ProviderKeys,
): string {
  switch (verdict.why) {
    case 'unknown-key':
      return `${file}: ${about} is by key ${verdict.keyID ?? ''}, which is not registered for ${provider}: sign with a registered key, or have this one added to releases/catalogue.yml.`;
    case 'key-ended':
      return `${file}: ${about} is by a key that is revoked or has expired: sign with another, or have the renewed key put in releases/keys/${provider}.asc.`;
    case 'not-good':
      return `${file}: ${about} is not good: the file or the signature was changed, or the signature is of an old, weak kind; sign it again.`;
    case 'malformed':
      return `${file}: ${about} is no OpenPGP signature that can be read: give a detached signature, or a sha256 list signed in the clear.`;
  }
}

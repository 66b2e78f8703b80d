import type { CertificateFacts } from './certificate.ts';
import { cleartextBytes, cleartextMessage, inArmor, readKeyring, verifyDetached } from './openpgp.ts';
import { SignerAway, SigningRefused, type Backend, type SigningRequest } from './backend.ts';
import { chosen, clockSkew, defaultOverlapDays, warningsOf, type Candidate } from './choice.ts';
import { writeKeyState, type KeyState } from './key-state.ts';

/** Something that signs; where its secrets live is its own business. */
export interface Signer {
  /** Fingerprint of the primary whose certificate signs now, in upper-case hexadecimal. */
  readonly fingerprint: string;
  /** Armored public keys: one block, or two while one primary follows another. */
  readonly publicKey: string;
  /** Armored detached signature over bytes, dated to the second; deterministic. */
  signDetached(bytes: Uint8Array, date: Date): Promise<string>;
  /** Text signed in the clear, as `InRelease` is; deterministic. */
  signCleartext(text: string, date: Date): Promise<string>;
  /** Signature for the `gpgsig` header of a git commit. */
  signCommit(payload: string, date: Date): Promise<string>;
}

/** A certificate, and what holds its secrets. */
export interface HeldKey {
  readonly facts: CertificateFacts;
  readonly backend: Backend;
  /** The file that it was read from. */
  readonly path: string;
}

/** A signer, and what its owner looks at. */
export interface WatchedSigner extends Signer {
  /** Sentences for the operator, such as "ends in less than 30 days"; none while all is well. */
  warnings(now: Date): readonly string[];
}

/** The last signature is remembered to the hour: a wrong clock is off by more, and the disk is spared. */
const memoryStep = 3_600_000;

/**
 * The signer of one name (`system` or a channel) over its certificates, the older one first. Every signature is by the part that `chosen`
 * gives for its date; the first one after a rotation notes that the new part is published from now on.
 * @throws SigningRefused from each signature that must not be made: revoked, ended or nearly so, or the clock is wrong (trust.md T65).
 */
export function signerOf(parts: {
  readonly name: string;
  readonly keys: readonly HeldKey[];
  readonly state: KeyState;
  readonly stateFile: string;
  /** The real time. */
  readonly clock: () => Date;
}): WatchedSigner {
  const { name, keys, clock, stateFile } = parts;
  let { state } = parts;
  let forgetful: string | undefined;
  let writing: Promise<void> = Promise.resolve();

  const candidates = (): readonly (Candidate & { readonly key: HeldKey })[] => candidatesOf(keys, state);

  const remember = async (now: Date, signing: string): Promise<void> => {
    const news = Object.entries(noted(candidates(), state, { now, signing }));
    const before = state.last_signed === null ? -Infinity : Date.parse(state.last_signed);
    if (news.length === 0 && now.getTime() - before < memoryStep) return;
    state = {
      last_signed: new Date(Math.max(now.getTime(), before)).toISOString(),
      subkeys: { ...state.subkeys, ...Object.fromEntries(news) },
    };
    const remembered = state;
    writing = writing.then(async () => {
      try {
        await writeKeyState(stateFile, remembered);
        forgetful = undefined;
      } catch (error) {
        // A folder that is read-only for the service still signs; what is lost is told by `warnings`.
        forgetful = String(error);
      }
    });
    await writing;
  };

  const sign = async (type: 'binary' | 'text', bytes: Uint8Array, date: Date): Promise<string> => {
    const now = clock();
    try {
      const last = state.last_signed === null ? -Infinity : Date.parse(state.last_signed);
      if (now.getTime() + clockSkew < last)
        throw new SigningRefused(
          `the clock says ${now.toISOString()}, but this key signed at ${state.last_signed ?? ''}; set the clock right, or if it was wrong then, remove "last_signed" from ${stateFile}`,
        );
      const second = new Date(Math.floor(date.getTime() / 1000) * 1000);
      const { part, key } = chosen(candidates(), second, now);
      await remember(now, part.fingerprint);
      const request = { type, bytes, fingerprint: part.fingerprint, date: second };
      return await checkedSignature(key, request, await key.backend.sign(request));
    } catch (error) {
      if (error instanceof SigningRefused) throw new SigningRefused(`key ${name}: ${error.message}`);
      if (error instanceof SignerAway) throw new SignerAway(`key ${name}: ${error.message}`);
      throw error;
    }
  };

  const signDetached = (bytes: Uint8Array, date: Date): Promise<string> => sign('binary', bytes, date);
  return {
    get fingerprint() {
      return currentKey(candidates(), clock()).facts.fingerprint;
    },
    publicKey: keys.map(({ facts }) => facts.publicKey).join(''),
    signDetached,
    signCleartext: async (text, date) =>
      cleartextMessage(text, await sign('text', cleartextBytes(text), date)),
    signCommit: (payload, date) => signDetached(new TextEncoder().encode(payload), date),
    warnings: (now) => {
      const found = warningsOf(candidates(), now);
      const memory =
        forgetful === undefined
          ? []
          : [`${stateFile} cannot be written, so rotations and the clock are not remembered (${forgetful})`];
      return [...found, ...memory].map((warning) => `key ${name}: ${warning}`);
    },
  };
}

/**
 * The signature in armor. What something outside has made is checked before anybody else sees it: a token with another key in its slot,
 * say, would otherwise be found out by the sites.
 */
async function checkedSignature(
  { facts, backend }: HeldKey,
  { bytes, date, fingerprint }: SigningRequest,
  packet: Uint8Array,
): Promise<string> {
  if (backend.kind === 'file') return inArmor(packet);
  const wrong = `${backend.kind}: what it gave is not a signature by ${fingerprint}; is it the right key?`;
  const signature = await inArmor(packet).catch(() => {
    throw new SignerAway(wrong);
  });
  const keyring = await readKeyring(facts.publicKey);
  const verdict = await verifyDetached({ bytes, signature, keyring, now: date });
  if (!verdict.ok || verdict.date.getTime() !== date.getTime()) throw new SignerAway(wrong);
  return signature;
}

/** Every part that may sign, the oldest first, with what is remembered of it. */
export function candidatesOf(
  keys: readonly HeldKey[],
  state: KeyState,
): readonly (Candidate & { readonly key: HeldKey })[] {
  return keys.flatMap((key) =>
    key.facts.signing.map((part) => {
      const known = state.subkeys[part.fingerprint];
      return {
        key,
        part,
        held: key.backend.holds(part.fingerprint),
        announced: known?.announced == null ? undefined : new Date(known.announced),
        overlapDays: known?.overlap_days ?? defaultOverlapDays,
      };
    }),
  );
}

/** What is new about the newer parts with a signature: that they are published from now on, that one of them signs. */
function noted(
  candidates: readonly Candidate[],
  state: KeyState,
  { now, signing }: { readonly now: Date; readonly signing: string },
): KeyState['subkeys'] {
  return Object.fromEntries(
    candidates.slice(1).flatMap(({ part: { fingerprint }, announced, overlapDays }) => {
      const signs = fingerprint === signing && state.subkeys[fingerprint]?.signed === undefined;
      if (announced !== undefined && !signs) return [];
      const note = {
        ...state.subkeys[fingerprint],
        announced: (announced ?? now).toISOString(),
        overlap_days: overlapDays,
        ...(signs && { signed: now.toISOString() }),
      };
      return [[fingerprint, note]];
    }),
  );
}

function currentKey(candidates: readonly (Candidate & { readonly key: HeldKey })[], now: Date): HeldKey {
  try {
    return chosen(candidates, now, now).key;
  } catch (error) {
    const [first] = candidates;
    if (first && error instanceof SigningRefused) return first.key;
    throw error;
  }
}

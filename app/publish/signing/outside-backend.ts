import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import type { CertificateFacts } from './certificate.ts';
import { KeyError } from './openpgp.ts';
import { SignerAway, type Backend, type SigningRequest } from './backend.ts';
import { digestInfo, rawSignaturePacket } from './raw-signature.ts';
import { runSigner } from './signing-process.ts';

const path = z.string().max(1000).refine(isAbsolute, 'a path that begins with /');
const word = z.string().min(1).max(1000);
const environment = z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string().max(1000)).optional();
const common = {
  /** File of the public key beside this one. */
  certificate: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  /** Fingerprints of the subkeys whose secrets it holds; all that sign, when not given. */
  subkeys: z
    .array(z.string().regex(/^[0-9A-F]{40}$/))
    .max(20)
    .optional(),
};

/** The shape of `<name>.signer.json`: where the secret of a key is, when it is in no file. `{fingerprint}` stands for the subkey's. */
const SettingSchema = z.discriminatedUnion('backend', [
  z.strictObject({ backend: z.literal('gpg-agent'), ...common, homedir: path }),
  z.strictObject({
    backend: z.literal('pkcs11'),
    ...common,
    /** The token's PKCS#11 library. */
    module: path,
    token: word,
    /** Label of the private key on the token. */
    object: word,
    /** File with the PIN, read by the library of PKCS#11 and not by us. */
    pin_file: path,
    environment,
  }),
  z.strictObject({
    backend: z.literal('command'),
    ...common,
    command: z.array(word).min(1).max(30),
    /** What it is given: the SHA-512 digest, or for RSA the DigestInfo around it. */
    input: z.enum(['digest', 'digest-info']).default('digest'),
    environment,
  }),
]);
export type OutsideSetting = z.infer<typeof SettingSchema>;

/**
 * Reads a setting.
 * @throws KeyError that says which entry is wrong.
 */
export function readOutsideSetting(text: string): OutsideSetting {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new KeyError('it is not JSON');
  }
  const read = SettingSchema.safeParse(value);
  if (read.success) return read.data;
  const [first] = read.error.issues;
  throw new KeyError(
    `${first?.path.join('.') ?? ''}: ${first?.message ?? 'it is not a setting of a signer'}`,
  );
}

/** A backend by its setting, for the certificate that it signs under. */
export function outsideBackend(setting: OutsideSetting, facts: CertificateFacts): Backend {
  return {
    kind: setting.backend,
    holds: (fingerprint) => setting.subkeys?.includes(fingerprint) ?? true,
    sign: (request) => packetBy(setting, facts, request),
  };
}

async function packetBy(
  setting: OutsideSetting,
  facts: CertificateFacts,
  request: SigningRequest,
): Promise<Uint8Array> {
  if (setting.backend === 'gpg-agent') return runSigner(gpgWords(setting.homedir, request), request.bytes);
  const part = facts.signing.find(({ fingerprint }) => fingerprint === request.fingerprint);
  if (!part) throw new KeyError(`the certificate has no subkey ${request.fingerprint}`);
  const filled = (text: string): string => text.replaceAll('{fingerprint}', request.fingerprint);
  try {
    return await rawSignaturePacket(request, part.algorithm, (digest) =>
      setting.backend === 'pkcs11'
        ? runSigner(pkcs11Words(setting, part.algorithm, filled), digest, {
            ...setting.environment,
            PKCS11_MODULE_PATH: setting.module,
          })
        : runSigner(
            setting.command.map(filled),
            setting.input === 'digest-info' ? digestInfo(digest) : digest,
            setting.environment,
          ),
    );
  } catch (error) {
    if (error instanceof RangeError) throw new SignerAway(`${setting.backend}: ${error.message}`);
    throw error;
  }
}

/** gpg asks its agent, at the time that the signature is to bear: `!` makes that time stand still. */
function gpgWords(homedir: string, { type, fingerprint, date }: SigningRequest): readonly string[] {
  const time = date.toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return ['gpg', '--homedir', homedir, '--no-options', '--batch', '--no-tty', '--quiet'].concat(
    ['--trust-model', 'always', '--faked-system-time', `${time}!`, '--digest-algo', 'SHA512'],
    ['--local-user', `${fingerprint}!`, '--no-armor', ...(type === 'text' ? ['--textmode'] : [])],
    ['--detach-sign'],
  );
}

/** OpenSSL's engine for PKCS#11 (libp11), with the key as RFC 7512 names it. The PIN stays in its file: arguments can be read by anybody. */
function pkcs11Words(
  { token, object, pin_file }: OutsideSetting & { backend: 'pkcs11' },
  algorithm: 'rsa' | 'ed25519',
  filled: (text: string) => string,
): readonly string[] {
  const named = (text: string): string => encodeURIComponent(text);
  const key = `pkcs11:token=${named(token)};object=${named(filled(object))};type=private?pin-source=file:${named(pin_file).replaceAll('%2F', '/')}`;
  const input = algorithm === 'rsa' ? ['-pkeyopt', 'digest:sha512'] : ['-rawin'];
  return ['openssl', 'pkeyutl', '-engine', 'pkcs11', '-keyform', 'engine', '-inkey', key, '-sign', ...input];
}

/** The file of a setting's certificate, in the folder of the keys. */
export function certificatePath(dir: string, { certificate }: OutsideSetting): string {
  return join(dir, certificate);
}

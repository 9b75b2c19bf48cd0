/** Whose certificate it is, and whether its key signed (RFC 5246 section 7.4.1.4.1, RFC 8446 section 4.2.3 for the names). */
import { constants, type KeyObject, sign, verify, X509Certificate } from 'node:crypto';
import { ALERT, DtlsError } from './errors.ts';
import { fingerprintOf } from './identity.ts';
import type { Signed } from './key-messages.ts';

/** One `a=fingerprint` of a description. */
export interface Fingerprint {
  /** `sha-256`, in lower case. */
  algorithm: string;
  /** Upper-case bytes with colons. */
  value: string;
}

interface Scheme {
  hash: string;
  key: 'ec' | 'rsa';
  /** Further options of `verify`. */
  options?: { padding: number; saltLength: number };
}

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

/** ecdsa_secp256r1_sha256: the only one we sign with. */
const OURS = 0x0403;

/** What we take, best first. No SHA-1. In TLS 1.2 the ECDSA names say nothing about the curve. */
const SCHEMES: ReadonlyMap<number, Scheme> = new Map<number, Scheme>([
  [OURS, { hash: 'sha256', key: 'ec' }],
  [0x0503, { hash: 'sha384', key: 'ec' }],
  [0x0603, { hash: 'sha512', key: 'ec' }],
  [0x0804, { hash: 'sha256', key: 'rsa', options: PSS }],
  [0x0401, { hash: 'sha256', key: 'rsa' }],
]);

export const SIGNATURE_SCHEMES: readonly number[] = [...SCHEMES.keys()];

/** True when the peer takes what we sign with. */
export const takesOurs = (schemes: readonly number[] | undefined): boolean => schemes?.includes(OURS) ?? false;

export const signWith = (privateKey: KeyObject, content: Buffer): Signed => ({ scheme: OURS, signature: sign('sha256', content, privateKey) });

const HASHES: Readonly<Record<string, string>> = { 'sha-256': 'sha256', 'sha-384': 'sha384', 'sha-512': 'sha512' };
const LEAST_RSA_BITS = 2048;
const CURVES: readonly (string | undefined)[] = ['prime256v1', 'secp384r1', 'secp521r1'];

/**
 * The key of the certificate that the description names.
 * @returns the public key, to check what the peer signs
 * @throws DtlsError `bad_certificate` for another one, `unsupported_certificate` when its key is weak or unknown
 */
export function identified(certificates: readonly Buffer[], expected: readonly Fingerprint[]): KeyObject {
  const [own] = certificates;
  if (!own) throw new DtlsError(ALERT.badCertificate, 'the peer shows no certificate');
  // Before anything reads it: a certificate that is not the named one is nothing but bytes of a stranger.
  const isNamed = expected.some(({ algorithm, value }) => {
    const hash = HASHES[algorithm];
    return hash !== undefined && fingerprintOf(hash, own) === value;
  });
  if (!isNamed) throw new DtlsError(ALERT.badCertificate, 'the certificate is not the one in the description');
  const key = keyOf(own);
  const { modulusLength = 0, namedCurve } = key?.asymmetricKeyDetails ?? {};
  const isStrong = key?.asymmetricKeyType === 'rsa' ? modulusLength >= LEAST_RSA_BITS : key?.asymmetricKeyType === 'ec' && CURVES.includes(namedCurve);
  if (!key || !isStrong) throw new DtlsError(ALERT.unsupportedCertificate, 'the key of the certificate is weak, or of another kind');
  return key;
}

function keyOf(certificate: Buffer): KeyObject | null {
  try {
    return new X509Certificate(certificate).publicKey;
  } catch {
    return null;
  }
}

/** @throws DtlsError `decrypt_error` when the owner of the key did not sign this */
export function checkSigned(key: KeyObject, content: Buffer, { scheme, signature }: Signed): void {
  const known = SCHEMES.get(scheme);
  if (!known || known.key !== key.asymmetricKeyType) throw new DtlsError(ALERT.illegalParameter, 'signed in a way we did not ask for');
  let isRight = false;
  try {
    isRight = verify(known.hash, content, { key, ...known.options }, signature);
  } catch {
    // Not even a signature.
  }
  if (!isRight) throw new DtlsError(ALERT.decryptError, 'the signature is wrong');
}

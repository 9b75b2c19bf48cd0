/** Our certificate: self-signed, made anew by each process; its fingerprint in the description is what vouches for it (RFC 5763 section 5). */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { bitString, explicit, integer, oid, sequence, set, time, utf8 } from './der.ts';

export interface DtlsIdentity {
  /** P-256. */
  privateKey: KeyObject;
  /** DER. */
  certificate: Buffer;
  /** `AB:CD:...`, SHA-256 of the certificate. */
  fingerprint: string;
}

const DAY_MS = 86_400_000;
/** Peers compare fingerprints; a term is there because the format wants one. */
const TERM_DAYS = 365;
const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const COMMON_NAME = oid('2.5.4.3');

/** Makes a key and a certificate of X.509 version 3 (RFC 5280 section 4.1). @param nowWallMs ms since the epoch */
export function makeIdentity(nowWallMs: number): DtlsIdentity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  // The name says nothing: it is shown to whoever connects.
  const name = sequence(set(sequence(COMMON_NAME, utf8(randomBytes(8).toString('hex')))));
  const serial = randomBytes(16);
  serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40, 0);
  const content = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA_WITH_SHA256,
    name,
    sequence(time(nowWallMs - DAY_MS), time(nowWallMs + TERM_DAYS * DAY_MS)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
  );
  const certificate = sequence(content, ECDSA_WITH_SHA256, bitString(sign('sha256', content, privateKey)));
  return { privateKey, certificate, fingerprint: fingerprintOf('sha256', certificate) };
}

/** Of a certificate in DER: upper-case bytes with colons (RFC 8122 section 5). */
export const fingerprintOf = (algorithm: string, certificate: Buffer): string =>
  createHash(algorithm).update(certificate).digest('hex').toUpperCase().replaceAll(/(..)(?!$)/g, '$1:');

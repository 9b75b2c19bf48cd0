/** Our certificate: self-signed, made anew by each process; its fingerprint in the description is what vouches for it (RFC 5763 section 5). */
import { createHash, type KeyObject, randomBytes } from 'node:crypto';
import { selfSigned } from '../x509/self-signed.ts';

export interface DtlsIdentity {
  /** P-256. */
  privateKey: KeyObject;
  /** DER. */
  certificate: Buffer;
  /** `AB:CD:...`, SHA-256 of the certificate. */
  fingerprint: string;
}

/** Peers compare fingerprints; a term is there because the format wants one. */
const TERM_DAYS = 365;

/** @param nowWallMs ms since the epoch */
export function makeIdentity(nowWallMs: number): DtlsIdentity {
  // The name says nothing: it is shown to whoever connects.
  const subject = randomBytes(8).toString('hex');
  const { privateKey, certificate } = selfSigned({ subject, names: [], wallMs: nowWallMs, days: TERM_DAYS, random: randomBytes });
  return { privateKey, certificate, fingerprint: fingerprintOf('sha256', certificate) };
}

/** Of a certificate in DER: upper-case bytes with colons (RFC 8122 section 5). */
export const fingerprintOf = (algorithm: string, certificate: Buffer): string =>
  createHash(algorithm).update(certificate).digest('hex').toUpperCase().replaceAll(/(..)(?!$)/g, '$1:');

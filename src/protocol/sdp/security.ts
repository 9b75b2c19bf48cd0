/**
 * How the sound of a stream is protected: with keys in the description (SDES, RFC 4568), or by DTLS on its port (RFC 5763). What
 * comes with ICE is the WebRTC endpoint's (webrtc.ts). Pure; keys come from outside.
 */
import { srtpKeyBytes, type SrtpProfile } from '../rtp/srtp-profile.ts';
import type { DtlsRole } from '../dtls/state.ts';
import type { Fingerprint } from '../dtls/signatures.ts';
import type { IceCredentials } from '../stun/ice-lite.ts';
import { attribute, type SdpLine } from './sdp.ts';

/** Keys of one stream, master key and salt of each direction in base64. */
export interface SrtpKeys {
  suite: SrtpProfile;
  localKey: string;
  remoteKey: string;
}

/** Who the peer of a DTLS handshake is, and our part in it. */
export interface DtlsRemote {
  role: DtlsRole;
  fingerprints: readonly Fingerprint[];
}

/** What a local endpoint has to protect its stream. */
export interface LocalSecurity {
  /** `SDES_SECRET_BYTES` random bytes of this endpoint, base64; absent = no SDES. */
  sdesSecret?: string | null;
  /** SHA-256 of its certificate, as in a description; absent = no DTLS. */
  fingerprint?: string | null;
  /** Our part in a handshake that was agreed on before: it does not change with the next description. */
  dtlsRole?: DtlsRole;
}

/**
 * Whether calls of a trunk or device are protected. `optional` = where the peer can (RFC 8643); `required` offers SDES and takes
 * DTLS too; `dtls` = by DTLS alone (RFC 5763), so that no key is ever in signalling.
 */
export type SrtpPolicy = 'none' | 'optional' | 'required' | 'dtls';

/** Suites that we offer, best first. `_32` is taken when offered, never offered. */
const OFFERED: readonly SrtpProfile[] = ['AES_CM_128_HMAC_SHA1_80', 'AEAD_AES_128_GCM'];
const KNOWN: readonly SrtpProfile[] = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32', 'AEAD_AES_128_GCM'];

/** Each suite has key bytes of its own, so that no change of suite ever uses one key stream twice. */
export const SDES_SECRET_BYTES = KNOWN.reduce((sum, suite) => sum + srtpKeyBytes(suite), 0);

/** Our master key and salt for a suite, base64. @throws RangeError when the secret is too short */
export function localKeyOf(sdesSecret: string, suite: SrtpProfile): string {
  const secret = Buffer.from(sdesSecret, 'base64');
  if (secret.length < SDES_SECRET_BYTES) throw new RangeError('the SDES secret is too short');
  const before = KNOWN.slice(0, KNOWN.indexOf(suite)).reduce((sum, each) => sum + srtpKeyBytes(each), 0);
  return secret.subarray(before, before + srtpKeyBytes(suite)).toString('base64');
}

/** One `a=crypto` line that we could use. */
export interface CryptoLine {
  tag: string;
  suite: SrtpProfile;
  /** Base64 of master key and salt. */
  key: string;
}

const LINE = /^(\d{1,9}) +([A-Z0-9_]{1,64}) +inline:([A-Za-z0-9+/]{1,200}={0,2})(\|[0-9^]{1,20})?((?: +[^ ]{1,64}){0,8})$/;
/** Session parameters that change nothing for us; any other makes the line unusable (RFC 4568 section 6.3). */
const HARMLESS = /^(?:WSH=\d+|KDR=0)$/;

/**
 * The `a=crypto` lines with a suite of ours and a key of the right length, in their order. Lines with an MKI, several keys or
 * parameters that weaken the protection (UNENCRYPTED_SRTP …) are left out.
 */
export function cryptoLines(lines: readonly SdpLine[]): CryptoLine[] {
  const found: CryptoLine[] = [];
  for (const { type, value } of lines) {
    if (type !== 'a' || !value.startsWith('crypto:')) continue;
    const [, tag, name, key, , rest] = LINE.exec(value.slice(7)) ?? [];
    const suite = KNOWN.find((each) => each === name);
    if (tag === undefined || key === undefined || !suite) continue;
    const parameters = (rest ?? '').split(' ').filter((word) => word !== '');
    if (!parameters.every((word) => HARMLESS.test(word))) continue;
    if (Buffer.from(key, 'base64').length !== srtpKeyBytes(suite)) continue;
    found.push({ tag, suite, key });
  }
  return found;
}

/** `a=crypto` lines of our offer. */
export const offeredCrypto = (sdesSecret: string): string[] =>
  OFFERED.map((suite, index) => cryptoAttribute(`${index + 1}`, suite, sdesSecret));

export const cryptoAttribute = (tag: string, suite: SrtpProfile, sdesSecret: string): string =>
  `crypto:${tag} ${suite} inline:${localKeyOf(sdesSecret, suite)}`;

/** Hash functions a fingerprint may use, with the length of their value; SHA-1 and MD5 prove nothing any more. */
const FINGERPRINT_BYTES: Readonly<Record<string, number>> = { 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 };

/**
 * The certificates that the stream names, else the session, by hashes that prove something (RFC 8122 section 5).
 * @returns algorithms in lower case, values in upper case
 */
export function fingerprintsOf(media: readonly SdpLine[], session: readonly SdpLine[]): Fingerprint[] {
  const ofMedia = fingerprintLines(media);
  return ofMedia.length > 0 ? ofMedia : fingerprintLines(session);
}

const fingerprintLines = (lines: readonly SdpLine[]): Fingerprint[] =>
  lines.flatMap(({ type, value: line }) => {
    if (type !== 'a' || !line.startsWith('fingerprint:') || line.length > 300) return [];
    const [algorithm = '', value = ''] = line.slice(12).trim().split(/ +/);
    const bytes = FINGERPRINT_BYTES[algorithm.toLowerCase()];
    const isWhole = bytes !== undefined && value.length === bytes * 3 - 1 && /^[0-9A-F]{2}(?::[0-9A-F]{2})*$/i.test(value);
    return isWhole ? [{ algorithm: algorithm.toLowerCase(), value: value.toUpperCase() }] : [];
  });

/** Part in DTLS that a description says (RFC 4145): its writer's own; null = none that we know. */
export function setupOf(media: readonly SdpLine[], session: readonly SdpLine[]): DtlsRole | 'either' | null {
  const value = attribute(media, 'setup') ?? attribute(session, 'setup');
  if (value === 'active') return 'client';
  if (value === 'passive') return 'server';
  return value === 'actpass' || value === null ? 'either' : null;
}

/** The value of `a=setup` for our own part. */
export const SETUP: Readonly<Record<DtlsRole | 'either', string>> = { client: 'active', server: 'passive', either: 'actpass' };

/** What the stream's ICE is known by (RFC 8839); null = it does not ask for ICE. A peer that does sends nothing before its checks. */
export function iceOf(media: readonly SdpLine[], session: readonly SdpLine[]): IceCredentials | null {
  const fragment = attribute(media, 'ice-ufrag') ?? attribute(session, 'ice-ufrag') ?? '';
  const password = attribute(media, 'ice-pwd') ?? attribute(session, 'ice-pwd') ?? '';
  const isWhole = fragment.length >= 4 && fragment.length <= 256 && password.length >= 22 && password.length <= 256;
  return isWhole ? { fragment, password } : null;
}

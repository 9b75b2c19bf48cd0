import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

/** A code is valid for this long, seconds (RFC 6238 section 5.2). */
export const TOTP_PERIOD_S = 30;
/** Codes of so many steps before and after the present one are taken too: clocks of telephones differ by up to half a minute. */
const WINDOW_STEPS = 1;

const totpOf = (secret: string, label = ''): TOTP =>
  new TOTP({ issuer: 'Smart Contact Center', label, secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: TOTP_PERIOD_S });

/** A new secret of 160 random bits (RFC 4226 section 4), in Base32. */
export const newTotpSecret = (): string => new Secret({ buffer: new Uint8Array(randomBytes(20)).buffer }).base32;

/** What the QR code holds: `otpauth://totp/...` (Key URI format of authenticator apps). */
export const totpUri = (secret: string, account: string): string => totpOf(secret, account).toString();

/**
 * The step of a code that is right now and was not used yet, or null.
 * @param code six digits
 * @param now ms since the epoch
 * @param lastStep the step of the last code used
 */
export function stepOfCode(secret: string, code: string, now: number, lastStep: number): number | null {
  // The library compares only tokens of as many bytes.
  if (!/^[0-9]{6}$/.test(code)) return null;
  const delta = totpOf(secret).validate({ token: code, timestamp: now, window: WINDOW_STEPS });
  if (delta === null) return null;
  const step = Math.floor(now / 1000 / TOTP_PERIOD_S) + delta;
  return step > lastStep ? step : null;
}

const RECOVERY_CODES = 10;
/** No letters and digits that look alike: 31 signs, ten of them are 49 bits. */
const SIGNS = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';

function sign(): string {
  for (;;) {
    // A byte beyond the last whole multiple would favour the first signs.
    const byte = randomBytes(1).readUInt8();
    if (byte < 256 - (256 % SIGNS.length)) return SIGNS.charAt(byte % SIGNS.length);
  }
}

/** Ten codes `ABCDE-FGHJK`, each for one login without the app. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: RECOVERY_CODES }, () => {
    const signs = Array.from({ length: 10 }, sign).join('');
    return `${signs.slice(0, 5)}-${signs.slice(5)}`;
  });

/** How a typed code is compared: without blanks and hyphens, in capitals, wide forms as ASCII. */
export const plainCode = (typed: string): string => typed.normalize('NFKC').replaceAll(/[\s-]/g, '').toUpperCase();

/** Index of the hash that belongs to `hash`, looked for in constant time; -1 when there is none. */
export function indexOfHash(hashes: readonly string[], hash: Buffer): number {
  let found = -1;
  for (const [index, hex] of hashes.entries()) {
    const stored = Buffer.from(hex, 'hex');
    if (stored.length === hash.length && timingSafeEqual(stored, hash)) found = index;
  }
  return found;
}

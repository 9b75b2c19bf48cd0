import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';

/** Japanese three-digit services that have no E.164 form (100-189; Telecommunications Number Plan). */
const JAPANESE_SHORT_CODE = /^1(?:0[0-9]|1[0-9]|3[0-9]|4[0-9]|5[0-9]|6[0-9]|7[0-9]|8[0-9])$/;

/** What people put between the digits of a number, in any width. */
const SEPARATORS = /[\s()\-./‐‑‒–—―−ー・･「」[\]]/g;

/**
 * The one form of a telephone number by which calls and records are matched: E.164 (`+81312345678`), or the bare digits of
 * a short code. Understands any written form: full width, any dash, parentheses, `+81 (0)3`, `0081`, `010 81`.
 * @param country where a number without country code belongs
 * @returns null when the text is no telephone number
 */
export function toE164(text: string, country: CountryCode = 'JP'): string | null {
  const plain = text.normalize('NFKC').trim().replace(/^tel:/i, '').replace(/\+(\d{1,3})\s*\(0\)/, '+$1');
  const compact = plain.replace(SEPARATORS, '');
  if (!/^\+?\d{3,17}$/.test(compact)) return null;
  if (country === 'JP' && JAPANESE_SHORT_CODE.test(compact)) return compact;
  const international = compact.startsWith('00') && !compact.startsWith('000') ? `+${compact.slice(2)}` : compact;
  const parsed = parsePhoneNumberFromString(international, country);
  return parsed?.isPossible() ? parsed.number : null;
}

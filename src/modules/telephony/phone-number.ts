import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

/**
 * A number as it is compared: E.164 where it can be read as a number of Japan or with a country code, else as it stands.
 * `03-1234-0001`, `0312340001` and `+81312340001` are the same.
 */
export function comparableNumber(text: string): string {
  const trimmed = text.trim();
  const parsed = /[0-9]/.test(trimmed) && !/[a-z]/i.test(trimmed) ? parsePhoneNumberFromString(trimmed, 'JP') : undefined;
  return parsed?.number ?? trimmed.replaceAll(/[\s-]/g, '');
}

/** A number as people write it: `03-1234-0001`, or with its country code when it is foreign. */
export function displayNumber(number: string): string {
  const parsed = parsePhoneNumberFromString(number, 'JP');
  if (!parsed) return number;
  return parsed.country === 'JP' ? parsed.formatNational() : parsed.formatInternational();
}

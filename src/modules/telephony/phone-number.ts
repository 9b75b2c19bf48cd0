import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { remember } from '../../lib/remember.ts';
import { toE164 } from '../../vault/phone.ts';

/** A number as it is compared: E.164 where it can be read as one, else what was dialled (`station1`) without spaces and dashes. */
export const comparableNumber: (text: string) => string = remember((text) => toE164(text) ?? text.trim().replaceAll(/[\s-]/g, ''));

/** A number as people write it: `03-1234-0001`, or with its country code when it is foreign. */
export const displayNumber: (number: string) => string = remember((number) => {
  const parsed = parsePhoneNumberFromString(number, 'JP');
  if (!parsed) return number;
  return parsed.country === 'JP' ? parsed.formatNational() : parsed.formatInternational();
});

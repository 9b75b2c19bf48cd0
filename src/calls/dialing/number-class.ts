/**
 * What kind of number was dialled, and what it costs at worst. Japan's numbering plan: 0ABJ, 050, 0x0, 0120/0800, 0570, 0990,
 * three-digit services; 184 and 186 before a number withhold and show the caller's own. Pure.
 */
import { remember } from '../../lib/remember.ts';
import { toE164 } from '../../vault/phone.ts';

export type NumberClass = 'domestic' | 'premium' | 'international' | 'emergency' | 'service' | 'invalid';

export interface Dialled {
  /** E.164, or the digits of a short code; empty when invalid. */
  number: string;
  class: NumberClass;
  /** What the caller wants to be shown for this call; `default` = as usual. */
  privacy: 'default' | '184' | '186';
}

const EMERGENCY: ReadonlySet<string> = new Set(['110', '118', '119']);

/** National beginnings of numbers that cost more than a call: 0990 (information services), 0570 (Navi Dial), 0180 (announcements). */
const PREMIUM = ['+81990', '+81570', '+81180'];

/** 184 and 186 count only before a whole number: 184 alone is none. */
const PRIVACY_PREFIX = /^18([46])(?=[0+])/;

/**
 * Reads what somebody dialled, in any written form, also `tel:` URIs (RFC 3966) with their parameters.
 * Anything that is no number of a known form is `invalid`: nothing is dialled by guessing.
 */
export const readDialled: (text: string) => Readonly<Dialled> = remember((text) => {
  const plain = text.normalize('NFKC').trim().replace(/^tel:/i, '').replace(/;.*$/s, '');
  const compact = plain.replaceAll(/[\s()\-.]/g, '');
  const prefix = PRIVACY_PREFIX.exec(compact);
  const privacy = prefix ? (prefix[1] === '4' ? '184' : '186') : 'default';
  const rest = prefix ? compact.slice(3) : compact;
  const read = toE164(prefix ? rest : plain, 'JP');
  // Without its area code, as it is dialled within one, a number could be anybody's.
  const isWhole = read !== null && (!read.startsWith('+') || /^[0+]/.test(rest) || read === `+${rest}`);
  const number = isWhole ? read : null;
  return number === null ? { number: '', class: 'invalid', privacy } : { number, class: classOf(number), privacy };
});

function classOf(number: string): NumberClass {
  if (EMERGENCY.has(number)) return 'emergency';
  if (!number.startsWith('+')) return 'service';
  if (!number.startsWith('+81')) return 'international';
  return PREMIUM.some((prefix) => number.startsWith(prefix)) ? 'premium' : 'domestic';
}

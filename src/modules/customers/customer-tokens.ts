import type { TenantVault } from '../../db/types.ts';
import { fold, grams, searchGrams } from '../../vault/fold.ts';
import { toE164 } from '../../vault/phone.ts';
import type { CustomerContent } from './customer-content.ts';

/** Values of `search_tokens.kind` for customers. Stored: never renumber. */
export const TOKEN_KINDS = { name: 1, phone: 2, phonePart: 3, email: 4 } as const;

export type TokenKind = keyof typeof TOKEN_KINDS;

/** One row of `search_tokens`, without tenant and customer. */
export interface SearchToken {
  kind: number;
  token: Buffer;
}

/** A way to find customers: those that have all of these tokens are candidates. */
export interface TokenQuery {
  kind: number;
  tokens: Buffer[];
}

/** Fewest neighbouring digits of a number that find it; also the length of the pieces that are stored. */
const PART_DIGITS = 4;

type SearchableContent = Pick<CustomerContent, 'familyName' | 'givenName' | 'familyNameKana' | 'givenNameKana' | 'phones' | 'emails'>;

const foldEmail = (email: string): string => email.normalize('NFKC').trim().toLowerCase();
const foldPhone = (phone: string): string => toE164(phone, 'JP') ?? fold(phone);

/** The digits of a number as people write it at home (`0312340001`) and with its country code (`81312340001`). */
function digitTexts(phone: string): string[] {
  const digits = foldPhone(phone).replace(/\D/g, '');
  return digits.startsWith('81') && digits.length > 10 ? [digits, `0${digits.slice(2)}`] : [digits];
}

/** All runs of four digits in a text of digits. */
const digitParts = (digits: string): string[] =>
  Array.from({ length: Math.max(0, digits.length - PART_DIGITS + 1) }, (_, start) => digits.slice(start, start + PART_DIGITS));

/** Runs that cover a text of digits without more overlap than needed: fewer look-ups, and hits are compared anyway. */
const coveringParts = (digits: string): string[] => [...new Set([...(digits.match(/\d{4}/g) ?? []), digits.slice(-PART_DIGITS)])];

/** The texts a name search looks in, folded. */
function nameTexts(content: SearchableContent, companyName: string): string[] {
  return [`${content.familyName}${content.givenName}`, `${content.familyNameKana}${content.givenNameKana}`, companyName];
}

/**
 * All tokens under which a customer is found: grams of name, kana and company name; each phone number whole and in
 * pieces; each mail address.
 * @param companyName empty when there is none
 */
export function customerTokens(vault: Pick<TenantVault, 'token'>, content: SearchableContent, companyName: string): SearchToken[] {
  const terms: Record<TokenKind, string[]> = {
    name: nameTexts(content, companyName).flatMap(grams),
    phone: content.phones.map(foldPhone),
    phonePart: content.phones.flatMap(digitTexts).flatMap(digitParts),
    email: content.emails.map(foldEmail),
  };
  return (Object.keys(terms) as TokenKind[]).flatMap((kind) =>
    [...new Set(terms[kind])].filter((term) => term !== '').map((term) => ({ kind: TOKEN_KINDS[kind], token: vault.token(kind, term) })),
  );
}

/** The token of a number in any written form, for the look-up of a caller; null when the text is no number. */
export function phoneToken(vault: Pick<TenantVault, 'token'>, phone: string): SearchToken | null {
  const number = toE164(phone, 'JP');
  return number === null ? null : { kind: TOKEN_KINDS.phone, token: vault.token('phone', number) };
}

/**
 * The ways in which a search text can match, each on its own: a mail address, a whole number, part of a number, part of
 * a name. Candidates must still be compared with `matchesCustomer`.
 * @returns empty when the text holds nothing to search for
 */
export function customerQueries(vault: Pick<TenantVault, 'token'>, text: string): TokenQuery[] {
  const query = (kind: TokenKind, terms: readonly string[]): TokenQuery => ({ kind: TOKEN_KINDS[kind], tokens: terms.map((term) => vault.token(kind, term)) });
  if (text.normalize('NFKC').includes('@')) return [query('email', [foldEmail(text)])];
  const queries: TokenQuery[] = [];
  const number = toE164(text, 'JP');
  if (number !== null) queries.push(query('phone', [number]));
  const digits = fold(text);
  if (/^\d{4,}$/.test(digits)) {
    queries.push(query('phonePart', coveringParts(digits)));
    return queries;
  }
  const parts = searchGrams(text);
  if (parts.length > 0) queries.push(query('name', parts));
  return queries;
}

/** Whether an opened customer really matches the search text that its tokens were found by. */
export function matchesCustomer(content: SearchableContent, companyName: string, text: string): boolean {
  const folded = fold(text);
  if (folded === '') return false;
  if (text.normalize('NFKC').includes('@')) return content.emails.some((email) => foldEmail(email) === foldEmail(text));
  const number = toE164(text, 'JP');
  if (number !== null && content.phones.some((phone) => foldPhone(phone) === number)) return true;
  if (/^\d{4,}$/.test(folded) && content.phones.flatMap(digitTexts).some((digits) => digits.includes(folded))) return true;
  return nameTexts(content, companyName).some((name) => fold(name).includes(folded));
}

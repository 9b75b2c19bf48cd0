import type { TenantVault } from '../../db/types.ts';
import { fold } from '../../vault/fold.ts';
import { toE164 } from '../../vault/phone.ts';

/** What finds a call by the number of its other side (`calls.number_token`, `calls.number_end_token`); empty where it has none. */
export interface NumberTokens {
  whole: Buffer;
  /** Of the last four digits: how people name a number to each other. */
  end: Buffer;
}

const END_DIGITS = 4;
const NONE = Buffer.alloc(0);

/** Already as numbers are kept: the usual case, for which nothing needs to be parsed. */
const E164 = /^\+\d{8,15}$/;

/** The one form of a number in any writing; what is no telephone number (an extension, a name) stands for itself. */
const canonical = (number: string): string => (E164.test(number) ? number : (toE164(number, 'JP') ?? fold(number)));

/** The tokens of a call. @param number in any written form; empty or null when it is withheld */
export function numberTokens(vault: Pick<TenantVault, 'token'>, number: string | null): NumberTokens {
  const known = canonical(number ?? '');
  const digits = known.replaceAll(/\D/g, '');
  return {
    whole: known === '' ? NONE : vault.token('callNumber', known),
    end: digits.length < END_DIGITS ? NONE : vault.token('callNumberEnd', digits.slice(-END_DIGITS)),
  };
}

/** A number to look for. */
export interface NumberQuery {
  whole: Buffer;
  /** null: it is no end of a number. */
  end: Buffer | null;
}

/** What a typed number is looked for by: all of it, and as the end of a longer one when it has four digits. null: it holds nothing to look for. */
export function numberQuery(vault: Pick<TenantVault, 'token'>, typed: string): NumberQuery | null {
  const known = canonical(typed.trim());
  if (known === '') return null;
  const isEnd = new RegExp(`^\\d{${END_DIGITS}}$`).test(fold(typed));
  return { whole: vault.token('callNumber', known), end: isEnd ? vault.token('callNumberEnd', fold(typed)) : null };
}

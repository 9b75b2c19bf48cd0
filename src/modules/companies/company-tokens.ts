import type { TenantVault } from '../../db/types.ts';
import { fold, grams, searchGrams } from '../../vault/fold.ts';
import { toE164 } from '../../vault/phone.ts';
import type { CompanyContent } from './company-content.ts';
import type { TokenSet } from '../support/search.ts';

/** Values of `search_tokens.kind` for companies. Stored: never renumber. */
const KINDS = { companyName: 11, companyPhone: 12 } as const;

type Kind = keyof typeof KINDS;

/** Tokens under which a company is found: grams of name and kana, whole numbers. */
export function companyTokens(vault: Pick<TenantVault, 'token'>, content: CompanyContent): { kind: number; token: Buffer }[] {
  const make = (kind: Kind, terms: readonly string[]) => [...new Set(terms)].map((term) => ({ kind: KINDS[kind], token: vault.token(kind, term) }));
  const numbers = content.phones.flatMap((phone) => toE164(phone, 'JP') ?? []);
  return [...make('companyName', [content.name, content.nameKana].flatMap(grams)), ...make('companyPhone', numbers)];
}

/** The ways in which a search text can match a company. */
export function companyQueries(vault: Pick<TenantVault, 'token'>, text: string): TokenSet[] {
  const number = toE164(text, 'JP');
  const parts = searchGrams(text);
  return [
    ...(number ? [{ kind: KINDS.companyPhone, tokens: [vault.token('companyPhone', number)] }] : []),
    ...(parts.length > 0 ? [{ kind: KINDS.companyName, tokens: parts.map((part) => vault.token('companyName', part)) }] : []),
  ];
}

/** Whether an opened company really matches the search text. */
export function matchesCompany(content: CompanyContent, text: string): boolean {
  const folded = fold(text);
  const number = toE164(text, 'JP');
  if (number && content.phones.some((phone) => toE164(phone, 'JP') === number)) return true;
  return folded !== '' && [content.name, content.nameKana].some((name) => fold(name).includes(folded));
}

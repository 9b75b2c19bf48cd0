import type { TenantTx } from '../../db/types.ts';
import { openUser } from '../users/user-content.ts';
import { matchableUsers, type ProviderContent } from './provider.queries.ts';

type Field = ProviderContent['field'];

/** As two values are compared: mail addresses without regard to case, everything else as it stands. */
const folded = (field: Field, value: string): string => (field === 'email' ? value.trim().normalize('NFKC').toLowerCase() : value.trim());

async function usersByValue(tx: TenantTx, field: Field): Promise<{ id: string; status: string; value: string }[]> {
  // A tenant has some thousand users at most, whose fields are sealed; a login reads them all.
  const rows = await matchableUsers(tx);
  return rows.map((row) => ({ id: row.id, status: row.status, value: folded(field, field === 'loginId' ? row.login_id : openUser(tx, row)[field]) }));
}

/** The one user whom a claim names; nobody when several have the same value, of whom one could be taken for another. */
export async function matchUser(tx: TenantTx, field: Field, claim: string): Promise<{ userId: string } | { nobody: 'unmatched' | 'ambiguous' }> {
  const wanted = folded(field, claim);
  const found = wanted === '' ? [] : (await usersByValue(tx, field)).filter(({ value }) => value === wanted);
  const [first] = found;
  return first && found.length === 1 ? { userId: first.id } : { nobody: first ? 'ambiguous' : 'unmatched' };
}

/** How many active users there are, and how many of them no claim can name. */
export async function countUnmatchable(tx: TenantTx, field: Field): Promise<{ users: number; unmatchable: number }> {
  const all = await usersByValue(tx, field);
  const times = new Map<string, number>();
  for (const { value } of all) times.set(value, (times.get(value) ?? 0) + 1);
  const active = all.filter(({ status }) => status === 'active');
  return { users: active.length, unmatchable: active.filter(({ value }) => value === '' || times.get(value) !== 1).length };
}

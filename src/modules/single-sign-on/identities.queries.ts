import type { TenantTx } from '../../db/types.ts';
import { readProvider } from './provider.queries.ts';

/** Whom a provider says that somebody is: unique and never given to another (OpenID Connect Core 1.0 section 2). */
export interface Subject {
  issuer: string;
  sub: string;
}

const place = (userId: string) => ({ table: 'sso_identities', column: 'sealed', id: userId });
const tokenOf = (tx: TenantTx, { issuer, sub }: Subject): Buffer => tx.vault.token('sso_identity', JSON.stringify([issuer, sub]));
const isSame = (one: Subject, other: Subject): boolean => one.issuer === other.issuer && one.sub === other.sub;

/** The user whom this subject was linked to; undefined when it is linked to nobody. */
export async function userOfSubject(tx: TenantTx, subject: Subject): Promise<string | undefined> {
  const rows = await tx.db.selectFrom('sso_identities').select(['user_id', 'sealed']).where('subject_token', '=', tokenOf(tx, subject)).execute();
  // The token is short; the sealed pair decides.
  return rows.find((row) => isSame(tx.vault.open<Subject>(place(row.user_id), row.sealed), subject))?.user_id;
}

/** The subject that a user is linked to; undefined when there is none. */
export async function subjectOfUser(tx: TenantTx, userId: string): Promise<Subject | undefined> {
  const row = await tx.db.selectFrom('sso_identities').select('sealed').where('user_id', '=', userId).executeTakeFirst();
  return row && tx.vault.open<Subject>(place(userId), row.sealed);
}

/** The subject that a user is at the tenant's present provider; undefined when there is no provider, or they came through it never. */
export async function subjectAtProvider(tx: TenantTx, userId: string): Promise<Subject | undefined> {
  const provider = await readProvider(tx);
  const subject = provider ? await subjectOfUser(tx, userId) : undefined;
  return provider && subject && new URL(subject.issuer).href === new URL(provider.content.issuer).href ? subject : undefined;
}

/** Links a user, in the place of what was linked before. */
export async function linkSubject(tx: TenantTx, userId: string, subject: Subject): Promise<void> {
  const values = { subject_token: tokenOf(tx, subject), sealed: tx.vault.seal(place(userId), subject) };
  await tx.db
    .insertInto('sso_identities')
    .values({ tenant_id: tx.tenantId, user_id: userId, ...values })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'user_id']).doUpdateSet(values))
    .execute();
}

/** @returns what was linked; undefined when nothing was */
export async function unlinkSubject(tx: TenantTx, userId: string): Promise<Subject | undefined> {
  const row = await tx.db.deleteFrom('sso_identities').where('user_id', '=', userId).returning('sealed').executeTakeFirst();
  return row && tx.vault.open<Subject>(place(userId), row.sealed);
}

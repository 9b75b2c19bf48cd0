import type { AddedPasskey, NewPasskey, Passkey, PasskeyAnswer, Passkeys } from '../../../shared/api/passkeys.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError, conflict, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import type { RequestContext, Session } from '../support/binding.ts';
import { isoOrNull } from '../support/records.ts';
import { CHALLENGE_MS, type Challenges } from './challenges.ts';
import { demandPerson, withOwnProof } from './own-account.service.ts';
import { deletePasskey, insertPasskey, lockPasskey, passkeyMode, passkeysOfUser, touchPasskey, type PasskeyRow } from './passkeys.queries.ts';
import { findProfile } from './profiles.queries.ts';
import { codesForPasskey } from './recovery-codes.ts';
import { deleteFactor, findFactor } from './second-factor.queries.ts';
import { hashOfSecret } from './secrets.ts';
import { revokeSessionsOfUser } from './sessions.queries.ts';
import { tellRevoked } from './sessions.service.ts';
import { lockUserForLogin } from './users.queries.ts';
import type { UserDeps } from './users.service.ts';
import { checkSignature, creationOptions, readNewPasskey, relyingPartyOf, requestOptions, type PasskeyContent, type RelyingParty, type SignatureOutcome } from './webauthn.ts';

export interface PasskeyDeps extends UserDeps {
  challenges: Challenges;
  /** Where people open the product; null = not configured. */
  publicUrl: string | null;
}

/** More are no help to anybody. */
const MOST = 20;

const place = (id: string) => ({ table: 'passkeys', column: 'sealed', id });
const open = (tx: TenantTx, row: { id: string; sealed: Buffer }): PasskeyContent => tx.vault.open<PasskeyContent>(place(row.id), row.sealed);

/** A credential's id as it is looked for. */
export const hashOfCredential = (id: string): Buffer => hashOfSecret(id);

/** @throws AppError `passkey_not_here` where WebAuthn does not work: at an IP address, without TLS, without a public address */
export function demandParty(publicUrl: string | null, requestOrigin: string): RelyingParty {
  const party = relyingPartyOf(publicUrl, requestOrigin);
  if (!party) throw conflict('passkey_not_here', 'Passkeys do not work at the address of this installation.');
  return party;
}

const viewOf = (tx: TenantTx, row: PasskeyRow): Passkey => ({
  id: row.id,
  name: open(tx, row).name,
  synced: row.synced,
  createdAt: row.created_at.toISOString(),
  lastUsedAt: isoOrNull(row.last_used_at),
});

/** The own passkeys. @throws AppError `forbidden` for a program */
export async function ownPasskeys(tx: TenantTx, session: Session, party: RelyingParty | null): Promise<Passkeys> {
  demandPerson(session);
  const rows = await passkeysOfUser(tx, session.userId);
  return { mode: await passkeyMode(tx), origin: party?.origin ?? null, items: rows.map((row) => viewOf(tx, row)) };
}

const off = () => conflict('passkeys_off', 'Your company does not take passkeys.');

/**
 * Begins to register a passkey: what the browser is asked, and the challenge for its cookie.
 * @throws AppError `passkey_not_here`, `password_refused`, `passkeys_off`, `too_many_passkeys`
 */
export async function beginPasskey(deps: PasskeyDeps, context: RequestContext, tenantSlug: string, password: string) {
  const { session } = context;
  const party = demandParty(deps.publicUrl, context.origin);
  const have = await withOwnProof(deps, session, password, async (tx) => {
    if ((await passkeyMode(tx)) === 'off') throw off();
    const rows = await passkeysOfUser(tx, session.userId);
    if (rows.length >= MOST) throw conflict('too_many_passkeys', `At most ${MOST} passkeys.`);
    return rows.map((row) => open(tx, row));
  });
  const token = deps.challenges.issue({ purpose: 'register', tenant: session.tenantId, subject: session.sessionId });
  context.setChallenge(token, CHALLENGE_MS);
  const owner = { tenantId: session.tenantId, userId: session.userId, label: `${tenantSlug}/${session.loginId}`, name: session.name };
  return { options: { ...(await creationOptions(party, owner, have, deps.challenges.derive(token, 'sign'))) } };
}

/**
 * Registers the passkey that the browser made. When the user had no second factor, the other sessions, which were opened without
 * one, end; without recovery codes it gets some.
 * @throws AppError `passkey_not_here`, `passkey_refused`, `passkeys_off`, `passkey_known`
 */
export async function addPasskey(deps: PasskeyDeps, context: RequestContext, given: { name: string; answer: NewPasskey }): Promise<AddedPasskey> {
  const { session } = context;
  demandPerson(session);
  const party = demandParty(deps.publicUrl, context.origin);
  const facts = deps.challenges.redeem(context.challenge, 'register');
  const isOwn = facts?.tenant === session.tenantId && facts.subject === session.sessionId;
  const made = isOwn ? await readNewPasskey(party, given.answer, deps.challenges.derive(context.challenge, 'sign')) : null;
  if (!made) throw new AppError('passkey_refused', 422, 'The passkey could not be registered. Begin again.');
  const { signCount, synced, ...key } = made;
  const at = new Date(deps.clock.wall());
  const outcome = await context.inTenant(async (tx) => {
    await lockUserForLogin(tx, session.userId);
    if ((await passkeyMode(tx)) === 'off') throw off();
    const had = await hasFactor(tx, session.userId);
    const id = newId();
    const sealed = tx.vault.seal(place(id), { name: given.name, ...key } satisfies PasskeyContent);
    if (!(await insertPasskey(tx, { id, userId: session.userId, credentialHash: hashOfCredential(key.credentialId), sealed, signCount, synced, at }))) throw conflict('passkey_known', 'This passkey is registered already.');
    const ended = had ? [] : await revokeSessionsOfUser(tx, session.userId, at, session.sessionId);
    await tx.audit({ code: 'passkey.added', subject: { kind: 'user', id: session.userId }, detail: { passkeyId: id, name: given.name, synced, sessionsEnded: ended.length } });
    const recoveryCodes = await codesForPasskey(tx, session.userId);
    return { view: { id, name: given.name, synced, createdAt: at.toISOString(), lastUsedAt: null, recoveryCodes }, ended };
  });
  tellRevoked(deps.events, session.tenantId, outcome.ended);
  // Who could do nothing before may do everything from now on, in sockets that are open too.
  if (session.mustSetUpFactor) deps.events.emit('accessChanged', { tenantId: session.tenantId, userIds: [session.userId] });
  return outcome.view;
}

/** Whether the user has a second factor that logins ask for. */
export async function hasFactor(tx: TenantTx, userId: string): Promise<boolean> {
  if ((await findFactor(tx, userId))?.confirmed_at) return true;
  return (await usablePasskeys(tx, userId)).length > 0;
}

/** The user's passkeys, none while the tenant does not take passkeys. */
export const usablePasskeys = async (tx: TenantTx, userId: string): Promise<PasskeyRow[]> => ((await passkeyMode(tx)) === 'off' ? [] : passkeysOfUser(tx, userId));

/**
 * Removes one of the own passkeys.
 * @throws AppError `password_refused`, `not_found`, `second_factor_required` when the profile demands one and this is the last
 */
export function removePasskey(deps: PasskeyDeps, session: Session, id: string, password: string): Promise<void> {
  return withOwnProof(deps, session, password, async (tx) => {
    const gone = await deletePasskey(tx, session.userId, id);
    if (!gone) throw notFound('passkey');
    // Recovery codes stand for something that was lost; where nothing is left to lose they open nothing.
    if ((await passkeysOfUser(tx, session.userId)).length === 0 && !(await findFactor(tx, session.userId))?.confirmed_at) await deleteFactor(tx, session.userId);
    if ((await findProfile(tx, session.profileId))?.second_factor_required && !(await hasFactor(tx, session.userId))) throw conflict('second_factor_required', 'The profile demands a second factor.');
    await tx.audit({ code: 'passkey.removed', subject: { kind: 'user', id: session.userId }, detail: { passkeyId: id, name: open(tx, gone).name } });
  });
}

/** What the authenticator of a user is asked as a second factor. */
export const secondFactorOptions = async (tx: TenantTx, party: RelyingParty, rows: readonly PasskeyRow[], challenge: Uint8Array) =>
  ({ ...(await requestOptions(party, rows.map((row) => open(tx, row)), challenge)) });

/** Checks a signature with a stored key; a right one is written down. The caller holds the lock of the user's row. */
export async function usePasskey(tx: TenantTx, party: RelyingParty, userId: string, answer: PasskeyAnswer, challenge: Buffer, now: number): Promise<SignatureOutcome> {
  const row = await lockPasskey(tx, hashOfCredential(answer.id));
  if (row?.user_id !== userId) return { right: false, reason: 'wrong' };
  const outcome = await checkSignature(party, answer, { content: open(tx, row), signCount: Number(row.sign_count) }, challenge);
  if (outcome.right) await touchPasskey(tx, row.id, { signCount: outcome.signCount, synced: outcome.synced, at: new Date(now) });
  else if (outcome.reason === 'copied') await tx.audit({ code: 'passkey.counter_regressed', subject: { kind: 'user', id: userId }, detail: { passkeyId: row.id, name: open(tx, row).name } });
  return outcome;
}

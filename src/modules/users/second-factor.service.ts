import type { SecondFactor } from '../../../shared/api/account.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError, conflict, notFound } from '../../lib/errors.ts';
import { isoOrNull } from '../support/records.ts';
import type { RequestContext, Session } from '../support/binding.ts';
import { demandPerson, withOwnProof } from './own-account.service.ts';
import { deletePasskeysOfUser } from './passkeys.queries.ts';
import { hasFactor } from './passkeys.service.ts';
import { findProfile, setSecondFactorRequired } from './profiles.queries.ts';
import { profileView } from './profiles.service.ts';
import { demandCovers, permissionsOf } from './profile-permissions.ts';
import { demandUser } from './user-life.service.ts';
import { deleteFactor, findFactor, lockFactor, patchFactor, putUnconfirmedFactor } from './second-factor.queries.ts';
import { makeRecoveryCodes, openFactor, recoveryCodesLeft, sealFactor, spendRecoveryCode } from './recovery-codes.ts';
import { revokeSession, revokeSessionsOfUser, sessionsWithoutFactor } from './sessions.queries.ts';
import { tellRevoked } from './sessions.service.ts';
import { newTotpSecret, plainCode, stepOfCode, totpUri } from './totp.ts';
import { userView, type UserDeps } from './users.service.ts';

/** Whether logins of the user take codes of an app. */
export const hasApp = async (tx: TenantTx, userId: string): Promise<boolean> => Boolean((await findFactor(tx, userId))?.confirmed_at);

/** What became of the code given at a login. */
type CodeOutcome = 'missing' | 'wrong' | 'app_code' | 'recovery_code';

/** Checks the code of a login, and spends it. The caller holds the lock of the user's row. */
export async function spendCode(tx: TenantTx, userId: string, typed: string, now: number): Promise<CodeOutcome> {
  const code = plainCode(typed);
  if (code === '') return 'missing';
  const factor = await lockFactor(tx, userId);
  const step = factor?.confirmed_at ? stepOfCode(openFactor(tx, userId, factor.sealed).secret, code, now, factor.last_step) : null;
  if (step !== null) {
    await patchFactor(tx, userId, { last_step: step });
    return 'app_code';
  }
  return (await spendRecoveryCode(tx, userId, typed)) ? 'recovery_code' : 'wrong';
}

/** The own second factor as its owner sees it. */
export async function secondFactorView(tx: TenantTx, session: Session): Promise<SecondFactor> {
  demandPerson(session);
  const factor = await findFactor(tx, session.userId);
  const profile = await findProfile(tx, session.profileId);
  return {
    since: isoOrNull(factor?.confirmed_at ?? null),
    required: profile?.second_factor_required ?? false,
    active: await hasFactor(tx, session.userId),
    recoveryCodesLeft: await recoveryCodesLeft(tx, session.userId),
  };
}

const alreadyOn = () => conflict('second_factor_on', 'A second factor is set up already.');

/**
 * Begins the set-up: a new secret for the authenticator app. Nothing changes for logins before a code of it is confirmed.
 * @throws AppError `password_refused`, `second_factor_on`
 */
export function beginSetUp(deps: UserDeps, session: Session, tenantSlug: string, password: string): Promise<{ secret: string; uri: string }> {
  return withOwnProof(deps, session, password, async (tx) => {
    const before = await lockFactor(tx, session.userId);
    if (before?.confirmed_at) throw alreadyOn();
    const secret = newTotpSecret();
    // Who has passkeys already keeps the recovery codes until the app is confirmed.
    const recoveryHashes = before ? openFactor(tx, session.userId, before.sealed).recoveryHashes : [];
    await putUnconfirmedFactor(tx, session.userId, sealFactor(tx, session.userId, { secret, recoveryHashes }));
    return { secret, uri: totpUri(secret, `${tenantSlug}/${session.loginId}`) };
  });
}

/**
 * Ends the set-up with a first code of the app. The other sessions of the user, which were opened without it, end.
 * @returns the recovery codes, told this once
 * @throws AppError `second_factor_not_begun`, `second_factor_on`, `code_refused`
 */
export async function confirmSetUp(deps: UserDeps, context: RequestContext, code: string): Promise<string[]> {
  const { session } = context;
  demandPerson(session);
  const now = deps.clock.wall();
  const { codes, ended } = await context.inTenant(async (tx) => {
    const factor = await lockFactor(tx, session.userId);
    const secret = factor ? openFactor(tx, session.userId, factor.sealed).secret : '';
    if (!factor || secret === '') throw conflict('second_factor_not_begun', 'Begin the set-up first.');
    if (factor.confirmed_at) throw alreadyOn();
    const step = stepOfCode(secret, plainCode(code), now, factor.last_step);
    if (step === null) throw new AppError('code_refused', 422, 'The code is not right. Check that the clock of the telephone is right.');
    await patchFactor(tx, session.userId, { confirmed_at: new Date(now), last_step: step });
    const made = await makeRecoveryCodes(tx, session.userId);
    const others = await revokeSessionsOfUser(tx, session.userId, new Date(now), session.sessionId);
    await tx.audit({ code: 'second_factor.enabled', subject: { kind: 'user', id: session.userId }, detail: { kind: 'totp', sessionsEnded: others.length } });
    return { codes: made.codes, ended: others };
  });
  tellRevoked(deps.events, session.tenantId, ended);
  // Who could do nothing before may do everything from now on, in sockets that are open too.
  if (session.mustSetUpFactor) deps.events.emit('accessChanged', { tenantId: session.tenantId, userIds: [session.userId] });
  return codes;
}

/** Replaces the recovery codes. @throws AppError `password_refused`, `second_factor_off` */
export function renewRecoveryCodes(deps: UserDeps, session: Session, password: string): Promise<string[]> {
  return withOwnProof(deps, session, password, async (tx) => {
    if (!(await hasFactor(tx, session.userId))) throw conflict('second_factor_off', 'No second factor is set up.');
    const { codes, before } = await makeRecoveryCodes(tx, session.userId);
    await tx.audit({ code: 'second_factor.codes_renewed', subject: { kind: 'user', id: session.userId }, detail: { before } });
    return codes;
  });
}

/** Turns the own authenticator app off; who has passkeys beside it keeps the recovery codes. @throws AppError `password_refused`, `second_factor_required`, `second_factor_off` */
export function turnOff(deps: UserDeps, session: Session, password: string): Promise<void> {
  return withOwnProof(deps, session, password, async (tx) => {
    const factor = await lockFactor(tx, session.userId);
    if (!factor?.confirmed_at) throw conflict('second_factor_off', 'No second factor is set up.');
    const { recoveryHashes } = openFactor(tx, session.userId, factor.sealed);
    await patchFactor(tx, session.userId, { sealed: sealFactor(tx, session.userId, { secret: '', recoveryHashes }), confirmed_at: null, last_step: 0 });
    if (!(await hasFactor(tx, session.userId))) await deleteFactor(tx, session.userId);
    if ((await findProfile(tx, session.profileId))?.second_factor_required && !(await hasFactor(tx, session.userId))) throw conflict('second_factor_required', 'The profile demands a second factor.');
    await tx.audit({ code: 'second_factor.disabled', subject: { kind: 'user', id: session.userId }, detail: {} });
  });
}

/** Takes a user's second factor away, codes and passkeys alike, and ends their sessions. @returns the sessions that ended @throws AppError `second_factor_off` */
export async function takeSecondFactor(tx: TenantTx, id: string, now: Date, detail: Record<string, unknown> = {}): Promise<string[]> {
  const hadCodes = await deleteFactor(tx, id);
  const passkeys = await deletePasskeysOfUser(tx, id);
  if (!hadCodes && passkeys === 0) throw conflict('second_factor_off', 'The user has no second factor.');
  const ended = await revokeSessionsOfUser(tx, id, now, null);
  await tx.audit({ code: 'second_factor.reset', subject: { kind: 'user', id }, detail: { ...detail, passkeys, sessionsEnded: ended.length } });
  return ended;
}

/**
 * Takes the second factor of a user away who lost the telephone and the recovery codes; their sessions end.
 * @throws AppError `not_found`, `own_account`, `above_you`, `second_factor_off`
 */
export async function resetSecondFactor(deps: UserDeps, context: RequestContext, id: string) {
  const now = deps.clock.wall();
  const outcome = await context.inTenant(async (tx) => {
    await demandUser(tx, context.session, id);
    if (id === context.session.personId) throw conflict('own_account', 'The own second factor is turned off with the own password.');
    const ended = await takeSecondFactor(tx, id, new Date(now));
    return { view: await userView(tx, id, now), ended };
  });
  tellRevoked(deps.events, context.session.tenantId, outcome.ended);
  return outcome.view;
}

/**
 * Demands a second factor of every user of a profile, or no longer. Sessions of users without one end: at their next login
 * they set it up before anything else.
 * @throws AppError `not_found`, `second_factor_first` when the caller is of the profile and has none
 */
export async function requireSecondFactor(deps: UserDeps, context: RequestContext, id: string, required: boolean) {
  const { session } = context;
  const now = new Date(deps.clock.wall());
  const outcome = await context.inTenant(async (tx) => {
    const before = await findProfile(tx, id);
    if (!before) throw notFound('profile');
    demandCovers(session, permissionsOf(before));
    if (before.second_factor_required === required) return { profile: await profileView(tx, id), ended: [] };
    if (required && session.profileId === id && !(await hasFactor(tx, session.userId))) {
      throw conflict('second_factor_first', 'Set up your own second factor first; you would lock yourself out.');
    }
    await setSecondFactorRequired(tx, id, required);
    const ended = required ? (await sessionsWithoutFactor(tx, id, now)).map((live) => live.id) : [];
    for (const sessionId of ended) await revokeSession(tx, sessionId, now);
    await tx.audit({
      code: 'profile.updated',
      subject: { kind: 'profile', id },
      detail: { before: { secondFactorRequired: !required }, after: { secondFactorRequired: required }, sessionsEnded: ended.length },
    });
    return { profile: await profileView(tx, id), ended };
  });
  tellRevoked(deps.events, session.tenantId, outcome.ended);
  return { profile: outcome.profile, sessionsEnded: outcome.ended.length };
}

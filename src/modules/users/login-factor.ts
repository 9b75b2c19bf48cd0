import type { PasskeyAnswer } from '../../../shared/api/passkeys.ts';
import type { LoginMethod } from '../../../shared/api/session.ts';
import type { TenantTx } from '../../db/types.ts';
import type { LoginDeps, Reason, Visitor } from './login-gate.ts';
import { secondFactorOptions, usablePasskeys, usePasskey } from './passkeys.service.ts';
import { recoveryCodesLeft } from './recovery-codes.ts';
import { hasApp, spendCode } from './second-factor.service.ts';
import { relyingPartyOf } from './webauthn.ts';

/** A second factor is needed and was not given: the ways open to this user, and the token of the challenge. */
export interface NeededFactor {
  /** A code can be typed: of the app, or a recovery code. */
  code: boolean;
  /** An authenticator app is set up. */
  app: boolean;
  passkey: Record<string, unknown> | null;
  token: string;
}

interface Given {
  userId: string;
  visitor: Visitor;
  code: string;
  passkey: PasskeyAnswer | null;
}

/** Judges what came beside a right password. The caller holds the lock of the user's row. */
export async function checkFactor(deps: LoginDeps, tx: TenantTx, { userId, visitor, code, passkey }: Given): Promise<{ method: LoginMethod } | { wrong: Reason } | NeededFactor> {
  const keys = await usablePasskeys(tx, userId);
  const app = await hasApp(tx, userId);
  if (keys.length === 0 && !app) return { method: 'password' };
  const party = relyingPartyOf(deps.publicUrl, visitor.origin);
  const now = deps.clock.wall();
  if (passkey !== null && keys.length > 0) {
    const facts = deps.challenges.redeem(visitor.challenge, 'second_factor');
    if (party === null || facts?.tenant !== tx.tenantId || facts.subject !== userId) return { wrong: 'wrong_passkey' };
    const outcome = await usePasskey(tx, party, userId, passkey, deps.challenges.derive(visitor.challenge, 'sign'), now);
    if (outcome.right) return { method: 'password_passkey' };
    return { wrong: outcome.reason === 'copied' ? 'copied_passkey' : 'wrong_passkey' };
  }
  // A lost passkey is made up for by a recovery code, like a lost app.
  const withCodes = app || (await recoveryCodesLeft(tx, userId)) > 0;
  const spent = withCodes ? await spendCode(tx, userId, code, now) : 'missing';
  if (spent === 'wrong') return { wrong: 'wrong_code' };
  if (spent !== 'missing') return { method: spent === 'recovery_code' ? 'password_recovery_code' : 'password_code' };
  const token = deps.challenges.issue({ purpose: 'second_factor', tenant: tx.tenantId, subject: userId });
  const asks = party !== null && keys.length > 0;
  return { code: withCodes, app, passkey: asks ? await secondFactorOptions(tx, party, keys, deps.challenges.derive(token, 'sign')) : null, token };
}

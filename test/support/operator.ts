import { Secret, TOTP } from 'otpauth';
import { newId } from '../../src/lib/ids.ts';
import type { OperatorRole } from '../../src/modules/operator/operator-types.ts';
import { hashPassword } from '../../src/modules/users/passwords.ts';
import type { TestDatabase } from './database.ts';

/** Password of operators in tests. */
export const OPERATOR_PASSWORD = 'an operator needs a phrase';
/** Secret of their authenticator apps, Base32. */
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

/** What an authenticator app shows. @param now ms since the epoch */
export const appCode = (secret: string, now: number): string => new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 }).generate({ timestamp: now });

interface Given {
  role?: OperatorRole;
  /** False: as after the very first start. */
  hasFactor?: boolean;
}

/** Adds an operator who has set the second factor up. @returns id */
export async function addOperator({ database, master }: Pick<TestDatabase, 'database' | 'master'>, loginId: string, { role = 'admin', hasFactor = true }: Given = {}): Promise<string> {
  const id = newId();
  const password_hash = await hashPassword(OPERATOR_PASSWORD);
  const factor = hasFactor ? { factor: master.sealOperatorFactor(id, Buffer.from(JSON.stringify({ secret: SECRET, recoveryHashes: [] }))), factor_confirmed_at: new Date() } : {};
  await database.withDirectory((db) => db.insertInto('operators').values({ id, login_id: loginId, password_hash, role, ...factor }).execute());
  return id;
}

/** What the app of an operator of `addOperator` shows. @param now ms since the epoch */
export const operatorCode = (now: number): string => appCode(SECRET, now);

/** A code for the next login, as if half a minute had passed since the last one: each code is taken once. */
export async function freshCode({ ownerClient }: TestDatabase, loginId: string, now: number): Promise<string> {
  await ownerClient.query('update operators set factor_last_step = 0 where login_id = $1', [loginId]);
  return operatorCode(now);
}

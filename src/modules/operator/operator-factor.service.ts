import type { Transaction } from 'kysely';
import { encode } from 'uqr';
import type { DB } from '../../db/schema.generated.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError, conflict, notFound } from '../../lib/errors.ts';
import { EnvelopeError } from '../../vault/envelope.ts';
import { hashOfSecret } from '../users/secrets.ts';
import { indexOfHash, newRecoveryCodes, newTotpSecret, plainCode, stepOfCode, totpUri } from '../users/totp.ts';
import { findOperator, insertEvent, lockOperator, patchOperator, revokeSessionsOf, type OperatorRow } from './operator.queries.ts';
import type { OperatorDeps, OperatorSession, OperatorVault } from './operator-types.ts';

/** Sealed part of an operator's second factor (`operators.factor`). */
interface FactorContent {
  /** Base32. */
  secret: string;
  /** SHA-256 of each recovery code that is left, hex. */
  recoveryHashes: string[];
}

const seal = (master: OperatorVault, operatorId: string, content: FactorContent): Buffer => master.sealOperatorFactor(operatorId, Buffer.from(JSON.stringify(content)));

/** Null when it does not open: sealed under a master key that is gone. */
function open(master: OperatorVault, operatorId: string, factor: Buffer): FactorContent | null {
  try {
    return JSON.parse(master.openOperatorFactor(operatorId, factor).toString('utf8')) as FactorContent;
  } catch (error) {
    if (error instanceof EnvelopeError) return null;
    throw error;
  }
}

const hashOfCode = (code: string): Buffer => hashOfSecret(plainCode(code));

/** What became of the code given with a login. */
export type OperatorCodeOutcome = 'not_needed' | 'no_code' | 'wrong_code' | 'factor_damaged' | 'right';

/** Checks a code and spends it. The caller holds the lock of the operator's row. */
export async function spendOperatorCode(
  master: OperatorVault,
  db: Transaction<DB>,
  operator: OperatorRow,
  given: { code: string; at: Date; ip: string },
): Promise<OperatorCodeOutcome> {
  if (!operator.factor_confirmed_at || !operator.factor) return 'not_needed';
  const code = plainCode(given.code);
  if (code === '') return 'no_code';
  const content = open(master, operator.id, operator.factor);
  if (!content) return 'factor_damaged';
  const step = stepOfCode(content.secret, code, given.at.getTime(), operator.factor_last_step);
  if (step !== null) {
    await patchOperator(db, operator.id, { factor_last_step: step });
    return 'right';
  }
  const index = indexOfHash(content.recoveryHashes, hashOfCode(code));
  if (index === -1) return 'wrong_code';
  const left = content.recoveryHashes.toSpliced(index, 1);
  await patchOperator(db, operator.id, { factor: seal(master, operator.id, { ...content, recoveryHashes: left }) });
  await insertEvent(db, { at: given.at, code: 'recovery_code_used', actor: operator.login_id, ip: given.ip, detail: { left: String(left.length) } });
  return 'right';
}

/** How a set-up begins: the secret as text and as a QR code. */
export interface FactorSetUp {
  secret: string;
  uri: string;
  /** Rows of the QR code with its quiet zone, `1` = dark. */
  qr: string[];
}

type SetUpDeps = Pick<OperatorDeps, 'database' | 'master' | 'clock'>;

async function lockedOwn(db: Transaction<DB>, session: OperatorSession): Promise<OperatorRow> {
  const operator = await lockOperator(db, session.operatorId);
  if (!operator) throw notFound('operator');
  if (operator.factor_confirmed_at) throw conflict('second_factor_on', 'A second factor is set up already.');
  return operator;
}

/** Begins the set-up: a new secret for the authenticator app. @throws AppError `second_factor_on` */
export async function beginOperatorSetUp({ database, master }: SetUpDeps, session: OperatorSession): Promise<FactorSetUp> {
  const secret = newTotpSecret();
  await database.withDirectory(async (db) => {
    await lockedOwn(db, session);
    await patchOperator(db, session.operatorId, { factor: seal(master, session.operatorId, { secret, recoveryHashes: [] }), factor_last_step: 0 });
  });
  const uri = totpUri(secret, `operator/${session.loginId}`);
  const { data } = encode(uri, { ecc: 'M', border: 4 });
  return { secret, uri, qr: data.map((row) => row.map((dark) => (dark ? '1' : '0')).join('')) };
}

/**
 * Ends the set-up with a first code of the app. From then on every login asks for one; other sessions of the operator, which
 * the password alone opened, end.
 * @returns the recovery codes, told this once
 * @throws AppError `second_factor_not_begun`, `second_factor_on`, `code_refused`
 */
export async function confirmOperatorSetUp({ database, master, clock }: SetUpDeps, session: OperatorSession, code: string, ip: string): Promise<string[]> {
  const codes = newRecoveryCodes();
  const now = clock.wall();
  const at = new Date(now);
  await database.withDirectory(async (db) => {
    const operator = await lockedOwn(db, session);
    const content = operator.factor && open(master, operator.id, operator.factor);
    if (!content) throw conflict('second_factor_not_begun', 'Begin the set-up first.');
    const step = stepOfCode(content.secret, plainCode(code), now, operator.factor_last_step);
    if (step === null) throw new AppError('code_refused', 422, 'The code is not right. Check that the clock of the telephone is right.');
    const factor = seal(master, operator.id, { secret: content.secret, recoveryHashes: codes.map((one) => hashOfCode(one).toString('hex')) });
    await patchOperator(db, operator.id, { factor, factor_confirmed_at: at, factor_last_step: step });
    await revokeSessionsOf(db, operator.id, at, session.id);
    await insertEvent(db, { at, code: 'second_factor_enabled', actor: operator.login_id, ip, detail: {} });
  });
  return codes;
}

/** Takes a second factor away in a transaction that holds the operator's lock; the sessions end. */
export async function clearFactor(db: Transaction<DB>, operator: OperatorRow, by: { actor: string; at: Date; ip: string }): Promise<void> {
  await patchOperator(db, operator.id, { factor: null, factor_confirmed_at: null, factor_last_step: 0 });
  await revokeSessionsOf(db, operator.id, by.at);
  await insertEvent(db, { at: by.at, code: 'second_factor_reset', actor: by.actor, ip: by.ip, detail: { operator: operator.login_id } });
}

/**
 * For the command line: whoever may run it owns the machine. At the next login the operator sets a new one up.
 * @throws AppError `not_found`
 */
export async function resetOperatorFactor(deps: { database: Pick<OperatorDeps['database'], 'withDirectory'>; clock: Clock }, loginId: string): Promise<void> {
  const at = new Date(deps.clock.wall());
  await deps.database.withDirectory(async (db) => {
    const found = await findOperator(db, loginId);
    const operator = found && (await lockOperator(db, found.id));
    if (!operator) throw notFound('operator');
    await clearFactor(db, operator, { actor: 'cli', at, ip: '' });
  });
}

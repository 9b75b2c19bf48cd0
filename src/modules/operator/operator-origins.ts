import { sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.generated.ts';
import { networkOf } from '../users/ip-ranges.ts';
import { delayAfter, KNOWN_MS, lockOf, MOST_KNOWN, type Lock } from '../users/login-lock.ts';
import { patchOperator, type OperatorRow } from './operator.queries.ts';

type Db = Transaction<DB>;

/**
 * Where an operator's failures are counted: by themselves where the operator has logged in before, else with those of everybody. So
 * who only knows a login ID delays strangers, and not its owner.
 */
export interface OperatorCount {
  operatorId: string;
  /** Null = of the account, by everybody who comes from nowhere known. */
  network: string | null;
  failures: number;
  lockedUntil: Date | null;
}

const ofOperator = (db: Db, operatorId: string, network: string) => db.selectFrom('operator_origins').where('operator_id', '=', operatorId).where('network', '=', network);

export async function operatorCountOf(db: Db, operator: OperatorRow, ip: string, now: number): Promise<OperatorCount> {
  const network = networkOf(ip);
  const known = await ofOperator(db, operator.id, network).where('used_at', '>', new Date(now - KNOWN_MS)).select(['failed_logins', 'locked_until']).executeTakeFirst();
  if (known) return { operatorId: operator.id, network, failures: known.failed_logins, lockedUntil: known.locked_until };
  return { operatorId: operator.id, network: null, failures: operator.failed_logins, lockedUntil: operator.locked_until };
}

/** State of the lock of a count at `now`, ms since the epoch. */
export const lockOfOperator = ({ failures, lockedUntil }: OperatorCount, now: number): Lock => lockOf(failures, lockedUntil, now);

async function write(db: Db, { operatorId, network }: OperatorCount, state: { failed_logins: number; locked_until: Date | null }): Promise<void> {
  if (network === null) return patchOperator(db, operatorId, state);
  await db.updateTable('operator_origins').set(state).where('operator_id', '=', operatorId).where('network', '=', network).execute();
}

/** Counts a failed login, and delays the next one from there when there were too many in a row. */
export async function countOperatorFailure(db: Db, count: OperatorCount, now: number): Promise<void> {
  const failures = count.failures + 1;
  const delay = delayAfter(failures);
  await write(db, count, { failed_logins: failures, locked_until: delay > 0 ? new Date(now + delay) : null });
}

/** Keeps from where an operator has just logged in, and forgets what failed there before. */
export async function operatorCameFrom(db: Db, count: OperatorCount, ip: string, now: number): Promise<void> {
  if (count.network === null && count.failures > 0) await patchOperator(db, count.operatorId, { failed_logins: 0, locked_until: null });
  const used_at = new Date(now);
  await db
    .insertInto('operator_origins')
    .values({ operator_id: count.operatorId, network: networkOf(ip), used_at })
    .onConflict((conflict) => conflict.columns(['operator_id', 'network']).doUpdateSet({ used_at, failed_logins: 0, locked_until: null }))
    .execute();
  await sql`delete from operator_origins where operator_id = ${count.operatorId}::uuid and (used_at < ${new Date(now - KNOWN_MS)} or network in (
    select network from operator_origins where operator_id = ${count.operatorId}::uuid order by used_at desc, network offset ${MOST_KNOWN}))`.execute(db);
}

/** Lifts every lock of an operator and forgets from where they have come: with a new password, because somebody else may have been there. */
export async function liftOperatorLocks(db: Db, operatorId: string): Promise<void> {
  await patchOperator(db, operatorId, { failed_logins: 0, locked_until: null });
  await db.deleteFrom('operator_origins').where('operator_id', '=', operatorId).execute();
}

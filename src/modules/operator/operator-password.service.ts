import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { hashPassword } from '../users/passwords.ts';
import { findOperator, insertEvent, insertOperator, patchOperator, revokeSessionsOf } from './operator.queries.ts';
import { liftOperatorLocks } from './operator-origins.ts';
import type { OperatorDatabase } from './operator-types.ts';

/**
 * Gives an operator a new password, ends the operator's sessions and lifts a lock; makes the operator, as an admin, when there is none
 * of that login ID. For the command line: whoever may run it owns the machine.
 */
export async function setOperatorPassword(deps: { database: Pick<OperatorDatabase, 'withDirectory'>; clock: Clock }, loginId: string, password: string): Promise<void> {
  const password_hash = await hashPassword(password);
  const at = new Date(deps.clock.wall());
  await deps.database.withDirectory(async (db) => {
    const operator = await findOperator(db, loginId);
    if (operator) {
      await patchOperator(db, operator.id, { password_hash });
      await liftOperatorLocks(db, operator.id);
      await revokeSessionsOf(db, operator.id, at);
    } else {
      await insertOperator(db, { id: newId(), login_id: loginId, password_hash, role: 'admin' });
    }
    await insertEvent(db, { at, code: 'password_reset', actor: 'cli', ip: '', detail: { operator: loginId } });
  });
}

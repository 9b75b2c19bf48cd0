import { AppError, conflict } from '../../lib/errors.ts';
import type { OperatorDeps } from './operator-types.ts';
import { logIn } from './operator-login.service.ts';
import { endByCookie } from './operator-sessions.service.ts';

/** A wrong password or code at the terminal takes as long as on the page, ms. */
const REFUSAL_FLOOR_MS = 1_000;

/**
 * Makes sure that an operator is the one they say, may do what only admins do, and has proved it with a second factor, by the
 * rules of the login: wrong passwords and codes count and lock, each code is good once, and each try is in the events. No session
 * is left open.
 * @throws AppError `login_refused`, `second_factor_first` when none is set up yet, `forbidden` when it is no admin
 */
export async function confirmOperator(
  deps: Pick<OperatorDeps, 'database' | 'clock' | 'master'>,
  loginId: string,
  given: { password: string; code: string },
): Promise<void> {
  const { cookie, mustSetUpFactor, role } = await logIn({ ...deps, refusalFloorMs: REFUSAL_FLOOR_MS }, { loginId, ...given, origin: { ip: '', userAgent: 'cli' }, oldCookie: '' });
  await deps.database.withDirectory((db) => endByCookie(db, cookie, deps.clock.wall()));
  if (mustSetUpFactor) throw conflict('second_factor_first', `${loginId} has no second factor yet: set it up at the operator console first.`);
  if (role !== 'admin') throw new AppError('forbidden', 403, `${loginId} is no admin.`);
}

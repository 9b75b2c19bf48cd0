import type { OperatorDeps } from './operator-types.ts';
import { logIn } from './operator-login.service.ts';
import { endByCookie } from './operator-sessions.service.ts';

/** A wrong password at the terminal takes as long as on the page, ms. */
const REFUSAL_FLOOR_MS = 1_000;

/**
 * Makes sure that an operator is the one they say, with the rules of the login: wrong passwords count and lock, and each try
 * is in the events. No session is left open.
 * @throws AppError `login_refused`
 */
export async function confirmOperator(deps: Pick<OperatorDeps, 'database' | 'clock'>, loginId: string, password: string): Promise<void> {
  const { cookie } = await logIn({ ...deps, refusalFloorMs: REFUSAL_FLOOR_MS }, { loginId, password, origin: { ip: '', userAgent: 'cli' }, oldCookie: '' });
  await deps.database.withDirectory((db) => endByCookie(db, cookie, deps.clock.wall()));
}

import type { User } from '../../../shared/api/users.ts';
import { conflict } from '../../lib/errors.ts';
import type { RequestContext } from '../support/binding.ts';
import { revokeSessionsOfUser } from '../users/sessions.queries.ts';
import { tellRevoked } from '../users/sessions.service.ts';
import { demandUser } from '../users/user-life.service.ts';
import { userView, type UserDeps } from '../users/users.service.ts';
import { unlinkSubject } from './identities.queries.ts';

/**
 * Forgets which account of the provider a user is: the next login through it is matched by the claim again. The user's sessions end, but
 * the caller's own.
 * @throws AppError `not_found`, `above_you`, `single_sign_on_not_linked`
 */
export async function unlinkSingleSignOn(deps: UserDeps, context: RequestContext, id: string): Promise<User> {
  const { session } = context;
  const now = deps.clock.wall();
  const outcome = await context.inTenant(async (tx) => {
    await demandUser(tx, session, id);
    const subject = await unlinkSubject(tx, id);
    if (!subject) throw conflict('single_sign_on_not_linked', 'The user is linked to no account of the provider.');
    const ended = await revokeSessionsOfUser(tx, id, new Date(now), session.sessionId);
    await tx.audit({ code: 'user.single_sign_on_unlinked', subject: { kind: 'user', id }, detail: { ...subject, sessionsEnded: ended.length } });
    return { view: await userView(tx, id, now), ended };
  });
  tellRevoked(deps.events, session.tenantId, outcome.ended);
  return outcome.view;
}

import { useStore } from 'zustand';
import { getSession, type Session, type SessionUser } from '../../../shared/api/session.ts';
import type { Permission } from '../../../shared/permissions.ts';
import { call } from './api.ts';
import { ApiProblem } from './problem.ts';
import { sessionStore } from './session-store.ts';

interface CurrentSession {
  user: SessionUser | null;
  tenant: Session['tenant'] | null;
  /** Whether the profile of the user holds the permission; the server decides again on every request. */
  can: (permission: Permission) => boolean;
}

/** The logged-in user and what they may do. */
export function useSession(): CurrentSession {
  const session = useStore(sessionStore, (state) => state.session);
  return {
    user: session?.user ?? null,
    tenant: session?.tenant ?? null,
    can: (permission) => session?.permissions.includes(permission) ?? false,
  };
}

/**
 * Asks the server who is logged in and puts the answer into the store. Nobody is a normal answer.
 *
 * @throws ApiProblem when the server cannot be reached or fails
 */
export async function loadSession(): Promise<void> {
  try {
    sessionStore.getState().enter(await call(getSession, {}));
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 401) throw error;
    if (sessionStore.getState().status === 'unknown') sessionStore.getState().leave();
  }
}

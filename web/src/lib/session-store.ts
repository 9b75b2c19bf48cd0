import { createStore } from 'zustand/vanilla';
import type { Session } from '../../../shared/api/session.ts';

export interface SessionStore {
  /** `unknown` until the server was asked who is logged in. */
  status: 'unknown' | 'in' | 'out';
  session: Session | null;
  /** Sent with every unsafe request; only in memory. */
  csrfToken: string;
  /** The session ended by itself: the login page says so and leads back afterwards. */
  expired: boolean;
  enter: (session: Session) => void;
  leave: () => void;
  expire: () => void;
}

/** Who is logged in, for code inside and outside React. */
export const sessionStore = createStore<SessionStore>((set, get) => ({
  status: 'unknown',
  session: null,
  csrfToken: '',
  expired: false,
  enter: (session) => set({ status: 'in', session, csrfToken: session.csrfToken, expired: false }),
  leave: () => set({ status: 'out', session: null, csrfToken: '', expired: false }),
  expire: () => set({ status: 'out', session: null, csrfToken: '', expired: get().status === 'in' || get().expired }),
}));

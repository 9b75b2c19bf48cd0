import type { ServerMessage } from '../../shared/events.ts';
import type { Auth, Credentials } from '../http/auth.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { Session } from '../modules/support/binding.ts';

/** How often a socket's session is checked again beside the events of its end and of changed rights, ms. */
const CHECK_EVERY_MS = 60_000;

/** A socket as its session sees it. */
export interface SessionSocket {
  close(reason: 'session_ended'): void;
  /** The session as it is now: its user may do more or less than before. */
  renewed(session: Session): void;
  /** Something for this user, on whatever page; sockets of calls have no use for it. */
  tell?(message: ServerMessage): void;
}

interface Entry {
  /** As it was opened; who may do less since then hears at most that there is something to ask for. */
  session: Session;
  socket: SessionSocket;
  check(): Promise<void>;
}

/** Sockets of logged-in users: closed when their session ends, and told when what its user may do is another. */
export class OpenSockets {
  readonly #auth: Auth;
  readonly #clock: Clock;
  readonly #bySession = new Map<string, Set<Entry>>();

  constructor(auth: Auth, clock: Clock) {
    this.#auth = auth;
    this.#clock = clock;
    auth.events.on('sessionsEnded', ({ sessionIds }) => {
      for (const sessionId of sessionIds) for (const { socket } of this.#bySession.get(sessionId) ?? []) socket.close('session_ended');
    });
    auth.events.on('accessChanged', ({ userIds }) => {
      for (const entry of this.#of(new Set(userIds))) void entry.check();
    });
    auth.events.on('evaluationTold', ({ userId, what }) => {
      for (const { socket } of this.#of(new Set([userId]))) socket.tell?.({ type: 'evaluation.told', what });
    });
    auth.events.on('providerAccessChanged', ({ tenantId }) => {
      for (const { session, socket } of this.#all()) {
        if (session.tenantId === tenantId && session.permissions.has('audit.read')) socket.tell?.({ type: 'providerAccess.changed' });
      }
    });
  }

  #of(userIds: ReadonlySet<string>): Entry[] {
    return this.#all().filter(({ session }) => userIds.has(session.userId));
  }

  #all(): Entry[] {
    return [...this.#bySession.values()].flatMap((entries) => [...entries]);
  }

  /**
   * Sessions also end by themselves (idle, expired), and between the check of the upgrade and here: asked again at once, when rights
   * change, and from time to time.
   * @returns to be called when the socket is closed
   */
  add(session: Session, credentials: Credentials, socket: SessionSocket): () => void {
    let cancel = (): void => undefined;
    let over = false;
    let asked = 0;
    const check = async (): Promise<void> => {
      const turn = ++asked;
      try {
        const now = await this.#auth.authenticateUpgrade(credentials);
        // An answer of before a change may come after the one of behind it.
        if (over || turn !== asked) return;
        socket.renewed(now);
      } catch (error) {
        // A database that is away says nothing about the session.
        if (error instanceof AppError && error.status < 500) return socket.close('session_ended');
      }
      cancel();
      if (!over) cancel = this.#clock.after(CHECK_EVERY_MS, () => void check());
    };
    const entry: Entry = { session, socket, check };
    const { sessionId } = session;
    this.#bySession.set(sessionId, (this.#bySession.get(sessionId) ?? new Set()).add(entry));
    void check();
    return () => {
      over = true;
      cancel();
      this.#bySession.get(sessionId)?.delete(entry);
      if (this.#bySession.get(sessionId)?.size === 0) this.#bySession.delete(sessionId);
    };
  }
}

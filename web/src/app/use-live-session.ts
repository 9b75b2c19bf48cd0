import { useEffect } from 'react';
import { loadSession, useSession } from '../lib/session.ts';
import { sessionStore } from '../lib/session-store.ts';
import { events } from '../softphone/events.ts';
import { softphone } from '../softphone/use-softphone.ts';

/** Keeps the event socket while someone is logged in, and the telephone of a desk that was reloaded on any page. */
export function useLiveSession(): void {
  const { user, can } = useSession();
  const userId = user?.id;
  const handlesCalls = can('call.handle');
  useEffect(() => {
    if (userId === undefined) return undefined;
    const online = (): void => events.retryNow();
    const unsubscribe = events.subscribe((message) => {
      if (message.type === 'access.changed') void loadSession().catch(() => undefined);
      if (message.type === 'bye' && message.reason === 'session_ended') sessionStore.getState().expire();
    });
    // A session that ended while no socket was open: nobody says bye, and an upgrade that is refused looks like a lost network.
    const unsubscribeLost = events.subscribeLost(() => void loadSession().catch(() => undefined));
    globalThis.addEventListener('online', online);
    events.start();
    if (handlesCalls && softphone.wasHere()) softphone.start();
    return () => {
      globalThis.removeEventListener('online', online);
      unsubscribe();
      unsubscribeLost();
      softphone.close();
      events.stop();
    };
  }, [userId, handlesCalls]);
}

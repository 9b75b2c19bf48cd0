import { useEffect } from 'react';
import { useSession } from '../lib/session.ts';
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
      if (message.type === 'bye' && message.reason === 'session_ended') sessionStore.getState().expire();
    });
    globalThis.addEventListener('online', online);
    events.start();
    if (handlesCalls && softphone.wasHere()) softphone.start();
    return () => {
      globalThis.removeEventListener('online', online);
      unsubscribe();
      softphone.close();
      events.stop();
    };
  }, [userId, handlesCalls]);
}

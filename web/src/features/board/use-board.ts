import { useSyncExternalStore } from 'react';
import { events } from '../../softphone/events.ts';
import { useConnection } from '../../softphone/use-softphone.ts';
import { BoardFeed } from './board-feed.ts';

const feed = new BoardFeed({
  subscribe: events.subscribe,
  onOpen: (listener) => {
    // The desk starts the socket for agents; a supervisor's tab may have no desk. Starting twice does nothing.
    events.start();
    return events.onOpen(listener);
  },
  send: (command) => events.send(command),
});

/** The live board; watching lasts as long as a component uses this. */
export function useBoard() {
  const snapshot = useSyncExternalStore(feed.subscribe, feed.getSnapshot);
  const connection = useConnection();
  return { ...snapshot, connected: connection === 'open' };
}

import { createStore, useStore } from 'zustand';
import type { HelpRequest } from '../../../shared/events.ts';
import { events } from '../softphone/events.ts';

const store = createStore<{ open: readonly HelpRequest[] }>(() => ({ open: [] }));

/** Hears of requests for help from now on, also after the connection was lost. @returns a function that ends it */
export function watchHelp(): () => void {
  const stopMessages = events.subscribe((message) => {
    if (message.type === 'help') store.setState({ open: message.open });
  });
  const stopOpen = events.onOpen(() => void events.send({ type: 'help.watch', on: true }).catch(() => undefined));
  return () => {
    stopMessages();
    stopOpen();
    store.setState({ open: [] });
    events.send({ type: 'help.watch', on: false }).catch(() => undefined);
  };
}

export const useOpenHelp = (): readonly HelpRequest[] => useStore(store, ({ open }) => open);

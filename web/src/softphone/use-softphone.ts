import { useSyncExternalStore } from 'react';
import { useNow } from '../lib/use-now.ts';
import { events } from './events.ts';
import { Softphone } from './softphone.ts';
import type { SoftphoneSnapshot } from './state.ts';

/** The telephone of this tab. */
export const softphone = new Softphone(events);

/** How the telephone is right now. */
export const useSoftphone = (): SoftphoneSnapshot => useSyncExternalStore(softphone.subscribe, softphone.getSnapshot);

/** Whether this tab is connected to the server. */
export const useConnection = () => useSyncExternalStore(events.subscribeState, events.getState);

/** The server's wall clock in ms, renewed every second. */
export function useServerNow(running = true): number {
  const { clockOffsetMs } = useSoftphone();
  return useNow(running) + clockOffsetMs;
}

import { useEffect, useState, useSyncExternalStore } from 'react';
import { useNow } from '../lib/use-now.ts';
import { events } from './events.ts';
import { Softphone } from './softphone.ts';
import { deviceList, type SoundDeviceList } from './sound-devices.ts';
import type { SoftphoneSnapshot } from './state.ts';

/** The telephone of this tab. */
export const softphone = new Softphone(events);

/** How the telephone is right now. */
export const useSoftphone = (): SoftphoneSnapshot => useSyncExternalStore(softphone.subscribe, softphone.getSnapshot);

/** Whether this tab is connected to the server. */
export const useConnection = () => useSyncExternalStore(events.subscribeState, events.getState);

/** The microphones and speakers that can be chosen now; null before the microphone is allowed, which hides them. */
export function useSoundDevices(): SoundDeviceList | null {
  const { microphone } = useSoftphone();
  const [list, setList] = useState<SoundDeviceList | null>(null);
  useEffect(() => {
    const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
    const read = (): void => void devices?.enumerateDevices().then((found) => setList(deviceList(found)), () => undefined);
    read();
    devices?.addEventListener('devicechange', read);
    return () => devices?.removeEventListener('devicechange', read);
  }, [microphone]);
  return list && list.microphones.length + list.speakers.length > 0 ? list : null;
}

/** The server's wall clock in ms, renewed every second. */
export function useServerNow(running = true): number {
  const { clockOffsetMs } = useSoftphone();
  return useNow(running) + clockOffsetMs;
}

import { z } from 'zod';

/** A microphone or speaker of this computer, by the name the system gives it. */
export interface SoundDevice {
  id: string;
  label: string;
}

export interface SoundDeviceList {
  microphones: readonly SoundDevice[];
  speakers: readonly SoundDevice[];
}

const deviceId = z.string().min(1).nullable();
const choiceSchema = z.object({ microphone: deviceId, speaker: deviceId });

/** The devices this user wants to use in this browser; null = what the system says. */
export type SoundChoice = z.infer<typeof choiceSchema>;

const STORAGE_KEY = 'scc.sound';

/** Names under which browsers list the system's choice a second time. */
const ALIASES = new Set(['', 'default', 'communications']);

/** What can be chosen. Before the microphone is allowed browsers give neither ids nor names: then nothing. */
export function deviceList(devices: readonly Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'label'>[]): SoundDeviceList {
  const of = (kind: MediaDeviceKind): SoundDevice[] =>
    devices
      .filter((device) => device.kind === kind && device.label !== '' && !ALIASES.has(device.deviceId))
      .map((device) => ({ id: device.deviceId, label: device.label }));
  return { microphones: of('audioinput'), speakers: of('audiooutput') };
}

/** Reads what `JSON.stringify` of a choice gave; anything else is no choice. */
export function parseChoice(text: string | null): SoundChoice {
  try {
    return choiceSchema.parse(JSON.parse(text ?? 'null'));
  } catch {
    return { microphone: null, speaker: null };
  }
}

/** The choice made earlier in this browser. */
export function rememberedChoice(): SoundChoice {
  try {
    return parseChoice(localStorage.getItem(STORAGE_KEY));
  } catch {
    return parseChoice(null);
  }
}

export function rememberChoice(choice: SoundChoice): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(choice));
  } catch {
    // Storage is off in this browser: the choice lasts until the page is closed.
  }
}

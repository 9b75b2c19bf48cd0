import { Listeners } from './listeners.ts';

/**
 * off: not asked for. asking: the browser is asking the user. ok. refused: not allowed by user or browser. missing: no
 * microphone, or another program holds it. muted: the device or the system gives silence. insecure: the page is not on
 * HTTPS, so the browser gives no microphone at all.
 */
export type MicrophoneState = 'off' | 'asking' | 'ok' | 'refused' | 'missing' | 'muted' | 'insecure';

/** What the state is called in a report to the server. */
export function microphoneReport(state: MicrophoneState): 'ok' | 'refused' | 'missing' | 'muted' {
  if (state === 'ok' || state === 'muted' || state === 'missing') return state;
  return state === 'off' ? 'missing' : 'refused';
}

/** What a failure of getUserMedia means for the user. */
export function microphoneStateOf(errorName: string): MicrophoneState {
  return errorName === 'NotAllowedError' || errorName === 'SecurityError' ? 'refused' : 'missing';
}

/** The microphone of this computer: asks for it, watches it, asks again when it may have come back. */
export class Microphone {
  readonly #changes = new Listeners<MicrophoneState>();
  #state: MicrophoneState = 'off';
  #stream: MediaStream | null = null;
  #deviceId: string | undefined;
  #permission: PermissionStatus | null = null;
  #wanted = false;

  readonly subscribe = (listener: (state: MicrophoneState) => void): (() => void) => this.#changes.add(listener);

  get state(): MicrophoneState {
    return this.#state;
  }

  get track(): MediaStreamTrack | null {
    return this.#stream?.getAudioTracks()[0] ?? null;
  }

  /** Asks for the microphone; never throws, the outcome is the state. */
  async open(deviceId: string | undefined = this.#deviceId): Promise<void> {
    this.#deviceId = deviceId;
    this.#wanted = true;
    const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
    if (!devices) {
      this.#set('insecure');
      return;
    }
    devices.addEventListener('devicechange', this.#again);
    void this.#watchPermission();
    if (this.#state !== 'ok') this.#set('asking');
    try {
      const stream = await devices.getUserMedia({ audio: constraints(deviceId) });
      if (this.#wanted) this.#use(stream);
      else stop(stream);
    } catch (error) {
      this.#set(microphoneStateOf(error instanceof Error ? error.name : ''));
    }
  }

  /** Idempotent. */
  close(): void {
    this.#wanted = false;
    (navigator as { mediaDevices?: MediaDevices }).mediaDevices?.removeEventListener('devicechange', this.#again);
    this.#permission?.removeEventListener('change', this.#again);
    this.#permission = null;
    stop(this.#stream);
    this.#stream = null;
    this.#set('off');
  }

  readonly #again = (): void => {
    if (this.#wanted && this.#state !== 'asking' && this.#state !== 'ok' && this.#state !== 'muted') void this.open();
  };

  #use(stream: MediaStream): void {
    stop(this.#stream);
    this.#stream = stream;
    const track = stream.getAudioTracks()[0];
    if (!track) {
      this.#set('missing');
      return;
    }
    // No call yet: nothing of the room leaves this computer.
    track.enabled = false;
    track.addEventListener('mute', () => this.#set('muted'));
    track.addEventListener('unmute', () => this.#set('ok'));
    track.addEventListener('ended', () => {
      if (this.#stream !== stream) return;
      this.#stream = null;
      this.#set('missing');
      this.#deviceId = undefined;
      this.#again();
    });
    this.#set(track.muted ? 'muted' : 'ok', true);
  }

  async #watchPermission(): Promise<void> {
    if (this.#permission) return;
    try {
      this.#permission = await navigator.permissions.query({ name: 'microphone' });
      this.#permission.addEventListener('change', this.#again);
    } catch {
      // This browser does not tell about permissions: the user presses "Try again".
    }
  }

  /** `newTrack`: tell even when the state is the same, because the track is another one. */
  #set(state: MicrophoneState, newTrack = false): void {
    if (this.#state === state && !newTrack) return;
    this.#state = state;
    this.#changes.emit(state);
  }
}

const constraints = (deviceId: string | undefined): MediaTrackConstraints => ({
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  ...(deviceId === undefined ? {} : { deviceId: { exact: deviceId } }),
});

function stop(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

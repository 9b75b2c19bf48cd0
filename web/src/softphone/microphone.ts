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
  #deviceId: string | null = null;
  /** Counts requests: of several under way the last one counts. */
  #asked = 0;
  #permission: PermissionStatus | null = null;
  #wanted = false;

  readonly subscribe = (listener: (state: MicrophoneState) => void): (() => void) => this.#changes.add(listener);

  get state(): MicrophoneState {
    return this.#state;
  }

  get track(): MediaStreamTrack | null {
    return this.#stream?.getAudioTracks()[0] ?? null;
  }

  /** Asks for a microphone; never throws, the outcome is the state. @param deviceId null = the system's; while a chosen one is not there, too */
  async open(deviceId: string | null = this.#deviceId): Promise<void> {
    this.#deviceId = deviceId;
    this.#wanted = true;
    const turn = ++this.#asked;
    const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
    if (!devices) {
      this.#set('insecure');
      return;
    }
    devices.addEventListener('devicechange', this.#devicesChanged);
    void this.#watchPermission();
    if (this.#state !== 'ok') this.#set('asking');
    try {
      const stream = await audioOf(devices, deviceId);
      if (this.#wanted && turn === this.#asked) this.#use(stream);
      else stop(stream);
    } catch (error) {
      if (turn === this.#asked) this.#set(microphoneStateOf(error instanceof Error ? error.name : ''));
    }
  }

  /** Idempotent. */
  close(): void {
    this.#wanted = false;
    (navigator as { mediaDevices?: MediaDevices }).mediaDevices?.removeEventListener('devicechange', this.#devicesChanged);
    this.#permission?.removeEventListener('change', this.#again);
    this.#permission = null;
    stop(this.#stream);
    this.#stream = null;
    this.#set('off');
  }

  readonly #again = (): void => {
    if (this.#wanted && this.#state !== 'asking' && this.#state !== 'ok' && this.#state !== 'muted') void this.open();
  };

  readonly #devicesChanged = (): void => {
    this.#again();
    if (this.#wanted && this.#deviceId !== null) void this.#backToChosen(this.#deviceId);
  };

  /** The chosen microphone was unplugged and is there again. */
  async #backToChosen(deviceId: string): Promise<void> {
    const present = (await navigator.mediaDevices.enumerateDevices()).some((device) => device.deviceId === deviceId);
    if (present && this.#state === 'ok' && this.track?.getSettings().deviceId !== deviceId) await this.open();
  }

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

/** @throws DOMException when there is no microphone at all, or none is allowed */
async function audioOf(devices: MediaDevices, deviceId: string | null): Promise<MediaStream> {
  try {
    return await devices.getUserMedia({ audio: constraints(deviceId) });
  } catch (error) {
    if (deviceId === null || !(error instanceof Error) || error.name === 'NotAllowedError') throw error;
    // The chosen one is unplugged or held by another program: better another microphone than none.
    return await devices.getUserMedia({ audio: constraints(null) });
  }
}

const constraints = (deviceId: string | null): MediaTrackConstraints => ({
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  ...(deviceId !== null && { deviceId: { exact: deviceId } }),
});

function stop(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

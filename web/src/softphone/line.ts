import { Listeners } from './listeners.ts';

/** idle: none. connecting: offered. connected. broken: it was or could not be connected; a new one is needed. */
export type LineState = 'idle' | 'connecting' | 'connected' | 'broken';

const GATHERING_TIMEOUT_MS = 2_000;
const DISCONNECTED_GRACE_MS = 4_000;

/**
 * The WebRTC connection to the media process: one audio stream each way, G.711 µ-law. Who carries offer and answer is the
 * owner's business. A new offer may be made while the old connection still sounds; the old one goes when the new one stands.
 */
export class Line {
  readonly #states = new Listeners<LineState>();
  readonly #speaker: HTMLAudioElement;
  #state: LineState = 'idle';
  #current: RTCPeerConnection | null = null;
  #next: RTCPeerConnection | null = null;
  #track: MediaStreamTrack | null = null;
  #graceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(speaker: HTMLAudioElement) {
    this.#speaker = speaker;
    speaker.autoplay = true;
  }

  readonly subscribe = (listener: (state: LineState) => void): (() => void) => this.#states.add(listener);

  get state(): LineState {
    return this.#state;
  }

  /** Figures of the connection in use; null without one. */
  stats(): Promise<RTCStatsReport> | null {
    return this.#current?.getStats() ?? null;
  }

  /** Sends this microphone from now on; null = silence. */
  async setTrack(track: MediaStreamTrack | null): Promise<void> {
    this.#track = track;
    for (const connection of [this.#current, this.#next]) {
      await connection?.getSenders()[0]?.replaceTrack(track);
    }
  }

  /** Sound goes to this device, null = the system's; the latter also when the device is not there or the browser cannot choose. */
  async setSpeaker(deviceId: string | null): Promise<void> {
    if (!('setSinkId' in this.#speaker)) return;
    await this.#speaker.setSinkId(deviceId ?? '').catch(() => this.#speaker.setSinkId(''));
  }

  /**
   * Makes a new connection.
   *
   * @param iceServers STUN or TURN addresses
   * @returns the offer with all candidates in it
   */
  async offer(iceServers: readonly string[]): Promise<string> {
    this.#next?.close();
    const connection = new RTCPeerConnection({ iceServers: iceServers.map((urls) => ({ urls })) });
    this.#next = connection;
    const transceiver = connection.addTransceiver(this.#track ?? 'audio', { direction: 'sendrecv' });
    preferPcmu(transceiver);
    connection.addEventListener('track', (event) => this.#play(connection, event));
    connection.addEventListener('connectionstatechange', () => this.#changed(connection));
    if (this.#state !== 'connected') this.#set('connecting');
    await connection.setLocalDescription(await connection.createOffer());
    await gathered(connection);
    return connection.localDescription?.sdp ?? '';
  }

  /** Takes the answer to the last offer. @throws DOMException for an answer that does not fit */
  async answer(sdp: string): Promise<void> {
    if (this.#next?.signalingState !== 'have-local-offer') return;
    await this.#next.setRemoteDescription({ type: 'answer', sdp });
  }

  /** Idempotent. */
  close(): void {
    clearTimeout(this.#graceTimer);
    this.#next?.close();
    this.#current?.close();
    this.#next = null;
    this.#current = null;
    this.#speaker.srcObject = null;
    this.#set('idle');
  }

  #play(connection: RTCPeerConnection, event: RTCTrackEvent): void {
    if (connection !== this.#next && connection !== this.#current) return;
    this.#speaker.srcObject = new MediaStream([event.track]);
    // Refused only before the first click on this page; going available or pressing "call" is one.
    this.#speaker.play().catch(() => undefined);
  }

  #changed(connection: RTCPeerConnection): void {
    const state = connection.connectionState;
    if (connection === this.#next && state === 'connected') {
      this.#current?.close();
      this.#current = connection;
      this.#next = null;
      this.#set('connected');
    } else if (connection === this.#next && state === 'failed') {
      connection.close();
      this.#next = null;
      this.#set('broken');
    } else if (connection === this.#current) this.#currentChanged(connection, state);
  }

  #currentChanged(connection: RTCPeerConnection, state: RTCPeerConnectionState): void {
    clearTimeout(this.#graceTimer);
    if (state === 'failed') this.#set('broken');
    else if (state === 'connected') this.#set('connected');
    else if (state === 'disconnected') {
      // Short gaps heal by themselves.
      this.#graceTimer = setTimeout(() => {
        if (this.#current === connection) this.#set('broken');
      }, DISCONNECTED_GRACE_MS);
    }
  }

  #set(state: LineState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#states.emit(state);
  }
}

/** G.711 µ-law needs no transcoding towards telephones; key presses are commands, not sound. */
function preferPcmu(transceiver: RTCRtpTransceiver): void {
  const codecs = RTCRtpReceiver.getCapabilities('audio')?.codecs.filter((codec) => codec.mimeType.toLowerCase() === 'audio/pcmu') ?? [];
  if (codecs.length > 0) transceiver.setCodecPreferences(codecs);
}

/** All candidates are found, or it takes too long (a host with dead interfaces): what was found by then is enough. */
function gathered(connection: RTCPeerConnection): Promise<void> {
  if (connection.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHERING_TIMEOUT_MS);
    connection.addEventListener('icegatheringstatechange', () => {
      if (connection.iceGatheringState !== 'complete') return;
      clearTimeout(timer);
      resolve();
    });
  });
}

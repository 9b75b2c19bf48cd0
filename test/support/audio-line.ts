import { Audio, PeerConnection as Peer, type PeerConnection, type Track } from 'node-datachannel';
import { looksLikeRtcp, parseRtp, serializeRtp } from '../../src/protocol/rtp/packet.ts';

const HEADER = { marker: false, payloadType: 0, ssrc: 4711, csrcs: [], extension: null, padding: 0 };

/**
 * The audio of a browser without a browser: a WebRTC peer that sends a tone as PCMU and keeps what it hears. For tests and
 * benchmarks that need an agent's line.
 */
export class AudioLine {
  /** Mu-law heard since `forget`. */
  heard: Buffer[] = [];
  /** Takes what is heard; keeps it by default. */
  onHeard: (payload: Buffer) => void = (payload) => void this.heard.push(payload);
  readonly #peer: PeerConnection;
  readonly #track: Track;
  readonly #tone: Buffer;
  #timer: NodeJS.Timeout | null = null;
  #sequence = 1;
  #dueMs = 0;

  /** @param tone one second of mu-law, repeated; silence when not given */
  constructor(name: string, tone: Buffer = Buffer.alloc(8000, 0xff)) {
    this.#tone = tone;
    this.#peer = new Peer(name, { iceServers: [], disableAutoNegotiation: true });
    const audio = new Audio('0', 'SendRecv');
    audio.addAudioCodec(0, 'PCMU/8000');
    audio.addSSRC(4711, 'line', 'line', 'audio');
    this.#track = this.#peer.addTrack(audio);
    this.#track.onMessage((packet) => {
      if (!looksLikeRtcp(packet)) this.onHeard(parseRtp(packet).payload);
    });
  }

  /** The SDP offer with all candidates. */
  offer(): Promise<string> {
    return new Promise((resolve) => {
      this.#peer.onGatheringStateChange((state) => {
        const description = state === 'complete' ? this.#peer.localDescription() : null;
        if (description) resolve(description.sdp);
      });
      this.#peer.setLocalDescription('offer');
    });
  }

  /** Resolves when audio can flow; sends from then on. */
  accept(answerSdp: string): Promise<void> {
    const connected = this.#connected();
    this.#peer.setRemoteDescription(answerSdp, 'answer');
    return connected;
  }

  /** Answers somebody else's offer; sends when audio can flow. */
  answer(offerSdp: string): Promise<string> {
    void this.#connected();
    return new Promise((resolve) => {
      this.#peer.onGatheringStateChange((state) => {
        const description = state === 'complete' ? this.#peer.localDescription() : null;
        if (description) resolve(description.sdp);
      });
      this.#peer.setRemoteDescription(offerSdp, 'offer');
      this.#peer.setLocalDescription('answer');
    });
  }

  forget(): void {
    this.heard = [];
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#track.close();
    this.#peer.close();
  }

  #connected(): Promise<void> {
    return new Promise((resolve) => {
      this.#peer.onStateChange((state) => {
        if (state !== 'connected') return;
        this.#dueMs = performance.now();
        this.#timer ??= setInterval(() => this.#pace(), 10);
        resolve();
      });
    });
  }

  #pace(): void {
    while (performance.now() >= this.#dueMs) {
      this.#dueMs += 20;
      const at = (this.#sequence * 160) % 8000;
      const packet = serializeRtp({ ...HEADER, sequence: this.#sequence, timestamp: this.#sequence * 160, payload: this.#tone.subarray(at, at + 160) });
      this.#sequence = (this.#sequence + 1) % 65_536;
      if (this.#track.isOpen()) this.#track.sendMessageBinary(packet);
    }
  }
}

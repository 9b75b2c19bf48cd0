import { type PeerConnection, type Track, Audio, PeerConnection as Peer, initLogger } from 'node-datachannel';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { RtpParseError } from '../protocol/rtp/errors.ts';
import { CODECS } from '../protocol/rtp/codecs.ts';
import { looksLikeRtcp } from '../protocol/rtp/packet.ts';
import { AudioPath } from './audio-path.ts';
import type { DtmfPress } from './dtmf.ts';
import type { Endpoint } from './endpoint.ts';
import { MediaError } from './errors.ts';
import { narrowOffer } from './offer.ts';
import type { EndpointStats, MediaEvent } from './protocol.ts';
import type { StreamCounters } from './quality/quality-meter.ts';
import { RtcpSession } from './quality/rtcp-session.ts';
import { reanswer, type AgreedSession } from './reanswer.ts';
import type { PortRange } from './rtp-ports.ts';

/** States of the transport that core is told; the library has `new` too. */
export type WebrtcState = Extract<MediaEvent, { event: 'endpointState' }>['state'];

const STATES: readonly WebrtcState[] = ['connecting', 'connected', 'disconnected', 'failed', 'closed'];
const GATHERING_TIMEOUT_MS = 3000;
const REPORT_EVERY_MS = 5000;
/** Our own choice for telephone-event where we offer. */
const DTMF_PAYLOAD_TYPE = 101;
const OFFERED_MID = '0';

export interface WebrtcOptions {
  id: string;
  host: string;
  ports: PortRange;
  clock: Clock;
  logger: Logger;
  onDtmf: (press: DtmfPress) => void;
  onState: (state: WebrtcState) => void;
}

let loggerSet = false;

/** A browser: ICE, DTLS-SRTP and the track are the library's, PCMU in RTP is ours. */
export class WebrtcEndpoint implements Endpoint {
  readonly id: string;
  readonly kind = 'webrtc';
  readonly path: AudioPath;
  readonly #peer: PeerConnection;
  readonly #clock: Clock;
  readonly #logger: Logger;
  // The library's objects stop working when they are collected: hold on to the track.
  #track: Track | null = null;
  readonly #rtcp = new RtcpSession();
  #reportAtMs = 0;
  #open = false;
  #closed = false;
  #agreed: AgreedSession = { localSdp: '', remoteSdp: '' };
  #sdpVersion = 0;

  private constructor(options: WebrtcOptions) {
    this.id = options.id;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.path = new AudioPath({ transmit: (packet, offset, length) => this.#transmit(packet, offset, length), dtmf: options.onDtmf });
    this.#peer = new Peer(options.id, {
      iceServers: [],
      bindAddress: options.host,
      portRangeBegin: options.ports.low,
      portRangeEnd: options.ports.high,
      disableAutoNegotiation: true,
      enableIceTcp: false,
    });
    this.#peer.onStateChange((state) => {
      const known = STATES.find((each) => each === state);
      if (known && !this.#closed) options.onState(known);
    });
  }

  /**
   * Answers an offer; resolves when all host candidates are in the answer.
   * @throws MediaError `bad_sdp`
   */
  static async answer(options: WebrtcOptions & { offerSdp: string }): Promise<{ endpoint: WebrtcEndpoint; answerSdp: string }> {
    setLogger(options.logger);
    const offer = narrowOffer(options.offerSdp);
    const endpoint = new WebrtcEndpoint(options);
    try {
      return { endpoint, answerSdp: await endpoint.#negotiate(offer.sdp, offer.mid, offer.dtmfPayloadType) };
    } catch (error) {
      endpoint.close();
      if (error instanceof MediaError) throw error;
      options.logger.warn({ endpoint: options.id, error }, 'the offer was not understood');
      throw new MediaError('bad_sdp', 'The offer was not understood.');
    }
  }

  /**
   * Offers a session, for a call to a softphone in a browser; resolves when all host candidates are in the offer. `accept` follows.
   * @throws MediaError `bad_sdp`
   */
  static async offer(options: WebrtcOptions): Promise<{ endpoint: WebrtcEndpoint; offerSdp: string }> {
    setLogger(options.logger);
    const endpoint = new WebrtcEndpoint(options);
    try {
      return { endpoint, offerSdp: await endpoint.#describe('offer', OFFERED_MID, DTMF_PAYLOAD_TYPE, () => undefined) };
    } catch (error) {
      endpoint.close();
      if (error instanceof MediaError) throw error;
      options.logger.warn({ endpoint: options.id, error }, 'no offer could be made');
      throw new MediaError('bad_sdp', 'No offer could be made.');
    }
  }

  /** Takes the answer to our offer. @throws MediaError `bad_sdp`; the endpoint can be used no further then */
  accept(answerSdp: string): void {
    if (this.#agreed.remoteSdp !== '') throw new MediaError('bad_sdp', 'There is an answer already.');
    const answer = narrowOffer(answerSdp);
    try {
      this.#peer.setRemoteDescription(answer.sdp, 'answer');
    } catch (error) {
      this.#logger.warn({ endpoint: this.id, error }, 'the answer was not understood');
      throw new MediaError('bad_sdp', 'The answer was not understood.');
    }
    this.path.dtmfPayloadType = answer.dtmfPayloadType;
    this.#agreed = { ...this.#agreed, remoteSdp: answer.sdp };
  }

  /** Answers a later offer of the peer: only the direction may change. @throws MediaError `bad_sdp` */
  renegotiate(offerSdp: string): string {
    const { answerSdp, direction } = reanswer(this.#agreed, offerSdp, ++this.#sdpVersion);
    this.path.setDirection(direction);
    return answerSdp;
  }

  get expectsAudio(): boolean {
    return this.#open && this.path.mayReceive;
  }

  stats(): EndpointStats {
    return this.path.stats(0);
  }

  housekeep(nowMs: number): void {
    this.path.housekeep(nowMs);
    if (nowMs < this.#reportAtMs || !this.#open) return;
    const { sender, received, codec } = this.path;
    this.#reportAtMs = nowMs + REPORT_EVERY_MS * (0.5 + (sender.packets % 16) / 16);
    const report = this.#rtcp.report(sender, received, CODECS[codec].clockRate, nowMs, this.#clock.wall());
    this.#transmit(report, 0, report.length);
  }

  counters(): StreamCounters {
    const { codec, received } = this.path;
    const { roundTripMs, remoteLossPercent } = this.#rtcp;
    return { codec, packetsReceived: received.packets, packetsLost: received.lost, jitterMs: received.jitterMs, roundTripMs, remoteLossPercent };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#open = false;
    this.path.peer = null;
    this.#track?.close();
    this.#peer.close();
  }

  async #negotiate(offerSdp: string, mid: string, dtmfPayloadType: number | null): Promise<string> {
    const answerSdp = await this.#describe('answer', mid, dtmfPayloadType, () => this.#peer.setRemoteDescription(offerSdp, 'offer'));
    this.#agreed = { ...this.#agreed, remoteSdp: offerSdp };
    return answerSdp;
  }

  /** Our description with the one track we have. */
  async #describe(type: 'offer' | 'answer', mid: string, dtmfPayloadType: number | null, before: () => void): Promise<string> {
    this.path.payloadType = 0;
    this.path.dtmfPayloadType = dtmfPayloadType;
    const audio = new Audio(mid, 'SendRecv');
    audio.addAudioCodec(0, 'PCMU/8000');
    if (dtmfPayloadType !== null) audio.addAudioCodec(dtmfPayloadType, 'telephone-event/8000');
    audio.addSSRC(this.path.sender.ssrc, 'media', 'media', 'audio');
    const gathered = this.#gathered();
    this.#attach(this.#peer.addTrack(audio));
    before();
    this.#peer.setLocalDescription(type);
    await gathered;
    const made = this.#peer.localDescription();
    if (!made) throw new MediaError('bad_sdp', type === 'answer' ? 'No answer can be made to this offer.' : 'No offer could be made.');
    this.#agreed = { localSdp: made.sdp, remoteSdp: '' };
    return made.sdp;
  }

  #gathered(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(GATHERING_TIMEOUT_MS, resolve);
      this.#peer.onGatheringStateChange((state) => {
        if (state !== 'complete') return;
        cancel();
        resolve();
      });
    });
  }

  #attach(track: Track): void {
    this.#track = track;
    track.onOpen(() => {
      this.#open = true;
    });
    track.onClosed(() => {
      this.#open = false;
    });
    track.onMessage((packet) => {
      if (this.#closed) return;
      try {
        if (looksLikeRtcp(packet)) this.#rtcp.receive(packet, this.path.sender.ssrc, this.#clock.monotonic());
        else this.path.receive(packet, this.#clock.monotonic());
      } catch (error) {
        // Nothing may be thrown into the library: it would end the whole process, with every call in it.
        if (!(error instanceof RtpParseError)) this.#logger.error({ endpoint: this.id, error }, 'a packet could not be handled');
      }
    });
  }

  #transmit(packet: Buffer, offset: number, length: number): void {
    if (!this.#open) return;
    try {
      this.#track?.sendMessageBinary(packet.subarray(offset, offset + length));
    } catch {
      // The browser has closed the track, and the library has not told us yet.
      this.#open = false;
    }
  }
}

function setLogger(logger: Logger): void {
  if (loggerSet) return;
  loggerSet = true;
  initLogger('Error', (level, message) => logger.debug({ level }, message));
}

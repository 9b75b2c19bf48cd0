import { randomInt } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { DtlsRole } from '../protocol/dtls/state.ts';
import { CODECS } from '../protocol/rtp/codecs.ts';
import { SdpError } from '../protocol/sdp/sdp.ts';
import { OFFERED_STREAM, readWebrtc, type WebrtcLocal, type WebrtcPeer, writeWebrtc } from '../protocol/sdp/webrtc.ts';
import { AudioPath } from './audio-path.ts';
import type { DtmfPress } from './dtmf.ts';
import type { Endpoint } from './endpoint.ts';
import { MediaError } from './errors.ts';
import type { Direction, EndpointStats } from './protocol.ts';
import type { StreamCounters } from './quality/quality-meter.ts';
import { RtcpSession } from './quality/rtcp-session.ts';
import { bindPort, type PortRange, type SinglePort } from './rtp-ports.ts';
import { identityOf } from './secure/dtls-session.ts';
import { newCredentials, type WebrtcState, WebrtcTransport } from './webrtc-transport.ts';

const REPORT_EVERY_MS = 5000;

export interface WebrtcOptions {
  id: string;
  host: string;
  ports: PortRange;
  clock: Clock;
  logger: Logger;
  onDtmf: (press: DtmfPress) => void;
  onState: (state: WebrtcState) => void;
}

const MIRROR: Readonly<Record<Direction, Direction>> = { sendrecv: 'sendrecv', sendonly: 'recvonly', recvonly: 'sendonly', inactive: 'inactive' };

/** A browser: one audio stream of PCMU over ICE and DTLS-SRTP. */
export class WebrtcEndpoint implements Endpoint {
  readonly id: string;
  readonly kind = 'webrtc';
  readonly path: AudioPath;
  readonly #host: string;
  readonly #clock: Clock;
  readonly #transport: WebrtcTransport;
  readonly #rtcp = new RtcpSession();
  readonly #sessionId = `${randomInt(2 ** 47)}`;
  #sdpVersion = 0;
  #reportAtMs = 0;
  #peer: WebrtcPeer | null = null;
  #stream: WebrtcLocal['stream'] = OFFERED_STREAM;
  #role: DtlsRole = 'server';

  private constructor(options: WebrtcOptions, port: SinglePort) {
    const { id, host, clock, logger, onState, onDtmf } = options;
    this.id = id;
    this.#host = host;
    this.#clock = clock;
    this.path = new AudioPath({ transmit: (packet, offset, length) => this.#transport.sendRtp(packet, offset, length), dtmf: onDtmf });
    const onRtp = (packet: Buffer, nowMs: number): void => this.path.receive(packet, nowMs);
    const onRtcp = (packet: Buffer, nowMs: number): void => this.#rtcp.receive(packet, this.path.sender.ssrc, nowMs);
    this.#transport = new WebrtcTransport({ id, port, clock, logger, onState, onRtp, onRtcp }, newCredentials());
  }

  /**
   * Answers an offer.
   * @throws MediaError `bad_sdp`, `no_port_free`
   */
  static async answer(options: WebrtcOptions & { offerSdp: string }): Promise<{ endpoint: WebrtcEndpoint; answerSdp: string }> {
    const peer = readPeer(options.offerSdp);
    const endpoint = new WebrtcEndpoint(options, await bindPort(options.host, options.ports));
    return { endpoint, answerSdp: endpoint.#answer(peer) };
  }

  /** Offers a session, for a call to a softphone in a browser; `accept` follows. @throws MediaError `no_port_free` */
  static async offer(options: WebrtcOptions): Promise<{ endpoint: WebrtcEndpoint; offerSdp: string }> {
    const endpoint = new WebrtcEndpoint(options, await bindPort(options.host, options.ports));
    return { endpoint, offerSdp: endpoint.#describe('either', 'sendrecv') };
  }

  /** Takes the answer to our offer. @throws MediaError `bad_sdp`; the endpoint can be used no further then */
  accept(answerSdp: string): void {
    if (this.#peer) throw new MediaError('bad_sdp', 'There is an answer already.');
    const peer = readPeer(answerSdp);
    // An answer that leaves the part open is wrong, but clear enough: the one who offered waits (RFC 5763 section 5).
    this.#role = peer.setup === 'server' ? 'client' : 'server';
    this.#take(peer);
    this.#connect(peer);
  }

  /**
   * Answers a later offer of the peer: another direction, ICE anew, another certificate.
   * @throws MediaError `bad_sdp`
   */
  renegotiate(offerSdp: string): string {
    const before = this.#peer;
    const peer = readPeer(offerSdp);
    if (!before || peer.mid !== before.mid) throw new MediaError('bad_sdp', 'The offer is about another stream.');
    const isRestart = peer.ice.fragment !== before.ice.fragment || peer.ice.password !== before.ice.password;
    const isSamePeer = peer.fingerprints.some(({ value }) => before.fingerprints.some((each) => each.value === value));
    if (isRestart) this.#transport.restart(newCredentials(), peer.ice.fragment);
    // Keys go with the certificate, which may only change where ICE does (RFC 8842 section 4).
    if (!isSamePeer && !isRestart) throw new MediaError('bad_sdp', 'Another certificate needs ICE anew.');
    if (isSamePeer) {
      this.#take(peer);
      return this.#describe(this.#role, MIRROR[peer.direction]);
    }
    return this.#answer(peer);
  }

  get expectsAudio(): boolean {
    return this.#transport.isOpen && this.path.mayReceive;
  }

  stats(): EndpointStats {
    return this.path.stats(this.#transport.strangers);
  }

  housekeep(nowMs: number): void {
    this.path.housekeep(nowMs);
    this.#transport.tick(nowMs);
    if (nowMs < this.#reportAtMs || !this.#transport.isOpen) return;
    const { sender, received, codec } = this.path;
    this.#reportAtMs = nowMs + REPORT_EVERY_MS * (0.5 + (sender.packets % 16) / 16);
    this.#transport.sendRtcp(this.#rtcp.report(sender, received, CODECS[codec].clockRate, nowMs, this.#clock.wall()));
  }

  counters(): StreamCounters {
    const { codec, received } = this.path;
    const { roundTripMs, remoteLossPercent } = this.#rtcp;
    return { codec, packetsReceived: received.packets, packetsLost: received.lost, jitterMs: received.jitterMs, roundTripMs, remoteLossPercent };
  }

  close(): void {
    this.path.peer = null;
    this.#transport.close();
  }

  /** Takes an offer up; we wait for the peer's ClientHello where it may begin: its first one then needs no word from us. */
  #answer(peer: WebrtcPeer): string {
    this.#role = peer.setup === 'server' ? 'client' : 'server';
    this.#stream = peer;
    this.#take(peer);
    this.#connect(peer);
    return this.#describe(this.#role, MIRROR[peer.direction]);
  }

  #take(peer: WebrtcPeer): void {
    this.#peer = peer;
    this.path.payloadType = peer.payloadType;
    this.path.dtmfPayloadType = peer.dtmfPayloadType;
    this.path.setDirection(MIRROR[peer.direction]);
  }

  #connect({ ice, fingerprints }: WebrtcPeer): void {
    this.#transport.connect({ fragment: ice.fragment, fingerprints, role: this.#role });
  }

  #describe(setup: WebrtcLocal['setup'], direction: Direction): string {
    return writeWebrtc({
      host: this.#host,
      port: this.#transport.port,
      sessionId: this.#sessionId,
      version: ++this.#sdpVersion,
      ice: this.#transport.credentials,
      fingerprint: identityOf(this.#clock).fingerprint,
      setup,
      direction,
      ssrc: this.path.sender.ssrc,
      stream: this.#stream,
    });
  }
}

/** @throws MediaError `bad_sdp` */
function readPeer(sdp: string): WebrtcPeer {
  try {
    return readWebrtc(sdp);
  } catch (error) {
    if (error instanceof SdpError) throw new MediaError('bad_sdp', `The description cannot be used: ${error.message}.`);
    throw error;
  }
}

import type { RemoteInfo } from 'node:dgram';
import type { Clock } from '../lib/clock.ts';
import { RtpParseError } from '../protocol/rtp/errors.ts';
import { emptyRtpHeader, looksLikeRtcp, readRtpHeader } from '../protocol/rtp/packet.ts';
import { parseRtcp, serializeReport } from '../protocol/rtp/rtcp.ts';
import { AudioPath } from './audio-path.ts';
import type { DtmfPress } from './dtmf.ts';
import type { Endpoint } from './endpoint.ts';
import type { EndpointStats, RtpRemote } from './protocol.ts';
import type { PortPair } from './rtp-ports.ts';
import { SourceLatch } from './source-latch.ts';

const REPORT_EVERY_MS = 5000;
/** Space for bursts of 20 ms packets while the process is held up. */
const RECEIVE_BUFFER_BYTES = 256 * 1024;

/** A plain RTP peer (SIP phone, trunk) on an own pair of UDP ports: symmetric, and deaf to anyone but the latched source. */
export class RtpEndpoint implements Endpoint {
  readonly id: string;
  readonly kind = 'rtp';
  readonly host: string;
  readonly port: number;
  readonly path: AudioPath;
  readonly #pair: PortPair;
  readonly #clock: Clock;
  readonly #latch = new SourceLatch();
  readonly #probe = emptyRtpHeader();
  #remote: RtpRemote | null = null;
  #targetHost = '';
  #targetPort = 0;
  #strangers = 0;
  #reportAtMs = 0;
  #closed = false;

  constructor(id: string, host: string, pair: PortPair, clock: Clock, onDtmf: (press: DtmfPress) => void) {
    this.id = id;
    this.host = host;
    this.port = pair.port;
    this.#pair = pair;
    this.#clock = clock;
    this.path = new AudioPath({ transmit: (packet, offset, length) => this.#transmit(packet, offset, length), dtmf: onDtmf });
    pair.rtp.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    pair.rtp.on('message', (packet, from) => this.#onPacket(packet, from));
    pair.rtcp.on('message', (packet, from) => this.#onReport(packet, from));
    // ICMP errors of a peer that is gone surface here; silence is reported by rtpTimeout.
    pair.rtp.on('error', () => undefined);
    pair.rtcp.on('error', () => undefined);
  }

  /** Takes what SDP negotiated. */
  setRemote(remote: RtpRemote): void {
    this.#remote = remote;
    this.path.codec = remote.codec;
    this.path.payloadType = remote.payloadType;
    this.path.dtmfPayloadType = remote.dtmfPayloadType;
    this.path.setDirection(remote.direction);
    this.#latch.signal(remote);
    this.#aim();
  }

  get expectsAudio(): boolean {
    return this.#remote !== null && this.path.mayReceive;
  }

  stats(): EndpointStats {
    return this.path.stats(this.#strangers);
  }

  housekeep(nowMs: number): void {
    this.path.housekeep(nowMs);
    if (nowMs < this.#reportAtMs || this.#closed || this.#targetPort === 0) return;
    // Varied so that the reports of many calls do not come together (RFC 3550 section 6.2).
    this.#reportAtMs = nowMs + REPORT_EVERY_MS * (0.5 + (this.path.sender.packets % 16) / 16);
    const { sender, received } = this.path;
    const newest = sender.newest;
    const report = serializeReport({
      ssrc: sender.ssrc,
      cname: `${this.path.sender.ssrc.toString(16)}@media`,
      wallMs: this.#clock.wall(),
      rtpTimestamp: newest.timestamp + (newest.atMs < 0 ? 0 : Math.round((nowMs - newest.atMs) * 8)),
      packetsSent: sender.packets,
      bytesSent: sender.bytes,
      block: received.report(),
    });
    this.#pair.rtcp.send(report, this.#targetPort + 1, this.#targetHost);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.path.peer = null;
    this.#pair.rtp.close();
    this.#pair.rtcp.close();
  }

  #onPacket(packet: Buffer, from: RemoteInfo): void {
    const now = this.#clock.monotonic();
    try {
      if (!this.#latch.isLocked(from.address, from.port) && !this.#admit(packet, from, now)) {
        this.#strangers++;
        return;
      }
      if (!looksLikeRtcp(packet)) this.path.receive(packet, now);
    } catch (error) {
      // The peer sent bytes that are no RTP: they count for nothing and deserve no log line each.
      if (!(error instanceof RtpParseError)) throw error;
    }
  }

  /** Only a packet that is audio of this session may latch. */
  #admit(packet: Buffer, from: RemoteInfo, nowMs: number): boolean {
    readRtpHeader(packet, this.#probe);
    const type = this.#probe.payloadType;
    if (type !== this.path.payloadType && type !== this.path.dtmfPayloadType) return false;
    if (!this.#latch.admit(from.address, from.port, nowMs)) return false;
    this.#aim();
    return true;
  }

  #onReport(packet: Buffer, from: RemoteInfo): void {
    if (from.address !== this.#targetHost) {
      this.#strangers++;
      return;
    }
    try {
      parseRtcp(packet);
    } catch {
      this.#strangers++;
    }
  }

  #aim(): void {
    const target = this.#latch.target;
    this.#targetHost = target?.host ?? '';
    this.#targetPort = target?.port ?? 0;
  }

  #transmit(packet: Buffer, offset: number, length: number): void {
    if (this.#targetPort === 0 || this.#closed) return;
    this.#pair.rtp.send(packet, offset, length, this.#targetPort, this.#targetHost);
  }
}

import type { RemoteInfo } from 'node:dgram';
import type { Clock } from '../lib/clock.ts';
import { looksLikeDtls } from '../protocol/dtls/record.ts';
import { RtpParseError } from '../protocol/rtp/errors.ts';
import { emptyRtpHeader, looksLikeRtcp, readRtpHeader } from '../protocol/rtp/packet.ts';
import { CODECS } from '../protocol/rtp/codecs.ts';
import { AudioPath } from './audio-path.ts';
import type { DtmfPress } from './dtmf.ts';
import type { Endpoint } from './endpoint.ts';
import { PeerSocket } from './peer-socket.ts';
import type { EndpointStats, RtpRemote } from './protocol.ts';
import type { StreamCounters } from './quality/quality-meter.ts';
import { RtcpSession } from './quality/rtcp-session.ts';
import type { PortPair } from './rtp-ports.ts';
import { CLOSED, type Guard, SdesKeyring } from './secure/guard.ts';
import { PortDtls } from './secure/port-dtls.ts';
import { gather } from './sound-gather.ts';
import { type Address, SourceLatch } from './source-latch.ts';

const REPORT_EVERY_MS = 5000;
/** Space for bursts of 20 ms packets while the process is held up. */
const RECEIVE_BUFFER_BYTES = 256 * 1024;

/** An RTP peer (SIP phone, trunk) on an own pair of UDP ports: symmetric, and deaf to anyone but the latched source. */
export class RtpEndpoint implements Endpoint {
  readonly id: string;
  readonly kind = 'rtp';
  readonly host: string;
  readonly port: number;
  readonly path: AudioPath;
  readonly #pair: PortPair;
  readonly #peer: PeerSocket;
  readonly #clock: Clock;
  readonly #latch = new SourceLatch();
  readonly #probe = emptyRtpHeader();
  readonly #rtcp = new RtcpSession();
  readonly #onFailed: (reason: string) => void;
  #keys: SdesKeyring | null = null;
  #dtls: PortDtls | null = null;
  /** Null = the stream is plain. */
  #guard: Guard | null = null;
  #remote: RtpRemote | null = null;
  #strangers = 0;
  #reportAtMs = 0;
  #closed = false;

  /** @param onFailed no keys could be agreed on with the peer */
  constructor(id: string, host: string, pair: PortPair, clock: Clock, onDtmf: (press: DtmfPress) => void, onFailed: (reason: string) => void = () => undefined) {
    this.id = id;
    this.host = host;
    this.port = pair.port;
    this.#pair = pair;
    this.#peer = new PeerSocket(pair.rtp);
    this.#clock = clock;
    this.#onFailed = onFailed;
    this.path = new AudioPath({ transmit: (packet, offset, length) => this.#transmit(packet, offset, length), dtmf: onDtmf });
    pair.rtp.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    pair.rtp.on('message', (packet, from) => this.#onPacket(packet, from));
    pair.rtcp.on('message', (packet, from) => this.#onReport(packet, from));
    // ICMP errors of a peer that is gone surface here; silence is reported by rtpTimeout.
    pair.rtp.on('error', () => undefined);
    pair.rtcp.on('error', () => undefined);
  }

  /** Takes what SDP negotiated. @throws RangeError when a key has the wrong length; nothing is changed then */
  setRemote(remote: RtpRemote): void {
    this.#guard = this.#guardFor(remote);
    this.#remote = remote;
    this.path.codec = remote.codec;
    this.path.payloadType = remote.payloadType;
    this.path.dtmfPayloadType = remote.dtmfPayloadType;
    this.path.setDirection(remote.direction);
    this.#latch.signal(remote);
    this.#peer.aim(this.#latch.target);
  }

  get expectsAudio(): boolean {
    return this.#remote !== null && this.path.mayReceive;
  }

  stats(): EndpointStats {
    return this.path.stats(this.#strangers);
  }

  housekeep(nowMs: number): void {
    if (this.#closed) return;
    this.path.housekeep(nowMs);
    if (this.#latch.isFinal(nowMs)) this.#peer.pin();
    if (nowMs < this.#reportAtMs || this.#peer.port === 0) return;
    // Varied so that the reports of many calls do not come together (RFC 3550 section 6.2).
    this.#reportAtMs = nowMs + REPORT_EVERY_MS * (0.5 + (this.path.sender.packets % 16) / 16);
    const { sender, received, codec } = this.path;
    const plain = this.#rtcp.report(sender, received, CODECS[codec].clockRate, nowMs, this.#clock.wall());
    const report = this.#guard ? this.#guard.sealRtcp(plain) : plain;
    if (!report) return;
    if (this.#remote?.rtcpMux) this.#peer.send(report, 0, report.length);
    // With DTLS the second port would need a handshake of its own (RFC 5764 section 3): there are no reports then.
    else if (!this.#dtls) this.#pair.rtcp.send(report, this.#reportPort(), this.#peer.host);
  }

  counters(): StreamCounters {
    const { codec, received } = this.path;
    const { roundTripMs, remoteLossPercent } = this.#rtcp;
    return { codec, packetsReceived: received.packets, packetsLost: received.lost, jitterMs: received.jitterMs, roundTripMs, remoteLossPercent };
  }

  close(): void {
    if (this.#closed) return;
    this.#dtls?.close();
    this.#closed = true;
    this.path.peer = null;
    this.#peer.close();
    this.#pair.rtcp.close();
  }

  /** Null = plain. Keys of a handshake stay for as long as the certificate does. */
  #guardFor({ host, port, srtp, dtls }: RtpRemote): Guard | null {
    if (!dtls) {
      this.#dtls?.close();
      this.#dtls = null;
      return srtp ? (this.#keys ??= new SdesKeyring()).guardFor(srtp) : null;
    }
    this.#dtls ??= new PortDtls({
      clock: this.#clock,
      send: (datagram, to) => this.#peer.sendTo(datagram, to),
      onKeys: (guard, from) => this.#keyed(guard, from),
      onClosed: () => (this.#guard = CLOSED),
      onFailed: (reason) => this.#onFailed(reason),
    });
    return this.#dtls.setRemote({ ...dtls, host, port }) ? CLOSED : this.#guard;
  }

  #keyed(guard: Guard, from: Address): void {
    this.#guard = guard;
    this.#latch.lock(from, this.#clock.monotonic());
    this.#peer.aim(this.#latch.target);
  }

  #onPacket(packet: Buffer, from: RemoteInfo): void {
    const now = this.#clock.monotonic();
    gather.packet(now);
    if (this.#dtls && looksLikeDtls(packet)) return this.#dtls.receive(packet, { host: from.address, port: from.port });
    try {
      if (this.#guard) return this.#onProtected(this.#guard, packet, from, now);
      if (!this.#latch.isLocked(from.address, from.port) && !this.#admit(packet, from, now)) {
        this.#strangers++;
        return;
      }
      if (!looksLikeRtcp(packet)) this.path.receive(packet, now);
      else if (this.#remote?.rtcpMux) this.#rtcp.receive(packet, this.path.sender.ssrc, now);
    } catch (error) {
      // The peer sent bytes that are no RTP: they count for nothing and deserve no log line each.
      if (!(error instanceof RtpParseError)) throw error;
    }
  }

  /** Who cannot seal is a stranger wherever the packet came from, and nobody latches without the key. */
  #onProtected(guard: Guard, packet: Buffer, from: RemoteInfo, nowMs: number): void {
    const isLocked = this.#latch.isLocked(from.address, from.port);
    if (looksLikeRtcp(packet)) {
      const report = isLocked && this.#remote?.rtcpMux ? guard.openRtcp(packet) : null;
      if (report) this.#rtcp.receive(report, this.path.sender.ssrc, nowMs);
      else this.#strangers++;
      return;
    }
    const plain = isLocked || this.#latch.mayAdmit(from.address, from.port, nowMs) ? guard.openRtp(packet) : null;
    if (plain && (isLocked || this.#admit(plain, from, nowMs))) this.path.receive(plain, nowMs);
    else this.#strangers++;
  }

  /** Only a packet that is audio of this session may latch. */
  #admit(packet: Buffer, from: RemoteInfo, nowMs: number): boolean {
    readRtpHeader(packet, this.#probe);
    const type = this.#probe.payloadType;
    if (type !== this.path.payloadType && type !== this.path.dtmfPayloadType) return false;
    if (!this.#latch.admit(from.address, from.port, nowMs)) return false;
    this.#peer.aim(this.#latch.target);
    return true;
  }

  #onReport(packet: Buffer, from: RemoteInfo): void {
    if (from.address !== this.#peer.host) {
      this.#strangers++;
      return;
    }
    try {
      const report = this.#guard ? this.#guard.openRtcp(packet) : packet;
      if (report) this.#rtcp.receive(report, this.path.sender.ssrc, this.#clock.monotonic());
      else this.#strangers++;
    } catch (error) {
      if (!(error instanceof RtpParseError)) throw error;
      this.#strangers++;
    }
  }

  /** The signalled RTCP port (RFC 3605) counts for the signalled address only: behind NAT it is another. */
  #reportPort(): number {
    const remote = this.#remote;
    const { host, port } = this.#peer;
    const isSignalled = remote?.port === port && remote.host === host;
    return (isSignalled ? remote.rtcpPort : undefined) ?? port + 1;
  }

  #transmit(packet: Buffer, offset: number, length: number): void {
    if (this.#closed) return;
    const sealed = this.#guard ? this.#guard.sealRtp(packet, offset, length) : packet;
    if (sealed === packet) this.#peer.send(packet, offset, length);
    else if (sealed) this.#peer.send(sealed, 0, sealed.length);
  }
}

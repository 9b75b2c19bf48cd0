import { randomBytes } from 'node:crypto';
import type { RemoteInfo } from 'node:dgram';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { looksLikeDtls } from '../protocol/dtls/record.ts';
import type { Fingerprint } from '../protocol/dtls/signatures.ts';
import type { DtlsRole } from '../protocol/dtls/state.ts';
import { RtpParseError } from '../protocol/rtp/errors.ts';
import { looksLikeRtcp } from '../protocol/rtp/packet.ts';
import type { TransportAddress } from '../protocol/stun/address.ts';
import { type IceCredentials, type IceEffect, type IceEvent, type IceState, iceStep, isChecked, newIce, restartIce } from '../protocol/stun/ice-lite.ts';
import { looksLikeStun } from '../protocol/stun/message.ts';
import { PeerSocket } from './peer-socket.ts';
import type { MediaEvent } from './protocol.ts';
import type { SinglePort } from './rtp-ports.ts';
import { DtlsSession } from './secure/dtls-session.ts';
import type { Guard } from './secure/guard.ts';
import { gather } from './sound-gather.ts';

/** States of the transport that core is told. */
export type WebrtcState = Extract<MediaEvent, { event: 'endpointState' }>['state'];

/** Who the peer is, of its description. */
export interface WebrtcRemote {
  /** Fragment of its ICE. */
  fragment: string;
  fingerprints: readonly Fingerprint[];
  /** Our part in DTLS. */
  role: DtlsRole;
}

export interface TransportOptions {
  id: string;
  port: SinglePort;
  clock: Clock;
  logger: Logger;
  onState: (state: WebrtcState) => void;
  /** Authentic RTP; the buffer is the receiver's. */
  onRtp: (packet: Buffer, nowMs: number) => void;
  onRtcp: (packet: Buffer, nowMs: number) => void;
}

/** Space for bursts of 20 ms packets while the process is held up. */
const RECEIVE_BUFFER_BYTES = 256 * 1024;
/** Nothing at all from the peer for this long: it is gone for now, ms. */
const SILENT_MS = 10_000;
/** Before a nominated address is held on to, and how long it may be silent then, ms: a browser on a new network comes from another one. */
const PIN_AFTER_MS = 2_000;
const PINNED_SILENT_MS = 300;
/** RTP and RTCP (RFC 7983). */
const MEDIA_FIRST_BYTES = [128, 191] as const;

/** Fresh ICE credentials: 48 and 144 bits (RFC 8445 section 5.3 asks for 24 and 128). */
export const newCredentials = (): IceCredentials => ({ fragment: randomBytes(6).toString('hex'), password: randomBytes(18).toString('base64').replaceAll('=', '') });

/**
 * One UDP port to a browser: ICE-lite, DTLS and SRTP on it, told apart by their first byte (RFC 7983). Nothing is looked at from
 * an address that has not shown our ICE password, and nothing is heard that is not sealed with the keys of the handshake.
 */
export class WebrtcTransport {
  readonly #options: TransportOptions;
  #ice: IceState;
  #dtls: DtlsSession | null = null;
  #guard: Guard | null = null;
  #state: WebrtcState | 'new' = 'new';
  readonly #peer: PeerSocket;
  #aimedAtMs = 0;
  #heardAtMs = 0;
  #strangers = 0;
  #closed = false;

  constructor(options: TransportOptions, local: IceCredentials) {
    this.#options = options;
    this.#ice = newIce(local, null);
    const { rtp } = options.port;
    this.#peer = new PeerSocket(rtp);
    rtp.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    rtp.on('message', (packet, from) => this.#onPacket(packet, from));
    // ICMP errors of a peer that is gone surface here; missing checks tell.
    rtp.on('error', () => undefined);
  }

  get port(): number {
    return this.#options.port.port;
  }

  /** Sound can flow. */
  get isOpen(): boolean {
    return this.#guard !== null && this.#peer.port !== 0 && this.#ice.hasConsent;
  }

  /** Packets of those who did not know the password or the keys. */
  get strangers(): number {
    return this.#strangers;
  }

  get credentials(): IceCredentials {
    return this.#ice.local;
  }

  /** The peer's first description, or a later one with other fingerprints: a new association (RFC 8842 section 5.1). */
  connect(remote: WebrtcRemote): void {
    this.#applyIce({ type: 'remote', fragment: remote.fragment });
    this.#dtls?.close();
    this.#dtls = new DtlsSession({
      role: remote.role,
      fingerprints: remote.fingerprints,
      unproven: null,
      clock: this.#options.clock,
      send: (datagram) => this.#send(datagram),
      onKeys: (guard) => {
        this.#guard = guard;
        this.#settle();
      },
      onEnd: (how, reason) => this.#onEnd(how, reason),
    });
    if (this.#peer.port !== 0) this.#dtls.start();
  }

  /** ICE begins anew (RFC 8445 section 9); the peer is reached as before until its new checks say otherwise. */
  restart(local: IceCredentials, fragment: string): void {
    this.#ice = restartIce(this.#ice, local, fragment);
    this.#aimedAtMs = this.#options.clock.monotonic();
    this.#peer.unpin();
  }

  /** Protects and sends one RTP packet; the buffer stays the caller's. */
  sendRtp(packet: Buffer, offset: number, length: number): void {
    if (!this.#guard || !this.isOpen) return;
    const sealed = this.#guard.sealRtp(packet, offset, length);
    if (sealed) this.#send(sealed);
  }

  sendRtcp(report: Buffer): void {
    const sealed = this.isOpen ? this.#guard?.sealRtcp(report) : null;
    if (sealed) this.#send(sealed);
  }

  /** To be called a few times a second. */
  tick(nowMs: number): void {
    if (this.#closed) return;
    if (nowMs - this.#heardAtMs > PINNED_SILENT_MS) this.#peer.unpin();
    else if (this.isOpen && nowMs - this.#aimedAtMs > PIN_AFTER_MS) this.#peer.pin();
    this.#applyIce({ type: 'tick', nowMs });
    const isSilent = nowMs - Math.max(this.#ice.lastCheckMs, this.#heardAtMs) > SILENT_MS;
    if (isSilent && this.#state === 'connected') this.#tell('disconnected');
  }

  /** Idempotent; tells the peer. */
  close(): void {
    if (this.#closed) return;
    this.#dtls?.close();
    this.#closed = true;
    // What was just sent must be out before the socket is gone.
    setImmediate(() => this.#peer.close());
  }

  #onPacket(packet: Buffer, from: RemoteInfo): void {
    if (this.#closed) return;
    const now = this.#options.clock.monotonic();
    gather.packet(now);
    const isTarget = from.port === this.#peer.port && from.address === this.#peer.host;
    const first = packet.length === 0 ? 0 : packet.readUInt8(0);
    if (first >= MEDIA_FIRST_BYTES[0] && first <= MEDIA_FIRST_BYTES[1]) this.#onMedia(packet, isTarget || this.#mayTalk(from), now);
    else if (looksLikeStun(packet)) this.#applyIce({ type: 'datagram', bytes: packet, from: { host: from.address, port: from.port }, nowMs: now });
    else if (looksLikeDtls(packet) && (isTarget || this.#mayTalk(from))) this.#onDtls(packet, from);
    else this.#strangers++;
  }

  #mayTalk(from: RemoteInfo): boolean {
    return isChecked(this.#ice, { host: from.address, port: from.port });
  }

  #onMedia(packet: Buffer, mayTalk: boolean, nowMs: number): void {
    const isReport = looksLikeRtcp(packet);
    const plain = mayTalk && this.#guard ? (isReport ? this.#guard.openRtcp(packet) : this.#guard.openRtp(packet)) : null;
    if (!plain) {
      this.#strangers++;
      return;
    }
    this.#heardAtMs = nowMs;
    try {
      if (isReport) this.#options.onRtcp(plain, nowMs);
      else this.#options.onRtp(plain, nowMs);
    } catch (error) {
      // The peer sealed bytes that are no RTP: they count for nothing.
      if (!(error instanceof RtpParseError)) throw error;
    }
  }

  #onDtls(packet: Buffer, from: RemoteInfo): void {
    // A browser may begin before its nomination has come through.
    if (this.#peer.port === 0) this.#aim({ host: from.address, port: from.port });
    this.#dtls?.receive(packet);
  }

  #applyIce(event: IceEvent): void {
    const { state, effects } = iceStep(this.#ice, event);
    this.#ice = state;
    for (const effect of effects) this.#runIce(effect);
    if (effects.length > 0) this.#settle();
  }

  #runIce(effect: IceEffect): void {
    switch (effect.type) {
      case 'send':
        this.#peer.sendTo(effect.bytes, effect.to);
        return;
      case 'checked':
        this.#tell('connecting');
        return;
      case 'selected':
        this.#aim(effect.address);
        this.#dtls?.start();
        return;
      case 'consent':
        if (!effect.given) this.#onEnd('failed', 'no checks from the peer any more');
    }
  }

  #settle(): void {
    if (this.isOpen) this.#tell('connected');
  }

  #aim(address: TransportAddress): void {
    this.#aimedAtMs = this.#options.clock.monotonic();
    this.#peer.aim(address);
  }

  #send(bytes: Buffer): void {
    if (!this.#closed) this.#peer.send(bytes, 0, bytes.length);
  }

  #onEnd(how: 'failed' | 'closed', reason: string): void {
    this.#guard = null;
    this.#options.logger.debug({ endpoint: this.#options.id, reason }, 'a connection ended');
    this.#tell(how);
  }

  #tell(state: WebrtcState): void {
    if (this.#state === state || this.#closed) return;
    this.#state = state;
    this.#options.onState(state);
  }
}

import { CODECS, isG711 } from '../protocol/rtp/codecs.ts';
import { ALAW_TO_MULAW, MULAW_TO_ALAW, translateInPlace } from '../protocol/rtp/g711.ts';
import { emptyRtpHeader, readRtpHeader, RTP_HEADER_BYTES, type RtpHeader } from '../protocol/rtp/packet.ts';
import { parseTelephoneEvent } from '../protocol/rtp/telephone-event.ts';
import { WideTaps } from './codecs/wide-taps.ts';
import { type DtmfPress, type DtmfState, expireEvent, receiveEvent } from './dtmf.ts';
import type { CodecName, Direction, EndpointStats } from './protocol.ts';
import { RtpReception } from './rtp-reception.ts';
import { RtpSender } from './rtp-sender.ts';
import { FRAME_SAMPLES } from './ticker.ts';

/** Hears what an endpoint receives; must not keep or change `packet`. */
export interface AudioTap {
  audio(
    packet: Buffer,
    offset: number,
    length: number,
    codec: CodecName,
    timestamp: number,
    ssrc: number,
    nowMs: number,
  ): void;
}

/** Where sound can be listened to: a path, or a mix without one of its members. */
export interface TapSource {
  /** The returned function takes the tap away. */
  addTap(tap: AudioTap): () => void;
  /** Packets that were lost on the way here; a mix loses none. */
  readonly received?: { readonly lost: number };
}

/** Takes the packets that a path receives, to play them in time: a mix. */
export interface PacketSink {
  take(codec: CodecName, packet: Buffer, header: RtpHeader, nowMs: number): void;
}

/** Brings a peer's packets into this path's codec; see codecs/converter.ts. */
export interface PathConverter {
  take(from: CodecName, packet: Buffer, header: RtpHeader, isEvent: boolean, nowMs: number): void;
}

/** What an endpoint does for its path. */
export interface PathOutput {
  /** Sends one RTP packet; the buffer may be used again 100 ms later. */
  transmit(packet: Buffer, offset: number, length: number): void;
  dtmf(press: DtmfPress): void;
}

/** Enough that a frame is on the wire long before its buffer comes round again. */
const FRAME_BUFFERS = 8;

let nextSource = 1;
/** A number for a feeder of `RtpSender`. */
export const newSource = (): number => nextSource++;

/** Filled again for each packet: receiving is synchronous, so one is enough for the process. */
const header: RtpHeader = emptyRtpHeader();

/**
 * The part that all endpoints share: from a packet that the transport has already accepted to statistics, DTMF, taps and
 * the bridged peer; and from any feeder to a packet with our own numbering. Written to allocate nothing per packet.
 */
export class AudioPath {
  #codec: CodecName = 'PCMU';
  payloadType = 0;
  dtmfPayloadType: number | null = null;
  mayReceive = true;
  maySend = true;
  /** Where received audio goes: the bridged peer, or itself for echo. */
  peer: AudioPath | null = null;
  /** Between peer and this path where their codecs differ by more than the law. */
  converter: PathConverter | null = null;
  /** The mix in which this path is a member. */
  sink: PacketSink | null = null;
  #wideTaps: WideTaps | null = null;
  /** A prompt or a digit replaces what the peer would hear from the bridge. */
  playing = false;
  sendingDigits = false;
  readonly received = new RtpReception();
  readonly sender = new RtpSender();
  readonly #source = newSource();
  readonly #output: PathOutput;
  #taps: readonly AudioTap[] = [];
  #dtmf: DtmfState | null = null;
  #frames: Buffer[] = [];
  #nextFrame = 0;

  constructor(output: PathOutput) {
    this.#output = output;
  }

  /** @param direction seen from us: `recvonly` = we do not send */
  setDirection(direction: Direction): void {
    this.mayReceive = direction === 'sendrecv' || direction === 'recvonly';
    this.maySend = direction === 'sendrecv' || direction === 'sendonly';
  }

  get codec(): CodecName {
    return this.#codec;
  }

  set codec(codec: CodecName) {
    this.#codec = codec;
    this.received.clockKhz = CODECS[codec].clockRate / 1000;
    this.sender.clockKhz = CODECS[codec].clockRate / 1000;
  }

  /** Taps hear G.711, whatever the codec. */
  addTap(tap: AudioTap): () => void {
    this.#taps = [...this.#taps, tap];
    return () => {
      this.#taps = this.#taps.filter((each) => each !== tap);
    };
  }

  /**
   * Takes one RTP packet. The packet's header bytes are overwritten when it is passed on.
   * @throws RtpParseError
   */
  receive(packet: Buffer, nowMs: number): void {
    readRtpHeader(packet, header);
    if (!this.mayReceive) return;
    const isEvent = header.payloadType === this.dtmfPayloadType;
    if (!isEvent && header.payloadType !== this.payloadType) return;
    this.received.count(header.ssrc, header.sequence, header.timestamp, header.payloadLength, nowMs);
    if (isEvent) this.#event(packet, nowMs);
    else {
      if (isG711(this.#codec)) {
        for (const tap of this.#taps) {
          tap.audio(packet, header.payloadOffset, header.payloadLength, this.#codec, header.timestamp, header.ssrc, nowMs);
        }
      } else if (this.#taps.length > 0) this.#tapNarrowed(packet, nowMs);
      this.sink?.take(this.#codec, packet, header, nowMs);
    }
    this.peer?.forward(this, packet, isEvent, nowMs);
  }

  /** Sends on what `from` has just received; `header` still describes it. */
  forward(from: AudioPath, packet: Buffer, isEvent: boolean, nowMs: number): void {
    if (!this.maySend || this.playing || this.sendingDigits) return;
    const isSame = from.#codec === this.#codec;
    if (!isSame && !(isG711(from.#codec) && isG711(this.#codec))) {
      this.converter?.take(from.#codec, packet, header, isEvent, nowMs);
      return;
    }
    const payloadType = isEvent ? this.dtmfPayloadType : this.payloadType;
    if (payloadType === null) {
      this.sender.skip(from.#source, header.ssrc);
      return;
    }
    const { payloadOffset, payloadLength } = header;
    if (!isEvent && !isSame) {
      translateInPlace(packet, payloadOffset, payloadLength, from.#codec === 'PCMU' ? MULAW_TO_ALAW : ALAW_TO_MULAW);
    }
    const at = payloadOffset - RTP_HEADER_BYTES;
    this.sender.stamp(
      packet,
      at,
      from.#source,
      header.ssrc,
      header.marker,
      payloadType,
      header.sequence,
      header.timestamp,
      nowMs,
    );
    this.#send(packet, at, RTP_HEADER_BYTES + payloadLength);
  }

  /** A buffer for one packet with 160 bytes of payload behind the header. */
  frame(): Buffer {
    const index = this.#nextFrame++ % FRAME_BUFFERS;
    return (this.#frames[index] ??= Buffer.allocUnsafeSlow(RTP_HEADER_BYTES + FRAME_SAMPLES));
  }

  /** Sends a frame made by us; `sequence` and `timestamp` are the feeder's own. */
  sendFrame(
    packet: Buffer,
    payloadLength: number,
    source: number,
    marker: boolean,
    payloadType: number,
    sequence: number,
    timestamp: number,
    nowMs: number,
  ): void {
    if (!this.maySend) return;
    this.sender.stamp(packet, 0, source, 0, marker, payloadType, sequence, timestamp, nowMs);
    this.#send(packet, 0, RTP_HEADER_BYTES + payloadLength);
  }

  /** Tells key presses whose end packets were lost; to be called a few times a second. */
  housekeep(nowMs: number): void {
    if (!this.#dtmf || this.#dtmf.told) return;
    const { state, presses } = expireEvent(this.#dtmf, nowMs);
    this.#dtmf = state;
    for (const press of presses) this.#output.dtmf(press);
  }

  stats(packetsFromStrangers: number): EndpointStats {
    return {
      packetsReceived: this.received.packets,
      packetsSent: this.sender.packets,
      bytesReceived: this.received.bytes,
      bytesSent: this.sender.bytes,
      packetsLost: this.received.lost,
      jitterMs: Math.round(this.received.jitterMs * 100) / 100,
      packetsFromStrangers,
    };
  }

  #send(packet: Buffer, offset: number, length: number): void {
    this.sender.packets++;
    this.sender.bytes += length - RTP_HEADER_BYTES;
    this.#output.transmit(packet, offset, length);
  }

  #tapNarrowed(packet: Buffer, nowMs: number): void {
    if (this.#wideTaps?.codec !== this.#codec) this.#wideTaps = new WideTaps(this.#codec);
    const mulaw = this.#wideTaps.narrow(packet, header.payloadOffset, header.payloadLength);
    const timestamp = this.#wideTaps.narrowTime(header.timestamp);
    for (const tap of this.#taps) tap.audio(mulaw, 0, mulaw.length, 'PCMU', timestamp, header.ssrc, nowMs);
  }

  #event(packet: Buffer, nowMs: number): void {
    const event = parseTelephoneEvent(packet, header.payloadOffset, header.payloadLength);
    const { state, presses } = receiveEvent(this.#dtmf, { ...event, duration: Math.round((event.duration * 8000) / CODECS[this.#codec].clockRate) }, header.timestamp, nowMs);
    this.#dtmf = state;
    for (const press of presses) this.#output.dtmf(press);
  }
}

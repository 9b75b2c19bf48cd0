import { randomBytes } from 'node:crypto';
import { writeRtpHeader } from '../protocol/rtp/packet.ts';
import { FRAME_MS } from './ticker.ts';

/**
 * The RTP stream towards one peer: one SSRC for its whole life, whatever feeds it. Each feeder (a bridged peer, a prompt, a
 * digit) numbers its own packets; a change of feeder only changes the offsets, so the peer sees unbroken sequence numbers
 * and timestamps that follow real time. Losses inside one feeder stay visible as gaps.
 */
export class RtpSender {
  readonly ssrc: number;
  packets = 0;
  /** RTP timestamp units in a millisecond. */
  clockKhz = 8;
  bytes = 0;
  #sequence: number;
  #timestamp: number;
  #lastAtMs = -1;
  #source = 0;
  #sourceSsrc = 0;
  #sequenceOffset = 0;
  #timestampOffset = 0;

  constructor() {
    const random = randomBytes(10);
    this.ssrc = random.readUInt32BE(0);
    this.#sequence = random.readUInt16BE(4);
    this.#timestamp = random.readUInt32BE(6);
  }

  /** Timestamp of the newest packet and when it was sent (monotonic ms; -1 = never), for sender reports. */
  get newest(): { timestamp: number; atMs: number } {
    return { timestamp: this.#timestamp, atMs: this.#lastAtMs };
  }

  /**
   * Writes our header at `offset` for the packet that the feeder calls `sequence` and `timestamp`.
   * @param source number of the feeder, not 0
   * @param sourceSsrc changes when the feeder starts counting anew
   */
  stamp(
    packet: Buffer,
    offset: number,
    source: number,
    sourceSsrc: number,
    marker: boolean,
    payloadType: number,
    sequence: number,
    timestamp: number,
    nowMs: number,
  ): void {
    const changed = source !== this.#source || sourceSsrc !== this.#sourceSsrc;
    if (changed) this.#change(source, sourceSsrc, sequence, timestamp, nowMs);
    const outSequence = (sequence + this.#sequenceOffset) & 0xffff;
    const outTimestamp = (timestamp + this.#timestampOffset) >>> 0;
    if (changed || ((outSequence - this.#sequence) & 0xffff) < 0x8000) {
      this.#sequence = outSequence;
      this.#timestamp = outTimestamp;
      this.#lastAtMs = nowMs;
    }
    writeRtpHeader(packet, offset, marker || changed, payloadType, outSequence, outTimestamp, this.ssrc);
  }

  /** The feeder's next packet is not sent on (the peer has no payload type for it): do not let it look like a loss. */
  skip(source: number, sourceSsrc: number): void {
    if (source === this.#source && sourceSsrc === this.#sourceSsrc) this.#sequenceOffset--;
  }

  #change(source: number, sourceSsrc: number, sequence: number, timestamp: number, nowMs: number): void {
    const elapsed = this.#lastAtMs < 0 ? 0 : Math.round((nowMs - this.#lastAtMs) * this.clockKhz);
    this.#source = source;
    this.#sourceSsrc = sourceSsrc;
    this.#sequenceOffset = this.#sequence + 1 - sequence;
    this.#timestampOffset = this.#timestamp + Math.max(FRAME_MS * this.clockKhz, elapsed) - timestamp;
  }
}

import type { ReportBlock } from '../protocol/rtp/rtcp.ts';

/** Sequence jumps beyond this start a new source (RFC 3550 appendix A.1). */
const MAX_DROPOUT = 3000;

/** Counts what one peer's RTP stream brings: loss by sequence gaps and interarrival jitter (RFC 3550 A.1, A.3, A.8). */
export class RtpReception {
  packets = 0;
  bytes = 0;
  /** Monotonic ms of the last packet, 0 = none yet. */
  lastAtMs = 0;
  ssrc = -1;
  /** RTP timestamp units in a millisecond. */
  clockKhz = 8;
  #base = 0;
  #highest = 0;
  #cycles = 0;
  #receivedHere = 0;
  #lostBefore = 0;
  #transit = Number.NaN;
  #jitter = 0;
  #reportedExpected = 0;
  #reportedReceived = 0;

  /** Counts one packet; allocates nothing. */
  count(ssrc: number, sequence: number, timestamp: number, bytes: number, nowMs: number): void {
    this.packets++;
    this.bytes += bytes;
    this.lastAtMs = nowMs;
    const step = (sequence - this.#highest) & 0xffff;
    const late = (this.#highest - sequence) & 0xffff;
    if (ssrc !== this.ssrc || (step >= MAX_DROPOUT && late >= MAX_DROPOUT)) this.#restart(ssrc, sequence);
    else if (step < MAX_DROPOUT) {
      if (sequence < this.#highest) this.#cycles += 0x1_0000;
      this.#highest = sequence;
    }
    this.#receivedHere++;
    const transit = nowMs * this.clockKhz - timestamp;
    const change = Math.abs(transit - this.#transit);
    // A timestamp that wraps or jumps is no jitter.
    if (change < 10_000 * this.clockKhz) this.#jitter += (change - this.#jitter) / 16;
    this.#transit = transit;
  }

  /** Packets missing so far; late duplicates never make it negative. */
  get lost(): number {
    return this.#lostBefore + Math.max(0, this.#expectedHere() - this.#receivedHere);
  }

  get jitterMs(): number {
    return this.#jitter / this.clockKhz;
  }

  /** The block for the next RTCP report; null before the first packet. */
  report(): ReportBlock | null {
    if (this.ssrc < 0) return null;
    const expected = this.#expectedHere();
    const expectedNow = expected - this.#reportedExpected;
    const lostNow = expectedNow - (this.#receivedHere - this.#reportedReceived);
    this.#reportedExpected = expected;
    this.#reportedReceived = this.#receivedHere;
    return {
      ssrc: this.ssrc,
      fractionLost: expectedNow > 0 && lostNow > 0 ? Math.min(255, Math.floor((lostNow * 256) / expectedNow)) : 0,
      packetsLost: expected - this.#receivedHere,
      highestSequence: this.#cycles + this.#highest,
      jitter: Math.round(this.#jitter),
      lastSenderReport: 0,
      delaySinceLastSenderReport: 0,
    };
  }

  #expectedHere(): number {
    return this.ssrc < 0 ? 0 : this.#cycles + this.#highest - this.#base + 1;
  }

  #restart(ssrc: number, sequence: number): void {
    this.#lostBefore = this.lost;
    this.ssrc = ssrc;
    this.#base = sequence;
    this.#highest = sequence;
    this.#cycles = 0;
    this.#receivedHere = 0;
    this.#reportedExpected = 0;
    this.#reportedReceived = 0;
    this.#transit = Number.NaN;
  }
}

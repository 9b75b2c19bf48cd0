import { parseRtcp, serializeReport, type ReportBlock, type RtcpPart } from '../../protocol/rtp/rtcp.ts';
import type { RtpReception } from '../rtp-reception.ts';
import type { RtpSender } from '../rtp-sender.ts';

/** Reports of ours whose answers are still understood. */
const REMEMBERED = 4;
/** A round trip beyond this is a peer that counts wrong. */
const MAX_ROUND_TRIP_MS = 10_000;

/** Units of 1/65536 s. */
const TICKS_PER_MS = 65.536;

/** The RTCP of one stream: our reports, and what the peer's say about how it hears us (RFC 3550 section 6.4). */
export class RtcpSession {
  /** Latest round trip, ms; null = not known yet. */
  roundTripMs: number | null = null;
  /** Loss that the peer reported since its report before, percent. */
  remoteLossPercent: number | null = null;
  /** The peer said goodbye; it may speak again with another source. */
  goodbyes = 0;
  /** Our latest reports: middle 32 bits of their NTP time, and the monotonic ms at which they left. */
  #sent: { middle: number; atMs: number }[] = [];
  #theirs: { middle: number; atMs: number } | null = null;

  /** The next report, SR or RR with CNAME. @param clockRate RTP timestamp units a second */
  report(sender: RtpSender, received: RtpReception, clockRate: number, nowMs: number, wallMs: number): Buffer {
    const { newest } = sender;
    const bytes = serializeReport({
      ssrc: sender.ssrc,
      cname: `${sender.ssrc.toString(16)}@media`,
      wallMs,
      rtpTimestamp: newest.timestamp + (newest.atMs < 0 ? 0 : Math.round(((nowMs - newest.atMs) * clockRate) / 1000)),
      packetsSent: sender.packets,
      bytesSent: sender.bytes,
      block: this.#block(received, nowMs),
    });
    if (sender.packets > 0) {
      this.#sent.push({ middle: bytes.readUInt32BE(10), atMs: nowMs });
      if (this.#sent.length > REMEMBERED) this.#sent.shift();
    }
    return bytes;
  }

  /**
   * Takes a report of the peer. SDES, APP, XR and feedback are not looked into.
   * @param ssrc our own source
   * @throws RtpParseError
   */
  receive(packet: Buffer, ssrc: number, nowMs: number): void {
    for (const part of parseRtcp(packet)) this.#part(part, ssrc, nowMs);
  }

  #part(part: RtcpPart, ssrc: number, nowMs: number): void {
    if (part.type === 'goodbye') this.goodbyes++;
    if (part.type !== 'senderReport' && part.type !== 'receiverReport') return;
    if (part.type === 'senderReport') {
      const middle = (((part.ntpSeconds & 0xffff) << 16) | (part.ntpFraction >>> 16)) >>> 0;
      this.#theirs = { middle, atMs: nowMs };
    }
    const block = part.blocks.find((each) => each.ssrc === ssrc);
    if (block) this.#heard(block, nowMs);
  }

  #heard(block: ReportBlock, nowMs: number): void {
    this.remoteLossPercent = Math.round((block.fractionLost * 10_000) / 256) / 100;
    const sent = this.#sent.find(({ middle }) => middle === block.lastSenderReport);
    if (!sent) return;
    const roundTrip = nowMs - sent.atMs - block.delaySinceLastSenderReport / TICKS_PER_MS;
    // A little below zero is rounding; far below, or far above, is a peer that counts wrong.
    if (roundTrip > -5 && roundTrip < MAX_ROUND_TRIP_MS) this.roundTripMs = Math.max(0, Math.round(roundTrip * 10) / 10);
  }

  #block(received: RtpReception, nowMs: number): ReportBlock | null {
    const block = received.report();
    if (!block || !this.#theirs) return block;
    const { middle, atMs } = this.#theirs;
    return { ...block, lastSenderReport: middle, delaySinceLastSenderReport: Math.round((nowMs - atMs) * TICKS_PER_MS) };
  }
}

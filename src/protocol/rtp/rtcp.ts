import { RtpParseError } from './errors.ts';

/*
 * RTCP compound packet, RFC 3550 section 6: parts one after the other, each
 *
 *  +---+-+---------+---------------+-------------------------------+
 *  |V=2|P|  count  |  packet type  |  length in words, minus one   |
 *  +---+-+---------+---------------+-------------------------------+
 *  |  body: SR 200 = SSRC, NTP (8), RTP time, packets, bytes,      |
 *  |        then count report blocks of 24 bytes;                  |
 *  |        RR 201 = SSRC, then blocks; SDES 202; BYE 203; APP 204 |
 *  +---------------------------------------------------------------+
 */

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const SDES = 202;
const GOODBYE = 203;
const BLOCK_BYTES = 24;
/** Seconds between 1900 (NTP) and 1970 (Unix). */
const NTP_EPOCH_SECONDS = 2_208_988_800;

/** What a receiver says about one source, RFC 3550 section 6.4.1. */
export interface ReportBlock {
  ssrc: number;
  /** Share of packets lost since the last report, of 256. */
  fractionLost: number;
  /** Signed 24-bit. */
  packetsLost: number;
  highestSequence: number;
  /** Timestamp units. */
  jitter: number;
  lastSenderReport: number;
  /** 1/65536 s. */
  delaySinceLastSenderReport: number;
}

export type RtcpPart =
  | {
      type: 'senderReport';
      ssrc: number;
      ntpSeconds: number;
      ntpFraction: number;
      rtpTimestamp: number;
      packetsSent: number;
      bytesSent: number;
      blocks: ReportBlock[];
    }
  | { type: 'receiverReport'; ssrc: number; blocks: ReportBlock[] }
  | { type: 'goodbye'; ssrcs: number[] }
  /** SDES, APP and whatever else, not looked into. */
  | { type: 'other'; packetType: number; body: Buffer };

/**
 * Parses a compound packet.
 * @throws RtpParseError
 */
export function parseRtcp(packet: Buffer): RtcpPart[] {
  const parts: RtcpPart[] = [];
  let offset = 0;
  if (packet.length < 4) throw new RtpParseError(packet.length, 'short_rtcp');
  while (offset < packet.length) {
    if (packet.length - offset < 4) throw new RtpParseError(offset, 'short_rtcp');
    const first = packet.readUInt8(offset);
    if (first >> 6 !== 2) throw new RtpParseError(offset, 'wrong_version');
    const end = offset + 4 + packet.readUInt16BE(offset + 2) * 4;
    if (end > packet.length) throw new RtpParseError(offset + 2, 'short_rtcp');
    parts.push(parsePart(packet, offset + 4, end, first & 0x1f, packet.readUInt8(offset + 1)));
    offset = end;
  }
  return parts;
}

function parsePart(packet: Buffer, offset: number, end: number, count: number, packetType: number): RtcpPart {
  if (packetType === SENDER_REPORT) {
    if (end - offset < 24) throw new RtpParseError(offset, 'short_sender_report');
    return {
      type: 'senderReport',
      ssrc: packet.readUInt32BE(offset),
      ntpSeconds: packet.readUInt32BE(offset + 4),
      ntpFraction: packet.readUInt32BE(offset + 8),
      rtpTimestamp: packet.readUInt32BE(offset + 12),
      packetsSent: packet.readUInt32BE(offset + 16),
      bytesSent: packet.readUInt32BE(offset + 20),
      blocks: parseBlocks(packet, offset + 24, end, count),
    };
  }
  if (packetType === RECEIVER_REPORT) {
    if (end - offset < 4) throw new RtpParseError(offset, 'short_receiver_report');
    return {
      type: 'receiverReport',
      ssrc: packet.readUInt32BE(offset),
      blocks: parseBlocks(packet, offset + 4, end, count),
    };
  }
  if (packetType === GOODBYE) {
    if (end - offset < count * 4) throw new RtpParseError(offset, 'short_goodbye');
    return { type: 'goodbye', ssrcs: Array.from({ length: count }, (_, index) => packet.readUInt32BE(offset + index * 4)) };
  }
  return { type: 'other', packetType, body: packet.subarray(offset, end) };
}

function parseBlocks(packet: Buffer, offset: number, end: number, count: number): ReportBlock[] {
  if (end - offset < count * BLOCK_BYTES) throw new RtpParseError(offset, 'short_report_block');
  return Array.from({ length: count }, (_, index) => {
    const at = offset + index * BLOCK_BYTES;
    return {
      ssrc: packet.readUInt32BE(at),
      fractionLost: packet.readUInt8(at + 4),
      packetsLost: packet.readIntBE(at + 5, 3),
      highestSequence: packet.readUInt32BE(at + 8),
      jitter: packet.readUInt32BE(at + 12),
      lastSenderReport: packet.readUInt32BE(at + 16),
      delaySinceLastSenderReport: packet.readUInt32BE(at + 20),
    };
  });
}

/** What a periodic report says. */
export interface ReportInput {
  ssrc: number;
  cname: string;
  /** Wall clock, ms since the Unix epoch. */
  wallMs: number;
  /** RTP time that belongs to `wallMs`. */
  rtpTimestamp: number;
  packetsSent: number;
  /** Payload bytes. */
  bytesSent: number;
  /** Null = nothing received yet. */
  block: ReportBlock | null;
}

/** SR (RR when nothing was sent) followed by SDES with CNAME, as RFC 3550 section 6.1 asks. */
export function serializeReport(input: ReportInput): Buffer {
  const sender = input.packetsSent > 0;
  const blocks = input.block ? 1 : 0;
  const reportBytes = 8 + (sender ? 20 : 0) + blocks * BLOCK_BYTES;
  const cname = Buffer.from(input.cname, 'ascii').subarray(0, 255);
  // One zero byte at least ends the list of items, and the chunk is padded to whole words.
  const sdesBytes = 4 + Math.ceil((4 + 2 + cname.length + 1) / 4) * 4;
  const bytes = Buffer.alloc(reportBytes + sdesBytes);
  bytes[0] = 0x80 | blocks;
  bytes[1] = sender ? SENDER_REPORT : RECEIVER_REPORT;
  bytes.writeUInt16BE(reportBytes / 4 - 1, 2);
  bytes.writeUInt32BE(input.ssrc, 4);
  if (sender) writeSenderInfo(bytes, input);
  if (input.block) writeBlock(bytes, reportBytes - BLOCK_BYTES, input.block);
  bytes[reportBytes] = 0x81;
  bytes[reportBytes + 1] = SDES;
  bytes.writeUInt16BE(sdesBytes / 4 - 1, reportBytes + 2);
  bytes.writeUInt32BE(input.ssrc, reportBytes + 4);
  bytes[reportBytes + 8] = 1;
  bytes[reportBytes + 9] = cname.length;
  bytes.set(cname, reportBytes + 10);
  return bytes;
}

function writeSenderInfo(bytes: Buffer, input: ReportInput): void {
  bytes.writeUInt32BE(Math.floor(input.wallMs / 1000 + NTP_EPOCH_SECONDS) >>> 0, 8);
  bytes.writeUInt32BE(Math.floor(((input.wallMs % 1000) / 1000) * 2 ** 32) >>> 0, 12);
  bytes.writeUInt32BE(input.rtpTimestamp >>> 0, 16);
  bytes.writeUInt32BE(input.packetsSent >>> 0, 20);
  bytes.writeUInt32BE(input.bytesSent >>> 0, 24);
}

function writeBlock(bytes: Buffer, at: number, block: ReportBlock): void {
  bytes.writeUInt32BE(block.ssrc, at);
  bytes[at + 4] = block.fractionLost;
  bytes.writeIntBE(Math.max(-0x800000, Math.min(0x7fffff, block.packetsLost)), at + 5, 3);
  bytes.writeUInt32BE(block.highestSequence >>> 0, at + 8);
  bytes.writeUInt32BE(block.jitter >>> 0, at + 12);
  bytes.writeUInt32BE(block.lastSenderReport >>> 0, at + 16);
  bytes.writeUInt32BE(block.delaySinceLastSenderReport >>> 0, at + 20);
}

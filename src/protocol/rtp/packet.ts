import { RtpParseError } from './errors.ts';

/*
 * RTP packet, RFC 3550 section 5.1 and 5.3.1:
 *
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---+-+-+-------+-+-------------+-------------------------------+
 *  |V=2|P|X|  CC   |M|     PT      |        sequence number        |
 *  +---+-+-+-------+-+-------------+-------------------------------+
 *  |                           timestamp                           |
 *  +---------------------------------------------------------------+
 *  |                             SSRC                              |
 *  +---------------------------------------------------------------+
 *  |                     CSRC, CC times (0-15)                     |
 *  +-------------------------------+-------------------------------+  only when X = 1
 *  |      defined by profile       |   length in 32-bit words      |
 *  +-------------------------------+-------------------------------+
 *  |                       header extension                        |
 *  +---------------------------------------------------------------+
 *  |       payload ...              | padding, its last byte = its |
 *  |                                | own length (only when P = 1) |
 *  +---------------------------------------------------------------+
 */

/** Bytes of a header without CSRCs and extension. */
export const RTP_HEADER_BYTES = 12;

/** Where things are in a received packet. One object can be filled again for every packet, so that the hot path allocates nothing. */
export interface RtpHeader {
  marker: boolean;
  payloadType: number;
  sequence: number;
  timestamp: number;
  ssrc: number;
  payloadOffset: number;
  /** Bytes of payload without padding. */
  payloadLength: number;
}

/** A header to be filled by `readRtpHeader`. */
export const emptyRtpHeader = (): RtpHeader => ({
  marker: false,
  payloadType: 0,
  sequence: 0,
  timestamp: 0,
  ssrc: 0,
  payloadOffset: 0,
  payloadLength: 0,
});

/** A whole packet with everything it carries. */
export interface RtpPacket {
  marker: boolean;
  payloadType: number;
  sequence: number;
  timestamp: number;
  ssrc: number;
  csrcs: readonly number[];
  /** RFC 3550 section 5.3.1; `data` is a multiple of 4 bytes. */
  extension: { profile: number; data: Buffer } | null;
  payload: Buffer;
  /** Bytes of padding, 0 = none. */
  padding: number;
}

/**
 * Reads the header of an RTP packet into `into`, without copying.
 * @throws RtpParseError
 */
export function readRtpHeader(packet: Buffer, into: RtpHeader): void {
  const size = packet.length;
  if (size < RTP_HEADER_BYTES) throw new RtpParseError(size, 'short_header');
  const first = packet.readUInt8(0);
  if (first >> 6 !== 2) throw new RtpParseError(0, 'wrong_version');
  const second = packet.readUInt8(1);
  let offset = RTP_HEADER_BYTES + (first & 0x0f) * 4;
  if (size < offset) throw new RtpParseError(size, 'short_csrc');
  if (first & 0x10) {
    if (size < offset + 4) throw new RtpParseError(size, 'short_extension');
    offset += 4 + packet.readUInt16BE(offset + 2) * 4;
    if (size < offset) throw new RtpParseError(size, 'short_extension');
  }
  let length = size - offset;
  if (first & 0x20) {
    if (length < 1) throw new RtpParseError(size, 'short_padding');
    const padding = packet.readUInt8(size - 1);
    if (padding === 0 || padding > length) throw new RtpParseError(size - 1, 'wrong_padding');
    length -= padding;
  }
  into.marker = (second & 0x80) !== 0;
  into.payloadType = second & 0x7f;
  into.sequence = packet.readUInt16BE(2);
  into.timestamp = packet.readUInt32BE(4);
  into.ssrc = packet.readUInt32BE(8);
  into.payloadOffset = offset;
  into.payloadLength = length;
}

/**
 * Parses a whole packet; payload and extension are views into `packet`.
 * @throws RtpParseError
 */
export function parseRtp(packet: Buffer): RtpPacket {
  const header = emptyRtpHeader();
  readRtpHeader(packet, header);
  const first = packet.readUInt8(0);
  const csrcs: number[] = [];
  for (let index = 0; index < (first & 0x0f); index++) csrcs.push(packet.readUInt32BE(RTP_HEADER_BYTES + index * 4));
  const extensionAt = RTP_HEADER_BYTES + csrcs.length * 4;
  const payloadEnd = header.payloadOffset + header.payloadLength;
  return {
    marker: header.marker,
    payloadType: header.payloadType,
    sequence: header.sequence,
    timestamp: header.timestamp,
    ssrc: header.ssrc,
    csrcs,
    extension:
      first & 0x10
        ? { profile: packet.readUInt16BE(extensionAt), data: packet.subarray(extensionAt + 4, header.payloadOffset) }
        : null,
    payload: packet.subarray(header.payloadOffset, payloadEnd),
    padding: packet.length - payloadEnd,
  };
}

/**
 * Writes the twelve fixed bytes (no CSRC, no extension, no padding) at `offset`. In front of a received payload this turns
 * the packet into ours without moving the payload.
 */
export function writeRtpHeader(
  into: Buffer,
  offset: number,
  marker: boolean,
  payloadType: number,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  into[offset] = 0x80;
  into[offset + 1] = (marker ? 0x80 : 0) | payloadType;
  into.writeUInt16BE(sequence, offset + 2);
  into.writeUInt32BE(timestamp, offset + 4);
  into.writeUInt32BE(ssrc, offset + 8);
}

/** The bytes of a packet; the inverse of `parseRtp` up to the values of padding bytes. */
export function serializeRtp(packet: RtpPacket): Buffer {
  const extensionBytes = packet.extension ? 4 + packet.extension.data.length : 0;
  const payloadAt = RTP_HEADER_BYTES + packet.csrcs.length * 4 + extensionBytes;
  const bytes = Buffer.alloc(payloadAt + packet.payload.length + packet.padding);
  writeRtpHeader(bytes, 0, packet.marker, packet.payloadType, packet.sequence, packet.timestamp, packet.ssrc);
  bytes[0] = 0x80 | (packet.padding ? 0x20 : 0) | (packet.extension ? 0x10 : 0) | packet.csrcs.length;
  packet.csrcs.forEach((csrc, index) => bytes.writeUInt32BE(csrc, RTP_HEADER_BYTES + index * 4));
  if (packet.extension) {
    const at = RTP_HEADER_BYTES + packet.csrcs.length * 4;
    bytes.writeUInt16BE(packet.extension.profile, at);
    bytes.writeUInt16BE(packet.extension.data.length / 4, at + 2);
    bytes.set(packet.extension.data, at + 4);
  }
  bytes.set(packet.payload, payloadAt);
  if (packet.padding) bytes[bytes.length - 1] = packet.padding;
  return bytes;
}

/**
 * True for an RTCP packet that came on an RTP port: payload types 64 to 95 cannot be told from RTCP's 192 to 223 and are
 * not used for RTP (RFC 5761 section 4).
 */
export function looksLikeRtcp(packet: Buffer): boolean {
  const second = packet.length > 1 ? packet.readUInt8(1) : 0;
  return second >= 192 && second <= 223;
}

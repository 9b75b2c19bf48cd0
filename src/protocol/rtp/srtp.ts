import { CounterModeCipher, GcmCipher, type PacketCipher, SRTP_MAX_BYTES } from './srtp-cipher.ts';
import { NO_INDEX, PacketIndexes } from './srtp-index.ts';
import { deriveSessionKeys, SRTP_SIZES, type SrtpProfile, type SrtpSizes } from './srtp-profile.ts';

/*
 * Secure RTP, RFC 3711 and RFC 7714:
 *
 *  SRTP   header, CSRCs, extension | encrypted payload | tag
 *  SRTCP  first 8 bytes | encrypted rest | tag, E flag and 31-bit index      (AEAD)
 *         first 8 bytes | encrypted rest | E flag and 31-bit index, tag      (HMAC)
 */

/** Sources of one peer whose numbering is remembered; forgetting one would let its old packets be played again. */
const MAX_SOURCES = 64;
const RTCP_CLEAR_BYTES = 8;
const INDEX_BYTES = 4;
const NOTHING = Buffer.alloc(0);

/** Bytes a protected packet may be longer than the plain one. */
export const SRTP_OVERHEAD_BYTES = 16 + INDEX_BYTES;

/** Bytes of an RTP header with CSRCs and extension; -1 = no RTP, or cut off. The padding of SRTP cannot be looked at. */
function headerBytes(packet: Buffer, length: number): number {
  if (length < 12) return -1;
  const first = packet.readUInt8(0);
  if (first >> 6 !== 2) return -1;
  let bytes = 12 + (first & 0x0f) * 4;
  if (first & 0x10) {
    if (length < bytes + 4) return -1;
    bytes += 4 + packet.readUInt16BE(bytes + 2) * 4;
  }
  return bytes <= length ? bytes : -1;
}

/** What both directions hold. */
class Direction {
  readonly sizes: SrtpSizes;
  readonly rtp: PacketCipher;
  readonly rtcp: PacketCipher;
  readonly isAead: boolean;
  /** The roll-over counter (RTP) or flag and index (RTCP) of the packet at hand. */
  readonly trailer = Buffer.alloc(INDEX_BYTES);

  constructor(profile: SrtpProfile, master: Buffer) {
    const keys = deriveSessionKeys(profile, master);
    this.sizes = SRTP_SIZES[profile];
    this.isAead = profile === 'AEAD_AES_128_GCM';
    this.rtp = this.isAead ? new GcmCipher(keys.rtp, false) : new CounterModeCipher(keys.rtp, this.sizes.rtpTag);
    this.rtcp = this.isAead ? new GcmCipher(keys.rtcp, true) : new CounterModeCipher(keys.rtcp, this.sizes.rtcpTag);
  }

  /** What the RTP tag covers behind the packet. */
  rollover(roc: number): Buffer {
    if (this.isAead) return NOTHING;
    this.trailer.writeUInt32BE(roc, 0);
    return this.trailer;
  }
}

/** Protects what we send. The roll-over counter lives here: keep the object as long as the key. */
export class SrtpSender {
  readonly #direction: Direction;
  readonly #sources = new Map<number, PacketIndexes>();
  #rtcpIndex = 0;

  /** @param master key and salt. @throws RangeError when their length is wrong */
  constructor(profile: SrtpProfile, master: Buffer) {
    this.#direction = new Direction(profile, master);
  }

  /**
   * Protects an RTP packet.
   * @param into gets the result from byte 0; `SRTP_OVERHEAD_BYTES` longer than the packet at least
   * @returns its length; 0 = not a packet that can be sent
   */
  rtp(packet: Buffer, offset: number, length: number, into: Buffer): number {
    const { sizes, rtp } = this.#direction;
    if (length + sizes.rtpTag > into.length || length > SRTP_MAX_BYTES) return 0;
    packet.copy(into, 0, offset, offset + length);
    const clear = headerBytes(into, length);
    if (clear < 0) return 0;
    const sequence = into.readUInt16BE(2);
    const ssrc = into.readUInt32BE(8);
    const indexes = sourceOf(this.#sources, ssrc);
    const index = indexes?.guess(sequence) ?? NO_INDEX;
    // A packet sent twice would encrypt two texts with one key stream.
    if (!indexes || index === NO_INDEX || indexes.isReplay(index)) return 0;
    indexes.take(index);
    this.#sources.set(ssrc, indexes);
    const roc = Math.floor(index / 0x1_0000);
    rtp.seal(into, clear, length, ssrc, roc, sequence, this.#direction.rollover(roc), length);
    return length + sizes.rtpTag;
  }

  /** Protects a compound RTCP packet. @returns a new buffer */
  rtcp(packet: Buffer): Buffer {
    const { sizes, rtcp, isAead, trailer } = this.#direction;
    const { length } = packet;
    const index = (this.#rtcpIndex = (this.#rtcpIndex + 1) % 0x8000_0000);
    const out = Buffer.alloc(length + sizes.rtcpTag + INDEX_BYTES);
    packet.copy(out);
    trailer.writeUInt32BE((0x8000_0000 | index) >>> 0, 0);
    const tagAt = isAead ? length : length + INDEX_BYTES;
    trailer.copy(out, isAead ? length + sizes.rtcpTag : length);
    rtcp.seal(out, RTCP_CLEAR_BYTES, length, packet.readUInt32BE(4), index >>> 16, index & 0xffff, trailer, tagAt);
    return out;
  }
}

/** Opens what a peer sends: authentic, and each packet once. */
export class SrtpReceiver {
  /** Packets refused: forged, repeated or no SRTP. */
  refused = 0;
  readonly #direction: Direction;
  readonly #rtpSources = new Map<number, PacketIndexes>();
  readonly #rtcpSources = new Map<number, PacketIndexes>();

  /** @param master key and salt. @throws RangeError when their length is wrong */
  constructor(profile: SrtpProfile, master: Buffer) {
    this.#direction = new Direction(profile, master);
  }

  /** Opens an RTP packet in place. @returns the plain packet, a view; null = refused */
  rtp(packet: Buffer): Buffer | null {
    const { sizes, rtp } = this.#direction;
    const length = packet.length - sizes.rtpTag;
    const clear = headerBytes(packet, length);
    if (clear < 0 || packet.length > SRTP_MAX_BYTES) return this.#refuse();
    const sequence = packet.readUInt16BE(2);
    const ssrc = packet.readUInt32BE(8);
    const indexes = sourceOf(this.#rtpSources, ssrc);
    const index = indexes?.guess(sequence) ?? NO_INDEX;
    if (!indexes || index === NO_INDEX || indexes.isReplay(index)) return this.#refuse();
    const roc = Math.floor(index / 0x1_0000);
    if (!rtp.open(packet, clear, length, ssrc, roc, sequence, this.#direction.rollover(roc), length)) return this.#refuse();
    indexes.take(index);
    this.#rtpSources.set(ssrc, indexes);
    return packet.subarray(0, length);
  }

  /** Opens a compound RTCP packet in place; one that is not encrypted is refused. @returns a view; null = refused */
  rtcp(packet: Buffer): Buffer | null {
    const { sizes, rtcp, isAead, trailer } = this.#direction;
    const length = packet.length - sizes.rtcpTag - INDEX_BYTES;
    if (length < RTCP_CLEAR_BYTES || packet.length > SRTP_MAX_BYTES || packet.readUInt8(0) >> 6 !== 2) return this.#refuse();
    const word = packet.readUInt32BE(isAead ? length + sizes.rtcpTag : length);
    if (word < 0x8000_0000) return this.#refuse();
    const index = word - 0x8000_0000;
    const ssrc = packet.readUInt32BE(4);
    const indexes = sourceOf(this.#rtcpSources, ssrc);
    if (!indexes || indexes.isReplay(index)) return this.#refuse();
    trailer.writeUInt32BE(word, 0);
    const tagAt = isAead ? length : length + INDEX_BYTES;
    if (!rtcp.open(packet, RTCP_CLEAR_BYTES, length, ssrc, index >>> 16, index & 0xffff, trailer, tagAt)) return this.#refuse();
    indexes.take(index);
    this.#rtcpSources.set(ssrc, indexes);
    return packet.subarray(0, length);
  }

  #refuse(): null {
    this.refused++;
    return null;
  }
}

/** A new source is remembered by the caller once a packet of it was authentic; null = too many. */
function sourceOf(sources: Map<number, PacketIndexes>, ssrc: number): PacketIndexes | null {
  return sources.get(ssrc) ?? (sources.size < MAX_SOURCES ? new PacketIndexes() : null);
}

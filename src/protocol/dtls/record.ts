/**
 * Records of DTLS (RFC 6347 section 4.1):
 *
 *  type | version (2) | epoch (2) | sequence number (6) | length (2) | fragment
 */
import { CONTENT, DTLS_1_2 } from './numbers.ts';

export const RECORD_HEADER_BYTES = 13;
/** RFC 5246 section 6.2.3: 2^14 and what protection adds. */
const MOST_FRAGMENT_BYTES = 16_384 + 256;

export interface DtlsRecord {
  type: number;
  epoch: number;
  /** 48 bits. */
  sequence: number;
  /** Protected from epoch 1 on. */
  fragment: Buffer;
}

/** True when the first byte is one of DTLS's (RFC 7983). */
export const looksLikeDtls = (packet: Buffer): boolean => packet.length >= RECORD_HEADER_BYTES && packet.readUInt8(0) >= 20 && packet.readUInt8(0) < 64;

/** The records of a datagram. What is cut short, of another version or no record ends the list: it is dropped silently (section 4.1.2.7). */
export function readRecords(datagram: Buffer): DtlsRecord[] {
  const records: DtlsRecord[] = [];
  for (let at = 0; datagram.length - at >= RECORD_HEADER_BYTES; ) {
    const type = datagram.readUInt8(at);
    const length = datagram.readUInt16BE(at + 11);
    const end = at + RECORD_HEADER_BYTES + length;
    const isKnown = type >= CONTENT.changeCipherSpec && type <= CONTENT.applicationData && datagram.readUInt8(at + 1) === DTLS_1_2 >> 8;
    if (!isKnown || length === 0 || length > MOST_FRAGMENT_BYTES || end > datagram.length) break;
    records.push({ type, epoch: datagram.readUInt16BE(at + 3), sequence: datagram.readUIntBE(at + 5, 6), fragment: datagram.subarray(at + RECORD_HEADER_BYTES, end) });
    at = end;
  }
  return records;
}

export function serializeRecord({ type, epoch, sequence, fragment }: DtlsRecord): Buffer {
  const bytes = Buffer.alloc(RECORD_HEADER_BYTES + fragment.length);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt16BE(DTLS_1_2, 1);
  bytes.writeUInt16BE(epoch, 3);
  bytes.writeUIntBE(sequence, 5, 6);
  bytes.writeUInt16BE(fragment.length, 11);
  fragment.copy(bytes, RECORD_HEADER_BYTES);
  return bytes;
}

/**
 * STUN messages (RFC 8489 section 5), as far as ICE needs them:
 *
 *  0b00, class and method | length | magic cookie 0x2112A442 | transaction id (12) | attributes, each padded to 4 bytes
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ByteReader } from '../byte-reader.ts';
import { addressBytes, type TransportAddress } from './address.ts';
import { StunParseError } from './errors.ts';

export type StunClass = 'request' | 'indication' | 'success' | 'error';

/** The one method of ICE. */
export const BINDING = 1;

/** Attribute types (RFC 8489 section 18.3, RFC 8445 section 16.1). */
export const ATTRIBUTE = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
  iceControlled: 0x8029,
  iceControlling: 0x802a,
} as const;

export interface StunMessage {
  class: StunClass;
  /** 12 bits. */
  method: number;
  /** 12 bytes. */
  transactionId: Buffer;
  /** In their order, without MESSAGE-INTEGRITY, what stands behind it, and FINGERPRINT. */
  attributes: readonly StunAttribute[];
}

export interface StunAttribute {
  type: number;
  value: Buffer;
}

/** A message as it came, with what is needed to check it. */
export interface ReceivedStun extends StunMessage {
  bytes: Buffer;
  /** Where MESSAGE-INTEGRITY begins; -1 = absent. */
  integrityAt: number;
  /** Where FINGERPRINT begins; -1 = absent. It is right when it is there: a message with a wrong one is none. */
  fingerprintAt: number;
}

export const STUN_LIMITS = { attributes: 40, bytes: 1500 } as const;

const COOKIE = 0x2112a442;
const HEADER_BYTES = 20;
const INTEGRITY_BYTES = 20;
const ATTRIBUTE_HEADER = 4;
/** RFC 8489 section 14.7. */
const FINGERPRINT_XOR = 0x5354554e;
const CLASSES: readonly StunClass[] = ['request', 'indication', 'success', 'error'];

/** True when the first byte is one of STUN's (RFC 7983). */
export const looksLikeStun = (packet: Buffer): boolean => packet.length >= HEADER_BYTES && packet.readUInt8(0) < 4;

/** @throws StunParseError */
export function parseStun(bytes: Buffer): ReceivedStun {
  const reader = new ByteReader(bytes, (offset, reason) => new StunParseError(offset, reason));
  const type = reader.u16();
  const length = reader.u16();
  if (type > 0x3fff || reader.u32() !== COOKIE) reader.fail('no STUN');
  if (length % 4 !== 0 || length !== bytes.length - HEADER_BYTES || bytes.length > STUN_LIMITS.bytes) reader.fail('wrong length');
  const transactionId = reader.take(12);
  const attributes: StunAttribute[] = [];
  let [integrityAt, fingerprintAt] = [-1, -1];
  for (let count = 0; reader.left > 0; count++) {
    const at = reader.offset;
    if (fingerprintAt >= 0 || count >= STUN_LIMITS.attributes) reader.fail('too many attributes');
    const attribute = readAttribute(reader);
    if (attribute.type === ATTRIBUTE.fingerprint) fingerprintAt = at;
    // What follows MESSAGE-INTEGRITY is not covered by it, and is ignored (section 14.5).
    else if (attribute.type === ATTRIBUTE.messageIntegrity && integrityAt < 0) integrityAt = at;
    else if (integrityAt < 0) attributes.push(attribute);
  }
  if (fingerprintAt >= 0 && !isFingerprintRight(bytes, fingerprintAt)) throw new StunParseError(fingerprintAt, 'wrong fingerprint');
  const kind = CLASSES[((type >> 7) & 2) | ((type >> 4) & 1)] ?? 'request';
  const method = (type & 0xf) | ((type >> 1) & 0x70) | ((type >> 2) & 0xf80);
  return { class: kind, method, transactionId, attributes, bytes, integrityAt, fingerprintAt };
}

function readAttribute(reader: ByteReader): StunAttribute {
  const type = reader.u16();
  const value = reader.vector(2);
  reader.take(-value.length & 3);
  return { type, value };
}

/** The value of the first attribute of a type. */
export const attributeOf = (message: StunMessage, type: number): Buffer | undefined => message.attributes.find((each) => each.type === type)?.value;

function isFingerprintRight(bytes: Buffer, at: number): boolean {
  if (at + ATTRIBUTE_HEADER + 4 !== bytes.length) return false;
  return bytes.readUInt32BE(at + ATTRIBUTE_HEADER) === fingerprintOf(bytes.subarray(0, at));
}

const fingerprintOf = (before: Buffer): number => (crc32(before) ^ FINGERPRINT_XOR) >>> 0;

/** True when MESSAGE-INTEGRITY is there and was made with this password (short-term, section 9.1). */
export function isAuthentic(message: ReceivedStun, password: string): boolean {
  const { bytes, integrityAt } = message;
  const valueAt = integrityAt + ATTRIBUTE_HEADER;
  if (integrityAt < 0 || bytes.readUInt16BE(integrityAt + 2) !== INTEGRITY_BYTES) return false;
  const covered = Buffer.from(bytes.subarray(0, integrityAt));
  covered.writeUInt16BE(valueAt + INTEGRITY_BYTES - HEADER_BYTES, 2);
  return timingSafeEqual(integrityOf(covered, password), bytes.subarray(valueAt, valueAt + INTEGRITY_BYTES));
}

const integrityOf = (covered: Buffer, password: string): Buffer => createHmac('sha1', password).update(covered).digest();

/**
 * Writes a message.
 * @param password MESSAGE-INTEGRITY is made with it; null = none
 * @param isMarked with FINGERPRINT
 */
export function serializeStun(message: StunMessage, password: string | null, isMarked = true): Buffer {
  const parts = [Buffer.alloc(HEADER_BYTES), ...message.attributes.map(({ type, value }) => attributeBytes(type, value))];
  const kind = CLASSES.indexOf(message.class);
  const { method } = message;
  const [header] = parts as [Buffer];
  header.writeUInt16BE((method & 0xf) | ((method & 0x70) << 1) | ((method & 0xf80) << 2) | ((kind & 1) << 4) | ((kind & 2) << 7), 0);
  header.writeUInt32BE(COOKIE, 4);
  message.transactionId.copy(header, 8);
  let bytes = Buffer.concat(parts);
  bytes.writeUInt16BE(bytes.length - HEADER_BYTES, 2);
  // The length covers the attribute that is being made (sections 14.5 and 14.7).
  if (password !== null) {
    bytes.writeUInt16BE(bytes.length - HEADER_BYTES + ATTRIBUTE_HEADER + INTEGRITY_BYTES, 2);
    bytes = Buffer.concat([bytes, attributeBytes(ATTRIBUTE.messageIntegrity, integrityOf(bytes, password))]);
  }
  if (!isMarked) return bytes;
  bytes.writeUInt16BE(bytes.length - HEADER_BYTES + ATTRIBUTE_HEADER + 4, 2);
  const fingerprint = Buffer.alloc(4);
  fingerprint.writeUInt32BE(fingerprintOf(bytes));
  return Buffer.concat([bytes, attributeBytes(ATTRIBUTE.fingerprint, fingerprint)]);
}

function attributeBytes(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(ATTRIBUTE_HEADER + value.length + (-value.length & 3));
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, ATTRIBUTE_HEADER);
  return bytes;
}

/** XOR-MAPPED-ADDRESS (section 14.2). @throws RangeError for a host that is no address */
export function xorMappedAddress(address: TransportAddress, transactionId: Buffer): StunAttribute {
  const bytes = addressBytes(address.host);
  if (!bytes) throw new RangeError('no address');
  const mask = Buffer.alloc(16);
  mask.writeUInt32BE(COOKIE, 0);
  transactionId.copy(mask, 4);
  const value = Buffer.alloc(4 + bytes.length);
  value.writeUInt8(bytes.length === 4 ? 1 : 2, 1);
  value.writeUInt16BE(address.port ^ (COOKIE >>> 16), 2);
  bytes.forEach((byte, index) => value.writeUInt8(byte ^ mask.readUInt8(index), 4 + index));
  return { type: ATTRIBUTE.xorMappedAddress, value };
}

/** ERROR-CODE (section 14.8). */
export function errorCode(code: number, reason: string): StunAttribute {
  return { type: ATTRIBUTE.errorCode, value: Buffer.concat([Buffer.from([0, 0, Math.floor(code / 100), code % 100]), Buffer.from(reason)]) };
}

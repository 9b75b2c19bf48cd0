/** STUN as keep-alive on the SIP port (RFC 5626 section 4.4.2): a phone behind NAT asks which address it has. Pure. */
import { isIP } from 'node:net';

const HEADER_BYTES = 20;
const COOKIE = 0x2112_a442;
const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const XOR_MAPPED_ADDRESS = 0x0020;

/** A SIP message begins with a letter, STUN with two zero bits. */
export function isBindingRequest(bytes: Buffer): boolean {
  if (bytes.length < HEADER_BYTES || bytes[0] !== 0) return false;
  const bodyBytes = bytes.readUInt16BE(2);
  return bytes.readUInt16BE(0) === BINDING_REQUEST && bytes.readUInt32BE(4) === COOKIE && HEADER_BYTES + bodyBytes === bytes.length;
}

/**
 * The answer, with the address that the request came from (RFC 8489 section 14.2).
 * @param request as `isBindingRequest` takes it
 */
export function bindingResponse(request: Buffer, host: string, port: number): Buffer {
  const address = addressBytes(host);
  const response = Buffer.alloc(HEADER_BYTES + 8 + address.length);
  response.writeUInt16BE(BINDING_SUCCESS, 0);
  response.writeUInt16BE(8 + address.length, 2);
  request.copy(response, 4, 4, HEADER_BYTES);
  response.writeUInt16BE(XOR_MAPPED_ADDRESS, HEADER_BYTES);
  response.writeUInt16BE(4 + address.length, HEADER_BYTES + 2);
  response.writeUInt8(address.length === 4 ? 1 : 2, HEADER_BYTES + 5);
  response.writeUInt16BE(port ^ (COOKIE >>> 16), HEADER_BYTES + 6);
  // The mask is the cookie followed by the transaction id, which is what bytes 4 to 19 hold.
  for (const [index, byte] of address.entries()) response.writeUInt8(byte ^ request.readUInt8(4 + index), HEADER_BYTES + 8 + index);
  return response;
}

/** An IP address as it is on the wire: 4 or 16 bytes. */
export function addressBytes(host: string): Buffer {
  if (isIP(host) === 4) return Buffer.from(host.split('.').map(Number));
  const [bare = ''] = host.split('%');
  const [left = '', right] = bare.split('::');
  const head = groups(left);
  const tail = right === undefined ? [] : groups(right);
  const all = right === undefined ? head : [...head, ...Array<number>(Math.max(0, 8 - head.length - tail.length)).fill(0), ...tail];
  const bytes = Buffer.alloc(16);
  for (const [index, group] of all.slice(0, 8).entries()) bytes.writeUInt16BE(group, index * 2);
  return bytes;
}

const groups = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16) & 0xffff));

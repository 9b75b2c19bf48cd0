/**
 * The bytes of the latest messages, one after the other in one block that is written round and round. A message is no object
 * here: thousands of them that live for half a minute would be moved and marked by the garbage collector over and over.
 *
 *     record: length u32 | at f64 | flags u8 (bit 7 = sent, rest = transport) | port u16 | length of host u8 | host | message
 */
import type { Transport } from './transport.ts';

/** One message with where it went or came from. */
export interface TraceRecord {
  /** Wall clock, ms since the epoch. */
  at: number;
  /** Seen from us. */
  direction: 'in' | 'out';
  transport: Transport;
  host: string;
  port: number;
  bytes: Buffer;
}

const TRANSPORTS: readonly Transport[] = ['udp', 'tcp', 'tls', 'ws', 'wss'];
const SENT = 0x80;
/** Before the host. */
const HEAD = 16;
const MAX_HOST = 255;

export class TraceRing {
  readonly #block: Buffer;
  /** Bytes written since the beginning, those left free at the end of the block included. */
  #written = 0;

  /** @param size bytes; memory is taken as they are written for the first time */
  constructor(size: number) {
    this.#block = Buffer.allocUnsafeSlow(size);
  }

  /** Keeps a message over the oldest ones. @returns its place for `read`; null = it is larger than the block */
  write({ at, direction, transport, host, port, bytes }: TraceRecord): number | null {
    const block = this.#block;
    const hostLength = Math.min(host.length, MAX_HOST);
    const length = HEAD + hostLength + bytes.length;
    if (length > block.length) return null;
    let begin = this.#written % block.length;
    if (begin + length > block.length) {
      this.#written += block.length - begin;
      begin = 0;
    }
    const place = this.#written;
    block.writeUInt32LE(length, begin);
    block.writeDoubleLE(at, begin + 4);
    block[begin + 12] = TRANSPORTS.indexOf(transport) | (direction === 'out' ? SENT : 0);
    block.writeUInt16LE(port, begin + 13);
    block[begin + 15] = hostLength;
    block.write(host, begin + HEAD, hostLength, 'latin1');
    block.set(bytes, begin + HEAD + hostLength);
    this.#written += length;
    return place;
  }

  /** A copy of the message at a place; null = others have been written over it. */
  read(place: number): TraceRecord | null {
    const block = this.#block;
    if (place < this.#written - block.length) return null;
    const begin = place % block.length;
    const flags = block[begin + 12] ?? 0;
    const hostEnd = begin + HEAD + (block[begin + 15] ?? 0);
    return {
      at: block.readDoubleLE(begin + 4),
      direction: (flags & SENT) === 0 ? 'in' : 'out',
      transport: TRANSPORTS[flags & ~SENT] ?? 'udp',
      host: block.toString('latin1', begin + HEAD, hostEnd),
      port: block.readUInt16LE(begin + 13),
      bytes: Buffer.from(block.subarray(hostEnd, begin + block.readUInt32LE(begin))),
    };
  }
}

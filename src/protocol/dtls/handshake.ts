/**
 * Handshake messages (RFC 6347 section 4.2.2), whole and in fragments:
 *
 *  type | length (3) | message_seq (2) | fragment_offset (3) | fragment_length (3) | fragment
 */
import { ByteReader } from '../byte-reader.ts';
import { ALERT, DtlsError } from './errors.ts';

export const HANDSHAKE_HEADER_BYTES = 12;
/** Longest message: a chain of large RSA certificates fits. */
const MOST_MESSAGE_BYTES = 16_384;
/** Messages ahead of the one that is due that are kept. */
const MOST_AHEAD = 8;
/** Bytes of all unfinished messages together. */
const MOST_KEPT_BYTES = 32_768;

export interface HandshakeMessage {
  type: number;
  /** `message_seq`. */
  sequence: number;
  body: Buffer;
}

export interface HandshakeFragment {
  type: number;
  length: number;
  sequence: number;
  offset: number;
  bytes: Buffer;
  /** Of the record it came in. */
  epoch: number;
}

/** A message that is not whole yet. */
interface Partial {
  type: number;
  epoch: number;
  body: Buffer;
  /** What is there, as ranges that do not touch, in order. */
  ranges: readonly (readonly [number, number])[];
}

/** Messages by `message_seq` that wait for their rest or for their turn. */
export type Reassembly = ReadonlyMap<number, Partial>;

/** Makes the error for a message that cannot be read. */
export const decodeError = (_offset: number, reason: string): DtlsError => new DtlsError(ALERT.decodeError, reason);

/** The fragments of a record. @throws DtlsError `decode_error` */
export function readFragments(record: Buffer, epoch: number): HandshakeFragment[] {
  const reader = new ByteReader(record, decodeError);
  const fragments: HandshakeFragment[] = [];
  while (reader.left > 0) {
    const [type, length, sequence, offset] = [reader.u8(), reader.u24(), reader.u16(), reader.u24()];
    const bytes = reader.vector(3);
    if (length > MOST_MESSAGE_BYTES || offset + bytes.length > length) reader.fail('bad fragment');
    fragments.push({ type, length, sequence, offset, bytes, epoch });
  }
  return fragments;
}

/** The message as one fragment: what the hash of the handshake is made of (section 4.2.6). */
export const serializeMessage = (message: HandshakeMessage): Buffer => serializeFragment(message, 0, message.body.length);

export function serializeFragment({ type, sequence, body }: HandshakeMessage, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(HANDSHAKE_HEADER_BYTES + length);
  bytes.writeUInt8(type, 0);
  bytes.writeUIntBE(body.length, 1, 3);
  bytes.writeUInt16BE(sequence, 4);
  bytes.writeUIntBE(offset, 6, 3);
  bytes.writeUIntBE(length, 9, 3);
  body.copy(bytes, HANDSHAKE_HEADER_BYTES, offset, offset + length);
  return bytes;
}

/** Adds a fragment. What contradicts the fragments before, or is too much, is dropped. @param due `message_seq` of the next message */
export function addFragment(kept: Reassembly, due: number, fragment: HandshakeFragment): Reassembly {
  const { type, length, sequence, offset, bytes, epoch } = fragment;
  if (sequence < due || sequence >= due + MOST_AHEAD) return kept;
  const known = kept.get(sequence);
  if (known && (known.type !== type || known.body.length !== length || known.epoch !== epoch)) return kept;
  const total = [...kept.values()].reduce((sum, { body }) => sum + body.length, known ? 0 : length);
  if (total > MOST_KEPT_BYTES) return kept;
  const body = known ? Buffer.from(known.body) : Buffer.alloc(length);
  bytes.copy(body, offset);
  return new Map(kept).set(sequence, { type, epoch, body, ranges: join(known?.ranges ?? [], offset, offset + bytes.length) });
}

function join(ranges: Partial['ranges'], from: number, to: number): Partial['ranges'] {
  const joined: [number, number][] = [];
  for (const [start, end] of [...ranges, [from, to] as const].toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

/** The message that is due, when it is whole, with the epoch it came in. */
export function takeMessage(kept: Reassembly, due: number): { message: HandshakeMessage; epoch: number; rest: Reassembly } | null {
  const found = kept.get(due);
  if (!found) return null;
  const [range] = found.ranges;
  const isWhole = found.ranges.length === 1 && range?.[0] === 0 && range[1] === found.body.length;
  if (!isWhole) return null;
  const rest = new Map(kept);
  rest.delete(due);
  return { message: { type: found.type, sequence: due, body: found.body }, epoch: found.epoch, rest };
}

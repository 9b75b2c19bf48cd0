/** Flights as datagrams (RFC 6347 sections 4.1.1 and 4.2.3): messages cut to fit, several records in one datagram. */
import { HANDSHAKE_HEADER_BYTES, type HandshakeMessage, serializeFragment } from './handshake.ts';
import { CONTENT } from './numbers.ts';
import { RECORD_HEADER_BYTES, serializeRecord } from './record.ts';
import { PROTECTION_BYTES, sealRecord, type WriteKeys } from './record-cipher.ts';

/** One part of a flight; ChangeCipherSpec is no handshake message. */
export type FlightPart = { kind: 'message'; message: HandshakeMessage; epoch: 0 | 1 } | { kind: 'changeCipherSpec' };

/** Payload of a datagram that goes through any network of today without being cut. */
const DATAGRAM_BYTES = 1200;

export interface Packed {
  datagrams: Buffer[];
  records: readonly [number, number];
}

/** @param records sequence numbers that are free, by epoch; each repetition takes new ones */
export function packFlight(parts: readonly FlightPart[], records: readonly [number, number], keys: WriteKeys | null): Packed {
  const next: [number, number] = [...records];
  const datagrams: Buffer[] = [];
  let datagram: Buffer[] = [];
  let size = 0;
  for (const { type, epoch, fragment } of fragmentsOf(parts)) {
    const plain = { type, epoch, sequence: next[epoch]++, fragment };
    const bytes = serializeRecord(epoch === 1 && keys ? sealRecord(keys, plain) : plain);
    if (size + bytes.length > DATAGRAM_BYTES) {
      datagrams.push(Buffer.concat(datagram));
      [datagram, size] = [[], 0];
    }
    datagram.push(bytes);
    size += bytes.length;
  }
  if (size > 0) datagrams.push(Buffer.concat(datagram));
  return { datagrams, records: next };
}

function* fragmentsOf(parts: readonly FlightPart[]): Generator<{ type: number; epoch: 0 | 1; fragment: Buffer }> {
  for (const part of parts) {
    if (part.kind === 'changeCipherSpec') {
      yield { type: CONTENT.changeCipherSpec, epoch: 0, fragment: Buffer.from([1]) };
      continue;
    }
    const most = DATAGRAM_BYTES - RECORD_HEADER_BYTES - HANDSHAKE_HEADER_BYTES - PROTECTION_BYTES;
    const { message, epoch } = part;
    for (let offset = 0; offset === 0 || offset < message.body.length; offset += most) {
      const fragment = serializeFragment(message, offset, Math.min(most, message.body.length - offset));
      yield { type: CONTENT.handshake, epoch, fragment };
    }
  }
}

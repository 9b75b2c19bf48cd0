import { SEGMENT_BYTES, segmentStart, type Lsn } from '../../db/replication/lsn.ts';
import { putPiece, type WalPlace } from './wal-files.ts';

/** So many pieces of one segment become one, so that a quiet day is not ten thousand files. */
const MOST_PIECES = 32;
/** Received and not written: no more is read from the server. */
const MOST_WAITING_BYTES = 4 * SEGMENT_BYTES;

interface Segment {
  start: Lsn;
  parts: Buffer[];
  filled: number;
  /** Written durably so far. */
  safe: number;
  pieces: number;
}

const newSegment = (start: Lsn): Segment => ({ start, parts: [], filled: 0, safe: 0, pieces: 0 });

/** Takes the log as it comes in and writes it into the folder, piece by piece. One `flush` at a time. */
export class WalArchiver {
  readonly #place: WalPlace;
  readonly #segments: Segment[];
  #received: Lsn;
  #safe: Lsn;

  /** @param from the beginning of a segment */
  constructor(place: WalPlace, from: Lsn) {
    this.#place = place;
    this.#segments = [newSegment(from)];
    this.#received = this.#safe = from;
  }

  /** End of what has come in. */
  get received(): Lsn {
    return this.#received;
  }

  /** End of what is written durably. */
  get safe(): Lsn {
    return this.#safe;
  }

  get waitingBytes(): number {
    return Number(this.#received - this.#safe);
  }

  /** @returns false when too much waits to be written @throws Error when it does not follow what came before */
  take(lsn: Lsn, bytes: Buffer): boolean {
    if (lsn !== this.#received) throw new Error('The write-ahead log did not come in order.');
    for (let at = 0; at < bytes.length; ) {
      const segment = this.#segmentAt(this.#received);
      const part = bytes.subarray(at, at + SEGMENT_BYTES - segment.filled);
      segment.parts.push(part);
      segment.filled += part.length;
      at += part.length;
      this.#received += BigInt(part.length);
    }
    return this.waitingBytes < MOST_WAITING_BYTES;
  }

  #segmentAt(lsn: Lsn): Segment {
    const last = this.#segments.at(-1);
    if (last && last.start === segmentStart(lsn) && last.filled < SEGMENT_BYTES) return last;
    const next = newSegment(segmentStart(lsn));
    this.#segments.push(next);
    return next;
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    const until = this.#received;
    while (this.#safe < until) {
      const [segment] = this.#segments;
      if (!segment) return;
      await this.#write(segment);
      if (segment.safe === SEGMENT_BYTES) this.#segments.shift();
    }
  }

  async #write(segment: Segment): Promise<void> {
    const { start, parts, filled, safe } = segment;
    const isWhole = filled === SEGMENT_BYTES || segment.pieces >= MOST_PIECES;
    const all = parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts);
    // Together: thousands of small buffers cost more than their bytes. What comes in meanwhile goes behind it.
    segment.parts.splice(0, parts.length, all);
    await putPiece(this.#place, start, isWhole ? 0 : safe, [isWhole ? all.subarray(0, filled) : all.subarray(safe, filled)]);
    segment.pieces = isWhole ? 1 : segment.pieces + 1;
    segment.safe = filled;
    this.#safe = start + BigInt(filled);
  }
}

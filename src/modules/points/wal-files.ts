import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parseSegmentName, SEGMENT_BYTES, segmentName, segmentStart, type Lsn } from '../../db/replication/lsn.ts';
import { messageOf } from '../../lib/errors.ts';
import { syncFolder } from '../../lib/shred.ts';
import { readSealedFile, writeSealedFile } from '../backup/sealed-file.ts';
import { PointsError } from './points-error.ts';

/** The log of one line in the folder. */
export interface WalPlace {
  /** `points/<line>/wal`, absolute. */
  folder: string;
  lineId: string;
  key: Buffer;
  timeline: number;
}

/** Bytes `from` to `to` (exclusive) of one segment, in one sealed file. */
export interface WalPiece {
  name: string;
  segment: Lsn;
  from: number;
  to: number;
}

const HEX_DIGITS = 7;
const hex = (at: number): string => at.toString(16).padStart(HEX_DIGITS, '0');

const nameOf = (timeline: number, { segment, from, to }: Omit<WalPiece, 'name'>): string => `${segmentName(timeline, segment)}.${hex(from)}-${hex(to)}`;

function pieceOf(name: string, timeline: number): WalPiece | null {
  const [, segment, from, to] = /^([0-9A-F]{24})\.([0-9a-f]{7})-([0-9a-f]{7})$/.exec(name) ?? [];
  const parsed = segment === undefined ? null : parseSegmentName(segment);
  if (!parsed || from === undefined || to === undefined || parsed.timeline !== timeline) return null;
  return { name, segment: parsed.start, from: Number.parseInt(from, 16), to: Number.parseInt(to, 16) };
}

/** The pieces of a line in their order. */
export async function listPieces({ folder, timeline }: Pick<WalPlace, 'folder' | 'timeline'>): Promise<WalPiece[]> {
  const names = await readdir(folder);
  const pieces = names.flatMap((name) => pieceOf(name, timeline) ?? []);
  return pieces.toSorted((a, b) => (a.segment === b.segment ? a.from - b.from || b.to - a.to : a.segment < b.segment ? -1 : 1));
}

const sealedAs = ({ key, lineId }: WalPlace, name: string): { setKey: Buffer; setId: string; name: string } => ({ setKey: key, setId: lineId, name });

/** Removes what a killed writer left; only while nobody writes. */
export async function removeHalfWritten(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.endsWith('.new')) await rm(join(folder, name), { force: true });
}

/** Writes bytes of a segment durably; what they hold is in no other file afterwards when they begin at its beginning. */
export async function putPiece(place: WalPlace, segment: Lsn, from: number, bytes: readonly Buffer[]): Promise<void> {
  const to = from + bytes.reduce((sum, { length }) => sum + length, 0);
  const name = nameOf(place.timeline, { segment, from, to });
  const path = join(place.folder, name);
  await rm(`${path}.new`, { force: true });
  try {
    await writeSealedFile(`${path}.new`, sealedAs(place, name), Readable.from(bytes));
  } catch (error) {
    // On a full disk each try would leave its part behind: the next one has another name.
    await rm(`${path}.new`, { force: true }).catch(() => undefined);
    throw error;
  }
  await rename(`${path}.new`, path);
  await syncFolder(place.folder);
  if (from > 0) return;
  const own = `${segmentName(place.timeline, segment)}.`;
  for (const other of await readdir(place.folder)) {
    const piece = other.startsWith(own) ? pieceOf(other, place.timeline) : null;
    if (piece && piece.to <= to && other !== name) await rm(join(place.folder, other), { force: true });
  }
}

/** Those of one segment that follow each other from its beginning. @returns the last one's end, 0 when there is none */
function chained(pieces: readonly WalPiece[]): { chain: WalPiece[]; to: number } {
  const chain: WalPiece[] = [];
  let to = 0;
  for (const piece of pieces) {
    if (piece.from > to || piece.to <= to) continue;
    chain.push(piece);
    to = piece.to;
  }
  return { chain, to };
}

/** Until where the log is there without a gap. @param from any place; what counts is its segment's beginning */
export function coveredUntil(pieces: readonly WalPiece[], from: Lsn): Lsn {
  const bySegment = Map.groupBy(pieces, ({ segment }) => segment);
  for (let segment = segmentStart(from); ; segment += BigInt(SEGMENT_BYTES)) {
    const { to } = chained(bySegment.get(segment) ?? []);
    if (to < SEGMENT_BYTES) return segment + BigInt(to);
  }
}

/**
 * A segment as the server wants it: 16 MB, zeros after what is there.
 * @throws PointsError `damaged` when a piece is not what was written
 */
export async function readSegment(place: WalPlace, pieces: readonly WalPiece[], segment: Lsn): Promise<Buffer> {
  const bytes = Buffer.alloc(SEGMENT_BYTES);
  for (const { name, from, to } of chained(pieces.filter((piece) => piece.segment === segment)).chain) {
    let at = from;
    try {
      for await (const chunk of readSealedFile(join(place.folder, name), sealedAs(place, name))) at += chunk.copy(bytes, at);
    } catch (error) {
      throw new PointsError('damaged', `${name} of the write-ahead log was changed or cannot be read: ${messageOf(error)}`, { cause: error });
    }
    if (at !== to) throw new PointsError('damaged', `${name} of the write-ahead log is not as long as its name says.`);
  }
  return bytes;
}

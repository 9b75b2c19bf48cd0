/** A place in the write-ahead log, in bytes from its beginning (PostgreSQL: LSN). */
export type Lsn = bigint;

/** Bytes of a file of the write-ahead log; the server's default, which the embedded cluster is made with. */
export const SEGMENT_BYTES = 16 * 1024 * 1024;

const SEGMENT = BigInt(SEGMENT_BYTES);
/** Segments that share the middle part of their names. */
const SEGMENTS_PER_ID = 0x1_0000_0000n / SEGMENT;

const hex = (value: bigint, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');

/** @param text such as `0/3000028` @throws Error when it is none */
export function parseLsn(text: string): Lsn {
  const [, high, low] = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text) ?? [];
  if (high === undefined || low === undefined) throw new Error(`Not a place in the write-ahead log: ${text}`);
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/** As the server writes it, `0/3000028`. */
export const formatLsn = (lsn: Lsn): string => `${hex(lsn >> 32n, 1)}/${hex(lsn & 0xffff_ffffn, 1)}`;

/** The beginning of the segment that holds a place. */
export const segmentStart = (lsn: Lsn): Lsn => lsn - (lsn % SEGMENT);

/** The file name that the server gives to the segment that begins there. */
export function segmentName(timeline: number, start: Lsn): string {
  const number = start / SEGMENT;
  return `${hex(BigInt(timeline), 8)}${hex(number / SEGMENTS_PER_ID, 8)}${hex(number % SEGMENTS_PER_ID, 8)}`;
}

/** @returns where the segment of that file name begins, and its timeline; null when it is no such name */
export function parseSegmentName(name: string): { timeline: number; start: Lsn } | null {
  const [, timeline, id, rest] = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/.exec(name) ?? [];
  if (timeline === undefined || id === undefined || rest === undefined) return null;
  return { timeline: Number.parseInt(timeline, 16), start: (BigInt(`0x${id}`) * SEGMENTS_PER_ID + BigInt(`0x${rest}`)) * SEGMENT };
}

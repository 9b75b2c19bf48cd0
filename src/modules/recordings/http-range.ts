import { AppError } from '../../lib/errors.ts';

/** Bytes to send, both included. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * The one range that a `Range` header asks for (RFC 9110 section 14.2). Null = send everything: no header, another unit, several
 * ranges or a malformed header, all of which a server may ignore.
 * @throws AppError `range_not_satisfiable` when it begins behind the end
 */
export function parseRange(header: string | null, sizeBytes: number): ByteRange | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (first === '' && last === '') return null;
  if (first === '') {
    const length = Number(last);
    if (length === 0 || sizeBytes === 0) throw notSatisfiable(sizeBytes);
    return { start: Math.max(0, sizeBytes - length), end: sizeBytes - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return null;
  if (start >= sizeBytes) throw notSatisfiable(sizeBytes);
  return { start, end: last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1) };
}

const notSatisfiable = (sizeBytes: number): AppError =>
  new AppError('range_not_satisfiable', 416, 'The range begins behind the end of the recording.', { sizeBytes });

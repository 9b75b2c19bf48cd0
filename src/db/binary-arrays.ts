/**
 * Arrays in PostgreSQL's binary format (src/backend/utils/adt/arrayfuncs.c, `array_recv`): one dimension,
 *
 *     | int32 dimensions | int32 has nulls | int32 element type | int32 size | int32 lower bound | ( int32 length | bytes )* |
 *
 * A column of many rows is one parameter that the server need not parse. A length of -1 is NULL.
 */
const OID = { bytea: 17, int4: 23, text: 25, timestamptz: 1184, uuid: 2950, int8: 20 } as const;

const HEAD_BYTES = 20;
/** 2000-01-01T00:00:00Z, from which the server counts, ms since the Unix epoch. */
const SERVER_EPOCH_MS = 946_684_800_000;

/** How elements of a type are laid into the array. */
interface Element<T> {
  oid: number;
  bytes: (value: T) => number;
  write: (value: T, array: Buffer, at: number) => void;
}

function arrayOf<T>({ oid, bytes, write }: Element<T>, values: readonly (T | null)[]): Buffer {
  let size = HEAD_BYTES;
  let hasNulls = 0;
  for (const value of values) {
    size += 4;
    if (value === null) hasNulls = 1;
    else size += bytes(value);
  }
  const array = Buffer.allocUnsafe(size);
  array.writeInt32BE(1, 0);
  array.writeInt32BE(hasNulls, 4);
  array.writeInt32BE(oid, 8);
  array.writeInt32BE(values.length, 12);
  array.writeInt32BE(1, 16);
  let at = HEAD_BYTES;
  for (const value of values) {
    const length = value === null ? -1 : bytes(value);
    at = array.writeInt32BE(length, at);
    if (value === null) continue;
    write(value, array, at);
    at += length;
  }
  return array;
}

type OrNull<T> = readonly (T | null)[];

/** @param value a whole number that a double holds */
function writeInt8(value: number, array: Buffer, at: number): void {
  const high = Math.floor(value / 2 ** 32);
  array.writeInt32BE(high, at);
  array.writeUInt32BE(value - high * 2 ** 32, at + 4);
}

const BYTEA: Element<Buffer> = { oid: OID.bytea, bytes: (value) => value.length, write: (value, array, at) => void value.copy(array, at) };
const INT4: Element<number> = { oid: OID.int4, bytes: () => 4, write: (value, array, at) => void array.writeInt32BE(value, at) };
const INT8: Element<number> = { oid: OID.int8, bytes: () => 8, write: writeInt8 };
const TEXT: Element<string> = { oid: OID.text, bytes: (value) => Buffer.byteLength(value, 'utf8'), write: (value, array, at) => void array.write(value, at, 'utf8') };
const TIMESTAMPTZ: Element<number> = { oid: OID.timestamptz, bytes: () => 8, write: (ms, array, at) => writeInt8(Math.round((ms - SERVER_EPOCH_MS) * 1000), array, at) };
const UUID: Element<string> = { oid: OID.uuid, bytes: () => 16, write: (value, array, at) => void array.write(value.replaceAll('-', ''), at, 'hex') };

export const byteaArray = (values: OrNull<Buffer>): Buffer => arrayOf(BYTEA, values);
/** @param values whole numbers of 32 bits */
export const int4Array = (values: OrNull<number>): Buffer => arrayOf(INT4, values);
/** @param values whole numbers that a double holds */
export const int8Array = (values: OrNull<number>): Buffer => arrayOf(INT8, values);
export const textArray = (values: OrNull<string>): Buffer => arrayOf(TEXT, values);
/** @param values ms since the Unix epoch */
export const timeArray = (values: OrNull<number>): Buffer => arrayOf(TIMESTAMPTZ, values);
/** @param values lower-case UUIDs */
export const uuidArray = (values: OrNull<string>): Buffer => arrayOf(UUID, values);

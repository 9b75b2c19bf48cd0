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

function arrayOf(oid: number, elements: readonly (Buffer | null)[]): Buffer {
  let bytes = HEAD_BYTES;
  for (const element of elements) bytes += 4 + (element?.length ?? 0);
  const array = Buffer.allocUnsafe(bytes);
  array.writeInt32BE(1, 0);
  array.writeInt32BE(elements.includes(null) ? 1 : 0, 4);
  array.writeInt32BE(oid, 8);
  array.writeInt32BE(elements.length, 12);
  array.writeInt32BE(1, 16);
  let at = HEAD_BYTES;
  for (const element of elements) {
    at = array.writeInt32BE(element?.length ?? -1, at);
    if (element) at += element.copy(array, at);
  }
  return array;
}

type OrNull<T> = readonly (T | null)[];

const each = <T>(values: OrNull<T>, encode: (value: T) => Buffer): (Buffer | null)[] => values.map((value) => (value === null ? null : encode(value)));

function int8(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

function int4(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export const byteaArray = (values: OrNull<Buffer>): Buffer => arrayOf(OID.bytea, values);
/** @param values whole numbers of 32 bits */
export const int4Array = (values: OrNull<number>): Buffer => arrayOf(OID.int4, each(values, int4));
/** @param values whole numbers that a double holds */
export const int8Array = (values: OrNull<number>): Buffer => arrayOf(OID.int8, each(values, int8));
export const textArray = (values: OrNull<string>): Buffer => arrayOf(OID.text, each(values, (text) => Buffer.from(text, 'utf8')));
/** @param values ms since the Unix epoch */
export const timeArray = (values: OrNull<number>): Buffer =>
  arrayOf(OID.timestamptz, each(values, (ms) => int8(Math.round((ms - SERVER_EPOCH_MS) * 1000))));
/** @param values lower-case UUIDs */
export const uuidArray = (values: OrNull<string>): Buffer => arrayOf(OID.uuid, each(values, (id) => Buffer.from(id.replaceAll('-', ''), 'hex')));

/** Big-endian pieces of messages. */
export const u8 = (value: number): Buffer => Buffer.from([value]);

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function u24(value: number): Buffer {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntBE(value, 0, 3);
  return bytes;
}

/** Bytes with their length in front. */
export function vector(lengthBytes: 1 | 2 | 3, ...parts: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(parts);
  const length = lengthBytes === 1 ? u8(bytes.length) : lengthBytes === 2 ? u16(bytes.length) : u24(bytes.length);
  return Buffer.concat([length, bytes]);
}

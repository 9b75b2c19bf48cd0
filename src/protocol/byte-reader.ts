/** Makes the error of a parser. */
export type ReaderError = (offset: number, reason: string) => Error;

/** Reads big-endian fields one after the other; the length is checked before every read. */
export class ByteReader {
  readonly bytes: Buffer;
  readonly #error: ReaderError;
  #at = 0;

  /** @param error what is thrown when the bytes end too early */
  constructor(bytes: Buffer, error: ReaderError) {
    this.bytes = bytes;
    this.#error = error;
  }

  get offset(): number {
    return this.#at;
  }

  get left(): number {
    return this.bytes.length - this.#at;
  }

  u8(): number {
    return this.bytes.readUInt8(this.#skip(1));
  }

  u16(): number {
    return this.bytes.readUInt16BE(this.#skip(2));
  }

  u24(): number {
    return this.bytes.readUIntBE(this.#skip(3), 3);
  }

  u32(): number {
    return this.bytes.readUInt32BE(this.#skip(4));
  }

  u48(): number {
    return this.bytes.readUIntBE(this.#skip(6), 6);
  }

  /** A view of the next bytes. */
  take(length: number): Buffer {
    const at = this.#skip(length);
    return this.bytes.subarray(at, at + length);
  }

  /** Bytes with their length in front. @param lengthBytes size of the length field */
  vector(lengthBytes: 1 | 2 | 3): Buffer {
    return this.take(lengthBytes === 1 ? this.u8() : lengthBytes === 2 ? this.u16() : this.u24());
  }

  /** Whole 16-bit numbers, as many as a vector with a 16-bit length holds. */
  numbers(): number[] {
    const words = this.vector(2);
    if (words.length % 2 !== 0) this.fail('odd list');
    return Array.from({ length: words.length / 2 }, (_, index) => words.readUInt16BE(index * 2));
  }

  /** Nothing may be left. */
  end(): void {
    if (this.left > 0) this.fail('bytes left over');
  }

  fail(reason: string): never {
    throw this.#error(this.#at, reason);
  }

  #skip(length: number): number {
    const at = this.#at;
    if (length > this.bytes.length - at) this.fail('cut short');
    this.#at = at + length;
    return at;
  }
}

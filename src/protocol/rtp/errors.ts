/** Bytes that are not what they claim to be. The only error the parsers of this folder throw. */
export class RtpParseError extends Error {
  /** Byte at which parsing stopped. */
  readonly offset: number;
  /** Short and stable, usable as a metric label. */
  readonly reason: string;

  constructor(offset: number, reason: string) {
    super(`${reason} at byte ${offset}`);
    this.name = 'RtpParseError';
    this.offset = offset;
    this.reason = reason;
  }
}

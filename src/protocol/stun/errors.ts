/** Bytes that are no STUN message. The only error the parser throws. */
export class StunParseError extends Error {
  /** Byte at which parsing stopped. */
  readonly offset: number;
  /** Short and stable, usable as a metric label. */
  readonly reason: string;

  constructor(offset: number, reason: string) {
    super(`${reason} at byte ${offset}`);
    this.name = 'StunParseError';
    this.offset = offset;
    this.reason = reason;
  }
}

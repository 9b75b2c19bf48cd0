import { RtpParseError } from './errors.ts';

/*
 * Named telephone event, RFC 4733 section 2.3:
 *
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------+-+-+-----------+-------------------------------+
 *  |     event     |E|R|  volume   |           duration            |
 *  +---------------+-+-+-----------+-------------------------------+
 */

/** Bytes of one event. */
export const TELEPHONE_EVENT_BYTES = 4;

/** Events 0 to 15 by their number (RFC 4733 table 3). */
const DIGITS = '0123456789*#ABCD';

/** One packet of one event. */
export interface TelephoneEvent {
  /** 0-15 are the DTMF digits; others are tones we do not use. */
  event: number;
  /** Set in the last packets of the event. */
  end: boolean;
  /** Power below 0 dBm0, 0..63. */
  volume: number;
  /** So far, in timestamp units (1/8000 s). */
  duration: number;
}

/**
 * Reads the event at `offset`. Further events in the same payload (RFC 4733 section 2.5.1.5) are not read.
 * @throws RtpParseError
 */
export function parseTelephoneEvent(bytes: Buffer, offset: number, length: number): TelephoneEvent {
  if (length < TELEPHONE_EVENT_BYTES || offset + TELEPHONE_EVENT_BYTES > bytes.length) {
    throw new RtpParseError(offset, 'short_event');
  }
  const flags = bytes.readUInt8(offset + 1);
  return {
    event: bytes.readUInt8(offset),
    end: (flags & 0x80) !== 0,
    volume: flags & 0x3f,
    duration: bytes.readUInt16BE(offset + 2),
  };
}

/** Writes an event at `offset`. */
export function writeTelephoneEvent(into: Buffer, offset: number, event: TelephoneEvent): void {
  into[offset] = event.event;
  into[offset + 1] = (event.end ? 0x80 : 0) | (event.volume & 0x3f);
  into.writeUInt16BE(Math.min(event.duration, 0xffff), offset + 2);
}

/** The character of an event number, undefined when it is not a DTMF digit. */
export const digitOfEvent = (event: number): string | undefined => DIGITS[event];

/** The event number of a digit, undefined when there is none. */
export function eventOfDigit(digit: string): number | undefined {
  const index = digit.length === 1 ? DIGITS.indexOf(digit.toUpperCase()) : -1;
  return index < 0 ? undefined : index;
}

import type { SipRequest } from './message.ts';

/** Hostile or broken input. Never thrown for anything but input. */
export class SipParseError extends Error {
  /** Where reading stopped: bytes from the start of the text that was being read (message, or header value). */
  readonly offset: number;
  /** What was wrong, for a log line; safe to put into a reason phrase. */
  readonly reason: string;
  /** The SIP status that a request with this fault is answered with. */
  readonly status: number;
  /** The request as far as it could be read, so that a refusal can be addressed; null = a response, or hopeless. */
  request: SipRequest | null = null;
  /** True when the end of the message is unknown: a stream must be closed (RFC 3261 section 18.3). */
  framingLost = false;
  /** Content-Length of the refused message, so that a stream can skip its body; null = none was given. */
  contentLength: number | null = null;

  constructor(reason: string, offset: number, status = 400) {
    super(`${reason} at ${offset}`);
    this.name = 'SipParseError';
    this.reason = reason;
    this.offset = offset;
    this.status = status;
  }
}

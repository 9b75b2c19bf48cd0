/** Cuts a byte stream into messages by Content-Length (RFC 3261 section 18.3). Pure: bytes in, results out. */
import { LIMITS } from './limits.ts';
import type { SipMessage } from './message.ts';
import { endOfHead, parseHead, refuse, skipEmptyLines, type Head } from './parse-message.ts';
import { SipParseError } from './parse-error.ts';

/** What came out of the stream. */
export type StreamItem =
  | { type: 'message'; message: SipMessage; bytes: Buffer }
  /** CRLFCRLF between messages; answered with CRLF (RFC 5626 section 3.5.1). */
  | { type: 'ping' }
  /** After an error with `framingLost` the reader takes nothing more. */
  | { type: 'error'; error: SipParseError };

export class StreamReader {
  #buffer: Buffer = Buffer.alloc(0);
  /** Where to go on looking for the end of the head, so that byte-wise arrival stays linear. */
  #searched = 0;
  #head: Head | null = null;
  /** Set while the body of a refused message is being skipped. */
  #broken: SipParseError | null = null;
  #bodyStart = 0;
  /** The message under way has a body of unknown length. */
  #isLast = false;
  #dead = false;

  /** True while a message has begun and is not complete; the owner closes a stream that stays so. */
  get midMessage(): boolean {
    return !this.#dead && (this.#head !== null || this.#broken !== null || skipEmptyLines(this.#buffer, 0) < this.#buffer.length);
  }

  /** Takes what arrived and gives everything that is complete now. Never throws. */
  push(chunk: Buffer): StreamItem[] {
    if (this.#dead) return [];
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    const items: StreamItem[] = [];
    for (;;) {
      const item = this.#next();
      if (item === null) return items;
      items.push(item);
      if (item.type === 'error' && item.error.framingLost) {
        this.#dead = true;
        this.#buffer = Buffer.alloc(0);
        return items;
      }
    }
  }

  #next(): StreamItem | null {
    if (this.#isLast && !this.#head) return fatal('no Content-Length', 400);
    if (!this.#head && !this.#broken) {
      const item = this.#nextHead();
      if (item !== null) return item;
    }
    const pending = this.#broken ?? this.#head;
    return pending ? this.#nextBody(pending.contentLength ?? 0) : null;
  }

  /** Null = either more bytes are needed, or the head is there and the body is next. */
  #nextHead(): StreamItem | null {
    const start = skipEmptyLines(this.#buffer, 0);
    if (start >= 4) {
      this.#drop(start);
      return { type: 'ping' };
    }
    if (start > 0 && start < this.#buffer.length) this.#drop(start);
    if (start > 0 && start === this.#buffer.length) return null;
    const end = endOfHead(this.#buffer, Math.max(0, this.#searched - 3));
    if (end < 0) {
      this.#searched = this.#buffer.length;
      return this.#buffer.length > LIMITS.streamMessageBytes ? fatal('head too large', 513) : null;
    }
    this.#bodyStart = end + 4;
    try {
      this.#head = this.#checkedHead(end);
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      return this.#skipBroken(error);
    }
    return null;
  }

  #checkedHead(end: number): Head {
    const head = parseHead(this.#buffer, 0, end);
    const hasType = head.message.headers.some((header) => header.id === 'content-type');
    // A body of unknown length: the message itself is still good (RFC 2543 peers), but nothing after it can be cut.
    this.#isLast = head.contentLength === null && hasType;
    if (this.#bodyStart + (head.contentLength ?? 0) > LIMITS.streamMessageBytes) {
      throw lost(refuse(head.message, 'message too large', end, 513));
    }
    return head;
  }

  /** A bad start line does not lose the framing as long as Content-Length can be read: the body is skipped. */
  #skipBroken(error: SipParseError): StreamItem | null {
    const { contentLength } = error;
    const isTooLong = this.#bodyStart + (contentLength ?? 0) > LIMITS.streamMessageBytes;
    if (error.framingLost || contentLength === null || isTooLong) return { type: 'error', error: lost(error) };
    this.#broken = error;
    return null;
  }

  #nextBody(contentLength: number): StreamItem | null {
    const end = this.#bodyStart + contentLength;
    if (this.#buffer.length < end) return null;
    const item = this.#itemFor(end);
    this.#drop(end);
    return item;
  }

  #itemFor(end: number): StreamItem | null {
    if (this.#broken) return { type: 'error', error: this.#broken };
    if (!this.#head) return null;
    const { message } = this.#head;
    message.body = this.#buffer.subarray(this.#bodyStart, end);
    return { type: 'message', message, bytes: this.#buffer.subarray(0, end) };
  }

  #drop(count: number): void {
    this.#buffer = this.#buffer.subarray(count);
    this.#searched = 0;
    this.#head = null;
    this.#broken = null;
  }
}

function lost(error: SipParseError): SipParseError {
  error.framingLost = true;
  return error;
}

const fatal = (reason: string, status: number): StreamItem => ({ type: 'error', error: lost(new SipParseError(reason, 0, status)) });

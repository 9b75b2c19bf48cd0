/**
 * A client of clamd, the daemon of ClamAV (clamd(8), "COMMANDS"): a connection for each question. Commands and answers end with a
 * zero byte when they begin with `z`.
 */
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import type { ScannerPlace } from '../../lib/config.ts';
import type { Clock } from '../../lib/clock.ts';

/** A chunk of INSTREAM: its length (32 bits, network order) and so many bytes. */
const CHUNK_BYTES = 64 * 1024;
/** Answers are a line; more is no clamd. */
const LONGEST_ANSWER = 4096;
const LENGTH_BYTES = 4;
/** Longest name of a signature that is passed on. */
const LONGEST_NAME = 200;

/** The other end closed while we were writing. Its answer may have been there: a write that fails ends a socket before it is read. */
const HUNG_UP = new Set(['EPIPE', 'ECONNRESET']);
const CLOSED_EARLY = 'it closed the connection before the whole file was sent; StreamMaxLength of clamd.conf may be smaller than the file';

/** The scanner is not there, too slow, or did not scan. The message is for people who run the product. */
export class ScannerError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'ScannerError';
  }
}

/** What clamd found: the name of the signature, or null for nothing. @throws ScannerError for every other answer */
export function readVerdict(answer: string): string | null {
  if (answer === 'stream: OK') return null;
  const [, name] = /^stream: (.+) FOUND$/s.exec(answer) ?? [];
  if (name !== undefined) return name.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_NAME);
  const said = answer.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_NAME);
  throw new ScannerError(/size limit exceeded/.test(answer) ? `the file is larger than StreamMaxLength of clamd.conf allows (${said})` : `it answered: ${said}`);
}

/** The bytes as INSTREAM wants them: chunks with their lengths, then one of length zero. */
export function* instream(bytes: Buffer): Generator<Buffer> {
  yield Buffer.from('zINSTREAM\0');
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const chunk = bytes.subarray(at, at + CHUNK_BYTES);
    const head = Buffer.alloc(LENGTH_BYTES);
    head.writeUInt32BE(chunk.length);
    yield head;
    yield chunk;
  }
  yield Buffer.alloc(LENGTH_BYTES);
}

/** Asks and waits for the whole answer, without its zero byte. @throws ScannerError */
function ask(place: ScannerPlace, question: Iterable<Buffer>, clock: Clock, timeoutMs: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(place);
  const cancel = clock.after(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
  let answer = Buffer.alloc(0);
  let fault = 'it closed the connection without an answer';
  // No faster than is read at the other end.
  Readable.from(question).pipe(socket, { end: false });
  socket.on('data', (bytes) => {
    answer = Buffer.concat([answer, bytes]);
    if (answer.length > LONGEST_ANSWER) socket.destroy(new Error('its answer has no end'));
    // The answer may come before everything was sent: a file that is too large.
    else if (answer.at(-1) === 0) socket.destroy();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => (fault = HUNG_UP.has(error.code ?? '') ? CLOSED_EARLY : error.message));
  // A write that failed is no fault when the answer came all the same.
  socket.on('close', () => {
    cancel();
    if (answer.at(-1) === 0 && answer.length <= LONGEST_ANSWER) resolve(answer.toString('latin1', 0, answer.length - 1));
    else reject(new ScannerError(fault));
  });
  return promise;
}

/** Has a file scanned. @returns the name of the signature that was found, or null @throws ScannerError */
export async function scanBytes(place: ScannerPlace, bytes: Buffer, clock: Clock, timeoutMs: number): Promise<string | null> {
  return readVerdict(await ask(place, instream(bytes), clock, timeoutMs));
}

/** Which ClamAV answers, and with signatures of when. @throws ScannerError */
export async function askVersion(place: ScannerPlace, clock: Clock, timeoutMs: number): Promise<string> {
  const version = await ask(place, [Buffer.from('zVERSION\0')], clock, timeoutMs);
  if (!version.startsWith('ClamAV ')) throw new ScannerError('what answers is no clamd');
  return version.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_NAME);
}

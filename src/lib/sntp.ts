/** Asks a time server how far our clock is off: SNTP version 4 (RFC 4330), one question and one answer over UDP. */
import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';

const MESSAGE_BYTES = 48;
/** Seconds from 1900, where NTP begins, to 1970. */
const NTP_EPOCH_S = 2_208_988_800;
const FRACTION = 2 ** 32;
/** Leap indicator 0, version 4, mode 3 (client). */
const CLIENT = 0x23;
const MODE_SERVER = 4;
const NOT_SYNCHRONISED = 3;
const MAX_STRATUM = 15;
const DEFAULT_PORT = 123;

/** The server did not answer, or its answer says nothing about the time. */
export class SntpError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'SntpError';
  }
}

export interface TimeAnswer {
  /** What has to be added to our wall clock to get the server's, ms. */
  offsetMs: number;
  /** Way there and back, ms; the offset is right to half of it. */
  delayMs: number;
  stratum: number;
}

/** A question; the transmit timestamp is random, so that only who read it can answer (RFC 4330 section 5, RFC 9109). */
export function timeQuestion(): Buffer {
  const question = Buffer.alloc(MESSAGE_BYTES);
  question.writeUInt8(CLIENT, 0);
  randomBytes(8).copy(question, 40);
  return question;
}

/** An NTP timestamp (64 bits: seconds and fraction) as ms since the Unix epoch; era 0, until 2036, and era 1 after it. */
function wallOf(bytes: Buffer, at: number): number {
  const seconds = bytes.readUInt32BE(at);
  const era = seconds < FRACTION / 2 ? FRACTION : 0;
  return (seconds + era - NTP_EPOCH_S) * 1000 + (bytes.readUInt32BE(at + 4) * 1000) / FRACTION;
}

/**
 * Reads an answer.
 * @param sentWall our wall clock when the question left, ms @param tookMs until the answer came, by the monotonic clock
 * @throws SntpError
 */
export function readTimeAnswer(question: Buffer, answer: Buffer, sentWall: number, tookMs: number): TimeAnswer {
  if (answer.length < MESSAGE_BYTES) throw new SntpError(`${answer.length} bytes are no answer`);
  const first = answer.readUInt8(0);
  const stratum = answer.readUInt8(1);
  if ((first & 7) !== MODE_SERVER) throw new SntpError(`mode ${first & 7} is no server's`);
  if (!answer.subarray(24, 32).equals(question.subarray(40, 48))) throw new SntpError('the answer is to another question');
  if (first >> 6 === NOT_SYNCHRONISED || stratum === 0 || stratum > MAX_STRATUM) throw new SntpError('the server does not know the time');
  const [received, transmitted] = [wallOf(answer, 32), wallOf(answer, 40)];
  return { offsetMs: (received - sentWall + (transmitted - sentWall - tookMs)) / 2, delayMs: tookMs - (transmitted - received), stratum };
}

/**
 * Asks a time server.
 * @param server `host` or `host:port`
 * @throws SntpError when it does not answer within `timeoutMs`, or not with a time
 */
export function askTime(server: string, clock: Clock, timeoutMs = 2000): Promise<TimeAnswer> {
  const [, host = server, port] = /^\[?([^\]]+?)\]?(?::(\d+))?$/.exec(server) ?? [];
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const question = timeQuestion();
    let over = (): void => undefined;
    const end = (act: () => void): void => {
      over();
      over = () => undefined;
      socket.removeAllListeners().on('error', () => undefined);
      socket.close();
      act();
    };
    const cancel = clock.after(timeoutMs, () => end(() => reject(new SntpError(`no answer within ${timeoutMs} ms`))));
    over = cancel;
    socket.once('error', (error) => end(() => reject(new SntpError(error.message))));
    const [sentWall, sentAt] = [clock.wall(), clock.monotonic()];
    socket.once('message', (answer) => {
      const tookMs = clock.monotonic() - sentAt;
      end(() => {
        try {
          resolve(readTimeAnswer(question, answer, sentWall, tookMs));
        } catch (error) {
          reject(error instanceof Error ? error : new SntpError('unreadable'));
        }
      });
    });
    socket.send(question, port === undefined ? DEFAULT_PORT : Number(port), host, (error) => {
      if (error) socket.emit('error', error);
    });
  });
}

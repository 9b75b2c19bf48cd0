/**
 * Sound for tests: tones as G.711, a detector for them, and a small RTP phone that sends a tone and keeps what it hears.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { linearToMulaw, mulawToLinear, MULAW_TO_ALAW, ALAW_TO_MULAW } from '../../src/protocol/rtp/g711.ts';
import { parseRtp, serializeRtp } from '../../src/protocol/rtp/packet.ts';
import { eventOfDigit, parseTelephoneEvent, writeTelephoneEvent } from '../../src/protocol/rtp/telephone-event.ts';

const RATE = 8000;
const FRAME = 160;

/** Linear samples of a sine. @param level of full scale, 0..1 */
export function sine(frequency: number, durationMs: number, level = 0.3): Int16Array {
  return Int16Array.from({ length: Math.round((durationMs * RATE) / 1000) }, (_, index) =>
    Math.round(level * 32_767 * Math.sin((2 * Math.PI * frequency * index) / RATE)),
  );
}

/** A sine as mu-law bytes, one a sample. */
export const toneMulaw = (frequency: number, durationMs: number, level = 0.3): Buffer =>
  linearToMulaw(sine(frequency, durationMs, level));

/**
 * How much of a signal is one frequency, 0..1 (Goertzel): about 1 for the pure tone, about 0 for another tone or silence.
 */
export function toneShare(samples: Int16Array, frequency: number, rate = RATE): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / rate);
  let [before, last, energy] = [0, 0, 0];
  for (const sample of samples) {
    [before, last] = [last, sample + coefficient * last - before];
    energy += sample * sample;
  }
  // Below about -60 dBFS there is nothing to find.
  if (energy < samples.length * 900) return 0;
  const power = last * last + before * before - coefficient * last * before;
  return Math.min(1, (2 * power) / (samples.length * energy));
}

/** `toneShare` of mu-law bytes. */
export const toneShareMulaw = (bytes: Uint8Array, frequency: number): number =>
  toneShare(mulawToLinear(bytes), frequency);

/**
 * The longest time for which a tone is heard without a break, ms: each 40 ms window must be mostly that tone.
 */
export function longestTone(bytes: Uint8Array, frequency: number, threshold = 0.7): number {
  const window = 320;
  let [longest, current] = [0, 0];
  for (let at = 0; at + window <= bytes.length; at += window) {
    current = toneShareMulaw(bytes.subarray(at, at + window), frequency) >= threshold ? current + 40 : 0;
    longest = Math.max(longest, current);
  }
  return longest;
}

/** One packet that the phone received. */
export interface HeardPacket {
  atMs: number;
  payloadType: number;
  sequence: number;
  timestamp: number;
  ssrc: number;
  marker: boolean;
  payload: Buffer;
}

export interface TonePhoneOptions {
  /** Hz; 0 = silence. */
  frequency: number;
  codec?: 'PCMU' | 'PCMA';
  host?: string;
  /** 0 = any free one. */
  port?: number;
  dtmfPayloadType?: number;
}

/** An RTP peer on a UDP socket: sends a tone at 50 packets/s, keeps what it receives, presses keys by RFC 4733. */
export class RtpTonePhone {
  readonly host: string;
  readonly codec: 'PCMU' | 'PCMA';
  readonly dtmfPayloadType: number;
  /** Everything received since `forget`. */
  heard: HeardPacket[] = [];
  readonly #socket: Socket;
  readonly #tone: Buffer;
  readonly #ssrc = Math.floor(performance.now() * 1000) >>> 0;
  #target: { host: string; port: number } | null = null;
  #sequence = 65_500;
  #timestamp = 0xffff_f000;
  #position = 0;
  #dueMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #holdAudio = false;
  #impairments: ('pass' | 'lost' | 'late')[] = [];
  #delayed: Buffer | null = null;

  private constructor(options: TonePhoneOptions, socket: Socket) {
    this.host = options.host ?? '127.0.0.1';
    this.codec = options.codec ?? 'PCMU';
    this.dtmfPayloadType = options.dtmfPayloadType ?? 101;
    this.#socket = socket;
    // Whole hertz repeat after one second.
    this.#tone = toneMulaw(options.frequency, 1000, options.frequency === 0 ? 0 : 0.3);
    if (this.codec === 'PCMA') this.#tone = Buffer.from(this.#tone.map((code) => MULAW_TO_ALAW[code] ?? 0));
    socket.on('message', (packet) => this.#hear(packet));
    socket.on('error', () => undefined);
  }

  static async open(options: TonePhoneOptions): Promise<RtpTonePhone> {
    const socket = createSocket('udp4');
    socket.bind(options.port ?? 0, options.host ?? '127.0.0.1');
    await once(socket, 'listening');
    return new RtpTonePhone(options, socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** RTP payload type of the codec. */
  get payloadType(): number {
    return this.codec === 'PCMU' ? 0 : 8;
  }

  /** A session description for offers and answers. */
  sdp(direction = 'sendrecv'): string {
    return [
      'v=0',
      `o=- ${this.port} 1 IN IP4 ${this.host}`,
      's=-',
      `c=IN IP4 ${this.host}`,
      't=0 0',
      `m=audio ${this.port} RTP/AVP ${this.payloadType} ${this.dtmfPayloadType}`,
      `a=rtpmap:${this.payloadType} ${this.codec}/8000`,
      `a=rtpmap:${this.dtmfPayloadType} telephone-event/8000`,
      `a=fmtp:${this.dtmfPayloadType} 0-15`,
      'a=ptime:20',
      `a=${direction}`,
      '',
    ].join('\r\n');
  }

  /** Sends to the address of a peer's session description from now on. */
  startTo(sdp: string): void {
    const host = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1];
    const port = /^m=audio (\d+)/m.exec(sdp)?.[1];
    if (!host || !port) throw new Error('the session description has no address');
    this.start(host, Number(port));
  }

  /** Sends the tone at 50 packets/s until `stop`. */
  start(host: string, port: number): void {
    this.#target = { host, port };
    if (this.#timer) return;
    this.#dueMs = performance.now();
    this.#timer = setInterval(() => this.#pace(), 5);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  close(): void {
    this.stop();
    this.#socket.close();
  }

  /** What the network does with the next packets; one that is late comes behind the last of them. */
  impair(fates: readonly ('pass' | 'lost' | 'late')[]): void {
    this.#impairments = [...fates];
  }

  forget(): void {
    this.heard = [];
  }

  /** Received audio as mu-law in order of arrival, events left out. */
  heardMulaw(): Buffer {
    const audio = this.heard.filter((packet) => packet.payloadType === 0 || packet.payloadType === 8);
    return Buffer.concat(
      audio.map(({ payload, payloadType }) =>
        payloadType === 8 ? Buffer.from(payload.map((code) => ALAW_TO_MULAW[code] ?? 0)) : payload,
      ),
    );
  }

  /** Digits received as telephone-events, one a timestamp. */
  heardDigits(): string {
    const seen = new Map<number, string>();
    for (const packet of this.heard) {
      if (packet.payloadType !== this.dtmfPayloadType || packet.payload.length < 4) continue;
      seen.set(packet.timestamp, '0123456789*#ABCD'.charAt(parseTelephoneEvent(packet.payload, 0, 4).event));
    }
    return [...seen.values()].join('');
  }

  /** Holds a key down; the audio pauses meanwhile. @param endCopies retransmissions of the end packet */
  async press(digit: string, durationMs = 100, endCopies = 3): Promise<void> {
    const event = eventOfDigit(digit);
    if (event === undefined) throw new Error(`no DTMF digit: ${digit}`);
    this.#holdAudio = true;
    const timestamp = this.#timestamp;
    const packets = Math.max(2, Math.round(durationMs / 20));
    for (let index = 0; index < packets; index++) {
      const end = index === packets - 1;
      for (let copy = 0; copy < (end ? endCopies : 1); copy++) {
        const payload = Buffer.alloc(4);
        writeTelephoneEvent(payload, 0, { event, end, volume: 10, duration: (index + 1) * FRAME });
        this.#send(this.dtmfPayloadType, payload, timestamp, index === 0);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.#timestamp = (timestamp + packets * FRAME) >>> 0;
    this.#dueMs = performance.now();
    this.#holdAudio = false;
  }

  /** Sends any bytes, from the phone's own address. */
  sendRaw(bytes: Buffer, host: string, port: number): void {
    this.#socket.send(bytes, port, host);
  }

  #pace(): void {
    while (!this.#holdAudio && this.#timer && performance.now() >= this.#dueMs) {
      const frame = this.#tone.subarray(this.#position, this.#position + FRAME);
      this.#position = (this.#position + FRAME) % this.#tone.length;
      this.#send(this.payloadType, frame, this.#timestamp, false);
      this.#timestamp = (this.#timestamp + FRAME) >>> 0;
      this.#dueMs += 20;
    }
  }

  #send(payloadType: number, payload: Buffer, timestamp: number, marker: boolean): void {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) & 0xffff;
    if (!this.#target) return;
    const rest = { marker, payloadType, sequence, timestamp, ssrc: this.#ssrc, csrcs: [], extension: null, padding: 0 };
    const packet = serializeRtp({ ...rest, payload });
    const fate = this.#impairments.shift() ?? 'pass';
    if (fate === 'late') this.#delayed = packet;
    if (fate === 'pass') this.#socket.send(packet, this.#target.port, this.#target.host);
    if (this.#delayed && this.#impairments.length === 0 && fate !== 'late') {
      this.#socket.send(this.#delayed, this.#target.port, this.#target.host);
      this.#delayed = null;
    }
  }

  #hear(bytes: Buffer): void {
    const { payload, payloadType, sequence, timestamp, ssrc, marker } = parseRtp(bytes);
    this.heard.push({ atMs: performance.now(), payloadType, sequence, timestamp, ssrc, marker, payload: Buffer.from(payload) });
  }
}

import { CODECS, type CodecName } from '../../protocol/rtp/codecs.ts';
import type { RtpHeader } from '../../protocol/rtp/packet.ts';
import { parseTelephoneEvent } from '../../protocol/rtp/telephone-event.ts';
import type { AudioPath } from '../audio-path.ts';
import type { Ticker } from '../ticker.ts';
import { DecodedStream } from './decoded-stream.ts';
import { FrameSender } from './frame-sender.ts';

/** An event whose end is lost stops holding up the sound after this long. */
const EVENT_MS = 120;
/** Without a packet for this long, the ticker is let go. */
const IDLE_MS = 2000;

/**
 * One direction of a bridge whose two peers have no codec in common: decodes, changes the rate, encodes, 20 ms at a time.
 * Costs nothing until the first packet. Key presses go through with the clock of the other side.
 */
export class Converter {
  readonly #to: AudioPath;
  readonly #ticker: Ticker;
  #stream: DecodedStream | null = null;
  #sender: FrameSender | null = null;
  #target: CodecName | null = null;
  #detach: (() => void) | null = null;
  #lastAtMs = 0;
  #event: { timestamp: number; startedAt: number; untilMs: number } | null = null;

  constructor(to: AudioPath, ticker: Ticker) {
    this.#to = to;
    this.#ticker = ticker;
  }

  /** Takes a packet from the other side. @throws RtpParseError */
  take(from: CodecName, packet: Buffer, header: RtpHeader, isEvent: boolean, nowMs: number): void {
    this.#lastAtMs = nowMs;
    const sender = this.#ready(from);
    this.#detach ??= this.#ticker.add((frames, now) => this.#tick(frames, now));
    if (isEvent) this.#takeEvent(sender, from, packet, header, nowMs);
    else this.#stream?.put(header.ssrc, header.timestamp, packet, header.payloadOffset, header.payloadLength, nowMs);
  }

  /** Idempotent. */
  close(): void {
    this.#detach?.();
    this.#detach = null;
  }

  #ready(from: CodecName): FrameSender {
    const to = this.#to.codec;
    if (this.#sender && this.#stream?.codec === from && this.#target === to) return this.#sender;
    const rate = CODECS[from].sampleRate === 8000 ? 8000 : CODECS[to].sampleRate;
    this.#stream = new DecodedStream(from, rate);
    this.#target = to;
    return (this.#sender = new FrameSender(this.#to, rate));
  }

  #takeEvent(sender: FrameSender, from: CodecName, packet: Buffer, header: RtpHeader, nowMs: number): void {
    const event = parseTelephoneEvent(packet, header.payloadOffset, header.payloadLength);
    const isNew = this.#event?.timestamp !== header.timestamp;
    if (isNew) this.#event = { timestamp: header.timestamp, startedAt: sender.timestamp, untilMs: 0 };
    if (!this.#event) return;
    this.#event.untilMs = event.end ? nowMs : nowMs + EVENT_MS;
    const duration = Math.round((event.duration * CODECS[this.#to.codec].clockRate) / CODECS[from].clockRate);
    sender.sendEvent({ ...event, duration }, this.#event.startedAt, isNew, nowMs);
  }

  #tick(frames: number, nowMs: number): void {
    const { playing, sendingDigits } = this.#to;
    for (let count = 0; count < frames; count++) {
      const frame = this.#stream?.next(nowMs) ?? null;
      const isHeld = playing || sendingDigits || (this.#event !== null && nowMs < this.#event.untilMs);
      if (frame && !isHeld) this.#sender?.send(frame, nowMs);
      else this.#sender?.pass();
    }
    if (nowMs - this.#lastAtMs > IDLE_MS) this.close();
  }
}

import { CODECS } from '../protocol/rtp/codecs.ts';
import { RTP_HEADER_BYTES } from '../protocol/rtp/packet.ts';
import { TELEPHONE_EVENT_BYTES, writeTelephoneEvent } from '../protocol/rtp/telephone-event.ts';
import { type AudioPath, newSource } from './audio-path.ts';
import { FrameSender } from './codecs/frame-sender.ts';
import { FRAME_MS, FRAME_SAMPLES, type Ticker } from './ticker.ts';

/** Silence between two digits, so that the peer hears two presses of one key as two (ITU-T Q.24). */
const PAUSE_FRAMES = 4;
/** End packets of an event (RFC 4733 section 2.5.1.4: three in total). */
const END_PACKETS = 3;
const VOLUME = 10;
/** Row and column frequencies of ITU-T Q.23, by event number. */
const ROWS = [941, 697, 697, 697, 770, 770, 770, 852, 852, 852, 941, 941, 697, 770, 852, 941];
const COLUMNS = [1336, 1209, 1336, 1477, 1209, 1336, 1477, 1209, 1336, 1477, 1209, 1477, 1633, 1633, 1633, 1633];
/** Per tone, of full scale: about -12 dBFS both together. */
const TONE_LEVEL = 0.12 * 32_767;

interface Digit {
  event: number;
  frames: number;
}

/** Sends queued digits to one peer: as telephone-events where the peer takes them, else as tones in the audio. */
export class DigitSender {
  readonly #path: AudioPath;
  readonly #ticker: Ticker;
  readonly #source = newSource();
  #queue: Digit[] = [];
  #tones: FrameSender | null = null;
  #frame = 0;
  #sequence = 0;
  #timestamp = 0;
  #detach: (() => void) | null = null;

  constructor(path: AudioPath, ticker: Ticker) {
    this.#path = path;
    this.#ticker = ticker;
  }

  /** @param event 0-15; @param durationMs at least one frame, at most what the 16 bits of the duration field hold (8 s; 1.3 s with Opus) */
  send(event: number, durationMs: number): void {
    const most = Math.floor(0xffff / this.#frameTicks());
    const frames = Math.max(2, Math.min(most, Math.round(durationMs / FRAME_MS)));
    this.#queue.push({ event, frames });
    if (this.#detach) return;
    this.#path.sendingDigits = true;
    this.#frame = 0;
    this.#detach = this.#ticker.add((due, nowMs) => {
      for (let count = 0; count < due; count++) this.#tick(nowMs);
    });
  }

  /** Drops what is queued. Idempotent. */
  stop(): void {
    this.#queue = [];
    this.#path.sendingDigits = false;
    this.#detach?.();
    this.#detach = null;
  }

  #tick(nowMs: number): void {
    const digit = this.#queue[0];
    if (!digit) return;
    if (this.#frame < digit.frames) this.#sendFrame(digit, nowMs);
    this.#frame++;
    if (this.#frame < digit.frames + PAUSE_FRAMES) return;
    this.#queue.shift();
    this.#timestamp = (this.#timestamp + this.#frame * this.#frameTicks()) >>> 0;
    this.#frame = 0;
    if (this.#queue.length === 0) this.stop();
  }

  #sendFrame(digit: Digit, nowMs: number): void {
    const type = this.#path.dtmfPayloadType;
    if (type === null) {
      this.#sendTone(digit, nowMs);
      return;
    }
    const last = this.#frame === digit.frames - 1;
    const duration = (this.#frame + 1) * this.#frameTicks();
    for (let copy = 0; copy < (last ? END_PACKETS : 1); copy++) {
      const packet = this.#path.frame();
      writeTelephoneEvent(packet, RTP_HEADER_BYTES, { event: digit.event, end: last, volume: VOLUME, duration });
      const marker = this.#frame === 0;
      this.#path.sendFrame(packet, TELEPHONE_EVENT_BYTES, this.#source, marker, type, this.#sequence, this.#timestamp, nowMs);
      this.#sequence = (this.#sequence + 1) & 0xffff;
    }
  }

  #sendTone(digit: Digit, nowMs: number): void {
    const start = this.#frame * FRAME_SAMPLES;
    const samples = Int16Array.from({ length: FRAME_SAMPLES }, (_, index) => {
      const angle = (2 * Math.PI * (start + index)) / 8000;
      return TONE_LEVEL * (Math.sin(angle * (ROWS[digit.event] ?? 0)) + Math.sin(angle * (COLUMNS[digit.event] ?? 0)));
    });
    this.#tones ??= new FrameSender(this.#path, 8000);
    this.#tones.send(samples, nowMs);
  }

  /** 20 ms in RTP timestamp units of the peer's codec. */
  #frameTicks(): number {
    return CODECS[this.#path.codec].clockRate / 50;
  }
}

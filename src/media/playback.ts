import { RTP_HEADER_BYTES } from '../protocol/rtp/packet.ts';
import { isG711 } from '../protocol/rtp/codecs.ts';
import { ALAW_SILENCE, G711_RATE, MULAW_SILENCE, mulawToLinear } from '../protocol/rtp/g711.ts';
import { type AudioPath, newSource } from './audio-path.ts';
import { FrameSender } from './codecs/frame-sender.ts';
import type { Sound } from './sound-library.ts';
import { FRAME_SAMPLES, type Ticker } from './ticker.ts';

/** Plays sounds one after the other without a gap into one path, one frame a tick. */
export class Playback {
  readonly id: string;
  readonly #path: AudioPath;
  readonly #sounds: readonly Sound[];
  readonly #loop: boolean;
  readonly #onFinished: () => void;
  readonly #source = newSource();
  readonly #detach: () => void;
  #encoded: FrameSender | null = null;
  #index = 0;
  #position = 0;
  #sequence = 0;
  #timestamp = 0;
  #stopped = false;

  /** Starts at once. @param onFinished called after the last frame, never after `stop` */
  constructor(id: string, path: AudioPath, sounds: readonly Sound[], loop: boolean, ticker: Ticker, onFinished: () => void) {
    this.id = id;
    this.#path = path;
    this.#sounds = sounds.filter((sound) => sound.mulaw.length > 0);
    this.#loop = loop;
    this.#onFinished = onFinished;
    path.playing = true;
    this.#detach = ticker.add((frames, nowMs) => this.#tick(frames, nowMs));
  }

  /** Lets the bridge be heard again. Idempotent. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#path.playing = false;
    this.#detach();
  }

  #tick(frames: number, nowMs: number): void {
    // A digit interrupts the prompt; it goes on afterwards.
    if (this.#path.sendingDigits) return;
    for (let count = 0; count < frames && !this.#stopped; count++) {
      if (this.#index >= this.#sounds.length) {
        this.stop();
        this.#onFinished();
        return;
      }
      this.#sendFrame(nowMs);
    }
  }

  #sendFrame(nowMs: number): void {
    const packet = this.#path.frame();
    const alaw = this.#path.codec === 'PCMA';
    let filled = 0;
    while (filled < FRAME_SAMPLES) {
      const sound = this.#sounds[this.#index];
      if (!sound) break;
      const bytes = alaw ? sound.alaw : sound.mulaw;
      const take = Math.min(FRAME_SAMPLES - filled, bytes.length - this.#position);
      bytes.copy(packet, RTP_HEADER_BYTES + filled, this.#position, this.#position + take);
      filled += take;
      this.#position += take;
      if (this.#position >= bytes.length) this.#advance();
    }
    if (filled < FRAME_SAMPLES) packet.fill(alaw ? ALAW_SILENCE : MULAW_SILENCE, RTP_HEADER_BYTES + filled);
    if (!isG711(this.#path.codec)) {
      this.#encoded ??= new FrameSender(this.#path, G711_RATE);
      this.#encoded.send(mulawToLinear(packet.subarray(RTP_HEADER_BYTES, RTP_HEADER_BYTES + FRAME_SAMPLES)), nowMs);
      return;
    }
    const type = this.#path.payloadType;
    this.#path.sendFrame(packet, FRAME_SAMPLES, this.#source, false, type, this.#sequence, this.#timestamp, nowMs);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#timestamp = (this.#timestamp + FRAME_SAMPLES) >>> 0;
  }

  #advance(): void {
    this.#position = 0;
    this.#index++;
    if (this.#loop && this.#index >= this.#sounds.length) this.#index = 0;
  }
}

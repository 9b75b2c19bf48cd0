import { CODECS, type CodecName } from '../../protocol/rtp/codecs.ts';
import { RTP_HEADER_BYTES } from '../../protocol/rtp/packet.ts';
import { TELEPHONE_EVENT_BYTES, type TelephoneEvent, writeTelephoneEvent } from '../../protocol/rtp/telephone-event.ts';
import { type AudioPath, newSource } from '../audio-path.ts';
import { encoderFor, MOST_BYTES, rateFor, type SampleRate, type SpeechEncoder } from './codec.ts';
import { Resampler } from './resample.ts';

const BUFFERS = 8;
/** Behind the payload, for what a protected transport appends. */
const TAIL_BYTES = 64;

/** A feeder of a path that has samples: encodes frames of 20 ms for whatever codec the peer has at the moment. */
export class FrameSender {
  readonly #path: AudioPath;
  readonly #rate: SampleRate;
  readonly #source = newSource();
  readonly #buffers: Buffer[] = [];
  #codec: CodecName | null = null;
  #encoder: SpeechEncoder | null = null;
  #resampler: Resampler | null = null;
  #turn = 0;
  #sequence = 0;
  #timestamp = 0;

  /** @param rate of the frames */
  constructor(path: AudioPath, rate: SampleRate) {
    this.#path = path;
    this.#rate = rate;
  }

  /** Sends 20 ms of sound. */
  send(samples: Int16Array, nowMs: number): void {
    const { codec } = this.#path;
    if (codec !== this.#codec || !this.#encoder) this.#encoder = this.#prepare(codec);
    const packet = this.#buffer();
    const own = this.#resampler ? this.#resampler.run(samples) : samples;
    this.#write(packet, this.#encoder.encode(own, packet, RTP_HEADER_BYTES), nowMs);
  }

  /** Sends a frame that is encoded already, in the codec of the path. */
  sendEncoded(payload: Uint8Array, nowMs: number): void {
    const packet = this.#buffer();
    packet.set(payload, RTP_HEADER_BYTES);
    this.#write(packet, payload.length, nowMs);
  }

  /** Lets 20 ms pass without a packet. */
  pass(): void {
    this.#timestamp = (this.#timestamp + CODECS[this.#path.codec].clockRate / 50) >>> 0;
  }

  /** Sends a packet of a telephone-event that began `duration` units ago; the peer must take events. */
  sendEvent(event: TelephoneEvent, startedAt: number, marker: boolean, nowMs: number): void {
    const type = this.#path.dtmfPayloadType;
    if (type === null) return;
    const packet = this.#buffer();
    writeTelephoneEvent(packet, RTP_HEADER_BYTES, event);
    this.#path.sendFrame(packet, TELEPHONE_EVENT_BYTES, this.#source, marker, type, this.#sequence, startedAt, nowMs);
    this.#sequence = (this.#sequence + 1) & 0xffff;
  }

  /** Timestamp of the next packet. */
  get timestamp(): number {
    return this.#timestamp;
  }

  #prepare(codec: CodecName): SpeechEncoder {
    this.#codec = codec;
    const sampleRate = rateFor(codec, this.#rate);
    this.#resampler = sampleRate === this.#rate ? null : new Resampler(this.#rate, sampleRate);
    return encoderFor(codec, sampleRate);
  }

  #buffer(): Buffer {
    const index = this.#turn++ % BUFFERS;
    return (this.#buffers[index] ??= Buffer.allocUnsafeSlow(RTP_HEADER_BYTES + MOST_BYTES + TAIL_BYTES));
  }

  #write(packet: Buffer, length: number, nowMs: number): void {
    const type = this.#path.payloadType;
    this.#path.sendFrame(packet, length, this.#source, false, type, this.#sequence, this.#timestamp, nowMs);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.pass();
  }
}

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { decoderFor, encoderFor, MOST_BYTES, MOST_SAMPLES } from '../../src/media/codecs/codec.ts';
import { loadOpus } from '../../src/media/codecs/opus.ts';
import { CODECS, type CodecName } from '../../src/protocol/rtp/codecs.ts';
import { parseRtp, serializeRtp } from '../../src/protocol/rtp/packet.ts';

/** An RTP peer of any codec: sends a sound at 50 packets/s over UDP and keeps the samples it hears. */
export class CodecPhone {
  readonly codec: CodecName;
  readonly payloadType: number;
  /** Samples heard since `forget`, at the codec's rate. */
  heard: Int16Array[] = [];
  packets: { payloadType: number; timestamp: number; bytes: number; payload: Buffer }[] = [];
  /** Which packets to leave out, by their count. */
  loses: (count: number) => boolean = () => false;
  readonly #socket: Socket;
  readonly #wave: (seconds: number) => number;
  #timer: NodeJS.Timeout | null = null;
  #count = 0;

  private constructor(codec: CodecName, wave: (seconds: number) => number, socket: Socket) {
    this.codec = codec;
    this.payloadType = CODECS[codec].payloadType ?? 111;
    this.#wave = wave;
    this.#socket = socket;
    const decoder = decoderFor(codec);
    socket.on('message', (bytes) => {
      const { payload, payloadType, timestamp } = parseRtp(bytes);
      this.packets.push({ payloadType, timestamp, bytes: payload.length, payload: Buffer.from(payload) });
      if (payloadType !== this.payloadType) return;
      const samples = new Int16Array(MOST_SAMPLES);
      this.heard.push(samples.subarray(0, decoder.decode(payload, 0, payload.length, samples)));
    });
  }

  /** @param wave level at a time in seconds, -1..1 */
  static async open(codec: CodecName, wave: (seconds: number) => number): Promise<CodecPhone> {
    if (codec === 'OPUS') await loadOpus();
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new CodecPhone(codec, wave, socket);
  }

  get rate(): number {
    return CODECS[this.codec].sampleRate;
  }

  /** What SDP would have said about this phone. */
  remote(dtmfPayloadType: number | null = 101) {
    const { codec, payloadType } = this;
    return { host: '127.0.0.1', port: this.#socket.address().port, codec, payloadType, dtmfPayloadType, direction: 'sendrecv' as const };
  }

  start(host: string, port: number): void {
    const encoder = encoderFor(this.codec);
    const bytes = new Uint8Array(MOST_BYTES);
    const began = performance.now();
    const length = this.rate / 50;
    const send = (): void => {
      const first = this.#count * length;
      const samples = Int16Array.from({ length }, (_, index) => Math.round(32_767 * this.#wave((first + index) / this.rate)));
      const payload = Buffer.from(bytes.subarray(0, encoder.encode(samples, bytes, 0)));
      const timestamp = this.#count * (CODECS[this.codec].clockRate / 50);
      const rest = { marker: false, payloadType: this.payloadType, ssrc: 77, csrcs: [], extension: null, padding: 0 };
      if (!this.loses(this.#count)) this.#socket.send(serializeRtp({ ...rest, sequence: this.#count & 0xffff, timestamp, payload }), port, host);
      this.#count++;
    };
    this.#timer = setInterval(() => {
      while (performance.now() - began >= this.#count * 20) send();
    }, 5);
  }

  forget(): void {
    this.heard = [];
    this.packets = [];
  }

  /** Everything heard in a row. */
  samples(): Int16Array {
    const all = new Int16Array(this.heard.reduce((sum, each) => sum + each.length, 0));
    let at = 0;
    for (const each of this.heard) {
      all.set(each, at);
      at += each.length;
    }
    return all;
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#socket.close();
  }
}

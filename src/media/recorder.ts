import type { Clock } from '../lib/clock.ts';
import { ALAW_TO_MULAW, G711_RATE, MULAW_SILENCE, translateInPlace } from '../protocol/rtp/g711.ts';
import { SealedStreamWriter } from '../vault/stream.ts';
import type { AudioTap, TapSource } from './audio-path.ts';
import { ChannelAlignment } from './channel-alignment.ts';
import { PeakMeter } from './peaks.ts';
import type { CodecName, RecordingResult } from './protocol.ts';
import { RecordingFile } from './recording-file.ts';
import { GapLog, lossMark, PAUSE_MARK } from './recording-gaps.ts';
import type { SyncGroup } from './sync-group.ts';

/** Half a second: what waits to be sealed is lost with the process. */
const CHUNK_BYTES = 8 * 1024;
const CHUNK_FRAMES = CHUNK_BYTES / 2;
/** Sound that may still be waiting: a chunk being filled, one that waits for late packets, the rest for a stalled process. */
const RING_FRAMES = 4 * CHUNK_FRAMES;
/** A chunk is sealed this long after its last sample, for packets that come late: 250 ms. */
const LATE_FRAMES = 2000;

/** Codes as they are stored: without negative zero, which is a mark. */
const STORED = Uint8Array.from({ length: 256 }, (_, code) => (code === PAUSE_MARK ? MULAW_SILENCE : code));

/** Both channels in turn, made for sealing; sealing is synchronous, so one is enough for the process. */
const interleaved = Buffer.alloc(CHUNK_BYTES);

/** Rings of recordings that have ended, silent: new memory for each call is what the collector of a media process is busy with. */
const spareRings: Buffer[] = [];
const MAX_SPARE_RINGS = 128;

const takeRing = (): Buffer => spareRings.pop() ?? Buffer.alloc(RING_FRAMES, MULAW_SILENCE);

/** @param ring not used any more */
function giveRing(ring: Buffer): void {
  if (spareRings.length < MAX_SPARE_RINGS) spareRings.push(ring.fill(MULAW_SILENCE));
}

export interface RecorderOptions {
  path: string;
  key: Buffer;
  associatedData: Buffer;
  clock: Clock;
  syncGroup: SyncGroup;
  onFailed: (reason: string) => void;
}

/**
 * Records what two peers say on two channels of one time line. Packets are laid on a ring by their timestamps; a chunk whose
 * time has passed is sealed in memory and handed to the disk. At most 1 s of sound is ever only in memory.
 */
export class Recorder {
  readonly path: string;
  readonly #file: RecordingFile;
  readonly #writer: SealedStreamWriter;
  readonly #clock: Clock;
  /** A ring for each channel: a packet touches half the memory it would in turn with the other channel. */
  readonly #rings = [takeRing(), takeRing()] as const;
  readonly #peaks = new PeakMeter();
  readonly #startMs: number;
  readonly #detach: [() => void, () => void] = [() => undefined, () => undefined];
  readonly #gaps = new GapLog();
  #sealed = 0;
  #stopped = false;

  private constructor(options: RecorderOptions, file: RecordingFile) {
    this.path = options.path;
    this.#clock = options.clock;
    this.#file = file;
    this.#writer = new SealedStreamWriter(options.key, options.associatedData, {
      sampleRate: G711_RATE,
      channels: 2,
      codec: 'PCMU',
    }, CHUNK_BYTES);
    this.#startMs = options.clock.monotonic();
    file.append(this.#writer.header);
  }

  /** @throws MediaError `io_error` */
  static async start(options: RecorderOptions): Promise<Recorder> {
    const file = await RecordingFile.create(options.path, options.syncGroup, options.onFailed);
    return new Recorder(options, file);
  }

  /** Whom to hear on a channel (0 left, 1 right) from now on; null = silence. */
  listen(channel: 0 | 1, path: TapSource | null): void {
    this.#detach[channel]();
    this.#detach[channel] = path && !this.#stopped ? path.addTap(this.#tap(channel, path)) : () => undefined;
  }

  /** How long the left channel has been silent, as far as it is sealed, ms. */
  get leftSilentMs(): number {
    return this.#peaks.leftSilentMs;
  }

  pause(paused: boolean): void {
    const now = this.#frameAt(this.#clock.monotonic());
    if (paused === this.#gaps.isPaused) return;
    if (paused) this.#gaps.pause(now);
    else this.#gaps.resume(now);
  }

  /** Seals the next chunk when its time has come; true when it did. To be called every 20 ms. */
  flush(nowMs: number): boolean {
    if (this.#stopped || this.#frameAt(nowMs) - LATE_FRAMES < this.#sealed + CHUNK_FRAMES) return false;
    this.#sealChunk();
    return true;
  }

  /** Ends the recording. @throws MediaError `io_error` */
  async stop(): Promise<RecordingResult> {
    const end = this.#frameAt(this.#clock.monotonic());
    this.listen(0, null);
    this.listen(1, null);
    this.#stopped = true;
    while (end - this.#sealed > CHUNK_FRAMES) this.#sealChunk();
    const last = this.#segment(Math.max(0, end - this.#sealed));
    this.#peaks.add(last);
    this.#peaks.end();
    this.#file.append(this.#writer.seal(last, true));
    // Nobody is heard any more, and a writer that has ended lets nobody come here again.
    for (const ring of this.#rings) giveRing(ring);
    const written = await this.#file.finish();
    const frames = this.#sealed + last.length / 2;
    return {
      durationMs: Math.round((frames * 1000) / G711_RATE),
      ...written,
      peaks: { left: this.#peaks.left, right: this.#peaks.right },
      gaps: this.#gaps.list(frames),
    };
  }

  #frameAt(nowMs: number): number {
    return Math.floor(((nowMs - this.#startMs) * G711_RATE) / 1000);
  }

  #tap(channel: 0 | 1, source: TapSource): AudioTap {
    const alignment = new ChannelAlignment();
    // A mix is made here and loses nothing.
    const { received } = source;
    let lost = received?.lost ?? 0;
    let stream = -1;
    /** Behind the newest sample. */
    let end = 0;
    return {
      audio: (packet, offset, length, codec, timestamp, ssrc, nowMs) => {
        const position = alignment.place(this.#frameAt(nowMs), timestamp, ssrc);
        const lostNow = received?.lost ?? 0;
        // A silence without a missing number is the peer's own: a digit, or voice detection.
        if (lostNow > lost && ssrc === stream && position > end) this.#gaps.lose(channel, end, position);
        else if (position < end) this.#gaps.fill(channel, position, position + length, this.#sealed);
        lost = lostNow;
        end = ssrc === stream ? Math.max(end, position + length) : position + length;
        stream = ssrc;
        this.#lay(channel, position, packet, offset, length, codec);
      },
    };
  }

  /** Lays the bytes of a packet on the ring as they are; what is to be said of each sample is said when it is sealed. */
  #lay(channel: 0 | 1, position: number, packet: Buffer, offset: number, length: number, codec: CodecName): void {
    while (position + length > this.#sealed + RING_FRAMES) this.#sealChunk();
    // Samples of a part that is sealed already came too late.
    const skip = Math.max(0, this.#sealed - position);
    const from = offset + skip;
    const end = offset + length;
    if (from >= end) return;
    const ring = this.#rings[channel];
    const at = (position + skip) % RING_FRAMES;
    const fits = Math.min(end - from, RING_FRAMES - at);
    packet.copy(ring, at, from, from + fits);
    if (from + fits < end) packet.copy(ring, 0, from + fits, end);
    if (codec !== 'PCMA') return;
    translateInPlace(ring, at, fits, ALAW_TO_MULAW);
    translateInPlace(ring, 0, end - from - fits, ALAW_TO_MULAW);
  }

  #sealChunk(): void {
    const chunk = this.#segment(CHUNK_FRAMES);
    this.#peaks.add(chunk);
    this.#file.append(this.#writer.seal(chunk, false));
    const start = this.#sealed % RING_FRAMES;
    for (const ring of this.#rings) ring.fill(MULAW_SILENCE, start, start + CHUNK_FRAMES);
    this.#sealed += CHUNK_FRAMES;
    this.#gaps.settle(this.#sealed);
  }

  /**
   * The next `frames` samples to seal, with losses marked and pauses blanked. Good until the next call; the rings are whole
   * numbers of chunks.
   */
  #segment(frames: number): Buffer {
    const begin = this.#sealed;
    const start = begin % RING_FRAMES;
    const segment = interleaved.subarray(0, frames * 2);
    const [left, right] = this.#rings;
    for (let index = 0, at = 0; index < frames; index++, at += 2) {
      segment[at] = STORED[left[start + index] ?? MULAW_SILENCE] ?? MULAW_SILENCE;
      segment[at + 1] = STORED[right[start + index] ?? MULAW_SILENCE] ?? MULAW_SILENCE;
    }
    for (const { channel, from, to } of this.#gaps.lossesIn(begin, begin + frames)) {
      for (let position = from; position < to; position++) segment[(position - begin) * 2 + channel] = lossMark(position);
    }
    for (const { from, to } of this.#gaps.pausesIn(begin, begin + frames)) {
      segment.fill(PAUSE_MARK, (from - begin) * 2, (to - begin) * 2);
    }
    return segment;
  }
}

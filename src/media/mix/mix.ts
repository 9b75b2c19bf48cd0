import { CODECS, type CodecName, isG711 } from '../../protocol/rtp/codecs.ts';
import { linearToAlaw, linearToMulaw } from '../../protocol/rtp/g711.ts';
import type { RtpHeader } from '../../protocol/rtp/packet.ts';
import type { AudioPath, AudioTap, PacketSink, TapSource } from '../audio-path.ts';
import type { SampleRate } from '../codecs/codec.ts';
import { DecodedStream } from '../codecs/decoded-stream.ts';
import { FrameSender } from '../codecs/frame-sender.ts';
import { Resampler } from '../codecs/resample.ts';
import type { Sound } from '../sound-library.ts';
import type { Ticker } from '../ticker.ts';
import { comfortNoise, hears, isSilent, Limiter, type MixRights } from './mix-levels.ts';
import { MixPlayback } from './mix-playback.ts';

interface Member {
  id: string;
  path: AudioPath;
  rights: MixRights;
  stream: DecodedStream | null;
  sender: FrameSender;
  limiter: Limiter;
  /** What it says in this tick; null = silent. */
  frame: Int16Array | null;
}

interface Ear {
  /** The member whose ears these are. */
  id: string;
  tap: AudioTap;
  timestamp: number;
  resampler: Resampler | null;
  limiter: Limiter;
}

/**
 * A conference: every 20 ms each member is sent the sum of those it may hear, without itself. At 8 kHz as long as nobody has
 * a wide-band codec, else at 16 kHz. A member that is sent a prompt or a digit does not hear the mix meanwhile.
 */
export class Mix {
  readonly id: string;
  readonly #members = new Map<string, Member>();
  readonly #ears = new Set<Ear>();
  readonly #detach: () => void;
  #rate: SampleRate = 8000;
  #sum = new Int32Array(160);
  #mixed = new Int16Array(160);
  #noise = comfortNoise(160);
  #playback: MixPlayback | null = null;

  constructor(id: string, ticker: Ticker) {
    this.id = id;
    this.#detach = ticker.add((frames, nowMs) => {
      for (let count = 0; count < frames; count++) this.#tick(nowMs);
    });
  }

  get playbackId(): string | null {
    return this.#playback?.id ?? null;
  }

  has(id: string): boolean {
    return this.#members.has(id);
  }

  /** Adds a member, or changes its rights. */
  set(id: string, path: AudioPath, rights: MixRights): void {
    const known = this.#members.get(id);
    if (known) {
      known.rights = rights;
      return;
    }
    const sender = new FrameSender(path, this.#rate);
    const member: Member = { id, path, rights, stream: null, sender, limiter: new Limiter(), frame: null };
    this.#members.set(id, member);
    const sink: PacketSink = { take: (codec, packet, header, nowMs) => this.#take(member, codec, packet, header, nowMs) };
    path.sink = sink;
    this.#choose();
  }

  /** Idempotent. */
  leave(id: string): void {
    const member = this.#members.get(id);
    if (!member) return;
    member.path.sink = null;
    this.#members.delete(id);
    this.#choose();
  }

  /** What `id` is given to hear, as mu-law; silence after it has left. */
  earOf(id: string): TapSource {
    return {
      addTap: (tap) => {
        const ear: Ear = { id, tap, timestamp: 0, resampler: this.#narrowing(), limiter: new Limiter() };
        this.#ears.add(ear);
        return () => this.#ears.delete(ear);
      },
    };
  }

  /** Mixes sounds in for everybody; replaces the playback before. @param onFinished is not called after `stopPlay` */
  play(id: string, sounds: readonly Sound[], loop: boolean, onFinished: () => void): void {
    this.#playback = new MixPlayback(id, sounds, loop, this.#rate, onFinished);
  }

  stopPlay(): void {
    this.#playback = null;
  }

  /** Lets everybody go. */
  close(): void {
    this.#detach();
    for (const id of this.#members.keys()) this.leave(id);
    this.#ears.clear();
  }

  #take(member: Member, codec: CodecName, packet: Buffer, header: RtpHeader, nowMs: number): void {
    if (member.stream?.codec !== codec || member.stream.rate !== this.#rate) {
      member.stream = new DecodedStream(codec, this.#rate);
      this.#choose();
    }
    member.stream.put(header.ssrc, header.timestamp, packet, header.payloadOffset, header.payloadLength, nowMs);
  }

  /** Chooses the rate by the codecs of all; where it changes, everything starts anew at the other rate. */
  #choose(): void {
    const isWide = [...this.#members.values()].some(({ path }) => CODECS[path.codec].sampleRate > 8000);
    const rate = isWide ? 16_000 : 8000;
    if (rate === this.#rate) return;
    this.#rate = rate;
    const length = rate / 50;
    this.#sum = new Int32Array(length);
    this.#mixed = new Int16Array(length);
    this.#noise = comfortNoise(length);
    for (const member of this.#members.values()) {
      member.stream = null;
      member.sender = new FrameSender(member.path, rate);
    }
    for (const ear of this.#ears) ear.resampler = this.#narrowing();
    this.#playback?.setRate(rate);
  }

  #narrowing(): Resampler | null {
    return this.#rate > 8000 ? new Resampler(16_000, 8000) : null;
  }

  #tick(nowMs: number): void {
    for (const member of this.#members.values()) {
      const frame = member.stream?.next(nowMs) ?? null;
      member.frame = frame === null || isSilent(frame) ? null : frame;
    }
    const played = this.#playback?.next() ?? null;
    const shared = new Map<string, Buffer>();
    for (const member of this.#members.values()) {
      if (member.path.playing || member.path.sendingDigits) member.sender.pass();
      else this.#serve(member, played, shared, nowMs);
    }
    for (const ear of this.#ears) this.#tell(ear, played, nowMs);
    if (this.#playback?.isOver) {
      const { onFinished } = this.#playback;
      this.#playback = null;
      onFinished();
    }
  }

  /** Sends a member its mix. Those who hear exactly the same in G.711 share one encoding, as most of a large room do. */
  #serve(member: Member, played: Int16Array | null, shared: Map<string, Buffer>, nowMs: number): void {
    const voices = this.#add(member.id, member.rights, played);
    const { codec } = member.path;
    if (!isG711(codec) || this.#rate > 8000) {
      member.sender.send(this.#limited(voices, member.limiter), nowMs);
      return;
    }
    const key = `${codec} ${voices.join(' ')}`;
    let bytes = shared.get(key);
    if (!bytes) {
      const mixed = this.#limited(voices, member.limiter);
      bytes = codec === 'PCMU' ? linearToMulaw(mixed) : linearToAlaw(mixed);
      shared.set(key, bytes);
    }
    member.sender.sendEncoded(bytes, nowMs);
  }

  #tell(ear: Ear, played: Int16Array | null, nowMs: number): void {
    const member = this.#members.get(ear.id);
    if (!member) return;
    const mixed = this.#limited(this.#add(member.id, member.rights, played), ear.limiter);
    const mulaw = linearToMulaw(ear.resampler ? ear.resampler.run(mixed) : mixed);
    ear.tap.audio(mulaw, 0, mulaw.length, 'PCMU', ear.timestamp, 0, nowMs);
    ear.timestamp = (ear.timestamp + mulaw.length) >>> 0;
  }

  /** Sums up what a member hears; returns whose voices these are. */
  #add(id: string, rights: MixRights, played: Int16Array | null): string[] {
    const sum = this.#sum.fill(0);
    const voices: string[] = [];
    for (const speaker of this.#members.values()) {
      if (!speaker.frame || !hears(id, rights, speaker.id, speaker.rights)) continue;
      voices.push(speaker.id);
      for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] ?? 0) + (speaker.frame[index] ?? 0);
    }
    if (played && rights.hears === 'all') {
      voices.push('');
      for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] ?? 0) + (played[index] ?? 0);
    }
    return voices;
  }

  #limited(voices: readonly string[], limiter: Limiter): Int16Array {
    if (voices.length === 0) return this.#noise;
    limiter.run(this.#sum, this.#mixed);
    return this.#mixed;
  }
}

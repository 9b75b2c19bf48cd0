import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { eventOfDigit } from '../protocol/rtp/telephone-event.ts';
import type { TapSource } from './audio-path.ts';
import { Bridge } from './bridge.ts';
import { DigitSender } from './digit-sender.ts';
import type { Endpoint } from './endpoint.ts';
import { MediaError } from './errors.ts';
import type { DtmfPress } from './dtmf.ts';
import type { MixRights } from './mix/mix-levels.ts';
import { Mixes } from './mix/mixes.ts';
import type { Playback } from './playback.ts';
import type { EndpointStats, MediaDump, MediaEvent, MediaLoad } from './protocol.ts';
import { QualityMeter, type QualityReport } from './quality/quality-meter.ts';
import type { Recorder } from './recorder.ts';
import type { PortRange } from './rtp-ports.ts';
import type { SoundLibrary } from './sound-library.ts';
import { SyncGroup } from './sync-group.ts';
import { Ticker } from './ticker.ts';
import { ToneDetector } from './tone-detector.ts';

export interface SessionOptions {
  clock: Clock;
  logger: Logger;
  /** Address for RTP and ICE. */
  host: string;
  ports: PortRange;
  sounds: SoundLibrary;
  emit: (event: MediaEvent) => void;
}

interface EndpointEntry {
  endpoint: Endpoint;
  playback: Playback | null;
  digits: DigitSender | null;
  /** Ends listening for tones; null = not listening. */
  unhear: (() => void) | null;
  openedAtMs: number;
  /** Packets received at the last health report. */
  receivedBefore: number;
  silenceToldMs: number;
  meter: QualityMeter;
}

interface RecordingEntry {
  recorder: Recorder;
  left: string;
  right: string | null;
  /** So long a silence of the left channel is told; null = none, or told already. */
  silenceMs: number | null;
}

const HOUSEKEEPING_MS = 200;
const HEALTH_EVERY_MS = 5000;
const SILENCE_MS = 10_000;
/** Chunks sealed in one tick, so that many recordings begun together do not hold up the sound of all. */
const CHUNKS_A_TICK = 4;

/** Everything alive in a media process, by the ids core chose. Commands (commands.ts) act on it. */
export class Session {
  readonly options: SessionOptions;
  readonly ticker: Ticker;
  readonly syncGroup: SyncGroup;
  readonly endpoints = new Map<string, EndpointEntry>();
  readonly bridges = new Map<string, Bridge>();
  readonly mixes: Mixes;
  readonly recordings = new Map<string, RecordingEntry>();
  /** Ids that are being created. */
  readonly #reserved = new Set<string>();
  #stopSealing: (() => void) | null = null;
  #sealNext = 0;
  #cancelHousekeeping: () => void;
  #healthAtMs = 0;

  constructor(options: SessionOptions) {
    this.options = options;
    this.syncGroup = new SyncGroup(options.clock);
    this.ticker = new Ticker(options.clock, (error) => options.logger.error({ err: error }, 'a frame failed'));
    this.mixes = new Mixes(this.ticker);
    this.#cancelHousekeeping = options.clock.after(HOUSEKEEPING_MS, () => this.#housekeep());
  }

  /** Runs `make` unless the id is in use. @throws MediaError `already_exists` */
  async reserve<Made>(id: string, taken: boolean, make: () => Promise<Made>): Promise<Made> {
    if (taken || this.#reserved.has(id)) throw new MediaError('already_exists', `${id} exists already.`);
    this.#reserved.add(id);
    try {
      return await make();
    } finally {
      this.#reserved.delete(id);
    }
  }

  addEndpoint(endpoint: Endpoint): void {
    const openedAtMs = this.options.clock.monotonic();
    this.endpoints.set(endpoint.id, {
      endpoint,
      playback: null,
      digits: null,
      unhear: null,
      openedAtMs,
      receivedBefore: 0,
      silenceToldMs: 0,
      meter: new QualityMeter(),
    });
  }

  /** @throws MediaError `unknown_endpoint` */
  entry(id: string): EndpointEntry {
    const entry = this.endpoints.get(id);
    if (!entry) throw new MediaError('unknown_endpoint', `There is no endpoint ${id}.`);
    return entry;
  }

  /** @throws MediaError `unknown_endpoint` */
  closeEndpoint(id: string): EndpointStats & { quality: QualityReport | null } {
    const entry = this.entry(id);
    const stats = { ...entry.endpoint.stats(), quality: this.quality(id, Number.POSITIVE_INFINITY) };
    for (const bridge of this.bridges.values()) if (bridge.has(entry.endpoint)) this.closeBridge(bridge.id);
    this.mixes.of(id)?.leave(id);
    entry.unhear?.();
    for (const recording of this.recordings.values()) {
      if (recording.left === id) recording.recorder.listen(0, null);
      if (recording.right === id) recording.recorder.listen(1, null);
    }
    entry.playback?.stop();
    entry.digits?.stop();
    this.endpoints.delete(id);
    entry.endpoint.close();
    return stats;
  }

  /** @throws MediaError `unknown_endpoint`, `already_exists` */
  createBridge(id: string, a: string, b: string): void {
    if (this.bridges.has(id)) throw new MediaError('already_exists', `${id} exists already.`);
    const first = this.entry(a).endpoint;
    const second = this.entry(b).endpoint;
    if (first === second) throw new MediaError('bad_command', 'A bridge needs two endpoints.');
    for (const bridge of this.bridges.values()) {
      if (bridge.has(first) || bridge.has(second)) throw new MediaError('already_exists', 'An endpoint is bridged already.');
    }
    if (this.mixes.of(a) || this.mixes.of(b)) throw new MediaError('already_exists', 'An endpoint is in a mix.');
    this.bridges.set(id, new Bridge(id, first, second, this.ticker));
  }

  /** @throws MediaError `unknown_bridge` */
  closeBridge(id: string): void {
    const bridge = this.bridges.get(id);
    if (!bridge) throw new MediaError('unknown_bridge', `There is no bridge ${id}.`);
    bridge.close();
    this.bridges.delete(id);
  }

  /** Adds a member to a mix, or changes its rights. @throws MediaError `unknown_mix`, `unknown_endpoint`, `already_exists` */
  setMixMember(mix: string, id: string, rights: MixRights): void {
    const { endpoint } = this.entry(id);
    for (const bridge of this.bridges.values()) {
      if (bridge.has(endpoint)) throw new MediaError('already_exists', 'The endpoint is in a bridge.');
    }
    this.mixes.set(mix, id, endpoint.path, rights);
  }

  /** Where the right channel of a recording comes from. @param right an endpoint, or a mix: then what `left` hears of it */
  tapSource(left: string, right: string): TapSource {
    return this.mixes.has(right) ? this.mixes.get(right).earOf(left) : this.entry(right).endpoint.path;
  }

  /** A key pressed as telephone-event: told, and given as tones to a bridged peer that does not take events. */
  pressed(id: string, press: DtmfPress): void {
    this.options.emit({ event: 'dtmf', endpoint: id, ...press });
    const event = eventOfDigit(press.digit);
    const peer = this.endpoints.get(id)?.endpoint.path.peer;
    if (!peer || peer.dtmfPayloadType !== null || event === undefined) return;
    for (const entry of this.endpoints.values()) {
      if (entry.endpoint.path === peer && entry.endpoint.id !== id) this.digitsOf(entry).send(event, Math.min(500, press.durationMs));
    }
  }

  /** Listens for keys in the sound of a peer, or no longer. @throws MediaError `unknown_endpoint` */
  setDtmfDetection(id: string, on: boolean): void {
    const entry = this.entry(id);
    if (on) {
      const detector = new ToneDetector((press) => this.options.emit({ event: 'dtmf', endpoint: id, ...press }));
      entry.unhear ??= entry.endpoint.path.addTap(detector);
      return;
    }
    entry.unhear?.();
    entry.unhear = null;
  }

  /** The endpoint's digit queue, made at first use. */
  digitsOf(entry: EndpointEntry): DigitSender {
    return (entry.digits ??= new DigitSender(entry.endpoint.path, this.ticker));
  }

  addRecording(id: string, entry: RecordingEntry): void {
    this.recordings.set(id, entry);
    this.#stopSealing ??= this.ticker.add((_frames, nowMs) => this.#seal(nowMs));
  }

  /** @throws MediaError `unknown_recording` */
  recording(id: string): RecordingEntry {
    const entry = this.recordings.get(id);
    if (!entry) throw new MediaError('unknown_recording', `There is no recording ${id}.`);
    return entry;
  }

  removeRecording(id: string): void {
    this.recordings.delete(id);
    if (this.recordings.size > 0) return;
    this.#stopSealing?.();
    this.#stopSealing = null;
  }

  /** Ends a recording whose file failed: nothing of it is sealed or held open any more. */
  abandonRecording(id: string): void {
    const entry = this.recordings.get(id);
    if (!entry) return;
    this.removeRecording(id);
    entry.recorder.stop().catch((error: unknown) => this.options.logger.debug({ err: error, recording: id }, 'a failed recording was closed'));
  }

  dump(): MediaDump {
    return {
      endpoints: [...this.endpoints.values()].map(({ endpoint }) => ({
        endpoint: endpoint.id,
        kind: endpoint.kind,
        bridge: [...this.bridges.values()].find((bridge) => bridge.has(endpoint))?.id ?? null,
        mix: this.mixes.of(endpoint.id)?.id ?? null,
        stats: endpoint.stats(),
      })),
      recordings: [...this.recordings].map(([recording, { recorder }]) => ({ recording, path: recorder.path })),
    };
  }

  load(): MediaLoad {
    return {
      endpoints: this.endpoints.size,
      bridges: this.bridges.size,
      recordings: this.recordings.size,
      tickLateP99Ms: Math.round(this.ticker.lateP99() * 100) / 100,
      rssBytes: process.memoryUsage.rss(),
    };
  }

  /** Closes endpoints from which nothing came for `silentMs`: what a core that never came back left behind. */
  closeSilent(silentMs: number): void {
    const now = this.options.clock.monotonic();
    for (const [id, { endpoint, openedAtMs }] of this.endpoints) {
      if (now - Math.max(endpoint.path.received.lastAtMs, openedAtMs) > silentMs) this.closeEndpoint(id);
    }
  }

  /** Ends everything; recordings get their last chunk. */
  async close(): Promise<void> {
    this.#cancelHousekeeping();
    const endings = [...this.recordings.values()].map(({ recorder }) => recorder.stop());
    this.recordings.clear();
    for (const id of this.endpoints.keys()) this.closeEndpoint(id);
    this.ticker.close();
    await Promise.allSettled(endings);
  }

  #seal(nowMs: number): void {
    const all = [...this.recordings];
    // Should all be due at once, the last must not wait long: its sound is only in memory.
    const most = Math.max(CHUNKS_A_TICK, Math.ceil(all.length / 5));
    let sealed = 0;
    for (let step = 0; step < all.length && sealed < most; step++) {
      const next = all[this.#sealNext++ % all.length];
      if (!next?.[1].recorder.flush(nowMs)) continue;
      sealed++;
      this.#tellQuiet(...next);
    }
  }

  #tellQuiet(recording: string, entry: RecordingEntry): void {
    if (entry.silenceMs === null || entry.recorder.leftSilentMs < entry.silenceMs) return;
    entry.silenceMs = null;
    this.options.emit({ event: 'recordingSilent', recording });
  }

  #housekeep(): void {
    const now = this.options.clock.monotonic();
    const health = now >= this.#healthAtMs;
    if (health) this.#healthAtMs = now + HEALTH_EVERY_MS;
    for (const entry of this.endpoints.values()) {
      entry.endpoint.housekeep(now);
      this.#tellSilence(entry, now);
      if (health && entry.endpoint.kind === 'webrtc') this.#tellHealth(entry);
      if (health) this.#measure(entry, now);
    }
    this.#cancelHousekeeping = this.options.clock.after(HOUSEKEEPING_MS, () => this.#housekeep());
  }

  /** The quality of a leg over the last `overMs`; null = nothing was received. @throws MediaError `unknown_endpoint` */
  quality(id: string, overMs: number): QualityReport | null {
    const entry = this.entry(id);
    const now = this.options.clock.monotonic();
    // The interval that is not over yet counts too: a short call has no other.
    this.#measure(entry, now);
    return entry.meter.report(overMs, now);
  }

  #measure(entry: EndpointEntry, nowMs: number): void {
    const quality = entry.meter.add(entry.endpoint.counters(), nowMs);
    if (quality) this.options.emit({ event: 'quality', endpoint: entry.endpoint.id, quality });
  }

  #tellSilence(entry: EndpointEntry, nowMs: number): void {
    const { endpoint } = entry;
    const silentMs = nowMs - Math.max(endpoint.path.received.lastAtMs, entry.openedAtMs);
    if (silentMs < SILENCE_MS || !endpoint.expectsAudio) {
      entry.silenceToldMs = 0;
      return;
    }
    if (silentMs < entry.silenceToldMs + SILENCE_MS) return;
    entry.silenceToldMs = silentMs;
    this.options.emit({ event: 'rtpTimeout', endpoint: endpoint.id, silentMs: Math.round(silentMs) });
  }

  #tellHealth(entry: EndpointEntry): void {
    const stats = entry.endpoint.stats();
    const receiving = stats.packetsReceived > entry.receivedBefore;
    entry.receivedBefore = stats.packetsReceived;
    this.options.emit({ event: 'endpointHealth', endpoint: entry.endpoint.id, stats, receiving });
  }
}

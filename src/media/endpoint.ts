import type { AudioPath } from './audio-path.ts';
import type { EndpointStats } from './protocol.ts';
import type { StreamCounters } from './quality/quality-meter.ts';

/** One peer's audio, whatever carries it. */
export interface Endpoint {
  readonly id: string;
  readonly kind: 'rtp' | 'webrtc';
  readonly path: AudioPath;
  stats(): EndpointStats;
  /** What quality is measured from. */
  counters(): StreamCounters;
  /** A peer is known from which audio should be arriving. */
  readonly expectsAudio: boolean;
  /** Called once a second. */
  housekeep(nowMs: number): void;
  /** Idempotent. */
  close(): void;
}

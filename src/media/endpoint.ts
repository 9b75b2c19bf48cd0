import type { AudioPath } from './audio-path.ts';
import type { EndpointStats } from './protocol.ts';

/** One peer's audio, whatever carries it. */
export interface Endpoint {
  readonly id: string;
  readonly kind: 'rtp' | 'webrtc';
  readonly path: AudioPath;
  stats(): EndpointStats;
  /** A peer is known from which audio should be arriving. */
  readonly expectsAudio: boolean;
  /** Called once a second. */
  housekeep(nowMs: number): void;
  /** Idempotent. */
  close(): void;
}

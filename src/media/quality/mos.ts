import type { CodecName } from '../../protocol/rtp/codecs.ts';

/**
 * Equipment impairment and robustness to loss. G.711 with concealment as in ITU-T G.113 appendix I; for the wide-band codecs
 * there is no value on this narrow-band scale, so theirs are estimates that do not flatter them.
 */
const CODEC: Readonly<Record<CodecName, { impairment: number; robustness: number }>> = {
  PCMU: { impairment: 0, robustness: 25.1 },
  PCMA: { impairment: 0, robustness: 25.1 },
  G722: { impairment: 0, robustness: 13 },
  OPUS: { impairment: 0, robustness: 20 },
};

/** Transmission rating with all other parameters at their defaults, ITU-T G.107 section 7.7. */
const BEST_RATING = 93.2;
/** Packet time and a frame in the receiver, ms. */
const FIXED_DELAY_MS = 40;

/**
 * Mean opinion score by the E-model (ITU-T G.107) reduced to delay, loss and codec.
 * @param delayMs one way, of the network
 * @param lossPercent 0..100, taken for random
 * @returns 1..4.5, two digits
 */
export function meanOpinion(codec: CodecName, lossPercent: number, jitterMs: number, delayMs: number): number {
  const { impairment, robustness } = CODEC[codec];
  // A jitter buffer that holds twice the mean deviation.
  const delay = delayMs + FIXED_DELAY_MS + 2 * jitterMs;
  const byDelay = 0.024 * delay + 0.11 * Math.max(0, delay - 177.3);
  const byLoss = impairment + ((95 - impairment) * lossPercent) / (lossPercent + robustness);
  const rating = Math.max(0, Math.min(100, BEST_RATING - byDelay - byLoss));
  const score = 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6;
  return Math.round(Math.max(1, Math.min(4.5, score)) * 100) / 100;
}

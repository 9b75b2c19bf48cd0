import type { CodecName } from '../../protocol/rtp/codecs.ts';
import { meanOpinion } from './mos.ts';

/** How well a peer is heard, and hears. */
export interface Quality {
  /** Of what the peer sent us. */
  lossPercent: number;
  /** Of what we sent, as the peer reports; null = it reports nothing. */
  remoteLossPercent: number | null;
  jitterMs: number;
  roundTripMs: number | null;
  /** Estimated mean opinion score, 1..4.5. */
  mos: number;
}

/** Quality of one interval. */
export interface QualitySample extends Quality {
  /** End of the interval, ms before now. */
  agoMs: number;
}

/** What is known about one leg over a time. */
export interface QualityReport {
  summary: Quality;
  /** Oldest first. */
  samples: QualitySample[];
}

/** What is read of a stream at the end of an interval; counters since the stream began. */
export interface StreamCounters {
  codec: CodecName;
  packetsReceived: number;
  packetsLost: number;
  jitterMs: number;
  roundTripMs: number | null;
  remoteLossPercent: number | null;
}

/** An hour of 5 s intervals; in longer calls two neighbours become one, again and again. */
const MAX_SAMPLES = 720;

interface Interval {
  atMs: number;
  received: number;
  lost: number;
  jitterMs: number;
  roundTripMs: number | null;
  remoteLossPercent: number | null;
  codec: CodecName;
}

/** Collects intervals of one leg. */
export class QualityMeter {
  #intervals: Interval[] = [];
  #received = 0;
  #lost = 0;

  /** Closes an interval. @returns its quality; null when nothing was received in it */
  add(counters: StreamCounters, nowMs: number): Quality | null {
    const received = Math.max(0, counters.packetsReceived - this.#received);
    const lost = Math.max(0, counters.packetsLost - this.#lost);
    this.#received = counters.packetsReceived;
    this.#lost = counters.packetsLost;
    if (received === 0) return null;
    const { codec, jitterMs, roundTripMs, remoteLossPercent } = counters;
    const interval = { atMs: nowMs, received, lost, codec, jitterMs, roundTripMs, remoteLossPercent };
    this.#intervals.push(interval);
    if (this.#intervals.length > MAX_SAMPLES) this.#thin();
    return qualityOf([interval]);
  }

  /** What was heard in the last `overMs`; null = nothing. */
  report(overMs: number, nowMs: number): QualityReport | null {
    const wanted = this.#intervals.filter(({ atMs }) => nowMs - atMs <= overMs);
    if (wanted.length === 0) return null;
    const samples = wanted.map((interval) => ({ agoMs: Math.round(nowMs - interval.atMs), ...qualityOf([interval]) }));
    return { summary: qualityOf(wanted), samples };
  }

  #thin(): void {
    this.#intervals = this.#intervals.flatMap((interval, index, all) => {
      const next = all[index + 1];
      if (index % 2 === 1) return [];
      return next ? [{ ...next, received: interval.received + next.received, lost: interval.lost + next.lost }] : [interval];
    });
  }
}

function qualityOf(intervals: readonly Interval[]): Quality {
  const sum = (of: (interval: Interval) => number): number => intervals.reduce((total, each) => total + of(each), 0);
  const received = sum((each) => each.received);
  const lost = sum((each) => each.lost);
  const lossPercent = received + lost === 0 ? 0 : (lost * 100) / (received + lost);
  const jitterMs = sum((each) => each.jitterMs) / intervals.length;
  const roundTripMs = meanOf(intervals.map((each) => each.roundTripMs));
  return {
    lossPercent: round(lossPercent),
    remoteLossPercent: meanOf(intervals.map((each) => each.remoteLossPercent)),
    jitterMs: round(jitterMs),
    roundTripMs,
    mos: meanOpinion(intervals.at(-1)?.codec ?? 'PCMU', lossPercent, jitterMs, (roundTripMs ?? 0) / 2),
  };
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : round(known.reduce((total, value) => total + value, 0) / known.length);
}

const round = (value: number): number => Math.round(value * 100) / 100;

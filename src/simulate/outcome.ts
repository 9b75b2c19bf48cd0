import { countService, serviceLevels, type ServedCall, type ServiceCounts, type ServiceLevelId } from '../../shared/metrics/service-level.ts';

/** Length of the intervals of a result, ms. */
export const OUTCOME_INTERVAL_MS = 30 * 60 * 1000;

/** What came to a queue in half an hour, counted when it came. */
export interface IntervalOutcome {
  /** From the beginning of the scenario, ms. */
  at: number;
  offered: number;
  answered: number;
  answeredWithin: number;
  abandoned: number;
}

/** What one queue, or all together, came to. Shares of 1, times in ms; null where there is nothing to speak of. */
export interface Outcome {
  /** Answered, abandoned, sent away by a limit, or turned into a callback. */
  offered: number;
  counts: ServiceCounts;
  /** Sent away by a limit of the queue, or because it was closed. */
  flowOut: number;
  /** Callers who took a callback, and those of them who were called back. */
  callbacks: number;
  calledBack: number;
  serviceLevels: Record<ServiceLevelId, number | null>;
  /** Mean wait of answered calls, ringing included. */
  asaMs: number | null;
  /** Mean wait of all calls. */
  meanWaitMs: number | null;
  /** Share of the calls offered. */
  abandonRate: number | null;
  /** Share of calls for which no agent was free at once; ringing is part of the wait but not meant here. */
  delayed: number | null;
  longestWaitMs: number;
  mostWaiting: number;
  /** (talk + wrap-up) / (talk + wrap-up + available idle) of the queue's agents, in whatever queue they worked. */
  occupancy: number | null;
  intervals: IntervalOutcome[];
}

/** How a call left its queue. */
export type Leaving = ServedCall['outcome'] | 'flowOut' | 'callback';

/** Adds up what one queue came to. */
export class Tally {
  readonly #thresholdMs: number;
  readonly #shortMs: number;
  readonly #served: ServedCall[] = [];
  readonly #intervals = new Map<number, IntervalOutcome>();
  #counts: Record<Leaving, number> = { answered: 0, abandoned: 0, flowOut: 0, callback: 0 };
  #waitMs = 0;
  #answeredWaitMs = 0;
  #longestWaitMs = 0;
  #delayed = 0;
  #waiting = 0;
  #mostWaiting = 0;
  calledBack = 0;

  /** @param thresholdMs T @param shortMs s */
  constructor(thresholdMs: number, shortMs: number) {
    this.#thresholdMs = thresholdMs;
    this.#shortMs = shortMs;
  }

  arrive(): void {
    this.#waiting += 1;
    this.#mostWaiting = Math.max(this.#mostWaiting, this.#waiting);
  }

  leave(how: Leaving, queuedAt: number, waitMs: number, servedAtOnce: boolean): void {
    this.#waiting -= 1;
    this.#counts[how] += 1;
    this.#waitMs += waitMs;
    this.#longestWaitMs = Math.max(this.#longestWaitMs, waitMs);
    if (!servedAtOnce) this.#delayed += 1;
    const interval = this.#intervalOf(queuedAt);
    interval.offered += 1;
    if (how === 'flowOut' || how === 'callback') return;
    this.#served.push({ outcome: how, waitMs });
    interval[how] += 1;
    if (how === 'abandoned') return;
    this.#answeredWaitMs += waitMs;
    if (waitMs <= this.#thresholdMs) interval.answeredWithin += 1;
  }

  outcome(occupancy: number | null): Outcome {
    const counts = countService(this.#served, this.#thresholdMs, this.#shortMs);
    return outcomeOf({
      counts,
      flowOut: this.#counts.flowOut,
      callbacks: this.#counts.callback,
      calledBack: this.calledBack,
      delayedCalls: this.#delayed,
      waitMs: this.#waitMs,
      answeredWaitMs: this.#answeredWaitMs,
      longestWaitMs: this.#longestWaitMs,
      mostWaiting: this.#mostWaiting,
      occupancy,
      intervals: [...this.#intervals.values()].toSorted((a, b) => a.at - b.at),
    });
  }

  #intervalOf(moment: number): IntervalOutcome {
    const at = Math.floor(moment / OUTCOME_INTERVAL_MS) * OUTCOME_INTERVAL_MS;
    let interval = this.#intervals.get(at);
    if (!interval) this.#intervals.set(at, (interval = { at, offered: 0, answered: 0, answeredWithin: 0, abandoned: 0 }));
    return interval;
  }
}

/** Counts and sums from which an outcome's figures are made. */
export interface OutcomeSums extends Pick<Outcome, 'counts' | 'flowOut' | 'callbacks' | 'calledBack' | 'longestWaitMs' | 'mostWaiting' | 'occupancy' | 'intervals'> {
  delayedCalls: number;
  waitMs: number;
  answeredWaitMs: number;
}

/** The figures of sums. */
export function outcomeOf({ delayedCalls, waitMs, answeredWaitMs, ...sums }: OutcomeSums): Outcome {
  const { counts, flowOut, callbacks } = sums;
  const offered = counts.answered + counts.abandoned + flowOut + callbacks;
  const share = (part: number): number | null => (offered > 0 ? part / offered : null);
  return {
    ...sums,
    offered,
    serviceLevels: serviceLevels(counts),
    asaMs: counts.answered > 0 ? answeredWaitMs / counts.answered : null,
    meanWaitMs: share(waitMs),
    abandonRate: share(counts.abandoned),
    delayed: share(delayedCalls),
  };
}

/** A queue in balance. Times in any one unit. */
export interface QueueLoad {
  /** Calls per unit of time. */
  arrivalRate: number;
  /** Mean handling time. */
  handlingTime: number;
  agents: number;
}

/** Probability that all `agents` are busy and none may wait; recursion in k, stable for any size. */
export function erlangB(load: number, agents: number): number {
  let blocking = 1;
  for (let k = 1; k <= agents; k++) blocking = (load * blocking) / (k + load * blocking);
  return blocking;
}

/** What Erlang C says of a queue whose callers wait for ever. */
export interface ErlangC {
  /** Probability that a caller waits. */
  waits: number;
  /** Share answered within the threshold. */
  serviceLevel: number;
  /** Mean wait of all callers. */
  asa: number;
  occupancy: number;
}

/** @returns null when the load is too high for the queue ever to be in balance */
export function erlangC({ arrivalRate, handlingTime, agents }: QueueLoad, threshold: number): ErlangC | null {
  const load = arrivalRate * handlingTime;
  if (agents <= load) return null;
  const blocking = erlangB(load, agents);
  const waits = blocking / (1 - (load / agents) * (1 - blocking));
  return {
    waits,
    serviceLevel: 1 - waits * Math.exp((-(agents - load) * threshold) / handlingTime),
    asa: (waits * handlingTime) / (agents - load),
    occupancy: load / agents,
  };
}

/** What Erlang A says of a queue whose callers give up after exponentially distributed patience. */
export interface ErlangA {
  abandons: number;
  waits: number;
  /** Mean time in queue of all callers, answered or not. */
  meanWait: number;
  occupancy: number;
}

/** Probabilities below this add nothing to any sum. */
const NEGLIGIBLE = 1e-15;

/**
 * M/M/n+M as a birth-death chain: birth λ, death min(k, n)μ + max(0, k − n)θ. Always in balance, because impatience ends
 * any queue.
 * Source: Mandelbaum and Zeltyn, The Palm/Erlang-A Queue.
 */
export function erlangA({ arrivalRate, handlingTime, agents }: QueueLoad, patience: number): ErlangA {
  const death = (k: number): number => Math.min(k, agents) / handlingTime + Math.max(0, k - agents) / patience;
  let weight = 1;
  let total = 1;
  let waiting = 0;
  let busy = 0;
  let delayed = agents === 0 ? 1 : 0;
  // Weights are kept relative to a running scale, so that thousands of agents do not overflow.
  for (let k = 1; ; k++) {
    weight *= arrivalRate / death(k);
    if (weight > 1e200) {
      total /= weight;
      waiting /= weight;
      busy /= weight;
      delayed /= weight;
      weight = 1;
    }
    total += weight;
    busy += weight * Math.min(k, agents);
    waiting += weight * Math.max(0, k - agents);
    if (k >= agents) delayed += weight;
    if (k > agents && weight < total * NEGLIGIBLE) break;
  }
  const meanQueue = waiting / total;
  return {
    abandons: meanQueue / patience / arrivalRate,
    waits: delayed / total,
    meanWait: meanQueue / arrivalRate,
    occupancy: agents === 0 ? 0 : busy / total / agents,
  };
}

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

/** Steps of the integral over waiting times; its error is far below what any figure shows. */
const STEPS = 2000;

/** Simpson's rule. */
function integral(f: (x: number) => number, to: number): number {
  const step = to / STEPS;
  let sum = f(0) + f(to);
  for (let index = 1; index < STEPS; index++) sum += f(index * step) * (index % 2 === 1 ? 4 : 2);
  return (sum * step) / 3;
}

/**
 * Share of all callers answered within the threshold (SL3), in the queue of `erlangA`. The time that a caller of endless
 * patience would wait has, above 0, a density proportional to exp(λ(1 − e^(−θx))/θ − nμx); of those who would wait x, the
 * share e^(−θx) is still there.
 * Source: Zeltyn and Mandelbaum, Call centers with impatient customers: many-server asymptotics of the M/M/n+G queue, section 4.
 */
export function erlangAServiceLevel(load: QueueLoad, patience: number, threshold: number): number {
  const { arrivalRate, handlingTime, agents } = load;
  if (agents === 0) return 0;
  const { waits } = erlangA(load, patience);
  const exponent = (x: number): number => arrivalRate * patience * (1 - Math.exp(-x / patience)) - (agents / handlingTime) * x;
  // The exponent is highest here, and falls for ever after.
  const peakAt = Math.max(0, patience * Math.log((arrivalRate * handlingTime) / agents));
  const peak = exponent(peakAt);
  let end = Math.max(peakAt * 2, handlingTime / agents);
  while (exponent(end) > peak - 40) end *= 1.5;
  const density = (x: number): number => Math.exp(exponent(x) - peak);
  const within = Math.min(threshold, end);
  const answered = integral((x) => density(x) * Math.exp(-x / patience), within);
  return 1 - waits + (waits * answered) / integral(density, end);
}

/** Share of callers to be answered within so long. */
export interface ServiceTarget {
  share: number;
  threshold: number;
}

/** More agents than this are not looked for. */
const MOST_AGENTS = 5000;

/**
 * Fewest agents with which the target is met: by Erlang C when callers wait for ever, else by Erlang A.
 * @param patience mean patience; null = callers wait for ever
 * @returns 0 without calls; null when not even 5,000 agents do
 */
export function requiredAgents(load: Omit<QueueLoad, 'agents'>, target: ServiceTarget, patience: number | null): number | null {
  if (load.arrivalRate <= 0 || load.handlingTime <= 0) return 0;
  const meets = (agents: number): boolean => {
    const queue = { ...load, agents };
    const level = patience === null ? (erlangC(queue, target.threshold)?.serviceLevel ?? 0) : erlangAServiceLevel(queue, patience, target.threshold);
    return level >= target.share;
  };
  // The level grows with the agents, so the fewest are found by halving.
  let [low, high] = [0, 1];
  while (!meets(high)) {
    if (high >= MOST_AGENTS) return null;
    [low, high] = [high, Math.min(MOST_AGENTS, high * 2)];
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (meets(middle)) high = middle;
    else low = middle;
  }
  return high;
}

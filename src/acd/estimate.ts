import type { Call, Queue } from './model.ts';
import type { WaitEstimate } from './types.ts';

/** Answers that a queue remembers. */
const REMEMBERED = 40;
/** Older ones say nothing of the pace now, ms. */
const WINDOW_MS = 30 * 60_000;
/** With fewer an estimate would be a guess, and none is given. */
const FEWEST = 3;
/** Standard deviations to each side that hold four of five waits of a Poisson stream. */
const WIDTH = 1.28;

/** One more call of the queue was taken. */
export function rememberAnswer(queue: Queue, at: number): void {
  const { answers } = queue.memory;
  answers.push(at);
  if (answers.length > REMEMBERED) answers.shift();
}

/** How fast the queue moved lately, in answers a ms, and from how many that was learnt. Null when it is not known. */
export function paceOf(queue: Queue, at: number): { perMs: number; from: number } | null {
  const { answers } = queue.memory;
  let first = 0;
  while (first < answers.length && at - (answers[first] as number) > WINDOW_MS) first += 1;
  const from = answers.length - first;
  const span = at - (answers[first] ?? at);
  return from < FEWEST || span <= 0 ? null : { perMs: from / span, from };
}

/**
 * The range in which the wait of a call will lie four times out of five: as many answers as its position, each as far apart as
 * lately; the spread is that of the stream itself and of what little is known of its pace. What the caller was told before is
 * never taken back: the moment promised may come nearer, not go away. Null when there is nothing honest to say.
 */
export function estimateWait(call: Call, position: number, pace: ReturnType<typeof paceOf>, at: number): WaitEstimate | null {
  if (!pace || position < 1) return null;
  const mean = position / pace.perMs;
  const spread = WIDTH * Math.sqrt(1 / position + 1 / pace.from);
  const low = at + mean * Math.max(0, 1 - spread);
  const high = at + mean * (1 + spread);
  const told = { low: Math.min(low, call.told?.low ?? Infinity), high: Math.min(high, call.told?.high ?? Infinity) };
  call.told = told;
  // The time promised is over: nothing that can be said now is both honest and no more than before.
  if (told.high <= at) return null;
  return { lowMs: Math.max(0, Math.round(told.low - at)), highMs: Math.round(told.high - at) };
}

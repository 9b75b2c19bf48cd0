import type { Clock } from './clock.ts';

/** A timer of Node may be so much late, ms, when nothing else is to do; the rest of a wait is polled. */
const TIMER_LATE_MS = 0.5;

/**
 * Does work whose time must not tell what it found: it is answered, or refused, a whole number of steps after it began. A timer alone
 * would not do: it counts whole milliseconds from when the event loop last looked at the time, so that it only moves the answer. The
 * last of the wait, about 1 ms, therefore is polled, between all else that there is to do: 170 a second use 15 % of a processor that
 * is idle, 1,000 a second 18 %, because they wait together. Not for a clock that is moved by hand.
 * @param stepMs longer than the work takes as a rule, so that the end of a step seldom is near its end
 * @throws what the work throws
 */
export async function atWholeSteps<Result>(clock: Clock, stepMs: number, work: () => Promise<Result>): Promise<Result> {
  const began = clock.monotonic();
  try {
    return await work();
  } finally {
    const took = clock.monotonic() - began;
    const due = began + Math.ceil(took / stepMs) * stepMs;
    const rest = due - clock.monotonic() - TIMER_LATE_MS;
    if (rest >= 1) await new Promise<void>((resolve) => clock.after(rest, resolve));
    while (clock.monotonic() < due) await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

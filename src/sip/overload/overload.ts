/**
 * How many of the new calls are taken. The figure is how late we get to our work, the worse of two: the event loop to its timers, and
 * what came by the network to being looked at. It grows when more comes in than can be done, whatever it is that takes the time. Above
 * the high limit the share of calls that is taken shrinks, below the low one it grows again; between them it stays, which is where it
 * settles (loss-based control, RFC 6357 section 5.10 and RFC 7339, decided here instead of by the neighbour). Taking all and taking none
 * in turn would serve half of what the machine can do. When fewer come than were done in time before, all are taken at once. Pure.
 */
export interface OverloadLimits {
  /** Above this, `enterAfter` samples in a row, calls are refused, ms. */
  highMs: number;
  /** Below this more of them are taken again, ms. */
  lowMs: number;
  enterAfter: number;
  /** What is left of the share with each bad sample. */
  shrink: number;
  /** What comes back with each good sample, at most. */
  grow: number;
}

export const DEFAULT_OVERLOAD_LIMITS: OverloadLimits = { highMs: 200, lowMs: 60, enterAfter: 2, shrink: 0.7, grow: 0.1 };

/** Never fewer than this: with nobody let in, nothing would be learned. */
const LEAST_SHARE = 0.02;
/** What was once carried counts for less with each sample: half of it after seven seconds at two a second. */
const FORGET = 0.95;
/** This part of what was carried is carried again, for certain. */
const EASY = 0.8;

export interface OverloadState {
  /** Of the new calls, those that are taken: 1 = all. */
  share: number;
  /** Samples in a row that speak against it: bad ones while all are taken, easy ones while not. */
  against: number;
  /** The most new calls a second that were taken and done in time of late. */
  carried: number;
}

export const OVERLOAD_START: OverloadState = { share: 1, against: 0, carried: 0 };

/** What was seen since the last step. */
export interface OverloadSample {
  /** How late we are, ms. */
  lateMs: number;
  /** New calls a second that were taken. */
  taken: number;
  /** New calls a second that were refused. */
  refused: number;
}

/** Takes one sample. */
export function overloadStep(limits: OverloadLimits, { share, against, carried: before }: OverloadState, { lateMs, taken, refused }: OverloadSample): OverloadState {
  const { highMs, lowMs, enterAfter, shrink, grow } = limits;
  if (lateMs > highMs) {
    const carried = before * FORGET;
    if (share === 1 && against + 1 < enterAfter) return { share, against: against + 1, carried };
    return { share: Math.max(LEAST_SHARE, share * shrink), against: 0, carried };
  }
  const carried = Math.max(taken, before * FORGET);
  const isEasy = share < 1 && lateMs < lowMs && taken + refused <= carried * EASY;
  if (isEasy && against + 1 >= enterAfter) return { share: 1, against: 0, carried };
  // In steps of its own size while it is small, so that it is not thrown back by the first step.
  const more = lateMs < lowMs ? Math.min(grow, share / 2) : 0;
  // Whole thousandths: one is reached, and not nearly.
  return { share: Math.min(1, Math.round((share + more) * 1000) / 1000), against: isEasy ? against + 1 : 0, carried };
}

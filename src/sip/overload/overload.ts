/**
 * How many of the new calls are taken. The figure is how late we get to our work, the worse of two: the event loop to its timers, and what came by
 * the network to being looked at. It grows when more comes in than can be done, whatever it is that takes the time. Above the high limit the share of calls that is taken shrinks, below the low one it grows
 * again; between them it stays, which is where it settles (loss-based control, RFC 6357 section 5.10 and RFC 7339, decided here
 * instead of by the neighbour). Taking all and taking none in turn would serve half of what the machine can do. Pure.
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

export interface OverloadState {
  /** Of the new calls, those that are taken: 1 = all. */
  share: number;
  /** Bad samples in a row while all are taken. */
  against: number;
}

export const OVERLOAD_START: OverloadState = { share: 1, against: 0 };

/** Takes one sample. @param lateMs how late we are, ms */
export function overloadStep(limits: OverloadLimits, { share, against }: OverloadState, lateMs: number): OverloadState {
  const { highMs, lowMs, enterAfter, shrink, grow } = limits;
  if (lateMs > highMs) {
    if (share === 1 && against + 1 < enterAfter) return { share, against: against + 1 };
    return { share: Math.max(LEAST_SHARE, share * shrink), against: 0 };
  }
  // In steps of its own size while it is small, so that it is not thrown back by the first step.
  const more = lateMs < lowMs ? Math.min(grow, share / 2) : 0;
  // Whole thousandths: one is reached, and not nearly.
  return { share: Math.min(1, Math.round((share + more) * 1000) / 1000), against: 0 };
}

/**
 * Whether new calls are taken. The figure is how late the event loop gets to its work: it grows when more comes in than can be
 * done, whatever it is that takes the time. Two limits with a gap keep it from flapping. Pure.
 */
export interface OverloadLimits {
  /** Above this, `enterAfter` samples in a row, new calls are refused, ms. */
  highMs: number;
  /** Below this, `leaveAfter` samples in a row, they are taken again, ms. */
  lowMs: number;
  enterAfter: number;
  leaveAfter: number;
}

export const DEFAULT_OVERLOAD_LIMITS: OverloadLimits = { highMs: 200, lowMs: 60, enterAfter: 2, leaveAfter: 3 };

export interface OverloadState {
  active: boolean;
  /** Samples in a row that speak for a change. */
  against: number;
}

export const OVERLOAD_START: OverloadState = { active: false, against: 0 };

/** Takes one sample. @param p95Ms delay of the event loop, 95th percentile */
export function overloadStep(limits: OverloadLimits, { active, against }: OverloadState, p95Ms: number): OverloadState {
  const speaksForChange = active ? p95Ms < limits.lowMs : p95Ms > limits.highMs;
  if (!speaksForChange) return { active, against: 0 };
  const isEnough = against + 1 >= (active ? limits.leaveAfter : limits.enterAfter);
  return isEnough ? { active: !active, against: 0 } : { active, against: against + 1 };
}

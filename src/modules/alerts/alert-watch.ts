/** One rule on one queue (or the whole centre), as it is watched. Pure: times come with the figure. */
export interface Watch {
  /** Since when the figure is beyond the limit, ms; null = it is not. */
  beyondSince: number | null;
  /** Since when it is back, while an alert is open. */
  backSince: number | null;
  isRaised: boolean;
}

export interface Limit {
  comparison: 'above' | 'below';
  threshold: number;
  forMs: number;
}

export const CALM: Watch = { beyondSince: null, backSince: null, isRaised: false };

/** An alert ends when its figure has been back for so long: one that swings about the limit is one alert, ms. */
const BACK_MS = 30_000;

const isBeyond = ({ comparison, threshold }: Limit, value: number): boolean => (comparison === 'above' ? value > threshold : value < threshold);

/**
 * Takes in one figure.
 * @param value null = there is none now (no calls yet today): as if it were fine
 * @param now monotonic ms
 */
export function watchFigure(watch: Watch, limit: Limit, value: number | null, now: number): { watch: Watch; outcome: 'raise' | 'resolve' | 'none' } {
  if (value !== null && isBeyond(limit, value)) {
    const beyondSince = watch.beyondSince ?? now;
    const raises = !watch.isRaised && now - beyondSince >= limit.forMs;
    return { watch: { beyondSince, backSince: null, isRaised: watch.isRaised || raises }, outcome: raises ? 'raise' : 'none' };
  }
  if (!watch.isRaised) return { watch: CALM, outcome: 'none' };
  const backSince = watch.backSince ?? now;
  if (now - backSince < BACK_MS) return { watch: { ...watch, beyondSince: null, backSince }, outcome: 'none' };
  return { watch: CALM, outcome: 'resolve' };
}

const JAPAN_MS = 9 * 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/** The day in Japan, as a number. @param wall ms since the epoch */
export const dayOf = (wall: number): number => Math.floor((wall + JAPAN_MS) / DAY_MS);

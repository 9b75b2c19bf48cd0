import { formatDateTime, formatDuration } from '../lib/format.ts';

/** 2026/05/01 09:05:07, in Japan's time, for what happens in seconds. */
export const exactTimeText = (iso: string, locale: string): string => `${formatDateTime(iso, locale)}:${iso.slice(17, 19)}`;

/** Milliseconds as 1:05; a dash for what did not happen. */
export const durationText = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms));

/** Seconds as 1:05; what is not a number (a sound not loaded) is 0:00. */
export const secondsText = (seconds: number): string => formatDuration(Number.isFinite(seconds) ? seconds * 1000 : 0);

/** Bytes as kB or MB. */
export const sizeText = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

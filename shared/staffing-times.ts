/** A part of a day, minutes from midnight in Japan; beyond 1440 of the next day, as rosters in Japan write it (25:00). */
export interface MinuteSpan {
  startMinute: number;
  endMinute: number;
}

/** `09:05`, `25:00`. */
export const minuteText = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** `9:05`, `09:05` and `25:00` as minutes; null for what is no time of two days. */
export function readMinute(text: string): number | null {
  const found = /^(\d{1,2}):([0-5]\d)$/.exec(text.trim());
  const minute = found ? Number(found[1]) * 60 + Number(found[2]) : NaN;
  return minute >= 0 && minute <= 2880 ? minute : null;
}

/** `12:00-13:00, 15:00-15:10`. */
export const spansText = (spans: readonly MinuteSpan[]): string => spans.map(({ startMinute, endMinute }) => `${minuteText(startMinute)}-${minuteText(endMinute)}`).join(', ');

/** The spans of a text as above (commas of any kind, semicolons); null when a part is none. */
export function readSpans(text: string): MinuteSpan[] | null {
  const parts = text.split(/[,;、，；]/u).map((part) => part.trim());
  const spans: MinuteSpan[] = [];
  for (const part of parts) {
    if (part === '') continue;
    const [startMinute, endMinute, more] = part.split(/[-–~〜～]/u).map(readMinute);
    if (startMinute === undefined || startMinute === null || endMinute === undefined || endMinute === null || more !== undefined) return null;
    spans.push({ startMinute, endMinute });
  }
  return spans;
}

/** What is wrong with a shift. */
export type ShiftFault = 'start' | 'end' | 'tooLong' | 'breaks';

/** null = it is in order: breaks one after the other, within the shift. */
export function shiftFault({ startMinute, endMinute, breaks }: MinuteSpan & { breaks: readonly MinuteSpan[] }): ShiftFault | null {
  if (startMinute < 0 || startMinute > 1439) return 'start';
  if (endMinute <= startMinute) return 'end';
  if (endMinute - startMinute > 1440) return 'tooLong';
  let free = startMinute;
  for (const pause of breaks) {
    if (pause.startMinute < free || pause.endMinute <= pause.startMinute || pause.endMinute > endMinute) return 'breaks';
    free = pause.endMinute;
  }
  return null;
}

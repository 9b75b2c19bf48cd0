import { minuteText, readMinute, readSpans, shiftFault, spansText, type MinuteSpan, type ShiftFault } from '../../../../shared/staffing-times.ts';

/** The hours of a shift as somebody types them. */
export interface HoursDraft {
  start: string;
  end: string;
  breaks: string;
}

export type Hours = MinuteSpan & { breaks: MinuteSpan[] };

export const draftOf = ({ startMinute, endMinute, breaks }: Hours): HoursDraft => ({ start: minuteText(startMinute), end: minuteText(endMinute), breaks: spansText(breaks) });

/** What was typed as hours, or which field is wrong. */
export function readHours({ start, end, breaks }: HoursDraft): { hours: Hours } | { fault: ShiftFault } {
  const [startMinute, endMinute, spans] = [readMinute(start), readMinute(end), readSpans(breaks)];
  if (startMinute === null) return { fault: 'start' };
  if (endMinute === null) return { fault: 'end' };
  if (spans === null) return { fault: 'breaks' };
  const hours = { startMinute, endMinute, breaks: spans };
  const fault = shiftFault(hours);
  return fault === null ? { hours } : { fault };
}

/** `9:00–18:00`. */
export const rangeText = ({ startMinute, endMinute }: MinuteSpan): string => `${minuteText(startMinute)}–${minuteText(endMinute)}`;

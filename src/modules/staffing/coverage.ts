import type { MinuteSpan } from '../../../shared/staffing-times.ts';
import { daysBetween } from '../support/japan-days.ts';
import type { ShiftRow } from './shifts.queries.ts';

const DAY_MINUTES = 1440;

/** The parts of a shift in which somebody works, breaks taken out. */
export function workSpans({ start_minute, end_minute, breaks }: Pick<ShiftRow, 'start_minute' | 'end_minute' | 'breaks'>): MinuteSpan[] {
  const spans: MinuteSpan[] = [];
  let from = start_minute;
  for (const pause of breaks) {
    if (pause.startMinute > from) spans.push({ startMinute: from, endMinute: pause.startMinute });
    from = pause.endMinute;
  }
  if (end_minute > from) spans.push({ startMinute: from, endMinute: end_minute });
  return spans;
}

/** How many agents are on shift in each interval of a day, on average; shifts of the day before may reach into it. */
export function coverageOf(shifts: readonly ShiftRow[], day: string, intervalMinutes: number): number[] {
  const minutes = new Float64Array(DAY_MINUTES / intervalMinutes);
  for (const shift of shifts) {
    const move = daysBetween(day, shift.day) * DAY_MINUTES;
    for (const { startMinute, endMinute } of workSpans(shift)) {
      for (const [index] of minutes.entries()) {
        const begin = index * intervalMinutes;
        const overlap = Math.min(endMinute + move, begin + intervalMinutes) - Math.max(startMinute + move, begin);
        if (overlap > 0) minutes[index] = (minutes[index] ?? 0) + overlap;
      }
    }
  }
  return [...minutes].map((sum) => sum / intervalMinutes);
}

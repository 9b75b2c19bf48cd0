import { holidayOn } from '../../../shared/flow/holidays.ts';
import type { OpenHours } from '../../../shared/flow/nodes.ts';
import { dayRule } from '../../../shared/flow/open-hours.ts';
import type { Forecast } from '../../../shared/api/forecasts.ts';
import { addDays, weekdayOf } from '../support/japan-days.ts';

/** Past days on which a forecast rests. */
export type Basis = Pick<Forecast, 'method' | 'days' | 'leftOut'>;

/** How far back is looked at most. */
const LONGEST_DAYS = 400;

export interface BasisQuestion {
  day: string;
  /** So many days are wanted. */
  wanted: number;
  /** Today in Japan: only days before it are over. */
  today: string;
  /** First day with records; null = there are none. */
  firstDay: string | null;
  /** Of the queue's calendar; null = always open. */
  hours: OpenHours | null;
}

/** Whether the queue is open at some time of a day. */
export const isOpenOn = (hours: OpenHours | null, day: string): boolean => hours === null || dayRule(hours, { date: day, weekday: String(weekdayOf(day)) }).spans.length > 0;

/**
 * Which days a forecast averages: the last days of the same weekday that were no national holiday and on which the queue was
 * open; for a holiday the last holidays, on whatever weekday. A day without calls counts, once there were calls at all.
 */
export function basisOf({ day, wanted, today, firstDay, hours }: BasisQuestion): Basis {
  const isHoliday = holidayOn(day) !== null;
  const basis: Basis = { method: isHoliday ? 'holiday' : 'weekday', days: [], leftOut: [] };
  const step = isHoliday ? 1 : 7;
  for (let back = step; back <= LONGEST_DAYS && basis.days.length < wanted; back += step) {
    const past = addDays(day, -back);
    if (past >= today || (isHoliday && holidayOn(past) === null)) continue;
    if (firstDay === null || past < firstDay) {
      basis.leftOut.push({ day: past, reason: 'noRecords' });
      // Nor are there any earlier.
      break;
    }
    if (!isHoliday && holidayOn(past) !== null) basis.leftOut.push({ day: past, reason: 'holiday' });
    else if (!isOpenOn(hours, past)) basis.leftOut.push({ day: past, reason: 'closed' });
    else basis.days.push(past);
  }
  return basis;
}

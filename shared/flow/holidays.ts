/**
 * National holidays of Japan by rule (国民の祝日に関する法律), 1948 is not looked back to: the rules are those in force since
 * 2022, and the moved days of the Olympic years 2020 and 2021 are not in them. Substitute holidays follow article 3 paragraph 2,
 * days between two holidays paragraph 3. The equinoxes are computed; officially each year's days are those announced in the
 * official gazette on 1 February of the year before, so later years are forecasts.
 */
export type HolidayKind = 'national' | 'substitute' | 'between';

export interface Holiday {
  /** `YYYY-MM-DD`. */
  date: string;
  /** As the law names it; the two kinds of article 3 by their usual names. */
  name: string;
  nameEn: string;
  kind: HolidayKind;
}

/** First year for which these rules hold as a whole. */
export const FIRST_HOLIDAY_YEAR = 2022;
/** Last year for which the formula of the equinoxes is given. */
export const LAST_HOLIDAY_YEAR = 2099;

const FIXED: readonly (readonly [month: number, day: number, name: string, nameEn: string])[] = [
  [1, 1, '元日', 'New Year’s Day'],
  [2, 11, '建国記念の日', 'National Foundation Day'],
  [2, 23, '天皇誕生日', 'Emperor’s Birthday'],
  [4, 29, '昭和の日', 'Shōwa Day'],
  [5, 3, '憲法記念日', 'Constitution Memorial Day'],
  [5, 4, 'みどりの日', 'Greenery Day'],
  [5, 5, 'こどもの日', 'Children’s Day'],
  [8, 11, '山の日', 'Mountain Day'],
  [11, 3, '文化の日', 'Culture Day'],
  [11, 23, '勤労感謝の日', 'Labour Thanksgiving Day'],
];

/** The n-th Monday of a month. */
const MONDAYS: readonly (readonly [month: number, nth: number, name: string, nameEn: string])[] = [
  [1, 2, '成人の日', 'Coming of Age Day'],
  [7, 3, '海の日', 'Marine Day'],
  [9, 3, '敬老の日', 'Respect for the Aged Day'],
  [10, 2, 'スポーツの日', 'Sports Day'],
];

const DAY_MS = 86_400_000;
const isoOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const weekdayOf = (at: number): number => new Date(at).getUTCDay();

/** Day of the equinox, the usual approximation for 1980 to 2099: mean time of 1980, length of the tropical year, leap days. */
const equinoxDay = (year: number, day1980: number): number => Math.floor(day1980 + 0.242194 * (year - 1980) - Math.floor((year - 1980) / 4));

function nationalDays(year: number): Map<number, Holiday> {
  const days = new Map<number, Holiday>();
  const add = (month: number, day: number, name: string, nameEn: string): void => {
    const at = Date.UTC(year, month - 1, day);
    days.set(at, { date: isoOf(at), name, nameEn, kind: 'national' });
  };
  for (const entry of FIXED) add(...entry);
  for (const [month, nth, name, nameEn] of MONDAYS) {
    const first = weekdayOf(Date.UTC(year, month - 1, 1));
    add(month, ((8 - first) % 7) + 1 + (nth - 1) * 7, name, nameEn);
  }
  add(3, equinoxDay(year, 20.8431), '春分の日', 'Vernal Equinox Day');
  add(9, equinoxDay(year, 23.2488), '秋分の日', 'Autumnal Equinox Day');
  return days;
}

function computed(year: number): Holiday[] {
  const national = nationalDays(year);
  const all = new Map(national);
  for (const at of national.keys()) {
    if (weekdayOf(at) !== 0) continue;
    // Paragraph 2: the next day that is no national holiday itself.
    let next = at + DAY_MS;
    while (national.has(next)) next += DAY_MS;
    all.set(next, { date: isoOf(next), name: '振替休日', nameEn: 'Substitute holiday', kind: 'substitute' });
  }
  for (const at of national.keys()) {
    const between = at + DAY_MS;
    // Paragraph 3: both neighbours are national holidays, and it is none itself.
    if (national.has(between + DAY_MS) && !all.has(between)) {
      all.set(between, { date: isoOf(between), name: '国民の休日', nameEn: 'National day of rest', kind: 'between' });
    }
  }
  return [...all.values()].toSorted((a, b) => (a.date < b.date ? -1 : 1));
}

const years = new Map<number, ReadonlyMap<string, Holiday>>();

function yearOf(year: number): ReadonlyMap<string, Holiday> {
  let known = years.get(year);
  if (!known) {
    const holidays = year < FIRST_HOLIDAY_YEAR || year > LAST_HOLIDAY_YEAR ? [] : computed(year);
    known = new Map(holidays.map((holiday) => [holiday.date, holiday]));
    years.set(year, known);
  }
  return known;
}

/** Holidays of a year in order; none outside the years for which the rules hold. */
export const holidaysOf = (year: number): Holiday[] => [...yearOf(year).values()];

/** The holiday on a date `YYYY-MM-DD`, or null. */
export const holidayOn = (date: string): Holiday | null => yearOf(Number(date.slice(0, 4))).get(date) ?? null;

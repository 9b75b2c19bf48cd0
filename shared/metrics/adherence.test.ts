import { describe, expect, it } from 'vitest';
import { adherence, ADHERENCE_METRICS, type AdherenceDay, type PlannedChange, type PlannedSpan } from './adherence.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Midnight in Japan. */
const DAY = Date.parse('2026-11-16T00:00:00+09:00');
const dayOf = (ms: number): string => new Date(ms + 9 * HOUR).toISOString().slice(0, 10);

/** Nine to six with lunch from twelve to one. */
function shift(day = 0, fromHour = 9, toHour = 18): PlannedSpan[] {
  const begin = DAY + day * 24 * HOUR;
  const whole = { day: dayOf(begin), shiftFromMs: begin + fromHour * HOUR, shiftToMs: begin + toHour * HOUR };
  return [
    { ...whole, kind: 'work', fromMs: whole.shiftFromMs, toMs: begin + 12 * HOUR },
    { ...whole, kind: 'break', fromMs: begin + 12 * HOUR, toMs: begin + 13 * HOUR },
    { ...whole, kind: 'work', fromMs: begin + 13 * HOUR, toMs: whole.shiftToMs },
  ];
}

const at = (hour: number, presence: string, more: Partial<PlannedChange> = {}): PlannedChange => ({ at: DAY + hour * HOUR, presence, work: 'idle', problems: [], productive: false, callId: null, ...more });

function dayWith(changes: PlannedChange[], options: { plan?: PlannedSpan[]; nowHour?: number } = {}): AdherenceDay {
  const days = adherence(options.plan ?? shift(), changes, { fromMs: DAY, toMs: DAY + 24 * HOUR, nowMs: DAY + (options.nowHour ?? 48) * HOUR }, dayOf);
  const day = days.get('2026-11-16');
  if (!day) throw new Error('no day');
  return day;
}

const figures = ({ times }: AdherenceDay) => Object.fromEntries(ADHERENCE_METRICS.map(({ id, value }) => [id, value(times)]));
const told = ({ deviations }: AdherenceDay) => deviations.map(({ kind, fromMs, toMs }) => [kind, (fromMs - DAY) / HOUR, (toMs - DAY) / HOUR]);

const GOOD = [at(9, 'available'), at(12, 'break'), at(13, 'available'), at(18, 'offline')];

describe('adherence', () => {
  it('is whole for a day as planned', () => {
    expect(figures(dayWith(GOOD))).toEqual({ scheduled: 9 * HOUR, scheduledWork: 8 * HOUR, right: 9 * HOUR, worked: 8 * HOUR, adherence: 1, conformance: 1 });
    expect(told(dayWith(GOOD))).toEqual([]);
  });

  it('names what was other than planned, and counts it', () => {
    const day = dayWith([at(9.5, 'available'), at(12, 'available'), at(12.5, 'break'), at(13.25, 'available'), at(15, 'offline'), at(15.5, 'available'), at(17, 'offline')]);
    expect(told(day)).toEqual([['late', 9, 9.5], ['workedInBreak', 12, 12.5], ['onBreak', 13, 13.25], ['loggedOff', 15, 15.5], ['leftEarly', 17, 18]]);
    expect(figures(day)['adherence']).toBeCloseTo((9 - 0.5 - 0.5 - 0.25 - 0.5 - 1) / 9, 12);
    expect(figures(day)['conformance']).toBeCloseTo((8 - 0.5 + 0.5 - 0.25 - 0.5 - 1) / 8, 12);
  });

  it('tells absence, device trouble and work outside of shifts apart', () => {
    expect(told(dayWith([]))).toEqual([['absent', 9, 12], ['absent', 13, 18]]);
    expect(told(dayWith([at(8, 'available'), at(10, 'available', { problems: ['microphone'] }), at(11, 'available'), at(12, 'break'), at(13, 'available'), at(19, 'offline')]))).toEqual([['unscheduled', 8, 9], ['unavailable', 10, 11], ['unscheduled', 18, 19]]);
    expect(figures(dayWith([at(8, 'available'), at(10, 'offline')], { plan: [] }))).toMatchObject({ adherence: null, conformance: null, worked: 2 * HOUR });
  });

  it('takes training for work, and a call that runs into the break for what it is', () => {
    const training = dayWith([at(9, 'away', { productive: true }), at(12, 'break'), at(13, 'available'), at(18, 'offline')]);
    expect(figures(training)['adherence']).toBe(1);
    const late = dayWith([at(9, 'available', { work: 'talking', callId: 'c' }), at(12.25, 'break'), at(13, 'available'), at(18, 'offline')]);
    expect(late.deviations).toEqual([{ kind: 'workedInBreak', fromMs: DAY + 12 * HOUR, toMs: DAY + 12.25 * HOUR, actual: 'talking', callId: 'c' }]);
  });

  it('counts nothing that is still to come, and lists nothing shorter than a minute', () => {
    expect(figures(dayWith([at(9, 'available')], { nowHour: 10 }))).toMatchObject({ scheduled: HOUR, right: HOUR });
    const short = dayWith([at(9 + 59 / 3600, 'available'), ...GOOD.slice(1)]);
    expect(told(short)).toEqual([]);
    expect(figures(short)['right']).toBe(9 * HOUR - 59_000);
  });

  it('counts a shift beyond midnight for its day, and parts other work at midnight', () => {
    const night: PlannedSpan = { day: '2026-11-16', kind: 'work', fromMs: DAY + 22 * HOUR, toMs: DAY + 30 * HOUR, shiftFromMs: DAY + 22 * HOUR, shiftToMs: DAY + 30 * HOUR };
    const range = { fromMs: DAY, toMs: DAY + 48 * HOUR, nowMs: DAY + 72 * HOUR };
    const planned = adherence([night], [at(22, 'available'), at(30, 'offline')], range, dayOf);
    expect([...planned.keys()]).toEqual(['2026-11-16']);
    expect(planned.get('2026-11-16')?.times).toMatchObject({ scheduled: 8 * HOUR, right: 8 * HOUR });
    const unplanned = adherence([], [at(22, 'available'), at(30, 'offline')], range, dayOf);
    expect([unplanned.get('2026-11-16')?.times.worked, unplanned.get('2026-11-17')?.times.worked]).toEqual([2 * HOUR, 6 * HOUR]);
  });
});

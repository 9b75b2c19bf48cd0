import { timeClass, type StateChange, type TimeClass } from './agent-time.ts';
import type { TwoTexts } from '../two-texts.ts';
import type { MetricUnit } from './call-report.ts';

/** A change of state; `productive` is what the kind of break or absence that the agent named counts as (training: work). */
export interface PlannedChange extends StateChange {
  productive: boolean;
  callId: string | null;
}

/** A part of a shift. Instants in ms since the epoch, in order and without overlaps. */
export interface PlannedSpan {
  fromMs: number;
  toMs: number;
  kind: 'work' | 'break';
  /** Which day's shift it belongs to. */
  day: string;
  /** The whole shift. */
  shiftFromMs: number;
  shiftToMs: number;
}

/** What somebody did instead of what the plan says. */
export const DEVIATION_KINDS = ['absent', 'late', 'leftEarly', 'loggedOff', 'onBreak', 'unavailable', 'workedInBreak', 'unscheduled'] as const;
export type DeviationKind = (typeof DEVIATION_KINDS)[number];

export const DEVIATION_LABELS: Readonly<Record<DeviationKind, TwoTexts>> = {
  absent: { ja: '欠勤 (ログインなし)', en: 'Absent (never logged in)' },
  late: { ja: '遅刻', en: 'Late' },
  leftEarly: { ja: '早退', en: 'Left early' },
  loggedOff: { ja: '勤務中のログオフ', en: 'Logged off during work' },
  onBreak: { ja: '勤務中の休憩・離席', en: 'Break or away during work' },
  unavailable: { ja: '受付不可 (機器・回線の不調)', en: 'Not offered calls (device or network)' },
  workedInBreak: { ja: '休憩中の勤務', en: 'Worked during a break' },
  unscheduled: { ja: 'シフト外の勤務', en: 'Worked outside of any shift' },
};

export interface Deviation {
  kind: DeviationKind;
  fromMs: number;
  toMs: number;
  actual: TimeClass;
  /** The call that went on, if any. */
  callId: string | null;
}

/** Sums of one agent's day, ms. */
export interface AdherenceTimes {
  /** Work and breaks of the shifts, as far as they are past. */
  scheduled: number;
  scheduledWork: number;
  /** Working when work was planned, not working when a break was. */
  right: number;
  /** Working, whenever. */
  worked: number;
}

export const noAdherence = (): AdherenceTimes => ({ scheduled: 0, scheduledWork: 0, right: 0, worked: 0 });

/** Shorter deviations count in the figures but are not listed. */
export const SHORTEST_LISTED_MS = 60_000;

const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

/** A column of the adherence report. */
export interface AdherenceMetric {
  id: string;
  unit: MetricUnit;
  label: TwoTexts;
  formula: TwoTexts;
  value: (times: AdherenceTimes) => number | null;
}

export const ADHERENCE_METRICS: readonly AdherenceMetric[] = [
  { id: 'scheduled', unit: 'ms', label: { ja: '予定時間', en: 'Scheduled' }, formula: { ja: 'シフト (勤務 + 休憩) の合計、現在まで', en: 'Σ shifts (work + breaks), until now' }, value: ({ scheduled }) => scheduled },
  { id: 'scheduledWork', unit: 'ms', label: { ja: '予定勤務時間', en: 'Scheduled work' }, formula: { ja: 'シフトの合計 − 休憩の合計、現在まで', en: 'Σ shifts − Σ breaks, until now' }, value: ({ scheduledWork }) => scheduledWork },
  { id: 'right', unit: 'ms', label: { ja: '予定どおりの時間', en: 'As planned' }, formula: { ja: '勤務の予定に勤務していた時間 + 休憩の予定に休んでいた時間', en: 'working ∧ work planned + not working ∧ break planned' }, value: ({ right }) => right },
  { id: 'worked', unit: 'ms', label: { ja: '実勤務時間', en: 'Worked' }, formula: { ja: '受付可・着信中・通話中・後処理中・業務扱いの離席の合計 (予定の内外を問わない)', en: 'Σ available, ringing, talking, ACW, productive absence, whenever' }, value: ({ worked }) => worked },
  { id: 'adherence', unit: 'ratio', label: { ja: '遵守率', en: 'Adherence' }, formula: { ja: '予定どおりの時間 ÷ 予定時間', en: 'as planned / scheduled' }, value: ({ right, scheduled }) => share(right, scheduled) },
  { id: 'conformance', unit: 'ratio', label: { ja: '勤務時間の充足率', en: 'Conformance' }, formula: { ja: '実勤務時間 ÷ 予定勤務時間', en: 'worked / scheduled work' }, value: ({ worked, scheduledWork }) => share(worked, scheduledWork) },
];

const WORKING: readonly TimeClass[] = ['idle', 'ringing', 'talking', 'wrapUp'];

interface Actual {
  time: TimeClass;
  working: boolean;
  callId: string | null;
}

const OFFLINE: Actual = { time: 'offline', working: false, callId: null };

function actualOf(change: PlannedChange): Actual {
  const time = timeClass(change);
  const away = time === 'break' || time === 'away';
  return { time, working: WORKING.includes(time) || (away && change.productive), callId: change.callId };
}

/** One stretch of time in which neither plan nor state changes. */
interface Stretch {
  fromMs: number;
  toMs: number;
  plan: PlannedSpan | null;
  actual: Actual;
}

function stretchesOf(plan: readonly PlannedSpan[], changes: readonly PlannedChange[], fromMs: number, endMs: number): Stretch[] {
  const edges = new Set([fromMs, endMs, ...plan.flatMap((span) => [span.fromMs, span.toMs]), ...changes.map(({ at }) => at)]);
  const moments = [...edges].filter((at) => at >= fromMs && at <= endMs).toSorted((a, b) => a - b);
  let [spanIndex, changeIndex] = [0, 0];
  let actual = OFFLINE;
  return moments.slice(0, -1).map((begin, index) => {
    while ((changes[changeIndex]?.at ?? Infinity) <= begin) actual = actualOf(changes[changeIndex++] as PlannedChange);
    while ((plan[spanIndex]?.toMs ?? Infinity) <= begin) spanIndex += 1;
    const span = plan[spanIndex];
    return { fromMs: begin, toMs: moments[index + 1] ?? begin, plan: span && span.fromMs <= begin ? span : null, actual };
  });
}

const isRight = ({ plan, actual }: Stretch): boolean => plan !== null && actual.working === (plan.kind === 'work');

function deviationOf({ plan, actual }: Stretch): DeviationKind | null {
  if (plan === null) return actual.working ? 'unscheduled' : null;
  if (actual.working) return plan.kind === 'break' ? 'workedInBreak' : null;
  if (plan.kind === 'break') return null;
  if (actual.time === 'unhealthy') return 'unavailable';
  return actual.time === 'offline' ? 'loggedOff' : 'onBreak';
}

interface Listed extends Deviation {
  plan: PlannedSpan | null;
}

/** Adjoining stretches of one kind as one deviation; logged off at the edge of a shift is late, early or absent. */
function listed(stretches: readonly Stretch[]): Listed[] {
  const all: Listed[] = [];
  for (const stretch of stretches) {
    const kind = deviationOf(stretch);
    if (kind === null) continue;
    const { fromMs, toMs, plan, actual } = stretch;
    const last = all.at(-1);
    const goesOn = last?.kind === kind && last.toMs === fromMs && last.plan?.shiftFromMs === plan?.shiftFromMs;
    if (last && goesOn) {
      last.toMs = toMs;
      last.callId ??= actual.callId;
    } else all.push({ kind, fromMs, toMs, actual: actual.time, callId: actual.callId, plan });
  }
  return all;
}

function namedEdges(deviations: readonly Listed[], hasWork: (from: number, to: number) => boolean): Listed[] {
  return deviations.map((deviation) => {
    const { plan, fromMs, toMs, kind } = deviation;
    if (kind !== 'loggedOff' || plan === null) return deviation;
    if (!hasWork(plan.shiftFromMs, plan.shiftToMs)) return { ...deviation, kind: 'absent' as const };
    if (fromMs === plan.shiftFromMs) return { ...deviation, kind: 'late' as const };
    return toMs === plan.shiftToMs ? { ...deviation, kind: 'leftEarly' as const } : deviation;
  });
}

/** One agent's day against the plan. */
export interface AdherenceDay {
  times: AdherenceTimes;
  deviations: Deviation[];
}

/**
 * What an agent did against what was planned, by day. Time on shift counts for the day of the shift, even beyond midnight;
 * work outside of any shift for the day of the calendar.
 * @param plan in order, without overlaps
 * @param changes oldest first; the first may lie before `fromMs`
 * @param nowMs what is after now has not happened and counts for nothing
 * @param dayOf the day of an instant
 */
export function adherence(plan: readonly PlannedSpan[], changes: readonly PlannedChange[], range: { fromMs: number; toMs: number; nowMs: number }, dayOf: (ms: number) => string): Map<string, AdherenceDay> {
  const endMs = Math.min(range.toMs, range.nowMs);
  const days = new Map<string, AdherenceDay>();
  const entry = (day: string): AdherenceDay => {
    let found = days.get(day);
    if (!found) days.set(day, (found = { times: noAdherence(), deviations: [] }));
    return found;
  };
  if (endMs <= range.fromMs) return days;
  const stretches = splitAtDays(stretchesOf(plan, changes, range.fromMs, endMs), dayOf);
  for (const stretch of stretches) {
    const { plan: span, actual } = stretch;
    if (span === null && !actual.working) continue;
    const { times } = entry(span?.day ?? dayOf(stretch.fromMs));
    const length = stretch.toMs - stretch.fromMs;
    if (span) times.scheduled += length;
    if (span?.kind === 'work') times.scheduledWork += length;
    if (isRight(stretch)) times.right += length;
    if (actual.working) times.worked += length;
  }
  const hasWork = (from: number, to: number): boolean => stretches.some(({ fromMs, toMs, actual }) => actual.time !== 'offline' && fromMs < to && toMs > from);
  for (const { plan: span, ...deviation } of namedEdges(listed(stretches), hasWork)) {
    if (deviation.toMs - deviation.fromMs >= SHORTEST_LISTED_MS) entry(span?.day ?? dayOf(deviation.fromMs)).deviations.push(deviation);
  }
  return days;
}

/** Midnight parts what belongs to no shift. Japan's days are all of the same length. */
function splitAtDays(stretches: readonly Stretch[], dayOf: (ms: number) => string): Stretch[] {
  return stretches.flatMap((stretch) => {
    if (stretch.plan !== null || dayOf(stretch.fromMs) === dayOf(stretch.toMs - 1)) return [stretch];
    const parts: Stretch[] = [];
    for (let fromMs = stretch.fromMs; fromMs < stretch.toMs; ) {
      const nextDay = Date.parse(`${dayOf(fromMs)}T00:00:00+09:00`) + 86_400_000;
      parts.push({ ...stretch, fromMs, toMs: Math.min(stretch.toMs, nextDay) });
      fromMs = nextDay;
    }
    return parts;
  });
}

import type { TwoTexts } from '../two-texts.ts';
import type { MetricUnit } from './call-report.ts';

/** What an agent's time can be, each moment exactly one. */
export const TIME_CLASSES = ['idle', 'ringing', 'talking', 'wrapUp', 'unhealthy', 'break', 'away', 'offline'] as const;

export type TimeClass = (typeof TIME_CLASSES)[number];

/** One change of an agent's state, as stored. `at` is ms since the epoch. */
export interface StateChange {
  at: number;
  presence: string;
  work: string;
  /** Why no calls were offered; empty = healthy. */
  problems: readonly string[];
}

/** Which kind of time a state is. Calls go before what the agent chose: somebody on a break who talks is talking. */
export function timeClass({ presence, work, problems }: Pick<StateChange, 'presence' | 'work' | 'problems'>): TimeClass {
  if (work === 'talking') return 'talking';
  if (work === 'wrapUp') return 'wrapUp';
  if (work === 'offered') return 'ringing';
  if (presence === 'break' || presence === 'away') return presence;
  if (presence !== 'available') return 'offline';
  return problems.length > 0 ? 'unhealthy' : 'idle';
}

/** Ms of each kind. */
export type AgentTimes = Record<TimeClass, number>;

export const noTimes = (): AgentTimes => Object.fromEntries(TIME_CLASSES.map((name) => [name, 0])) as AgentTimes;

/**
 * How long one agent was in which kind of time between two instants.
 * @param changes oldest first; the last one before `fromMs` says how the time begins, without one it begins offline
 * @param nowMs what is after now has not happened and counts for nothing
 */
export function agentTimes(changes: readonly StateChange[], fromMs: number, toMs: number, nowMs: number): AgentTimes {
  const times = noTimes();
  const end = Math.min(toMs, nowMs);
  let current: TimeClass = 'offline';
  let since = fromMs;
  for (const change of changes) {
    if (change.at >= end) break;
    if (change.at > since) {
      times[current] += change.at - since;
      since = change.at;
    }
    current = timeClass(change);
  }
  if (end > since) times[current] += end - since;
  return times;
}

/** Columns of the agents' report that are made of time, in their order. */
export const TIME_FIGURES = ['loggedIn', 'idle', 'ringing', 'talking', 'wrapUp', 'break', 'away', 'unhealthy', 'occupancy', 'handlingShare'] as const;
export type TimeFigure = (typeof TIME_FIGURES)[number];

/** A column of the agents' report. */
export interface AgentMetric {
  id: TimeFigure;
  unit: MetricUnit;
  label: TwoTexts;
  formula: TwoTexts;
  /** Kinds of time whose stretches, with their calls, are listed when somebody asks where the figure comes from: of a share, its numerator. */
  behind: readonly TimeClass[];
  value: (times: AgentTimes) => number | null;
}

/** Columns of the agents' report that count offers, in their order. */
export const OFFER_FIGURES = ['offers', 'taken', 'notTaken'] as const;
export type OfferFigure = (typeof OFFER_FIGURES)[number];

/** Every column that leads to what is behind it. */
export const AGENT_FIGURES = [...TIME_FIGURES, ...OFFER_FIGURES] as const;
export type AgentFigure = (typeof AGENT_FIGURES)[number];

/** `offers` = `taken` + `notTaken`: each offer is one or the other. */
export const OFFER_METRICS: readonly { id: OfferFigure; unit: MetricUnit; label: TwoTexts; formula: TwoTexts }[] = [
  { id: 'offers', unit: 'count', label: { ja: '呼出件数', en: 'Offers' }, formula: { ja: '期間中にキューの着信で呼び出された回数 (同じ通話で再び呼び出されたときは、その都度)', en: 'times that a call of a queue rang in the period; the same call again counts again' } },
  { id: 'taken', unit: 'count', label: { ja: '応答件数', en: 'Taken' }, formula: { ja: '呼出件数のうちオペレーターが応答したもの', en: 'offers after which the agent had the call' } },
  { id: 'notTaken', unit: 'count', label: { ja: '不応答件数', en: 'Not taken' }, formula: { ja: '呼出件数のうちオペレーターが応答しなかったもの (辞退、発信者の切断、ほかの人の応答を含む)', en: 'all other offers: let ring, declined, the caller hung up, somebody else was faster' } },
];

const loggedIn = (times: AgentTimes): number => HERE.reduce((sum, name) => sum + times[name], 0);
const handling = (times: AgentTimes): number => times.talking + times.wrapUp;
const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

const HERE = TIME_CLASSES.filter((name) => name !== 'offline');
const HANDLING: readonly TimeClass[] = ['talking', 'wrapUp'];

const time = (id: TimeFigure & TimeClass, ja: string, en: string): AgentMetric => ({
  id,
  unit: 'ms',
  label: { ja, en },
  formula: { ja: `「${ja}」の時間の合計`, en: `Σ time ${id}` },
  behind: [id],
  value: (times) => times[id],
});

/**
 * Columns of the agents' report in their order. Occupancy is the one of COPC: waiting for a call counts, breaks do not.
 * `talking` holds the time on hold too, because the agent's state does not tell them apart.
 */
export const AGENT_METRICS: readonly AgentMetric[] = [
  { id: 'loggedIn', unit: 'ms', label: { ja: 'ログイン時間', en: 'Logged in' }, formula: { ja: 'ログアウト以外の時間の合計', en: 'all time that is not offline' }, behind: HERE, value: loggedIn },
  time('idle', '受付可 (待機)', 'Available, idle'),
  time('ringing', '着信中', 'Ringing'),
  time('talking', '通話中 (保留を含む)', 'Talking (with hold)'),
  time('wrapUp', '後処理中', 'After-call work'),
  time('break', '休憩中', 'Break'),
  time('away', '離席中', 'Away'),
  time('unhealthy', '受付不可 (機器・回線の不調)', 'Not offered calls (device or network)'),
  {
    id: 'occupancy',
    unit: 'ratio',
    label: { ja: '占有率', en: 'Occupancy' },
    formula: { ja: '(通話 + 保留 + 後処理) ÷ (通話 + 保留 + 後処理 + 待機)', en: '(talk + hold + ACW) / (talk + hold + ACW + available idle)' },
    behind: HANDLING,
    value: (times) => share(handling(times), handling(times) + times.idle),
  },
  {
    id: 'handlingShare',
    unit: 'ratio',
    label: { ja: '処理時間の割合 (ログイン時間比)', en: 'Handling share of logged-in time' },
    formula: { ja: '(通話 + 保留 + 後処理) ÷ ログイン時間', en: '(talk + hold + ACW) / logged in' },
    behind: HANDLING,
    value: (times) => share(handling(times), loggedIn(times)),
  },
];

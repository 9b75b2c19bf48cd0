import type { AgentReport, CallReport, ReportGroup, ReportInterval } from '../../../shared/api/reports.ts';
import { AGENT_METRICS, OFFER_METRICS, type OfferFigure } from '../../../shared/metrics/agent-time.ts';
import { CALL_METRICS, type MetricUnit } from '../../../shared/metrics/call-report.ts';
import type { TwoTexts } from '../../../shared/two-texts.ts';
import type { Cell, TableFile } from '../support/table-file.ts';

export type Language = 'ja' | 'en';

const WORDS = {
  callReport: { ja: '応対レポート', en: 'Call report' },
  agentReport: { ja: 'オペレーターレポート', en: 'Agent report' },
  period: { ja: '期間 (日本時間)', en: 'Period (JST)' },
  asOf: { ja: '集計時刻 (サーバー時計・日本時間)', en: 'As of (server clock, JST)' },
  thresholds: { ja: '閾値', en: 'Thresholds' },
  ownThreshold: { ja: 'キューごと', en: 'each queue’s own' },
  from: { ja: '開始', en: 'From' },
  to: { ja: '終了', en: 'To' },
  queue: { ja: 'キュー', en: 'Queue' },
  agent: { ja: 'オペレーター', en: 'Agent' },
  number: { ja: '着信番号', en: 'Number' },
  wrapUp: { ja: '応対結果', en: 'Wrap-up code' },
  none: { ja: '', en: '' },
  total: { ja: '合計', en: 'Total' },
  firstLogin: { ja: '最初のログイン', en: 'First login' },
  lastLogoff: { ja: '最後のログオフ', en: 'Last log-off' },
} as const satisfies Record<string, TwoTexts>;

const UNITS: Readonly<Record<MetricUnit, TwoTexts>> = { count: { ja: '', en: '' }, ratio: { ja: ' (%)', en: ' (%)' }, ms: { ja: ' (秒)', en: ' (s)' } };

/** Head of a column with its unit. */
export const headOf = ({ label, unit }: { label: TwoTexts; unit: MetricUnit }, lang: Language): string => `${label[lang]}${UNITS[unit][lang]}`;

const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

/** Shares as per cent with two digits, times as seconds with one. */
export function cellOf(value: number | null | undefined, unit: MetricUnit): Cell {
  if (value === null || value === undefined) return null;
  if (unit === 'ratio') return round(value * 100, 2);
  return unit === 'ms' ? round(value / 1000, 1) : value;
}

const JAPAN = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', dateStyle: 'short', timeStyle: 'medium' });

/** `2026-05-01 09:00:00`, Japan's time. */
export const timeCell = (iso: string | null): Cell => (iso === null ? null : JAPAN.format(new Date(iso)));

/** Name of a report's file, without its ending. */
export const fileName = (title: string, from: string): string => `${title}_${JAPAN.format(new Date(from)).slice(0, 10)}`;

/** Lines above the head: what it is, of which period, as of when. */
export const prefaceOf = (title: string, query: { from: string; to: string }, asOf: string, lang: Language): string[] => [
  title,
  `${WORDS.period[lang]}: ${String(timeCell(query.from))} - ${String(timeCell(query.to))}`,
  `${WORDS.asOf[lang]}: ${String(timeCell(asOf))}`,
];

interface CallFileQuery {
  from: string;
  to: string;
  interval: ReportInterval;
  groupBy: ReportGroup;
  thresholdMs?: number | undefined;
  shortMs: number;
}

/** The call report as a table: a line for each interval and group, the total, and the formula of each column below. */
export function callReportFile(report: CallReport, query: CallFileQuery, lang: Language): TableFile {
  const grouped = query.groupBy !== 'none';
  const figures = (of: Record<string, number | null>): Cell[] => CALL_METRICS.map(({ id, unit }) => cellOf(of[id], unit));
  const key = (name: string): Cell[] => (grouped ? [name] : []);
  const threshold = query.thresholdMs === undefined ? WORDS.ownThreshold[lang] : `${query.thresholdMs / 1000} s`;
  return {
    name: fileName(WORDS.callReport[lang], query.from),
    preface: [...prefaceOf(WORDS.callReport[lang], query, report.asOf, lang), `${WORDS.thresholds[lang]}: T = ${threshold}, s = ${query.shortMs / 1000} s`],
    head: [WORDS.from[lang], WORDS.to[lang], ...(grouped ? [WORDS[query.groupBy][lang]] : []), ...CALL_METRICS.map((metric) => headOf(metric, lang))],
    rows: [
      ...report.rows.map((row) => [timeCell(row.from), timeCell(row.to), ...key(row.name), ...figures(row.figures)]),
      [WORDS.total[lang], null, ...(grouped ? [null] : []), ...figures(report.total.figures)],
      [],
      ...CALL_METRICS.map((metric) => [metric.id, metric.label[lang], metric.formula[lang]]),
    ],
  };
}

/** The agents' report as a table. */
export function agentReportFile(report: AgentReport, query: { from: string; to: string }, lang: Language): TableFile {
  const figures = (of: Record<string, number | null>): Cell[] => AGENT_METRICS.map(({ id, unit }) => cellOf(of[id], unit));
  const offers = (of: Record<OfferFigure, number>): Cell[] => OFFER_METRICS.map(({ id }) => of[id]);
  return {
    name: fileName(WORDS.agentReport[lang], query.from),
    preface: prefaceOf(WORDS.agentReport[lang], query, report.asOf, lang),
    head: [
      WORDS.agent[lang],
      ...AGENT_METRICS.map((metric) => headOf(metric, lang)),
      ...OFFER_METRICS.map((metric) => headOf(metric, lang)),
      WORDS.firstLogin[lang],
      WORDS.lastLogoff[lang],
    ],
    rows: [
      ...report.rows.map((row) => [row.name, ...figures(row.figures), ...offers(row), timeCell(row.firstLogin), timeCell(row.lastLogoff)]),
      [WORDS.total[lang], ...figures(report.total.figures), ...offers(report.total)],
      [],
      ...[...AGENT_METRICS, ...OFFER_METRICS].map((metric) => [metric.id, metric.label[lang], metric.formula[lang]]),
    ],
  };
}

import type { Forecast, ForecastQuery } from '../../../shared/api/forecasts.ts';
import type { TwoTexts } from '../../../shared/two-texts.ts';
import type { Cell, TableFile } from '../support/table-file.ts';

const WORDS = {
  title: { ja: '呼量予測', en: 'Forecast' },
  queue: { ja: 'キュー', en: 'Queue' },
  day: { ja: '対象日', en: 'Day' },
  method: { ja: '算出方法', en: 'Method' },
  weekday: { ja: '同じ曜日 (祝日・休業日を除く) の平均', en: 'mean of the same weekday, without holidays and days closed' },
  holiday: { ja: '過去の祝日の平均', en: 'mean of earlier holidays' },
  days: { ja: '基にした日', en: 'Days' },
  target: { ja: '目標', en: 'Target' },
  shrinkage: { ja: 'シュリンケージ', en: 'Shrinkage' },
  patience: { ja: '平均我慢時間 (秒)', en: 'Mean patience (s)' },
  from: { ja: '開始', en: 'From' },
  to: { ja: '終了', en: 'To' },
  calls: { ja: '予測呼数', en: 'Calls forecast' },
  lowest: { ja: '最少', en: 'Lowest' },
  highest: { ja: '最多', en: 'Highest' },
  actual: { ja: '実績呼数', en: 'Calls, actual' },
  handle: { ja: '平均処理時間 (秒)', en: 'Handle time (s)' },
  erlangs: { ja: '呼量 (アーラン)', en: 'Load (erlangs)' },
  agentsC: { ja: '必要人数 (アーランC)', en: 'Agents (Erlang C)' },
  agentsA: { ja: '必要人数 (アーランA)', en: 'Agents (Erlang A)' },
  rostered: { ja: '必要配置人数 (シュリンケージ込み)', en: 'Agents to roster (with shrinkage)' },
  scheduled: { ja: 'シフト人数', en: 'Agents on shift' },
  serviceLevel: { ja: '予測サービスレベル (%)', en: 'Service level expected (%)' },
  occupancy: { ja: '予測占有率 (%)', en: 'Occupancy expected (%)' },
} as const satisfies Record<string, TwoTexts>;

const round = (value: number | null, digits: number): Cell => (value === null ? null : Math.round(value * 10 ** digits) / 10 ** digits);

const CLOCK = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', timeStyle: 'short' });

/** The forecast as a table, with what it rests on above it. */
export function forecastFile(forecast: Forecast, query: ForecastQuery, lang: 'ja' | 'en'): TableFile {
  const word = (name: keyof typeof WORDS): string => WORDS[name][lang];
  const { method, days, day, targetMs, patienceMs } = forecast;
  return {
    name: `${word('title')}_${day}`,
    preface: [
      word('title'),
      `${word('queue')}: ${forecast.queueName}`,
      `${word('day')}: ${day}`,
      `${word('method')}: ${word(method)}`,
      `${word('days')}: ${days.length === 0 ? '-' : days.join(', ')}`,
      `${word('target')}: ${query.targetPercent} % / ${targetMs / 1000} s`,
      `${word('shrinkage')}: ${query.shrinkagePercent} %`,
      `${word('patience')}: ${patienceMs === null ? '-' : String(round(patienceMs / 1000, 1))}`,
    ],
    head: (['from', 'to', 'calls', 'lowest', 'highest', 'actual', 'handle', 'erlangs', 'agentsC', 'agentsA', 'rostered', 'scheduled', 'serviceLevel', 'occupancy'] as const).map(word),
    rows: forecast.rows.map((row) => [
      CLOCK.format(new Date(row.from)),
      CLOCK.format(new Date(row.to)),
      round(row.calls, 1),
      row.lowest,
      row.highest,
      row.actual,
      round(row.handleMs / 1000, 1),
      round(row.erlangs, 2),
      row.agentsC,
      row.agentsA,
      row.rostered,
      round(row.scheduled, 1),
      row.serviceLevel === null ? null : round(row.serviceLevel * 100, 1),
      row.occupancy === null ? null : round(row.occupancy * 100, 1),
    ]),
  };
}

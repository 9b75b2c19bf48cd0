import type { AdherenceReport } from '../../../shared/api/reports.ts';
import { ADHERENCE_METRICS, DEVIATION_LABELS } from '../../../shared/metrics/adherence.ts';
import type { Cell, TableFile } from '../support/table-file.ts';
import { cellOf, headOf, timeCell, type Language } from './report-files.ts';

const WORDS = {
  title: { ja: '遵守率レポート', en: 'Adherence report' },
  asOf: { ja: '集計時刻 (サーバー時計・日本時間)', en: 'As of (server clock, JST)' },
  day: { ja: '日付', en: 'Day' },
  agent: { ja: 'オペレーター', en: 'Agent' },
  deviations: { ja: '予定との差異', en: 'Deviations' },
  total: { ja: '合計', en: 'Total' },
} as const;

/** The adherence report as a table: a line for each agent and day, the total, and the formula of each column below. */
export function adherenceFile(report: AdherenceReport, lang: Language): TableFile {
  const figures = (of: Record<string, number | null>): Cell[] => ADHERENCE_METRICS.map(({ id, unit }) => cellOf(of[id], unit));
  const clock = (iso: string): string => String(timeCell(iso)).slice(11, 16);
  const told = (row: AdherenceReport['rows'][number]): string => row.deviations.map(({ kind, from, to }) => `${DEVIATION_LABELS[kind][lang]} ${clock(from)}-${clock(to)}`).join('; ');
  return {
    name: `${WORDS.title[lang]}_${report.rows[0]?.day ?? ''}`,
    preface: [WORDS.title[lang], `${WORDS.asOf[lang]}: ${String(timeCell(report.asOf))}`],
    head: [WORDS.day[lang], WORDS.agent[lang], ...ADHERENCE_METRICS.map((metric) => headOf(metric, lang)), WORDS.deviations[lang]],
    rows: [
      ...report.rows.map((row) => [row.day, row.name, ...figures(row.figures), told(row)]),
      [WORDS.total[lang], null, ...figures(report.total.figures), null],
      [],
      ...ADHERENCE_METRICS.map((metric) => [metric.id, metric.label[lang], metric.formula[lang]]),
    ],
  };
}

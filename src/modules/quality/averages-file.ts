import type { QualityAverages, QualityGroup } from '../../../shared/api/quality-averages.ts';
import type { TwoTexts } from '../../../shared/two-texts.ts';
import { fileName, prefaceOf, type Language } from '../reports/report-files.ts';
import type { Cell, TableFile } from '../support/table-file.ts';

const WORDS = {
  title: { ja: '品質評価集計', en: 'Quality averages' },
  agent: { ja: 'オペレーター', en: 'Agent' },
  queue: { ja: 'キュー', en: 'Queue' },
  sheet: { ja: '評価シート', en: 'Score sheet' },
  none: { ja: '（なし）', en: '(none)' },
  count: { ja: '評価件数', en: 'Evaluations' },
  percent: { ja: '平均点 (%)', en: 'Average score (%)' },
  passed: { ja: '合格件数', en: 'Passed' },
  passRate: { ja: '合格率 (%)', en: 'Pass rate (%)' },
  fatal: { ja: '致命的項目の該当件数', en: 'With a failed fatal item' },
  appealed: { ja: '異議申立て件数', en: 'Appealed' },
  total: { ja: '合計', en: 'Total' },
} as const satisfies Record<string, TwoTexts>;

const cellsOf = ({ count, percent, passed, fatal, appealed }: QualityAverages['total']): Cell[] => [
  count,
  percent,
  passed,
  count === 0 ? null : Math.round((passed / count) * 10_000) / 100,
  fatal,
  appealed,
];

/** The averages as a table: a line for each agent, queue or sheet, and the total. */
export function averagesFile(averages: QualityAverages, query: { from: string; to: string; groupBy: QualityGroup }, lang: Language): TableFile {
  const columns = ['count', 'percent', 'passed', 'passRate', 'fatal', 'appealed'] as const;
  return {
    name: fileName(WORDS.title[lang], query.from),
    preface: prefaceOf(WORDS.title[lang], query, averages.asOf, lang),
    head: [WORDS[query.groupBy][lang], ...columns.map((name) => WORDS[name][lang])],
    rows: [...averages.rows.map((row) => [row.key === null ? WORDS.none[lang] : row.name, ...cellsOf(row)]), [WORDS.total[lang], ...cellsOf(averages.total)]],
  };
}

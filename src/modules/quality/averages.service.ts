import type { QualityAverages, QualityGroup } from '../../../shared/api/quality-averages.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { readPeriod } from '../reports/report-periods.ts';
import { queueNames, userNames } from '../support/references.ts';
import { averageRows, sheetNames, type AverageQuery, type AverageRow } from './averages.queries.ts';

const figuresOf = (row: AverageRow | undefined) => ({
  count: Number(row?.count ?? 0),
  percent: row?.mean ? Math.round(Number(row.mean)) / 100 : null,
  passed: Number(row?.passed ?? 0),
  fatal: Number(row?.fatal ?? 0),
  appealed: Number(row?.appealed ?? 0),
});

const NAMES: Readonly<Record<QualityGroup, (tx: TenantTx, ids: readonly (string | null)[]) => Promise<Map<string, string>>>> = { agent: userNames, queue: queueNames, sheet: sheetNames };

type Query = Omit<AverageQuery, 'from' | 'to'> & { from: string; to: string };

/** Averages of what was published, best first. @throws AppError `invalid` when the period does not make sense */
export async function qualityAverages(tx: TenantTx, clock: Clock, query: Query): Promise<QualityAverages> {
  const asked = { ...query, ...readPeriod(query) };
  const rows = await averageRows(tx, asked, query.groupBy);
  const [total] = await averageRows(tx, asked, null);
  const names = await NAMES[query.groupBy](tx, rows.map(({ key }) => key));
  return {
    rows: rows
      .map((row) => ({ key: row.key, name: names.get(row.key ?? '') ?? '', ...figuresOf(row) }))
      .toSorted((a, b) => (b.percent ?? 0) - (a.percent ?? 0) || a.name.localeCompare(b.name, 'ja')),
    total: figuresOf(total),
    asOf: new Date(clock.wall()).toISOString(),
  };
}

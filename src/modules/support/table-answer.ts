import type { ExportFormat } from '../../../shared/api/reports.ts';
import { BinaryAnswer, type RequestContext } from './binding.ts';
import { tableBytes, tableHeaders, type TableFile } from './table-file.ts';

/** A report that leaves as a file is audited with what was asked for. */
export async function tableAnswer(context: RequestContext, report: 'calls' | 'agents' | 'adherence' | 'quality' | 'users', query: { format: ExportFormat }, table: TableFile): Promise<BinaryAnswer> {
  const body = await tableBytes(table, query.format);
  await context.inTenant((tx) => tx.audit({ code: 'report.exported', subject: { kind: 'report', id: report }, detail: { ...query, rows: table.rows.length } }));
  return new BinaryAnswer(200, tableHeaders(table.name, query.format), body);
}

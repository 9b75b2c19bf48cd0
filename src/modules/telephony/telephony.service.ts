import type { FlowView } from '../../../shared/api/flows.ts';
import type { TenantTx } from '../../db/types.ts';
import { notFound } from '../../lib/errors.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { recordOf } from '../support/records.ts';
import { findFlow, listFlowRows, type FlowRow } from './telephony.queries.ts';

interface Page {
  limit: number;
  cursor?: string | undefined;
}

const idCursor = (row: { id: string }) => ({ key: '', id: row.id });

const flowView = (row: FlowRow): FlowView => ({
  ...recordOf(row),
  code: row.code,
  name: row.name,
  version: row.version,
  definition: row.definition as FlowView['definition'],
});

export async function listFlows(tx: TenantTx, query: Page) {
  const rows = await listFlowRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(rows, query.limit, flowView, idCursor);
}

/** @throws AppError `not_found` */
export async function flowDetail(tx: TenantTx, id: string): Promise<FlowView> {
  const row = await findFlow(tx, id);
  if (!row) throw notFound('flow');
  return flowView(row);
}

import { sql, type Insertable, type Updateable } from 'kysely';
import type { DB } from '../../db/schema.generated.ts';
import type { TenantTx } from '../../db/types.ts';

const flows = (tx: TenantTx) =>
  tx.db
    .selectFrom('flows')
    .leftJoin('flow_schedules', (join) => join.onRef('flow_schedules.tenant_id', '=', 'flows.tenant_id').onRef('flow_schedules.flow_id', '=', 'flows.id'))
    .selectAll('flows')
    .select(['flow_schedules.version as due_version', 'flow_schedules.due_at', 'flow_schedules.created_by as scheduled_by'])
    .select((eb) =>
      eb
        .selectFrom('numbers')
        .whereRef('numbers.flow_id', '=', 'flows.id')
        .select(sql<string[]>`coalesce(array_agg(numbers.number order by numbers.number), '{}')`.as('n'))
        .as('numbers'),
    );

export const findFlow = (tx: TenantTx, id: string) => flows(tx).where('flows.id', '=', id).executeTakeFirst();

export type FlowRow = NonNullable<Awaited<ReturnType<typeof findFlow>>>;

export function listFlowRows(tx: TenantTx, after: string | null, limit: number): Promise<FlowRow[]> {
  const query = flows(tx).orderBy('flows.id').limit(limit);
  return (after ? query.where('flows.id', '>', after) : query).execute();
}

/** Nobody else changes the flow until the transaction ends. */
export const lockFlow = (tx: TenantTx, id: string) => tx.db.selectFrom('flows').select('id').where('id', '=', id).forUpdate().executeTakeFirst();

/** @throws AppError `duplicate` when the code is taken */
export async function insertFlow(tx: TenantTx, row: Omit<Insertable<DB['flows']>, 'tenant_id'>): Promise<void> {
  await tx.db.insertInto('flows').values({ tenant_id: tx.tenantId, ...row }).execute();
}

export async function patchFlow(tx: TenantTx, id: string, patch: Updateable<DB['flows']>): Promise<void> {
  await tx.db.updateTable('flows').set(patch).where('id', '=', id).execute();
}

export async function removeFlow(tx: TenantTx, id: string): Promise<void> {
  await tx.db.deleteFrom('flows').where('id', '=', id).execute();
}

/** Codes of the flows whose published version or draft names this code by a field of one of their nodes. */
export async function flowsThatName(tx: TenantTx, verbs: readonly string[], field: 'flow' | 'calendar', code: string): Promise<string[]> {
  const named = (column: 'definition' | 'draft') =>
    sql<boolean>`exists (select from jsonb_each(${sql.ref(column)} -> 'nodes') node where node.value ->> 'verb' = any(${verbs}::text[]) and node.value ->> ${field} = ${code})`;
  const rows = await tx.db
    .selectFrom('flows')
    .select('code')
    .where((eb) => eb.or([named('definition'), named('draft')]))
    .where('code', '<>', field === 'flow' ? code : '')
    .orderBy('code')
    .execute();
  return rows.map((row) => row.code);
}

export async function insertVersion(tx: TenantTx, flowId: string, version: number, definition: string, comment: string): Promise<void> {
  await tx.db.insertInto('flow_versions').values({ tenant_id: tx.tenantId, flow_id: flowId, version, definition, comment }).execute();
}

export function versionRows(tx: TenantTx, flowId: string, before: number | undefined, limit: number) {
  const query = tx.db
    .selectFrom('flow_versions')
    .select(['version', 'comment', 'created_at', 'created_by'])
    .where('flow_id', '=', flowId)
    .orderBy('version', 'desc')
    .limit(limit);
  return (before === undefined ? query : query.where('version', '<', before)).execute();
}

export const findVersion = (tx: TenantTx, flowId: string, version: number) =>
  tx.db.selectFrom('flow_versions').selectAll().where('flow_id', '=', flowId).where('version', '=', version).executeTakeFirst();

export async function putSchedule(tx: TenantTx, id: string, flowId: string, version: number, dueAt: Date): Promise<void> {
  await deleteSchedule(tx, flowId);
  await tx.db.insertInto('flow_schedules').values({ tenant_id: tx.tenantId, id, flow_id: flowId, version, due_at: dueAt }).execute();
}

export const dueSchedules = (tx: TenantTx, now: Date) =>
  tx.db.selectFrom('flow_schedules').select(['flow_id', 'version', 'due_at', 'created_by']).where('due_at', '<=', now).orderBy('due_at').execute();

/** @returns whether there was one */
export async function deleteSchedule(tx: TenantTx, flowId: string): Promise<boolean> {
  const { numDeletedRows } = await tx.db.deleteFrom('flow_schedules').where('flow_id', '=', flowId).executeTakeFirst();
  return numDeletedRows > 0n;
}

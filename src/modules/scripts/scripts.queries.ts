import type { ScriptDefinition } from '../../../shared/scripts.ts';
import type { TenantTx } from '../../db/types.ts';

const scripts = (tx: TenantTx) => tx.db.selectFrom('scripts').selectAll();

export const findScript = (tx: TenantTx, id: string) => scripts(tx).where('id', '=', id).executeTakeFirst();

export const lockScript = (tx: TenantTx, id: string) => scripts(tx).where('id', '=', id).forUpdate().executeTakeFirst();

type ScriptRow = NonNullable<Awaited<ReturnType<typeof findScript>>>;

export function listScriptRows(tx: TenantTx, after: string | null, limit: number): Promise<ScriptRow[]> {
  const query = scripts(tx).orderBy('id').limit(limit);
  return (after ? query.where('id', '>', after) : query).execute();
}

export async function insertScript(tx: TenantTx, row: { id: string; name: string; draft: ScriptDefinition }): Promise<void> {
  await tx.db.insertInto('scripts').values({ tenant_id: tx.tenantId, id: row.id, name: row.name, draft: JSON.stringify(row.draft) }).execute();
}

export async function patchScript(tx: TenantTx, id: string, patch: { name: string; active: boolean; draft: ScriptDefinition }): Promise<void> {
  await tx.db.updateTable('scripts').set({ name: patch.name, active: patch.active, draft: JSON.stringify(patch.draft) }).where('id', '=', id).execute();
}

/** Publishes a version. */
export async function insertVersion(tx: TenantTx, id: string, version: number, definition: ScriptDefinition, comment: string): Promise<void> {
  await tx.db.insertInto('script_versions').values({ tenant_id: tx.tenantId, script_id: id, version, definition: JSON.stringify(definition), comment }).execute();
  await tx.db.updateTable('scripts').set({ version }).where('id', '=', id).execute();
}

export const versionsOf = (tx: TenantTx, id: string) =>
  tx.db.selectFrom('script_versions').selectAll().where('script_id', '=', id).orderBy('version', 'desc').limit(200).execute();

export const findVersion = (tx: TenantTx, id: string, version: number) =>
  tx.db.selectFrom('script_versions').selectAll().where('script_id', '=', id).where('version', '=', version).executeTakeFirst();

export const findCallScript = (tx: TenantTx, callId: string) => tx.db.selectFrom('call_scripts').selectAll().where('call_id', '=', callId).executeTakeFirst();

/** The script of the queue that a call came from. */
export const scriptOfQueue = (tx: TenantTx, queueId: string) =>
  tx.db
    .selectFrom('queues')
    .innerJoin('scripts', 'scripts.id', 'queues.script_id')
    .select(['scripts.id', 'scripts.version'])
    .where('queues.id', '=', queueId)
    .where('scripts.active', '=', true)
    .executeTakeFirst();

/** A script that agents see. */
export const scriptInUse = (tx: TenantTx, id: string) => scripts(tx).where('id', '=', id).where('active', '=', true).where('version', 'is not', null).executeTakeFirst();

export async function putCallScript(tx: TenantTx, row: { callId: string; scriptId: string; version: number; activityId: string | null; sealed: Buffer }): Promise<void> {
  const values = { script_id: row.scriptId, version: row.version, activity_id: row.activityId, sealed: row.sealed };
  await tx.db
    .insertInto('call_scripts')
    .values({ tenant_id: tx.tenantId, call_id: row.callId, ...values })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'call_id']).doUpdateSet(values))
    .execute();
}

/** Queue, agent, customer and case of a call. */
export const callRefs = (tx: TenantTx, id: string) =>
  tx.db.selectFrom('calls').select(['id', 'queue_id', 'script_id', 'agent_id', 'customer_id', 'case_id', 'started_at']).where('id', '=', id).executeTakeFirst();

export async function rewriteActivity(tx: TenantTx, id: string, row: { customerId: string; caseId: string | null; sealed: Buffer }): Promise<void> {
  await tx.db.updateTable('activities').set({ customer_id: row.customerId, case_id: row.caseId, sealed: row.sealed }).where('id', '=', id).execute();
}

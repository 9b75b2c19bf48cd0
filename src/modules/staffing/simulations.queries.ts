import { sql } from 'kysely';
import type { SimulationRequest } from '../../../shared/api/simulations.ts';
import type { TenantTx } from '../../db/types.ts';
import type { SimulationFigures } from './simulation-runner.ts';

/** So many simulations of a tenant are kept. */
const KEPT = 100;

const rows = (tx: TenantTx) => tx.db.selectFrom('simulations').innerJoin('queues', 'queues.id', 'simulations.queue_id').selectAll('simulations').select('queues.name as queue_name');

export const findSimulation = (tx: TenantTx, id: string) => rows(tx).where('simulations.id', '=', id).executeTakeFirst();

export type SimulationRow = NonNullable<Awaited<ReturnType<typeof findSimulation>>>;

export function listSimulationRows(tx: TenantTx, before: { at: Date; id: string } | null, limit: number): Promise<SimulationRow[]> {
  const query = rows(tx).orderBy('simulations.created_at', 'desc').orderBy('simulations.id', 'desc').limit(limit);
  return (before ? query.where(sql<boolean>`(simulations.created_at, simulations.id) < (${before.at}, ${before.id}::uuid)`) : query).execute();
}

/** Adds one that runs, and removes the oldest beyond those that are kept. */
export async function insertSimulation(tx: TenantTx, id: string, request: SimulationRequest): Promise<void> {
  await tx.db.insertInto('simulations').values({ tenant_id: tx.tenantId, id, queue_id: request.queueId, state: 'running', request: JSON.stringify(request) }).execute();
  await sql`delete from simulations where tenant_id = ${tx.tenantId} and id in (
    select id from simulations where tenant_id = ${tx.tenantId} order by created_at desc, id desc offset ${KEPT})`.execute(tx.db);
}

/** Only one that runs comes to an end. @returns whether it did */
export async function endSimulation(tx: TenantTx, id: string, end: { state: 'done' | 'cancelled' | 'failed'; result?: SimulationFigures; error?: string }): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('simulations')
    .set({ state: end.state, error: end.error ?? '', ...(end.result && { result: JSON.stringify(end.result) }) })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

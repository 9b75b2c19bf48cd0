import { sql } from 'kysely';
import type { TenantTx } from '../../db/types.ts';

export const listPromptRows = (tx: TenantTx) => tx.db.selectFrom('prompts').selectAll().orderBy('name').execute();

export type PromptRow = Awaited<ReturnType<typeof listPromptRows>>[number];

export const lockPrompt = (tx: TenantTx, name: string): Promise<PromptRow | undefined> =>
  tx.db.selectFrom('prompts').selectAll().where('name', '=', name).forUpdate().executeTakeFirst();

export interface PromptValues {
  objectPath: string;
  keyVersion: number;
  wrappedKey: Buffer;
  sizeBytes: number;
  durationMs: number;
}

export async function upsertPrompt(tx: TenantTx, id: string, name: string, values: PromptValues): Promise<PromptRow> {
  const columns = {
    object_path: values.objectPath,
    key_version: values.keyVersion,
    wrapped_key: values.wrappedKey,
    size_bytes: values.sizeBytes,
    duration_ms: values.durationMs,
  };
  return tx.db
    .insertInto('prompts')
    .values({ tenant_id: tx.tenantId, id, name, ...columns })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doUpdateSet(columns))
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function deletePrompt(tx: TenantTx, name: string): Promise<void> {
  await tx.db.deleteFrom('prompts').where('name', '=', name).execute();
}

/** Whether a flow, published or being edited, plays a sound. */
export async function flowPlays(tx: TenantTx, name: string): Promise<boolean> {
  const quoted = JSON.stringify(name);
  const holds = (column: 'definition' | 'draft') => sql<boolean>`position(${quoted} in ${sql.ref(column)}::text) > 0`;
  const row = await tx.db
    .selectFrom('flows')
    .select('id')
    .where((eb) => eb.or([holds('definition'), holds('draft')]))
    .executeTakeFirst();
  const box = await tx.db.selectFrom('voicemail_boxes').select('id').where('greeting', '=', name).executeTakeFirst();
  return row !== undefined || box !== undefined;
}

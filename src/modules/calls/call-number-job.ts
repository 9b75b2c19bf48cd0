import { sql } from 'kysely';
import type { Actor, TenantTx, WithTenant } from '../../db/types.ts';
import { AppError } from '../../lib/errors.ts';
import { EMPTY_CALL_CONTENT, type CallContent } from './call-content.ts';
import { numberTokens } from './call-number.ts';

const ACTOR: Actor = { kind: 'system', id: 'call-numbers', ip: '' };
/** Calls of one transaction, a few ms of work each hundred; and transactions of one round. */
const BATCH = 500;
const BATCHES = 4;

/** The number of a call as its record has it; one that does not open has none to be found by. */
function numberOf(tx: TenantTx, row: { id: string; sealed: Buffer }): string {
  try {
    return { ...EMPTY_CALL_CONTENT, ...tx.vault.open<Partial<CallContent>>({ table: 'calls', column: 'sealed', id: row.id }, row.sealed) }.callerNumber;
  } catch (error) {
    if (error instanceof AppError && error.code === 'sealed_content_damaged') return '';
    throw error;
  }
}

async function tokenise(tx: TenantTx): Promise<number> {
  const rows = await tx.db.selectFrom('calls').select(['id', 'sealed']).where('number_token', 'is', null).orderBy('id').limit(BATCH).forUpdate().skipLocked().execute();
  if (rows.length === 0) return 0;
  const tokens = rows.map((row) => numberTokens(tx.vault, numberOf(tx, row)));
  // Nobody has changed these calls: who did so last stays as it was.
  await sql`select set_config('app.resealing', 'on', true)`.execute(tx.db);
  await sql`
    update calls set number_token = made.whole, number_end_token = made.ending
    from unnest(${rows.map(({ id }) => id)}::uuid[], ${tokens.map(({ whole }) => whole)}::bytea[], ${tokens.map(({ end }) => end)}::bytea[]) as made (id, whole, ending)
    where calls.tenant_id = ${tx.tenantId} and calls.id = made.id`.execute(tx.db);
  await sql`select set_config('app.resealing', '', true)`.execute(tx.db);
  return rows.length;
}

/** Makes calls from before they had tokens findable by number, a few thousand a round; without such calls it costs one look at an empty index. */
export const createCallNumberJob = ({ withTenant }: { withTenant: WithTenant }) => ({
  name: 'numbers of calls from before',
  async run(tenantId: string): Promise<void> {
    for (let batch = 0; batch < BATCHES; batch++) if ((await withTenant(tenantId, ACTOR, tokenise)) < BATCH) return;
  },
});

import type { TenantTx } from '../../db/types.ts';

export const findSettings = (tx: TenantTx) =>
  tx.db.selectFrom('tenant_settings').select(['web_call_enabled', 'web_call_number', 'care_break_minutes', 'hold_alarm_seconds', 'hold_auto_return', 'supervise_tone', 'updated_at', 'updated_by']).executeTakeFirst();

/** Locks the one row of the tenant, making it first when the tenant has none. */
export async function lockSettings(tx: TenantTx) {
  await tx.db
    .insertInto('tenant_settings')
    .values({ tenant_id: tx.tenantId })
    .onConflict((conflict) => conflict.column('tenant_id').doNothing())
    .execute();
  return tx.db.selectFrom('tenant_settings').select(['web_call_enabled', 'web_call_number', 'care_break_minutes', 'hold_alarm_seconds', 'hold_auto_return', 'supervise_tone']).forUpdate().executeTakeFirstOrThrow();
}

export async function writeSettings(tx: TenantTx, values: { webCallEnabled: boolean; webCallNumber: string | null; careBreakMinutes: number; holdAlarmSeconds: number; holdAutoReturn: boolean; superviseTone: boolean }): Promise<void> {
  await tx.db
    .updateTable('tenant_settings')
    .set({ web_call_enabled: values.webCallEnabled, web_call_number: values.webCallNumber, care_break_minutes: values.careBreakMinutes, hold_alarm_seconds: values.holdAlarmSeconds, hold_auto_return: values.holdAutoReturn, supervise_tone: values.superviseTone })
    .where('tenant_id', '=', tx.tenantId)
    .execute();
}

export const numberIsOurs = async (tx: TenantTx, number: string): Promise<boolean> =>
  (await tx.db.selectFrom('numbers').select('id').where('number', '=', number).executeTakeFirst()) !== undefined;

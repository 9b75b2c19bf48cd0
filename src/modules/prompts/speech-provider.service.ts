import type { SpeechProviderGiven, SpeechProviderView } from '../../../shared/api/speech.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid } from '../../lib/errors.ts';
import type { HttpSpeech } from './http-speech.ts';

const place = (tenantId: string) => ({ table: 'speech_providers', column: 'sealed', id: tenantId });

const findRow = (tx: TenantTx) => tx.db.selectFrom('speech_providers').select(['sealed', 'updated_at', 'updated_by']).where('tenant_id', '=', tx.tenantId).executeTakeFirst();

/** What speaks for the tenant over HTTP, with its key; null = nothing does. */
export async function readSpeech(tx: TenantTx): Promise<HttpSpeech | null> {
  const row = await findRow(tx);
  return row ? tx.vault.open<HttpSpeech>(place(tx.tenantId), row.sealed) : null;
}

/** The same for people, without the key. */
export async function speechProviderView(tx: TenantTx): Promise<{ provider: SpeechProviderView | null }> {
  const row = await findRow(tx);
  if (!row) return { provider: null };
  const { key, ...shown } = tx.vault.open<HttpSpeech>(place(tx.tenantId), row.sealed);
  return { provider: { ...shown, hasKey: key !== '', updatedAt: row.updated_at.toISOString(), updatedBy: row.updated_by } };
}

/** @throws AppError `invalid` when the kept key would go to another server */
export async function setSpeechProvider(tx: TenantTx, { key, ...given }: SpeechProviderGiven): Promise<{ provider: SpeechProviderView | null }> {
  const before = await readSpeech(tx);
  const moves = before !== null && new URL(before.url).origin !== new URL(given.url).origin;
  if (moves && before.key !== '' && key === undefined) throw invalid('The key is for another server: give the one for this.', { errors: [{ path: 'body.key', message: 'needed for another server' }] });
  const settings: HttpSpeech = { ...given, key: key ?? before?.key ?? '' };
  const sealed = tx.vault.seal(place(tx.tenantId), settings);
  await tx.db
    .insertInto('speech_providers')
    .values({ tenant_id: tx.tenantId, sealed })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet({ sealed }))
    .execute();
  const { url, voiceJa, voiceEn, timeoutMs } = settings;
  await tx.audit({ code: 'tenant.speech_provider_set', subject: { kind: 'tenant', id: tx.tenantId }, detail: { url, voiceJa, voiceEn, timeoutMs, keyChanged: key !== undefined } });
  return speechProviderView(tx);
}

/** No fault when there is none. */
export async function removeSpeechProvider(tx: TenantTx): Promise<void> {
  const gone = await tx.db.deleteFrom('speech_providers').where('tenant_id', '=', tx.tenantId).executeTakeFirst();
  if (gone.numDeletedRows > 0n) await tx.audit({ code: 'tenant.speech_provider_removed', subject: { kind: 'tenant', id: tx.tenantId }, detail: {} });
}

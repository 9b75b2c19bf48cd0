import type { TenantTx, TenantVault } from '../../db/types.ts';

/** Where a recording's file lives in the object store. */
export const recordingPath = (tenantId: string, recordingId: string): string => `recordings/${tenantId}/${recordingId}.sccr`;

/** What calls to drafts record lies apart from what is kept: nothing in this folder is of use after the call. */
export const draftsFolder = (tenantId: string): string => `drafts/${tenantId}`;

/** Bound into every chunk of a recording's file, so that nothing of it opens as part of another one. */
export const recordingBinding = (tenantId: string, recordingId: string): string => `recording/${tenantId}/${recordingId}`;

/** Everything that is needed to begin a recording: its key for the writer, and what the database keeps. */
export function newRecordingSeal(vault: TenantVault, tenantId: string, recordingId: string, objectPath = recordingPath(tenantId, recordingId)) {
  const { key, wrapped, keyVersion } = vault.newObjectKey(recordingId);
  return {
    seal: { key: key.toString('base64'), associatedData: recordingBinding(tenantId, recordingId) },
    file: { objectPath, keyVersion, wrappedKey: wrapped.toString('base64') },
  };
}

/** Where the peaks of a recording are sealed. */
export const peaksPlace = (id: string) => ({ table: 'recordings', column: 'sealed_peaks', id });

/** The key of a recording's file. */
export const recordingKey = (tx: TenantTx, row: { id: string; wrapped_key: Buffer; key_version: number }): Buffer =>
  tx.vault.unwrapObjectKey(row.id, row.wrapped_key, row.key_version);

import type { SccDatabase } from '../db/database.ts';
import { newRecordingSeal, recordingPath } from '../modules/recordings/recording-place.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { RecordingPort } from './ports.ts';

/**
 * New recordings in the store, under a key of their own. Works without the database once the tenant's keys are loaded.
 * @param placeOf object path by tenant and recording
 */
export const recordingPort = (database: Pick<SccDatabase, 'vaultOf'>, store: Pick<ObjectStore, 'localPath'>, placeOf = recordingPath): RecordingPort => ({
  async open(tenantId, recordingId) {
    const vault = await database.vaultOf(tenantId);
    const { seal, file } = newRecordingSeal(vault, tenantId, recordingId, placeOf(tenantId, recordingId));
    return { path: await store.localPath(file.objectPath), seal, file };
  },
});

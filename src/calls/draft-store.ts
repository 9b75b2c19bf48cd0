import type { SccDatabase } from '../db/database.ts';
import { draftsFolder } from '../modules/recordings/recording-place.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { RecordingPort } from './ports.ts';
import { recordingPort } from './recording-port.ts';

/** Where one tenant's calls to drafts record, for as long as they last. */
export interface DraftStore {
  recordings: RecordingPort;
  discard(objectPath: string): Promise<void>;
  /** Removes what a crash left; its keys are gone already. Only while no draft is called. @returns how many files */
  clear(): Promise<number>;
}

export const draftStore = (database: Pick<SccDatabase, 'vaultOf'>, store: Pick<ObjectStore, 'localPath' | 'list' | 'delete'>, tenantId: string): DraftStore => ({
  recordings: recordingPort(database, store, (owner, recordingId) => `${draftsFolder(owner)}/${recordingId}.sccr`),
  discard: (path) => store.delete(path),
  async clear() {
    let files = 0;
    for await (const { path } of store.list(draftsFolder(tenantId))) {
      await store.delete(path);
      files += 1;
    }
    return files;
  },
});

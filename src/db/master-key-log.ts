import type pg from 'pg';
import type { Transaction } from 'kysely';
import { newId } from '../lib/ids.ts';
import type { MasterKeyWay } from '../vault/open-master-key.ts';
import type { DB } from './schema.generated.ts';

/** What the master key was used for; the codes of the table's check. */
export type MasterKeyPurpose = 'open' | 'probe' | 'wrap' | 'rewrap' | 'unwrap' | 'rotate' | 'export' | 'import';

/** One use of the master key, which belongs to no tenant. */
export interface MasterKeyUse {
  purpose: MasterKeyPurpose;
  /** `core`, or `cli`. */
  actor: string;
  way: MasterKeyWay;
  /** The service's key; empty for a plain file. */
  keyId?: string;
  /** `ok`, or what went wrong (KeyServiceFault). */
  outcome?: string;
}

const subject = (): string => `process ${process.pid}`;

/** Writes a use down, as the application. */
export async function logMasterUse(db: Transaction<DB>, { purpose, actor, way, keyId = '', outcome = 'ok' }: MasterKeyUse): Promise<void> {
  await db.insertInto('master_key_log').values({ id: newId(), purpose, actor, way, key_id: keyId, outcome, subject: subject() }).execute();
}

/** The same as the schema's owner, where the application cannot be opened. */
export async function logMasterUseAsOwner(client: pg.Client, { purpose, actor, way, keyId = '', outcome = 'ok' }: MasterKeyUse): Promise<void> {
  await client.query('insert into master_key_log (id, purpose, actor, way, key_id, outcome, subject) values ($1, $2, $3, $4, $5, $6, $7)', [newId(), purpose, actor, way, keyId, outcome, subject()]);
}

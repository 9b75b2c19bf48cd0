import type pg from 'pg';
import { asOwner } from './prepare.ts';

/** One ceremony of the master key at a time on a database; an arbitrary constant. */
const LOCK_KEY = 7_262_014;

/** Not `scc…`, which counts as the product running (see master-rotation.ts). */
const NAME = 'master-key-ceremony';

/**
 * Does what changes the master key's file while nobody else does: of two at once, one could put an old key in the place of a new one.
 * @throws Error while another one is at it
 */
export async function aloneWithMaster<T>(owner: pg.ClientConfig, work: () => Promise<T>): Promise<T> {
  return asOwner({ ...owner, application_name: NAME }, async (client) => {
    const { rows } = await client.query<{ free: boolean }>('select pg_try_advisory_lock($1) as free', [LOCK_KEY]);
    if (!rows[0]?.free) throw new Error('The master key is being changed or moved by another command. Try again when it is finished.');
    return work();
  });
}

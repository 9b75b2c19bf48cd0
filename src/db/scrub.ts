import type pg from 'pg';
import { asOwner } from './prepare.ts';

/** What of the server's own files was written anew. */
export interface ScrubResult {
  /** Tables written anew, so that their files hold no deleted row. */
  tables: number;
  /** Statistics and the write-ahead log too; false on a server of others, where only its administrator can. */
  log: boolean;
}

/**
 * Takes what was deleted out of the database's files: tables and their indexes are written anew, then the statistics, which hold samples of
 * values, and the write-ahead log. Each table is locked while it is written.
 * @param superuser of the embedded server; null on a server of others
 */
export async function scrubDatabase(owner: pg.ClientConfig, superuser: pg.ClientConfig | null, tables: readonly string[]): Promise<ScrubResult> {
  await asOwner({ ...owner, application_name: 'scc-scrub' }, async (client) => {
    for (const table of tables) await client.query(`vacuum (full, analyze) ${client.escapeIdentifier(table)}`);
  });
  if (superuser) {
    await asOwner({ ...superuser, application_name: 'scc-scrub' }, async (client) => {
      await client.query('vacuum (full) pg_statistic');
      await client.query('checkpoint');
      await client.query('select pg_switch_wal()');
      // The segments before the switch are needed by nobody now, and are removed: `wal_recycle` is off.
      await client.query('checkpoint');
    });
  }
  return { tables: tables.length, log: superuser !== null };
}

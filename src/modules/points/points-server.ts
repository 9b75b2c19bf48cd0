import type pg from 'pg';
import { asOwner } from '../../db/prepare.ts';
import { parseLsn, type Lsn } from '../../db/replication/lsn.ts';
import { PointsError } from './points-error.ts';
import { SLOT_PREFIX } from './points-folder.ts';

/** Everything acknowledged until `at` (the server's clock, ISO 8601) is before `lsn`. */
export interface Mark {
  lsn: Lsn;
  at: string;
}

/** A replication slot of ours. */
export interface Slot {
  name: string;
  /** False when the server has thrown away what the slot was to keep. */
  isWhole: boolean;
}

/** Makes and drops bases, lines and slots: one at a time on a database; an arbitrary constant. */
const POINTS_LOCK = 7_262_052;

/** What is asked of the server beside the log itself. */
export class PointsServer {
  readonly connection: pg.ClientConfig;

  /** @param connection of a role with the right to replicate: the superuser of the embedded server, the role of DATABASE_URL elsewhere */
  constructor(connection: pg.ClientConfig) {
    this.connection = connection;
  }

  #as<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    return asOwner({ ...this.connection, application_name: 'scc-points' }, work);
  }

  /** Until where the log is durable now. */
  mark(): Promise<Mark> {
    return this.#as(async (client) => {
      // The time first: whatever was acknowledged by then is before the place.
      const { rows } = await client.query<{ at: Date; lsn: string }>('select clock_timestamp() as at, pg_current_wal_flush_lsn()::text as lsn');
      const [row] = rows;
      if (!row) throw new Error('The database does not say how far it is.');
      return { lsn: parseLsn(row.lsn), at: row.at.toISOString() };
    });
  }

  /** @throws PointsError `not_supported` when the role may not, or the server would fill its disk for us */
  demand(): Promise<void> {
    return this.#as(async (client) => {
      const { rows } = await client.query<{ may: boolean; kept: string; level: string }>(
        "select (rolreplication or rolsuper) as may, current_setting('max_slot_wal_keep_size') as kept, current_setting('wal_level') as level from pg_roles where rolname = current_user",
      );
      const [row] = rows;
      if (!row?.may) throw new PointsError('not_supported', 'The role of DATABASE_URL may not replicate: points in time are for the administrator of the database server to keep, or give it REPLICATION.');
      if (row.level === 'minimal') throw new PointsError('not_supported', 'The database server has wal_level = minimal: points in time are for its administrator to keep.');
      if (row.kept === '-1') throw new PointsError('not_supported', 'The database server would keep its write-ahead log without limit while the backups cannot be reached: set max_slot_wal_keep_size, for example to 8GB.');
    });
  }

  slots(): Promise<Slot[]> {
    return this.#as(async (client) => {
      const { rows } = await client.query<{ slot_name: string; whole: boolean }>(
        "select slot_name, restart_lsn is not null and coalesce(wal_status, '') <> 'lost' as whole from pg_replication_slots where slot_type = 'physical' and starts_with(slot_name, $1)",
        [SLOT_PREFIX],
      );
      return rows.map(({ slot_name: name, whole: isWhole }) => ({ name, isWhole }));
    });
  }

  /** Ends who reads from it, and drops it. Does nothing when it is not there. */
  async dropSlot(slot: string): Promise<void> {
    await this.#as(async (client) => {
      for (let tries = 0; ; tries += 1) {
        await client.query('select pg_terminate_backend(active_pid, 5000) from pg_replication_slots where slot_name = $1 and active_pid is not null', [slot]);
        try {
          await client.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1', [slot]);
          return;
        } catch (error) {
          // 55006: somebody began to read from it meanwhile.
          if ((error as { code?: string }).code !== '55006' || tries === 20) throw error;
        }
      }
    });
  }

  /** Only one at a time makes or removes. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#as(async (client) => {
      await client.query('select pg_advisory_lock($1)', [POINTS_LOCK]);
      return work();
    });
  }

  /** Drops every slot of ours but one, unless a line or a base is being made now. @returns whether it did */
  dropOthers(slot: string): Promise<boolean> {
    return this.#as(async (client) => {
      const { rows } = await client.query<{ free: boolean }>('select pg_try_advisory_lock($1) as free', [POINTS_LOCK]);
      if (!rows[0]?.free) return false;
      for (const { name } of await this.slots()) if (name !== slot) await this.dropSlot(name);
      return true;
    });
  }

  /** Removes what the log has of before, where the role may. @returns whether it did */
  async renewLog(): Promise<boolean> {
    return this.#as(async (client) => {
      const { rows } = await client.query<{ super: boolean }>('select rolsuper as super from pg_roles where rolname = current_user');
      if (!rows[0]?.super) return false;
      await client.query('checkpoint');
      await client.query('select pg_switch_wal()');
      await client.query('checkpoint');
      return true;
    });
  }
}

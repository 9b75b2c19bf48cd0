import { basename } from 'node:path';
import type { Actor, Database } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { PROMPTS_FOLDER } from './prompt-place.ts';
import { listPromptRows } from './prompts.queries.ts';

/** A younger file may belong to an upload whose row another process is about to write, ms. */
const UPLOAD_MS = 60_000;

const SYSTEM: Actor = { kind: 'system', id: 'prompts', ip: '' };

export interface PromptSweepDeps {
  database: Pick<Database, 'withTenant' | 'directory'>;
  store: Pick<ObjectStore, 'list' | 'delete'>;
  clock: Clock;
  logger: Logger;
}

/** When a file was made, by the UUIDv7 in its name: ms since the epoch. */
const madeAt = (path: string): number => Number.parseInt(basename(path).replaceAll('-', '').slice(0, 12), 16);

/**
 * Deletes the files of sounds that no row names: replaced or removed shortly before a restart, or of an upload that a crash
 * cut off. A tenant or a file that cannot be looked at is left for the next start.
 */
export async function sweepPrompts({ database, store, clock, logger }: PromptSweepDeps): Promise<void> {
  for (const { id } of await database.directory.tenants()) {
    try {
      const files: string[] = [];
      for await (const { path } of store.list(`${PROMPTS_FOLDER}/${id}`)) files.push(path);
      if (files.length === 0) continue;
      const rows = await database.withTenant(id, SYSTEM, listPromptRows);
      const used = new Set(rows.map(({ object_path }) => object_path));
      for (const path of files) {
        if (!used.has(path) && clock.wall() - madeAt(path) >= UPLOAD_MS) await store.delete(path);
      }
    } catch (error) {
      logger.warn({ tenantId: id, reason: messageOf(error) }, 'replaced sounds could not be deleted');
    }
  }
}

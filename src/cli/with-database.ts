import type { SccDatabase } from '../db/database.ts';
import { openDatabase, type OpenDatabase, type OpenOptions } from '../db/open.ts';
import type { Config } from '../lib/config.ts';
import type { Actor } from '../db/types.ts';
import { notFound } from '../lib/errors.ts';
import { createLogger } from '../lib/logger.ts';
import { appendAudit } from '../modules/audit/audit-append.ts';
import { loadConfig } from './environment.ts';

/** Who acts when a command changes something. */
export const cliActor: Actor = { kind: 'operator', id: 'cli', ip: '' };

/** What a command finds beside the database. */
export interface Around extends Pick<OpenDatabase, 'sign' | 'master' | 'owner' | 'superuser'> {
  config: Config;
  dataDir: string;
}

/**
 * Runs a command on the database: beside the running product, or on a stopped one whose embedded server is started for
 * as long as the command takes.
 */
export async function withDatabase<T>(work: (database: SccDatabase, around: Around) => Promise<T>, options: Pick<OpenOptions, 'anyKeys'> = {}): Promise<T> {
  const config = loadConfig();
  const opened = await openDatabase({ config, logger: createLogger('error', 'scc'), appendAudit, attach: true, ...options });
  try {
    return await work(opened.database, { ...opened, config, dataDir: config.dataDir });
  } finally {
    await opened.close();
  }
}

/** Id of a tenant by its code. @throws AppError `not_found` */
export async function tenantIdOf(database: SccDatabase, slug: string): Promise<string> {
  const tenant = await database.directory.tenantBySlug(slug);
  if (!tenant) throw notFound('tenant');
  return tenant.id;
}

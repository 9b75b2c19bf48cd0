import type { Cell } from '../calls/cell.ts';
import type { Database } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';

const EVERY_MS = 5_000;

interface WatchDeps {
  database: Pick<Database, 'directory' | 'healthy'>;
  cell: Pick<Cell, 'tenant' | 'reloadTenant'>;
  clock: Clock;
  logger: Logger;
}

/** Gives tenants that were created or resumed beside the running product (command line, another cell) to the cell. */
async function takeNewTenants({ database, cell }: WatchDeps): Promise<void> {
  for (const { id, status } of await database.directory.tenants()) {
    if (status === 'active' && !cell.tenant(id)) await cell.reloadTenant(id);
  }
}

/** Looks for new tenants every few seconds. @returns ends it */
export function watchTenants(deps: WatchDeps): () => void {
  let cancel = (): void => undefined;
  let ended = false;
  const look = async (): Promise<void> => {
    try {
      if (deps.database.healthy) await takeNewTenants(deps);
    } catch (error) {
      deps.logger.warn({ error: messageOf(error) }, 'could not look for new tenants');
    }
    if (!ended) cancel = deps.clock.after(EVERY_MS, () => void look());
  };
  cancel = deps.clock.after(EVERY_MS, () => void look());
  return () => {
    ended = true;
    cancel();
  };
}

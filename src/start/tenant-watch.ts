import type { Cell } from '../calls/cell.ts';
import type { Database, TenantRow } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { startRounds } from '../lib/rounds.ts';

const EVERY_MS = 5_000;

interface WatchDeps {
  database: Pick<Database, 'directory' | 'healthy'>;
  cell: Pick<Cell, 'tenant' | 'reloadTenant'>;
  clock: Clock;
  logger: Logger;
}

type Statuses = Map<string, TenantRow['status']>;

/**
 * Makes the cell look at tenants that were created, suspended or resumed beside the running product (command line, another cell).
 * @param seen statuses that the cell has heard of; a tenant it took was active
 */
async function takeChangedTenants({ database, cell }: WatchDeps, seen: Statuses): Promise<void> {
  for (const { id, status } of await database.directory.tenants()) {
    // An ended one is left with its last call.
    const isChanged = cell.tenant(id) ? status === 'ended' || (seen.get(id) ?? 'active') !== status : status === 'active';
    if (isChanged) await cell.reloadTenant(id);
    seen.set(id, status);
  }
}

/** Looks for new tenants and changed statuses every few seconds. @returns ends it, after the look that runs */
export function watchTenants(deps: WatchDeps): () => Promise<void> {
  const seen: Statuses = new Map();
  return startRounds({
    clock: deps.clock,
    everyMs: EVERY_MS,
    round: async () => {
      if (deps.database.healthy) await takeChangedTenants(deps, seen);
    },
    onError: (error) => deps.logger.warn({ error: messageOf(error) }, 'could not look for new tenants'),
  });
}

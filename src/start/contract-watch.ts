import type { Cell } from '../calls/cell.ts';
import type { OpenDatabase } from '../db/open.ts';
import type { Clock } from '../lib/clock.ts';
import type { Config } from '../lib/config.ts';
import type { Logger } from '../lib/logger.ts';
import { startContracts } from '../modules/contracts/contract-job.ts';
import type { Monitoring } from '../modules/monitoring/monitoring.service.ts';
import type { DomainEmitter } from '../modules/support/domain-events.ts';
import { tellRevoked } from '../modules/users/sessions.service.ts';
import type { ObjectStore } from '../store/object-store.ts';

interface WatchDeps {
  config: Pick<Config, 'backupDir' | 'dataDir' | 'pointsDays'>;
  opened: OpenDatabase;
  store: ObjectStore;
  cell: Pick<Cell, 'reloadTenant'>;
  events: DomainEmitter;
  monitoring: Pick<Monitoring, 'tell'>;
  /** Filled with the tenants that may take their data back. */
  returning: Set<string>;
  clock: Clock;
  logger: Logger;
}

/** Looks after the tenants' contracts; what they bring reaches browsers and telephones at once. @returns ends it, after the look that runs */
export const watchContracts = ({ config, opened, store, cell, events, monitoring, returning, clock, logger }: WatchDeps): (() => Promise<void>) =>
  startContracts({
    ...opened,
    store,
    backupDir: config.backupDir,
    dataDir: config.dataDir,
    keepsPoints: config.pointsDays !== null,
    isDatabaseHealthy: () => opened.database.healthy,
    remind: (notice) => monitoring.tell(notice),
    onReturning(tenantIds) {
      returning.clear();
      for (const id of tenantIds) returning.add(id);
    },
    onChange: async (tenantId, { endedSessions }) => {
      tellRevoked(events, tenantId, endedSessions);
      await cell.reloadTenant(tenantId);
    },
    clock,
    logger,
  });

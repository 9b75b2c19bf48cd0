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
  config: Pick<Config, 'backupDir' | 'dataDir' | 'pointsDays' | 'mail' | 'publicUrl'>;
  opened: OpenDatabase;
  store: ObjectStore;
  cell: Pick<Cell, 'reloadTenant'>;
  events: DomainEmitter;
  monitoring: Pick<Monitoring, 'tell'>;
  /** Filled with the tenants that have ended and are not destroyed, and with those that may take their data back. */
  ended: { waiting: Set<string>; returning: Set<string> };
  clock: Clock;
  logger: Logger;
}

function refill(set: Set<string>, ids: readonly string[]): void {
  set.clear();
  for (const id of ids) set.add(id);
}

/** Looks after the tenants' contracts; what they bring reaches browsers and telephones at once. @returns ends it, after the look that runs */
export const watchContracts = ({ config, opened, store, cell, events, monitoring, ended, clock, logger }: WatchDeps): (() => Promise<void>) =>
  startContracts({
    ...opened,
    store,
    backupDir: config.backupDir,
    dataDir: config.dataDir,
    keepsPoints: config.pointsDays !== null,
    isDatabaseHealthy: () => opened.database.healthy,
    remind: (notice) => monitoring.tell(notice),
    canSendMail: config.mail !== null,
    publicUrl: config.publicUrl,
    onEnded({ waiting, returning }) {
      refill(ended.waiting, waiting);
      refill(ended.returning, returning);
    },
    onChange: async (tenantId, { endedSessions }) => {
      tellRevoked(events, tenantId, endedSessions);
      await cell.reloadTenant(tenantId);
    },
    clock,
    logger,
  });

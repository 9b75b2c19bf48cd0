import type { Registry } from 'prom-client';
import type { CheckView } from '../../shared/api/monitoring.ts';
import type { Cell } from '../calls/cell.ts';
import type { OpenDatabase } from '../db/open.ts';
import type { Journal } from '../db/group-commit.ts';
import type { Clock } from '../lib/clock.ts';
import type { Config } from '../lib/config.ts';
import type { Logger } from '../lib/logger.ts';
import { backupAge, backupState } from '../modules/backup/backup-job.ts';
import { latestDestruction } from '../modules/contracts/contract-job.ts';
import type { MasterKeyWatch } from '../modules/keys/master-key-watch.ts';
import { createMonitoringMetrics } from '../modules/monitoring/monitoring-metrics.ts';
import { Monitoring } from '../modules/monitoring/monitoring.service.ts';
import { askDatabase } from '../modules/monitoring/monitoring.queries.ts';
import { AvailabilityRecorder, type ServiceLook } from '../modules/monitoring/availability-recorder.ts';
import type { ServerClock } from '../modules/monitoring/server-clock.ts';
import { createProbes } from '../modules/monitoring/probes.ts';
import type { Mailer } from '../modules/outbox/mailer.ts';
import type { Scanner } from '../modules/scanner/scanner.ts';
import type { OperatorLive } from '../modules/operator/operator-types.ts';
import type { Points } from './points-process.ts';

interface MonitoringParts {
  config: Config;
  opened: OpenDatabase;
  points: Pick<Points, 'age'>;
  cell: Cell;
  journal: Journal;
  live: OperatorLive;
  registry: Registry;
  mailer: Mailer | null;
  clock: Clock;
  serverClock: ServerClock;
  scanner: Scanner;
  masterKey: Pick<MasterKeyWatch, 'figure'>;
  logger: Logger;
  /** Of the tenants' server, once it listens. */
  httpPort: () => number;
}

/** What of the SIP side's counters is a message or call that was turned away. */
const REFUSED = ['scc_sip_dropped_total', 'scc_sip_overload_refused_total'] as const;

async function sipRefused(registry: Registry): Promise<number> {
  const found = await Promise.all(REFUSED.map(async (name) => registry.getSingleMetric(name)?.get()));
  return found.reduce((sum, metric) => sum + (metric?.values ?? []).reduce((of, { value }) => of + value, 0), 0);
}

/** Where a program on this machine reaches what listens on a host. */
function reachable(host: string): string {
  const local = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  return local.includes(':') ? `[${local}]` : local;
}

/** Tenants that are not suspended, as last read: while the database is away they are what they were. */
function createTenantStates(database: OpenDatabase['database']): () => Promise<ReadonlySet<string>> {
  let known = new Set<string>();
  return async () => {
    if (database.healthy) known = new Set((await database.directory.tenants()).filter(({ status }) => status === 'active').map(({ id }) => id));
    return known;
  };
}

/** What this look says of each tenant of the cell. */
function looksOf(checks: readonly CheckView[], cell: Cell, active: ReadonlySet<string>): ServiceLook[] {
  const isAnswered = checks.find(({ id }) => id === 'services.call')?.value !== null;
  return cell.tenants().map(({ tenantId, accepting }) => {
    const reason = isAnswered ? (accepting ? null : 'not_serving') : 'call';
    return { tenantId, reason: active.has(tenantId) ? reason : null };
  });
}

/** The provider's monitoring, connected to the running product. */
export function createMonitoring({ config, opened, points, cell, journal, live, registry, mailer, clock, serverClock, scanner, masterKey, logger, httpPort }: MonitoringParts): Monitoring {
  const { database } = opened;
  const { backupHours } = config;
  const probes = createProbes({
    clock,
    dataDir: config.dataDir,
    storeDir: config.storeDir,
    backupAge: backupHours === null && config.pointsDays === null ? null : async () => Math.max(await points.age(), backupAge(await backupState(database, backupHours, clock.wall()), clock.wall())),
    certificateFile: config.sipsPort === null ? null : config.tls.certificateFile,
    healthUrl: () => `http://${reachable(config.host)}:${httpPort()}/healthz`,
    database: { ask: () => database.withDirectory(askDatabase) },
    loop: () => cell.takeLoopDelay(),
    media: () => live.media(),
    sipRefused: () => sipRefused(registry),
    journalBacklog: () => journal.backlog,
    timeOffset: () => serverClock.offset(),
    scannerDelay: () => scanner.delay(),
    contracts: () => latestDestruction({ database, clock }),
    masterKey: () => masterKey.figure(),
    call: () => cell.syntheticCall(),
  });
  const targets = { mailer, mailTo: config.alarms.mailTo, webhook: config.alarms.webhook, name: config.publicUrl ?? config.sipHost };
  const recorder = new AvailabilityRecorder({ withTenant: database.withTenant, isDatabaseHealthy: () => database.healthy, clock, logger });
  const activeTenants = createTenantStates(database);
  const monitoring = new Monitoring({ database, clock, logger, probes, targets, onLook: async (checks) => recorder.take(looksOf(checks, cell, await activeTenants())), onStop: () => recorder.close() });
  createMonitoringMetrics(registry, () => monitoring.checks(), () => monitoring.undelivered);
  return monitoring;
}

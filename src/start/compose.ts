import { join } from 'node:path';
import type { Registry } from 'prom-client';
import { startCell, type Cell } from '../calls/cell.ts';
import type { Database } from '../db/types.ts';
import { createJournal, type Journal } from '../db/group-commit.ts';
import { openDatabase, type OpenDatabase } from '../db/open.ts';
import { DEMO_SLUG, seedDemo, type DemoLogins } from '../demo/seed.ts';
import { createMetrics } from '../http/metrics.ts';
import type { ReadyCheck } from '../http/health.ts';
import { startHttp, type RunningHttp } from '../http/start-http.ts';
import { systemClock, type Clock } from '../lib/clock.ts';
import type { Config } from '../lib/config.ts';
import { messageOf } from '../lib/errors.ts';
import { internetAnd } from '../lib/outside-request.ts';
import type { Logger } from '../lib/logger.ts';
import { MediaPool } from '../media/pool.ts';
import { appendAudit } from '../modules/audit/audit-append.ts';
import { AuditWitness, witnessFolder } from '../modules/audit/audit-witness.ts';
import { AlertJob } from '../modules/alerts/alert-job.ts';
import { ServerClock } from '../modules/monitoring/server-clock.ts';
import type { Monitoring } from '../modules/monitoring/monitoring.service.ts';
import { createSmtpMailer, type Mailer } from '../modules/outbox/mailer.ts';
import { createOutboxWorker } from '../modules/outbox/outbox-worker.ts';
import { createCallNumberJob } from '../modules/calls/call-number-job.ts';
import { createRecordingNoticeJob } from '../modules/recordings/recording-notice-job.ts';
import { createRetentionJob } from '../modules/recordings/recording-retention.ts';
import { createReportJob } from '../modules/reports/report-job.ts';
import { matchCaller } from '../modules/customers/caller-match.ts';
import { MasterKeyWatch } from '../modules/keys/master-key-watch.ts';
import type { LiveCalls } from '../modules/calls/calls.service.ts';
import { sweepPrompts } from '../modules/prompts/prompt-sweep.ts';
import { espeakProvider } from '../modules/prompts/speech.ts';
import { createSpeechSource } from '../modules/prompts/speech-source.ts';
import { shippedSounds } from '../modules/prompts/shipped-sounds.ts';
import { createProviderAccessJob } from '../modules/provider-access/provider-access-job.ts';
import { PointsServer } from '../modules/points/points-server.ts';
import { createScanner } from '../modules/scanner/scanner.ts';
import { createDomainEvents, type DomainEmitter } from '../modules/support/domain-events.ts';
import { createRealtime } from '../realtime/plugin.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { createFileStore } from '../store/file-store.ts';
import { demandPlaceAsConfigured } from '../vault/open-master-key.ts';
import { startBackups } from './backup-process.ts';
import { watchContracts } from './contract-watch.ts';
import { startExports, type Exports } from './export-process.ts';
import { draftCallsOf } from './draft-calls.ts';
import { watchKeys } from './key-watch.ts';
import { liveFigures } from './live-figures.ts';
import { createMonitoring } from './monitoring.ts';
import { operatorLive } from './operator-live.ts';
import { Points } from './points-process.ts';
import { prepareSipListen, type SipListen } from './sip-listen.ts';
import { startTenantJobs, type TenantJob } from './tenant-jobs.ts';
import { watchTenants } from './tenant-watch.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SOUNDS_DIR = join(ROOT, 'assets', 'sounds');

/** How long the journal may take to write what is left when the product stops, ms. */
const JOURNAL_PATIENCE_MS = 5_000;

/** A key service that does not answer is asked for so long before the start is given up, ms. */
const KEY_PATIENCE_MS = 120_000;

/** So many writes waiting mean that the database does not keep up. */
const JOURNAL_BACKLOG_LIMIT = 5_000;

/** Steps of a start, in order. */
export type StartStep = 'database' | 'demo' | 'media' | 'calls' | 'http';

/** Told of the start while it goes on, for people who wait. */
export interface StartListener {
  step(step: StartStep): void;
  /** The demo tenant was made now. Told at once, because its passwords are in nobody's hands if a later step fails. */
  firstLogins(logins: DemoLogins): void;
}

/** The running product. */
export interface Product {
  /** Addresses that answer, for example `http://127.0.0.1:3000`. */
  url: string;
  operatorUrl: string;
  /** Whether the demo tenant is there. */
  hasDemo: boolean;
  /**
   * Stops everything in order. Idempotent.
   * @param options.keepCalls calls in progress may take `drainMs` to end; then they are left to the next start, with their media
   *   processes. Without calls it is a plain stop.
   */
  stop(options?: { keepCalls: boolean }): Promise<void>;
}

interface Parts {
  http?: RunningHttp;
  cell?: Cell;
  sipListen?: SipListen;
  journal?: Journal;
  witness?: AuditWitness;
  endWatch?: () => Promise<void>;
  endKeyWatch?: () => Promise<void>;
  masterKey?: MasterKeyWatch;
  endBackups?: () => Promise<void>;
  points?: Points;
  exports?: Exports;
  endJobs?: () => Promise<void>;
  endContracts?: () => Promise<void>;
  mailer?: Mailer;
  monitoring?: Monitoring;
  media?: MediaPool;
  opened?: OpenDatabase;
}

/**
 * Undoes the start in the opposite order: nobody new comes in, calls end with their records, what is journaled reaches the
 * database, then sound and database stop. A part that fails to stop does not keep the others from stopping.
 */
async function stopParts(parts: Parts, logger: Logger, keepCalls = false): Promise<void> {
  const watched = parts.endWatch?.();
  const steps: [string, () => Promise<void> | void | undefined][] = [
    // Before the sockets of browsers close: a page that goes then is no visitor who hung up.
    ...(keepCalls ? [['hand over', () => parts.cell?.handOver()] as [string, () => Promise<void> | undefined]] : []),
    ['monitoring', () => parts.monitoring?.stop()],
    ['http', () => parts.http?.close()],
    ...(keepCalls ? [] : [['calls', () => parts.cell?.stop()] as [string, () => Promise<void> | undefined]]),
    ['tenants', () => watched],
    ['jobs', () => parts.endJobs?.()],
    ['contracts', () => parts.endContracts?.()],
    ['keys', () => parts.endKeyWatch?.()],
    ['master key', () => parts.masterKey?.stop()],
    ['exports', () => parts.exports?.stop()],
    ['backups', () => parts.endBackups?.()],
    ['mail', () => parts.mailer?.close()],
    ['journal', () => parts.journal?.close(JOURNAL_PATIENCE_MS)],
    ['audit witness', () => parts.witness?.stop()],
    ['media', () => (keepCalls ? parts.media?.detach() : parts.media?.stop())],
    // Nearly last: what the others have just written is archived too.
    ['points in time', () => parts.points?.stop()],
    ['database', () => parts.opened?.close()],
  ];
  parts.sipListen?.stop();
  for (const [part, stop] of steps) {
    try {
      await stop();
    } catch (error) {
      logger.error({ part, error: messageOf(error) }, 'this part did not stop cleanly');
    }
  }
}

/** Takes no new calls and waits for those in progress. @returns how many are left after `limitMs` */
async function drained(cell: Cell, limitMs: number): Promise<number> {
  cell.drain();
  const deadline = systemClock.monotonic() + limitMs;
  while (cell.liveCalls > 0 && systemClock.monotonic() < deadline) await new Promise<void>((resolve) => systemClock.after(100, resolve));
  return cell.liveCalls;
}

function createPool(config: Config, logger: Logger): MediaPool {
  return new MediaPool({
    count: config.mediaProcesses,
    dataDir: config.dataDir,
    rtpHost: config.sipHost,
    rtpPorts: config.rtpPorts,
    soundsDir: SOUNDS_DIR,
    logLevel: config.logLevel,
    clock: systemClock,
    logger,
  });
}

/**
 * The composition root: makes every part, gives each what it needs, in the order in which they depend on each other.
 * What was started is stopped again when a later part fails.
 * @throws Error with one clear sentence
 */
export async function compose(config: Config, logger: Logger, version: string, listener: StartListener): Promise<Product> {
  const parts: Parts = {};
  try {
    return await startParts(config, logger, version, listener, parts);
  } catch (error) {
    await stopParts(parts, logger);
    throw error;
  }
}

/** What `/readyz` asks, beside the web side itself. */
function readyChecks({ database }: OpenDatabase, media: MediaPool, cell: Cell, journal: Journal): ReadyCheck[] {
  return [
    { name: 'database', reason: () => (database.healthy ? null : 'The database cannot be reached.') },
    { name: 'media', reason: () => (media.ready ? null : 'A media process is not there.') },
    { name: 'sip', reason: () => (cell.ready ? null : 'SIP does not listen.') },
    { name: 'journal', reason: () => (journal.backlog < JOURNAL_BACKLOG_LIMIT ? null : 'Calls wait to be written.') },
  ];
}

/** Who may write into a call that is not over yet. */
const liveCalls = (cell: Cell): LiveCalls => ({
  isWith: (tenantId, callId, userId) => cell.tenant(tenantId)?.runtime.agents().some((agent) => agent.agentId === userId && agent.callId === callId) ?? false,
  queueOf(tenantId, callId) {
    const call = cell.tenant(tenantId)?.runtime.call(callId);
    return call ? { queueId: call.queue?.queueId ?? null, scriptId: call.queue?.script ?? null } : null;
  },
  // A call that is not the tenant's is not found before this is asked.
  sipOf: (_tenantId, callId) => cell.sipOf(callId),
});

interface JobDeps {
  withTenant: Database['withTenant'];
  store: ObjectStore;
  clock: Clock;
  logger: Logger;
  registry: Registry;
  cell: Cell;
  mailer: Mailer | null;
  outbox: TenantJob;
  publicUrl: string | null;
  events: DomainEmitter;
}

/** What is looked for in each tenant. Without a mail host no scheduled report is made: it is due until there is one. */
function tenantJobs(deps: JobDeps): TenantJob[] {
  const { cell, clock, mailer } = deps;
  const alerts = new AlertJob({ ...deps, figuresOf: (tenantId) => liveFigures(cell, clock, tenantId), canSendMail: mailer !== null });
  return [createCallNumberJob(deps), createRetentionJob(deps), createRecordingNoticeJob({ ...deps, canSendMail: mailer !== null }), alerts, ...(mailer ? [createReportJob(deps)] : []), deps.outbox, createProviderAccessJob(deps)];
}

const startJobs = ({ database, jobs, ...deps }: JobDeps & { database: Pick<Database, 'healthy'>; jobs: readonly TenantJob[] }): (() => Promise<void>) =>
  startTenantJobs({
    tenants: () => deps.cell.tenants().map(({ tenantId }) => tenantId),
    isDatabaseHealthy: () => database.healthy,
    jobs: [...jobs, ...tenantJobs(deps)],
    clock: deps.clock,
    logger: deps.logger,
  });

interface LookDeps {
  config: Config;
  opened: OpenDatabase;
  store: ObjectStore;
  cell: Cell;
  events: DomainEmitter;
  monitoring: Monitoring;
  /** Makes exports; for tenants that this cell has left too, while they take their data back. */
  exportLine: TenantJob;
  /** Sends what ended tenants are told of their contract, wherever they are. */
  contractMail: TenantJob;
  registry: Registry;
  clock: Clock;
  logger: Logger;
}

/** Starts what looks at things again and again, for all tenants. */
function startLooking(parts: Parts, deps: LookDeps): void {
  const { opened: { database, master }, config, cell, monitoring, registry, clock, logger } = deps;
  const ended = { returning: new Set<string>(), waiting: new Set<string>() };
  const jobOf = (tenants: ReadonlySet<string>, job: TenantJob) => startTenantJobs({ tenants: () => [...tenants].filter((id) => !cell.tenant(id)), isDatabaseHealthy: () => database.healthy, jobs: [job], clock, logger });
  const ends = [jobOf(ended.returning, deps.exportLine), jobOf(ended.waiting, deps.contractMail), watchContracts({ ...deps, ended })];
  parts.endContracts = async () => void (await Promise.all(ends.map((end) => end())));
  parts.endBackups = startBackups({ database, master, hours: config.backupHours, clock, logger, registry });
  parts.points?.start();
  parts.endKeyWatch = watchKeys({ database, clock, logger, registry });
  parts.masterKey?.start();
  monitoring.start();
  parts.endWatch = watchTenants({ database, cell, clock, logger });
}

async function startParts(config: Config, logger: Logger, version: string, listener: StartListener, parts: Parts): Promise<Product> {
  listener.step('database');
  demandPlaceAsConfigured(config);
  const witness = (parts.witness = new AuditWitness());
  const opened = (parts.opened = await openDatabase({ config, logger, appendAudit: witness.watch(appendAudit), keyPatienceMs: KEY_PATIENCE_MS }));
  const { database } = opened;
  witness.start({ withTenant: database.withTenant, folder: witnessFolder(config.dataDir), sign: opened.sign, clock: systemClock, logger });
  if (config.demo) listener.step('demo');
  const firstLogins = config.demo ? await seedDemo(database, config.demoPassword) : null;
  if (firstLogins) listener.firstLogins(firstLogins);
  const hasDemo = (await database.directory.tenantBySlug(DEMO_SLUG)) !== null;

  listener.step('media');
  const media = (parts.media = createPool(config, logger));
  await media.start();

  listener.step('calls');
  const clock = systemClock;
  const store = createFileStore(config.storeDir);
  await sweepPrompts({ database, store, clock, logger });
  const metrics = createMetrics(true);
  const events = createDomainEvents((error, event) => logger.error({ error: messageOf(error), event }, 'a listener failed'));
  const journal = (parts.journal = createJournal({ database, logger }));
  const sipListen = (parts.sipListen = prepareSipListen(config, clock, logger));
  const cell = (parts.cell = await startCell({ config, sipListen: sipListen.options, database, journal, media, store, clock, logger, registry: metrics.registry, events, matchCaller }));

  listener.step('http');
  const mailer = config.mail ? (parts.mailer = createSmtpMailer(config.mail.url, config.mail.from)) : null;
  const live = operatorLive({ cell, media, clock });
  const serverClock = new ServerClock(config.ntpServer, clock);
  const scanner = createScanner({ place: config.scanner, clock, logger, registry: metrics.registry });
  const httpPort = (): number => parts.http?.port ?? config.httpPort;
  const masterKey = (parts.masterKey = new MasterKeyWatch({ place: config, master: opened.master, database, clock, logger, registry: metrics.registry }));
  const server = new PointsServer(opened.superuser ?? opened.owner);
  const points = (parts.points = new Points({ folder: config.backupDir, master: opened.master, days: config.pointsDays, server, clock, logger, registry: metrics.registry }));
  const monitoring = (parts.monitoring = createMonitoring({ config, opened, points, cell, journal, live, registry: metrics.registry, mailer, clock, serverClock, scanner, masterKey, logger, httpPort }));
  const exports = (parts.exports = startExports({ master: opened.master, withTenant: database.withTenant, store, clock, logger }));
  const http = (parts.http = await startHttp({
    database,
    store,
    clock,
    logger,
    events,
    metrics,
    version,
    host: config.host,
    port: config.httpPort,
    operatorPort: config.operatorPort,
    trustedProxies: config.trustedProxies,
    checks: readyChecks(opened, media, cell, journal),
    plugins: [createRealtime({ cell, clock, logger, withTenant: database.withTenant })],
    promptNames: await shippedSounds(SOUNDS_DIR),
    speech: createSpeechSource({ builtIn: await espeakProvider(), registry: metrics.registry, logger, scanner, world: internetAnd(config.speechAddresses) }),
    webDir: join(ROOT, 'web', 'dist'),
    live: liveCalls(cell),
    isStorageFull: () => monitoring.isStorageFull,
    wakeExports: (tenantId) => exports.line.wake(tenantId),
    configInForce: (tenantId) => cell.configInForce(tenantId),
    telephony: cell.telephony,
    draftCalls: draftCallsOf(cell),
    canSendMail: config.mail !== null,
    publicUrl: config.publicUrl, loginWorld: internetAnd(config.loginAddresses),
    auditCheckpoint: (tenantId) => witness.checkpoint(tenantId),
    auditSigner: opened.master.signer,
    serverClock: () => serverClock.view(),
    scanner,
    operator: { database, databaseKind: config.databaseUrl === undefined ? 'embedded' : 'server', backupHours: config.backupHours, points: () => points.state(), live, master: opened.master, masterKeyView: () => masterKey.view(), health: () => monitoring.health() },
  }));
  const outbox = createOutboxWorker({ withTenant: database.withTenant, mailer, clock, logger, registry: metrics.registry });
  parts.endJobs = startJobs({ database, outbox, jobs: [exports.line], withTenant: database.withTenant, store, clock, logger, registry: metrics.registry, cell, mailer, publicUrl: config.publicUrl, events });
  startLooking(parts, { config, opened, store, cell, events, monitoring, exportLine: exports.line, contractMail: outbox.ofContracts, registry: metrics.registry, clock, logger });
  let stopping: Promise<void> | undefined;
  return {
    url: `http://${config.host}:${http.port}`,
    operatorUrl: `http://${config.host}:${http.operatorPort}`,
    hasDemo,
    stop: ({ keepCalls } = { keepCalls: false }) =>
      (stopping ??= keepCalls ? drained(cell, config.drainMs).then((left) => stopParts(parts, logger, left > 0)) : stopParts(parts, logger)),
  };
}

import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../db/types.ts';
import type { Clock } from '../lib/clock.ts';
import { AppError, messageOf } from '../lib/errors.ts';
import type { OutsideWorld } from '../lib/outside-request.ts';
import type { Logger } from '../lib/logger.ts';
import { NO_LIVE_CALLS, type LiveCalls } from '../modules/calls/calls.service.ts';
import { NO_DRAFT_CALLS, type DraftCallsLive } from '../modules/flows/draft-calls-live.ts';
import { NO_SPEECH, type SpeechSource } from '../modules/prompts/speech-source.ts';
import { NO_SCANNER, type Scanner } from '../modules/scanner/scanner.ts';
import type { DomainEmitter } from '../modules/support/domain-events.ts';
import { NO_TELEPHONY, type TelephonyLive } from '../modules/telephony/telephony-live.ts';
import { NO_TIME_SERVER } from '../modules/monitoring/server-clock.ts';
import { Challenges } from '../modules/users/challenges.ts';
import { LoginGuard } from '../modules/users/login-guard.ts';
import { warmUpLogin } from '../modules/users/login.service.ts';
import { KnownProviders } from '../modules/single-sign-on/known-providers.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { createApp, type HttpPlugin } from './app.ts';
import { createAuth, type Auth } from './auth.ts';
import type { ReadyCheck } from './health.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createOperatorApp } from './operator-app.ts';
import type { OperatorConsole } from './operator-routing.ts';
import type { RouteClassLimits } from './rate-limits.ts';
import { createRunner } from '../simulate/runner.ts';
import type { Shares } from './tenant-shares.ts';
import { scannedRoutes } from './scanned-routes.ts';
import { bindRoutes, type RouteDeps } from './routes.ts';

/** What the web side of the product is made of. */
export interface HttpDeps {
  database: Pick<Database, 'withTenant' | 'directory'>;
  store: ObjectStore;
  clock: Clock;
  logger: Logger;
  events: DomainEmitter;
  /** Asked by `/readyz`. */
  checks: readonly ReadyCheck[];
  /** Routes of others, for example the WebSockets. */
  plugins: readonly HttpPlugin[];
  /** Names of the shipped sounds (modules/prompts/shipped-sounds.ts). */
  promptNames: readonly string[];
  /** What speaks text here; not given = nothing does. */
  speech?: SpeechSource;
  /** Folder of the built web client. */
  webDir: string;
  version: string;
  live?: LiveCalls;
  /** See ApiDeps. */
  configInForce?: (tenantId: string) => Promise<void>;
  /** See ApiDeps. */
  isStorageFull?: () => boolean;
  /** Begins what was asked for; not given = nothing here makes exports. */
  wakeExports?: RouteDeps['wakeExports'];
  /** The running SIP side; none when unset. */
  telephony?: TelephonyLive;
  /** Calls to drafts of flows; none when unset. */
  draftCalls?: DraftCallsLive;
  /** What the audit witness remembers; nothing when unset. */
  auditCheckpoint?: RouteDeps['auditCheckpoint'];
  auditSigner: RouteDeps['auditSigner'];
  /** Not given = no time server is asked. */
  serverClock?: RouteDeps['serverClock'];
  /** Looks for malware in files; nothing does when not given. */
  scanner?: Scanner;
  /** Where others put their figures; made here when unset. */
  metrics?: Metrics;
  rateLimits?: RouteClassLimits;
  shares?: Shares;
  /** See AppDeps. */
  trustedProxies?: readonly string[];
  /** See LoginDeps; 250 ms when unset. */
  refusalFloorMs?: number;
  /** A mail host is configured. */
  canSendMail?: boolean;
  /** Where people open the product; null or not given = links in mails are paths. */
  publicUrl?: string | null;
  /** Where providers of single sign-on may be; the public internet when not given. */
  loginWorld?: OutsideWorld;
}

const REFUSAL_FLOOR_MS = 250;

/** The tenants' server, not yet listening; tests use it with `inject`. */
export async function createHttp(deps: HttpDeps): Promise<{ app: FastifyInstance; auth: Auth; metrics: Metrics }> {
  const { withTenant, directory } = deps.database;
  const auth = createAuth({ withTenant, clock: deps.clock, events: deps.events });
  const metrics = deps.metrics ?? createMetrics(false);
  const scanner = deps.scanner ?? NO_SCANNER;
  const guard = new LoginGuard(deps.clock);
  metrics.observeLoginGuard(() => guard.held);
  const bound = bindRoutes({
    ...deps,
    withTenant,
    directory,
    sessions: auth.sessions,
    live: deps.live ?? NO_LIVE_CALLS,
    telephony: deps.telephony ?? NO_TELEPHONY,
    draftCalls: deps.draftCalls ?? NO_DRAFT_CALLS,
    serverClock: deps.serverClock ?? (() => NO_TIME_SERVER),
    auditCheckpoint: deps.auditCheckpoint ?? (() => Promise.resolve(null)),
    refusalFloorMs: deps.refusalFloorMs ?? REFUSAL_FLOOR_MS,
    isStorageFull: deps.isStorageFull ?? (() => false),
    wakeExports: deps.wakeExports ?? (() => undefined),
    canSendMail: deps.canSendMail ?? false,
    publicUrl: deps.publicUrl ?? null,
    challenges: new Challenges(deps.clock),
    guard,
    loginWorld: deps.loginWorld,
    knownProviders: new KnownProviders(deps.clock, deps.loginWorld),
    speech: deps.speech ?? NO_SPEECH,
    runSimulation: createRunner({ clock: deps.clock }),
    isScanning: scanner.isConfigured,
  });
  const app = await createApp({ ...deps, withTenant, auth, routes: scannedRoutes(bound, { scanner, withTenant }), metrics });
  return { app, auth, metrics };
}

/** What the operator's console needs beside the web side's own parts. */
export type OperatorParts = Pick<OperatorConsole, 'database' | 'databaseKind' | 'backupHours' | 'points' | 'live' | 'health' | 'master' | 'masterKeyView'>;

/** Two listening servers. */
export interface RunningHttp {
  auth: Auth;
  /** Ports really in use; asked for with 0, they are the system's choice. */
  port: number;
  operatorPort: number;
  /** Stops taking requests, ends those in progress and closes both. */
  close(): Promise<void>;
}

/**
 * Starts the tenants' server and the operator's server.
 * @throws AppError `port_unavailable` naming the port that is taken
 */
export async function startHttp(deps: HttpDeps & { host: string; port: number; operatorPort: number; operator?: OperatorParts }): Promise<RunningHttp> {
  const { app, auth, metrics } = await createHttp({ ...deps, metrics: deps.metrics ?? createMetrics(true) });
  const operator = await createOperatorApp({ logger: deps.logger, metrics, checks: deps.checks, ...operatorConsole(deps) });
  const close = async (): Promise<void> => {
    await Promise.all([app.close(), operator.close()]);
  };
  try {
    await listen(app, deps.host, deps.port);
    await listen(operator, deps.host, deps.operatorPort);
  } catch (error) {
    await close();
    throw error;
  }
  await warmUpLogin();
  return { auth, port: portOf(app), operatorPort: portOf(operator), close };
}

function operatorConsole(deps: HttpDeps & { operator?: OperatorParts }): { console?: OperatorConsole } {
  const { operator, clock, events, version, refusalFloorMs = REFUSAL_FLOOR_MS } = deps;
  const tenantLive = { telephony: deps.telephony ?? NO_TELEPHONY, calls: deps.live ?? NO_LIVE_CALLS };
  return operator ? { console: { ...operator, tenantLive, clock, events, version, refusalFloorMs } } : {};
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw new AppError('port_unavailable', 500, `Port ${port} on ${host} cannot be used: ${messageOf(error)}`);
  }
}

const portOf = (app: FastifyInstance): number => (app.server.address() as AddressInfo).port;

import type { DirectoryReader, WithTenant } from '../db/types.ts';
import { linkFlow } from '../ivr/link.ts';
import { rehearse } from '../ivr/rehearse.ts';
import type { OutsideWorld } from '../lib/outside-request.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { activityRoutes } from '../modules/activities/activities.routes.ts';
import { alertRoutes } from '../modules/alerts/alerts.routes.ts';
import { apiKeyRoutes } from '../modules/api-keys/api-keys.routes.ts';
import { auditRoutes, type AuditRouteDeps } from '../modules/audit/audit.routes.ts';
import { cautionRoutes } from '../modules/cautions/cautions.routes.ts';
import { callRoutes } from '../modules/calls/calls.routes.ts';
import type { LiveCalls } from '../modules/calls/calls.service.ts';
import { caseRoutes } from '../modules/cases/cases.routes.ts';
import { companyRoutes } from '../modules/companies/companies.routes.ts';
import { contractRoutes } from '../modules/contracts/contracts.routes.ts';
import { customerRoutes } from '../modules/customers/customers.routes.ts';
import { callbackRoutes } from '../modules/callbacks/callbacks.routes.ts';
import { emergencyRoutes } from '../modules/emergencies/emergencies.routes.ts';
import { exportRoutes } from '../modules/exports/exports.routes.ts';
import type { DraftCallsLive } from '../modules/flows/draft-calls-live.ts';
import { flowRoutes, type FlowRouteDeps } from '../modules/flows/flows.routes.ts';
import { incidentRoutes } from '../modules/incidents/incidents.routes.ts';
import { knowledgeRoutes } from '../modules/knowledge/knowledge.routes.ts';
import { promptRoutes } from '../modules/prompts/prompts.routes.ts';
import type { SpeechSource } from '../modules/prompts/speech-source.ts';
import { providerAccessRoutes } from '../modules/provider-access/provider-access.routes.ts';
import { qualityRoutes } from '../modules/quality/quality.routes.ts';
import { queueRoutes } from '../modules/queues/queues.routes.ts';
import { PlayLog } from '../modules/recordings/play-log.ts';
import { recordingRoutes } from '../modules/recordings/recordings.routes.ts';
import { reportRoutes } from '../modules/reports/reports.routes.ts';
import { scriptRoutes } from '../modules/scripts/scripts.routes.ts';
import { monitoringRoutes } from '../modules/monitoring/monitoring.routes.ts';
import type { KnownProviders } from '../modules/single-sign-on/known-providers.ts';
import { singleSignOnRoutes } from '../modules/single-sign-on/single-sign-on.routes.ts';
import { settingsRoutes } from '../modules/settings/settings.routes.ts';
import type { SimulationRunner } from '../modules/staffing/simulation-runner.ts';
import { staffingRoutes } from '../modules/staffing/staffing.routes.ts';
import { statusReasonRoutes } from '../modules/status-reasons/status-reasons.routes.ts';
import type { BoundRoute } from '../modules/support/binding.ts';
import type { DomainEmitter } from '../modules/support/domain-events.ts';
import type { TelephonyLive } from '../modules/telephony/telephony-live.ts';
import { telephonyRoutes } from '../modules/telephony/telephony.routes.ts';
import { accountRoutes } from '../modules/users/account.routes.ts';
import { profileRoutes } from '../modules/users/profiles.routes.ts';
import { seatMapRoutes } from '../modules/seats/seat-maps.routes.ts';
import { sessionRoutes } from '../modules/users/session.routes.ts';
import type { Challenges } from '../modules/users/challenges.ts';
import type { LoginGuard } from '../modules/users/login-guard.ts';
import type { Sessions } from '../modules/users/sessions.service.ts';
import { userRoutes } from '../modules/users/users.routes.ts';
import { wallLinkRoutes } from '../modules/walls/wall-links.routes.ts';
import { voicemailRoutes } from '../modules/voicemail/voicemail.routes.ts';
import { wrapUpCodeRoutes } from '../modules/wrap-up-codes/wrap-up-codes.routes.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { toE164 } from '../vault/phone.ts';

/** What the modules' routes need. */
export interface RouteDeps extends AuditRouteDeps {
  withTenant: WithTenant;
  directory: DirectoryReader;
  clock: Clock;
  logger: Logger;
  events: DomainEmitter;
  sessions: Sessions;
  challenges: Challenges;
  guard: LoginGuard;
  /** Where providers of single sign-on may be; the public internet when undefined. */
  loginWorld: OutsideWorld | undefined;
  knownProviders: KnownProviders;
  store: ObjectStore;
  live: LiveCalls;
  telephony: TelephonyLive;
  draftCalls: DraftCallsLive;
  promptNames: readonly string[];
  speech: SpeechSource;
  refusalFloorMs: number;
  /** A mail host is configured. */
  canSendMail: boolean;
  runSimulation: SimulationRunner;
  /** Where people open the product; null = not configured. */
  publicUrl: string | null;
  /** Nearly no room is left on the disk. */
  isStorageFull: () => boolean;
  /** Files of others are scanned for malware. */
  isScanning: boolean;
  /** Somebody has asked for an export. */
  wakeExports: (tenantId: string) => void;
}

const rehearseFlow: FlowRouteDeps['runFlow'] = ({ definition, at, callerNumber, withheldReason, dialled, actions }, library, now) => {
  const facts = { callerNumber: callerNumber === '' ? null : (toE164(callerNumber, 'JP') ?? callerNumber), withheldReason: callerNumber === '' ? withheldReason : null, dialled };
  return rehearse(linkFlow(definition, { ...library, agentNamed: (login) => login }), facts, at === undefined ? now : Date.parse(at), actions);
};

/** The routes of every module. */
export const bindRoutes = (deps: RouteDeps): BoundRoute[] => [
  ...sessionRoutes(deps),
  ...accountRoutes(deps),
  ...singleSignOnRoutes(deps),
  ...userRoutes(deps),
  ...profileRoutes(deps),
  ...customerRoutes(),
  ...companyRoutes(),
  ...caseRoutes(deps),
  ...activityRoutes(deps),
  ...callRoutes(deps),
  ...recordingRoutes({ store: deps.store, events: deps.events, plays: new PlayLog(deps.clock), clock: deps.clock, withTenant: deps.withTenant, canSendMail: deps.canSendMail, publicUrl: deps.publicUrl }),
  ...voicemailRoutes(deps),
  ...incidentRoutes(deps),
  ...scriptRoutes(deps),
  ...cautionRoutes(deps),
  ...knowledgeRoutes(),
  ...queueRoutes(deps),
  ...callbackRoutes(deps),
  ...emergencyRoutes(deps),
  ...wrapUpCodeRoutes(),
  ...statusReasonRoutes(deps),
  ...auditRoutes(deps),
  ...providerAccessRoutes(deps),
  ...exportRoutes(deps),
  ...reportRoutes(deps),
  ...qualityRoutes(deps),
  ...alertRoutes(deps),
  ...wallLinkRoutes(deps),
  ...staffingRoutes(deps),
  ...seatMapRoutes(),
  ...settingsRoutes(deps),
  ...monitoringRoutes(deps),
  ...contractRoutes(deps),
  ...promptRoutes(deps),
  ...apiKeyRoutes(deps),
  ...telephonyRoutes(deps),
  ...flowRoutes({ ...deps, runFlow: rehearseFlow }),
];

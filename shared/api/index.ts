import type { RouteContract } from '../contract.ts';
import * as activities from './activities.ts';
import * as apiKeys from './api-keys.ts';
import * as audit from './audit.ts';
import * as calendars from './calendars.ts';
import * as calls from './calls.ts';
import * as cautions from './cautions.ts';
import * as cases from './cases.ts';
import * as companies from './companies.ts';
import * as customers from './customers.ts';
import * as devices from './devices.ts';
import * as flowRuns from './flow-runs.ts';
import * as flows from './flows.ts';
import * as incidents from './incidents.ts';
import * as knowledge from './knowledge.ts';
import * as numbers from './numbers.ts';
import * as profiles from './profiles.ts';
import * as prompts from './prompts.ts';
import * as publicInfo from './public.ts';
import * as queues from './queues.ts';
import * as recordingKeeping from './recording-keeping.ts';
import * as reports from './reports.ts';
import * as recordings from './recordings.ts';
import * as scripts from './scripts.ts';
import * as session from './session.ts';
import * as settings from './settings.ts';
import * as statusReasons from './status-reasons.ts';
import * as trunks from './trunks.ts';
import * as users from './users.ts';
import * as wrapUpCodes from './wrap-up-codes.ts';

/** Every HTTP route of a tenant, in the order of the API page. Paths are under `/api/v1`. */
export const allRoutes = [
  session.login,
  session.logout,
  session.getSession,
  session.changePassword,
  users.listUsers,
  users.listPeople,
  users.getUser,
  users.updateUser,
  users.unlockUser,
  profiles.listProfiles,
  profiles.getProfile,
  profiles.setProfileIpRanges,
  customers.listCustomers,
  customers.createCustomer,
  customers.getCustomer,
  customers.updateCustomer,
  customers.customerTimeline,
  companies.listCompanies,
  companies.createCompany,
  companies.getCompany,
  companies.updateCompany,
  cases.listCases,
  cases.createCase,
  cases.getCase,
  cases.updateCase,
  activities.createActivity,
  cautions.listCautions,
  cautions.createCaution,
  cautions.updateCaution,
  scripts.listScripts,
  scripts.getScript,
  scripts.createScript,
  scripts.updateScript,
  scripts.publishScript,
  scripts.getCallScript,
  scripts.saveCallScript,
  incidents.listIncidents,
  incidents.getIncident,
  incidents.createIncident,
  incidents.updateIncident,
  incidents.addMeasure,
  calls.listCalls,
  calls.getCall,
  calls.getCallSip,
  calls.wrapUpCall,
  calls.undoWrapUp,
  recordings.listRecordings,
  recordings.getRecording,
  recordings.recordingAudio,
  recordings.callTail,
  recordingKeeping.listRecordingLabels,
  recordingKeeping.createRecordingLabel,
  recordingKeeping.updateRecordingLabel,
  recordingKeeping.labelRecording,
  recordingKeeping.holdRecording,
  recordingKeeping.commentRecording,
  recordingKeeping.removeRecordingComment,
  recordingKeeping.downloadRecording,
  recordingKeeping.listRecordingShares,
  recordingKeeping.shareRecording,
  recordingKeeping.revokeRecordingShare,
  recordingKeeping.sharedRecording,
  recordingKeeping.sharedRecordingAudio,
  recordingKeeping.getRetention,
  recordingKeeping.previewRetention,
  recordingKeeping.setRetention,
  knowledge.listArticles,
  knowledge.getArticle,
  queues.listQueues,
  queues.getQueue,
  queues.createQueue,
  queues.updateQueue,
  wrapUpCodes.listWrapUpCodes,
  wrapUpCodes.createWrapUpCode,
  wrapUpCodes.updateWrapUpCode,
  statusReasons.listStatusReasons,
  statusReasons.createStatusReason,
  statusReasons.updateStatusReason,
  audit.listAudit,
  audit.verifyAudit,
  audit.exportAudit,
  reports.getCallReport,
  reports.listReportCalls,
  reports.exportCallReport,
  reports.getAgentReport,
  reports.exportAgentReport,
  reports.getPastBoard,
  reports.listReportSchedules,
  reports.createReportSchedule,
  reports.updateReportSchedule,
  reports.deleteReportSchedule,
  reports.sendReportSchedule,
  settings.getSettings,
  settings.updateSettings,
  prompts.listPrompts,
  prompts.replacePrompt,
  prompts.restorePrompt,
  apiKeys.listApiKeys,
  apiKeys.createApiKey,
  apiKeys.revokeApiKey,
  numbers.listCallerIds,
  numbers.listNumbers,
  numbers.createNumber,
  numbers.updateNumber,
  numbers.deleteNumber,
  flows.listFlows,
  flows.createFlow,
  flows.getFlow,
  flows.updateFlow,
  flows.saveFlowDraft,
  flows.discardFlowDraft,
  flows.checkFlow,
  flowRuns.runFlow,
  flows.publishFlow,
  flows.listFlowVersions,
  flows.getFlowVersion,
  flows.activateFlowVersion,
  flows.cancelFlowSchedule,
  flows.deleteFlow,
  calendars.listCalendars,
  calendars.createCalendar,
  calendars.updateCalendar,
  calendars.deleteCalendar,
  devices.listDevices,
  devices.createDevice,
  devices.updateDevice,
  devices.resetDevicePassword,
  devices.deviceProvisioning,
  devices.testDevice,
  trunks.listTrunks,
  trunks.getTrunk,
  trunks.createTrunk,
  trunks.updateTrunk,
  trunks.deleteTrunk,
  trunks.testTrunk,
  trunks.getOutboundRoutes,
  trunks.setOutboundRoutes,
  trunks.getDialPolicy,
  trunks.updateDialPolicy,
  publicInfo.webCallInfo,
] as const satisfies readonly RouteContract[];

import { TEST_PASSWORD, type TestAnswer, type TestClient } from './world.ts';
import type { EntityName, Twin } from './twins.ts';

/*
 * Attack cells made from the OpenAPI document: one for every place of every route where the id of another tenant's object
 * fits. A route, parameter or field that this file does not know makes the generation fail, so nothing new goes untested.
 */

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  format?: string;
}

export interface Operation {
  operationId: string;
  parameters: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  security: Record<string, unknown>[];
  'x-permission': string;
  'x-rate-class': string;
}

export interface Route {
  method: string;
  /** Without /api/v1. */
  path: string;
  operation: Operation;
}

export const routesOf = (document: { paths: Record<string, Record<string, Operation>> }): Route[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path: path.replace('/api/v1', ''), operation })),
  );

/** Which object `{id}` names in a path, by the path's first segment. */
const PATH_ENTITIES: Record<string, EntityName> = {
  simulations: 'simulation', 'shift-templates': 'shiftTemplate',
  'dial-stops': 'dialStop',
  'provider-access': 'providerAccess',
  'score-sheets': 'scoreSheet', evaluations: 'evaluation', calibrations: 'calibration',
  incidents: 'incident', cautions: 'caution', scripts: 'script',
  'user-imports': 'userImport', users: 'user', session: 'session', passkeys: 'passkey', profiles: 'profile', customers: 'customer', companies: 'company', cases: 'case', calls: 'call', recordings: 'recording',
  knowledge: 'article', queues: 'queue', 'wrap-up-codes': 'wrapUpCode', 'status-reasons': 'statusReason', 'api-keys': 'apiKey', flows: 'flow',
  calendars: 'calendar', emergencies: 'emergency', callbacks: 'callback',
  numbers: 'number', devices: 'device', trunks: 'trunk', 'report-schedules': 'reportSchedule', 'alert-rules': 'alertRule', 'wall-links': 'wallLink', 'seat-maps': 'seatMap', alerts: 'alert', 'recording-labels': 'recordingLabel', 'recording-comments': 'recordingComment',
  'recording-shares': 'recordingShare', 'recording-notices': 'recordingNotice', 'voicemail-boxes': 'voicemailBox', voicemails: 'voicemail',
  exports: 'tenantExport',
};

/** Which object a field or query parameter names. */
const FIELD_ENTITIES: Record<string, EntityName> = {
  remove: 'shift',
  scriptId: 'script', sheetId: 'scoreSheet', evaluatorId: 'user', participantIds: 'user', referenceId: 'user', profileId: 'profile',
  companyId: 'company', customerId: 'customer', ownerId: 'user', exceptUserId: 'user', userId: 'user', agentId: 'user', caseId: 'case', callId: 'call',
  queueId: 'queue', queueIds: 'queue', calendarId: 'calendar', wrapUpCodeId: 'wrapUpCode', memberIds: 'user',
  boxId: 'voicemailBox', assigneeId: 'user',
  labelId: 'recordingLabel', labelIds: 'recordingLabel',
  flowId: 'flow', trunkId: 'trunk', incidentId: 'incident', parentId: 'wrapUpCode', wrapUpGroupId: 'wrapUpCode',
};

const TINY_FLOW = { start: 'end', nodes: { end: { verb: 'hangup' } } };
const ALERT_RULE = { name: 'x', metric: 'waiting', queueId: null, comparison: 'above', threshold: 5, forSeconds: 0, recipients: [], webhookUrl: '', active: true };
const NOTICE = { name: 'x', kind: null, recipients: ['sv@example.com'], webhookUrl: '', active: true };
const VOICEMAIL_BOX = { name: 'x', greeting: '', retentionDays: null, active: true, recipients: [] };
const SCHEDULE = {
  name: 'x', report: 'calls', every: 'day', atMinute: 60, interval: '30', groupBy: 'none', format: 'csv', lang: 'ja', recipients: ['sv@example.com'],
};

const TINY_SCRIPT = { steps: [{ id: 'a', title: 'x', say: 'x', fields: [{ key: 'q', label: 'x', kind: 'text', required: false, choices: [] }], branches: [], next: null }] };

const TINY_SHEET = {
  sections: [{ id: 'a', title: 'x', questions: [{ key: 'q', text: 'x', guide: '', kind: 'yesNo', max: 1, weight: 1, naAllowed: true, fatal: false }] }],
  passMark: 80, fatalRule: 'zero', fatalCap: 0,
};
const SCORING = { answers: { q: { points: 1, na: false, comment: 'x', atMs: null } }, comment: 'x' };

/** Nobody is there. */
const PROVIDER = { issuer: 'https://127.0.0.1:9', clientId: 'x', clientSecret: 'x', claim: 'email', field: 'email', textJa: 'x', textEn: 'x', secondFactorByProvider: false, only: false };

/** Neither is a key or a signature. */
const NEW_PASSKEY = { id: 'eA', rawId: 'eA', type: 'public-key', response: { clientDataJSON: 'eA', attestationObject: 'eA' } };
const PASSKEY_ANSWER = { id: 'eA', rawId: 'eA', type: 'public-key', response: { clientDataJSON: 'eA', authenticatorData: 'eA', signature: 'eA' } };

/** A body that succeeds, of objects of the twin. */
const BODIES: Record<string, (twin: Twin) => Record<string, unknown> | Buffer> = {
  changePassword: () => ({ currentPassword: 'not the right password', newPassword: 'nor is this one good' }),
  beginSecondFactor: () => ({ password: 'not the right password' }),
  confirmSecondFactor: () => ({ code: '000000' }),
  renewRecoveryCodes: () => ({ password: 'not the right password' }),
  turnOffSecondFactor: () => ({ password: 'not the right password' }),
  beginPasskeyLogin: ({ people }) => ({ tenant: people.slug }),
  loginWithPasskey: () => ({ answer: PASSKEY_ANSWER }),
  beginPasskey: () => ({ password: 'not the right password' }),
  addPasskey: () => ({ name: 'x', answer: NEW_PASSKEY }),
  endOwnSession: () => ({ password: TEST_PASSWORD }),
  endOtherSessions: () => ({ password: 'not the right password' }),
  removePasskey: () => ({ password: TEST_PASSWORD }),
  setSingleSignOn: ({ people }) => ({ ...PROVIDER, exceptUserId: people.sv }),
  beginSingleSignOn: ({ people }) => ({ tenant: people.slug }),
  loginWithSingleSignOn: () => ({ query: 'code=x&state=x' }),
  confirmByProvider: () => ({ query: 'code=x&state=x' }),
  setLoginSettings: () => ({ passkeys: 'passwordless' }),
  requireSecondFactor: () => ({ required: false }),
  createUser: ({ people }) => ({ loginId: `u${process.hrtime.bigint()}`, name: 'x', profileId: people.profiles.CSR }),
  importUsers: ({ people }) => Buffer.from(`Login ID,Name,Profile\ncsr1,User csr1,${people.profiles.CSR}\n`),
  updateUser: () => ({ status: 'active' }),
  setUserRouting: () => ({ skills: { ja: 3 }, queueIds: [] }),
  createCallback: ({ ids }) => ({ number: '0312340001', queueId: ids.queue, dueAt: '2030-01-01T00:00:00.000Z', own: false }),
  startEmergency: ({ ids }) => ({ queueId: ids.queue, reason: 'x', minutes: 1 }),
  createProfile: () => ({ name: `p${process.hrtime.bigint()}`, permissions: ['customer.read'] }),
  updateProfile: () => ({ preview: true }),
  setProfileIpRanges: () => ({ ipRanges: [] }),
  createCustomer: () => ({ familyName: '試験' }),
  updateCustomer: () => ({ note: 'changed' }),
  createCompany: () => ({ name: '試験' }),
  updateCompany: () => ({ note: 'changed' }),
  createCase: ({ ids }) => ({ customerId: ids.customer, subject: 'x' }),
  updateCase: () => ({ priority: 'high' }),
  createActivity: ({ ids }) => ({ customerId: ids.customer, text: 'x' }),
  wrapUpCall: () => ({ note: 'changed' }),
  createQueue: () => ({ code: `q${process.hrtime.bigint()}`, name: 'x' }),
  updateQueue: () => ({ wrapUpMs: 1234 }),
  createWrapUpCode: () => ({ code: `c${process.hrtime.bigint()}`, label: 'x', labelEn: 'x' }),
  updateWrapUpCode: () => ({ position: 5 }),
  createStatusReason: () => ({ presence: 'away', label: 'x', labelEn: 'x', productive: true, position: 9 }),
  updateStatusReason: () => ({ position: 5 }),
  createArticle: () => ({ title: 'x', category: '', body: 'x', keywords: [], status: 'draft' }),
  updateArticle: () => ({ title: 'x', version: 1 }),
  createScript: () => ({ name: `s${process.hrtime.bigint()}`, draft: TINY_SCRIPT }),
  updateScript: () => ({ draft: TINY_SCRIPT }),
  publishScript: () => ({ comment: 'x' }),
  saveCallScript: ({ ids }) => ({ scriptId: ids.script, version: 1, answers: { q: 'x' } }),
  createScoreSheet: () => ({ name: `s${process.hrtime.bigint()}`, draft: TINY_SHEET }),
  updateScoreSheet: () => ({ draft: TINY_SHEET }),
  publishScoreSheet: () => ({ comment: 'x' }),
  createEvaluation: ({ ids }) => ({ callId: ids.call, sheetId: ids.scoreSheet }),
  saveEvaluation: () => SCORING,
  createCalibration: ({ ids }) => ({ name: 'x', callId: ids.call, sheetId: ids.scoreSheet, participantIds: [ids.user] }),
  submitCalibration: () => SCORING,
  appealEvaluation: () => ({ reason: 'x' }),
  upholdEvaluation: () => ({ answer: 'x' }),
  reviseEvaluation: () => ({ answer: 'x', ...SCORING }),
  createIncident: ({ ids }) => ({ callId: ids.call }),
  updateIncident: () => ({ category: 'abuse' }),
  addMeasure: () => ({ text: 'x' }),
  createCaution: () => ({ reason: 'x', expiresAt: '2027-01-01T00:00:00.000Z' }),
  updateCaution: () => ({ objection: 'x' }),
  updateSettings: () => ({ webCallEnabled: false }),
  replacePrompt: () => Buffer.from('not a sound'),
  setSpeechProvider: () => ({ url: 'https://speech.example/speak', keyHeader: 'authorization', voiceJa: 'x', voiceEn: null, body: '{"input": {text}}', answerPath: '', timeoutMs: 1000 }),
  testSpeech: () => ({ text: 'hello', language: 'en' }),
  speakPrompt: () => ({ text: 'hello', language: 'en' }),
  createApiKey: () => ({ name: 'x', permissions: ['customer.read'] }),
  createDevice: () => ({ username: `d${process.hrtime.bigint()}` }),
  updateDevice: () => ({ label: 'changed' }),
  createFlow: () => ({ code: `f${process.hrtime.bigint()}`, name: 'x' }),
  updateFlow: () => ({ name: 'changed' }),
  saveFlowDraft: () => ({ revision: 0, draft: TINY_FLOW }),
  checkFlow: () => ({ definition: TINY_FLOW }),
  runFlow: () => ({ definition: TINY_FLOW }),
  startDraftCall: () => ({}),
  publishFlow: () => ({ revision: 0 }),
  activateFlowVersion: () => ({}),
  createCalendar: () => ({ code: `c${process.hrtime.bigint()}`, name: 'x', hours: { timeZone: 'Asia/Tokyo', days: {} } }),
  updateCalendar: () => ({ name: 'changed' }),
  createNumber: ({ ids }) => ({ number: `+8150${String(process.hrtime.bigint()).slice(-8)}`, label: 'x', flowId: ids.flow }),
  updateNumber: () => ({ label: 'changed' }),
  createTrunk: () => ({ name: `t${process.hrtime.bigint()}`, kind: 'ip', host: 'sip.example.com' }),
  updateTrunk: () => ({ position: 7 }),
  testTrunk: () => ({ number: '0312349999' }),
  setOutboundRoutes: ({ ids }) => ({ routes: [{ name: 'x', prefix: '', trunkIds: [ids.trunk] }] }),
  createRecordingLabel: () => ({ label: 'x', labelEn: 'x', retentionDays: null, sensitive: false, position: 1 }),
  updateRecordingLabel: () => ({ position: 7 }),
  labelRecording: ({ ids }) => ({ labelIds: [ids.recordingLabel] }),
  holdRecording: () => ({ reason: 'x' }),
  commentRecording: () => ({ atMs: 5, text: 'x' }),
  downloadRecording: () => ({ reason: 'x' }),
  shareRecording: () => ({ purpose: 'x', hours: 1 }),
  previewRetention: () => ({ defaultDays: 36_500 }),
  setRetention: () => ({ defaultDays: 36_500 }),
  createSeatMap: () => ({ name: 'x', columns: 2, rows: 2 }),
  saveSeatMap: ({ people }) => ({ name: 'x', columns: 2, rows: 2, version: 2, seats: [{ column: 0, row: 0, label: 'x', userId: people.csr }] }),
  createWallLink: ({ ids }) => ({ name: 'x', queueIds: [ids.queue] }),
  createRecordingNotice: ({ ids }) => ({ ...NOTICE, queueId: ids.queue, labelId: ids.recordingLabel }),
  updateRecordingNotice: () => ({ kind: 'voicemail' }),
  createVoicemailBox: ({ ids }) => ({ ...VOICEMAIL_BOX, number: String(process.hrtime.bigint()).slice(-9), memberIds: [ids.user], queueIds: [ids.queue] }),
  updateVoicemailBox: () => ({ retentionDays: 7 }),
  setVoicemailPin: () => ({ pin: '4071' }),
  updateVoicemail: ({ ids }) => ({ state: 'heard', assigneeId: ids.user, customerId: ids.customer, caseId: ids.case }),
  createAlertRule: ({ ids }) => ({ ...ALERT_RULE, queueId: ids.queue }),
  updateAlertRule: () => ({ forSeconds: 7 }),
  createShiftTemplate: () => ({ name: `t${process.hrtime.bigint()}`, startMinute: 540, endMinute: 1080, breaks: [] }),
  updateShiftTemplate: () => ({ position: 5 }),
  changeShifts: () => ({ remove: [], add: [] }),
  copyShifts: () => ({ fromDay: '2026-11-02', toDay: '2027-11-01' }),
  importShifts: () => ({ csv: '', dryRun: true }),
  startSimulation: ({ ids }) => ({ queueId: ids.queue, source: 'history', day: '2026-11-01' }),
  createReportSchedule: () => SCHEDULE,
  updateReportSchedule: () => ({ atMinute: 61 }),
  updateDialPolicy: () => ({ maxPerMinute: 6 }),
  createExport: () => ({ reason: 'x', password: 'not the right password' }),
  startDialStop: () => ({ note: 'x' }),
};

/** Query without which a list says nothing: a time that holds the twins' calls; the board's is before the tests' clock. */
const QUERIES: Record<string, string> = {
  getCallReport: 'from=2026-10-31T15:00:00Z&to=2026-11-02T15:00:00Z&groupBy=wrapUp',
  listReportCalls: 'from=2026-10-31T15:00:00Z&to=2026-11-02T15:00:00Z&count=wrappedUp',
  exportCallReport: 'from=2026-10-31T15:00:00Z&to=2026-11-02T15:00:00Z&format=csv&groupBy=wrapUp',
  getAgentReport: 'from=2026-10-31T15:00:00Z&to=2026-11-02T15:00:00Z',
  listAgentReportParts: 'from=2026-10-31T15:00:00Z&to=2026-11-02T15:00:00Z&figure=offers',
  exportAgentReport: 'from=2026-10-31T15:00:00Z&to=2026-11-02T15:00:00Z&format=csv',
  getAdherence: 'fromDay=2026-11-02',
  exportAdherence: 'fromDay=2026-11-02&format=csv',
  getQualityAverages: 'from=2026-10-31T15:00:00Z&to=2026-11-02T15:00:00Z',
  exportQualityAverages: 'from=2026-10-31T15:00:00Z&to=2026-11-02T15:00:00Z&format=csv&groupBy=sheet',
  getPastBoard: 'at=2025-11-01T03:00:00Z',
};

/** The path with what its query needs at least. */
function withQuery(route: Route, path: string, more?: string): string {
  const query = [QUERIES[route.operation.operationId], more].filter((part) => part !== undefined).join('&');
  return query === '' ? path : `${path}?${query}`;
}

export interface Attack {
  name: string;
  /** The kind of object that is reached for; null when a list is read. */
  target: EntityName | null;
  operationId: string;
  method: string;
  path: string;
  body?: unknown;
  uploadType: string | null;
  /** Statuses that a tight wall gives. */
  expected: readonly number[];
}

export function bodyFor(route: Route, twin: Twin): Record<string, unknown> | Buffer | undefined {
  if (!route.operation.requestBody) return undefined;
  const make = BODIES[route.operation.operationId];
  if (!make) throw new Error(`isolation matrix: no body for ${route.operation.operationId}`);
  return make(twin);
}

/** Media type of a body that is no JSON. */
export function uploadType(route: Route): string | null {
  const [type = 'application/json'] = Object.keys(route.operation.requestBody?.content ?? {});
  return type === 'application/json' ? null : type;
}

/** The path with ids of the twin. */
export function pathFor(route: Route, twin: Twin): string {
  const segment = route.path.split('/')[1] ?? '';
  return route.path
    .replace('{name}', 'music%2Fhold')
    .replace('{tenant}', twin.people.slug)
    .replace('{version}', '1')
    .replace('{number}', '1')
    .replace('{id}', () => {
      const entity = PATH_ENTITIES[segment];
      if (!entity) throw new Error(`isolation matrix: which object is {id} in ${route.path}?`);
      return twin.ids[entity];
    });
}

const isIdField = (schema: Schema): boolean =>
  schema.format === 'uuid' || (schema.anyOf ?? []).some(isIdField) || (schema.items !== undefined && isIdField(schema.items));

function entityOf(field: string, route: Route): EntityName {
  const entity = FIELD_ENTITIES[field];
  if (!entity) throw new Error(`isolation matrix: which object is ${field} of ${route.operation.operationId}?`);
  return entity;
}

/** Every attack of `own` on `victim` by one route. */
export function attacksOf(route: Route, own: Twin, victim: Twin): Attack[] {
  const { operationId, parameters, requestBody } = route.operation;
  const base = { operationId, method: route.method, uploadType: uploadType(route) };
  const body = bodyFor(route, own);
  const given = body === undefined ? {} : { body };
  const hasId = route.path.includes('{id}');
  const attacks: Attack[] = [];
  if (hasId) {
    const target = PATH_ENTITIES[route.path.split('/')[1] ?? ''] ?? null;
    attacks.push({ ...base, ...given, name: `${operationId} path id`, target, path: pathFor(route, victim), expected: [404] });
  } else if (route.method === 'GET') {
    attacks.push({ ...base, name: `${operationId} plain`, target: null, path: withQuery(route, pathFor(route, own)), expected: [200] });
  }
  for (const parameter of parameters.filter(({ in: where, schema }) => where === 'query' && isIdField(schema))) {
    const target = entityOf(parameter.name, route);
    attacks.push({ ...base, name: `${operationId} query ${parameter.name}`, target, path: withQuery(route, pathFor(route, own), `${parameter.name}=${victim.ids[target]}`), expected: [200] });
  }
  const fields = Object.entries(requestBody?.content['application/json']?.schema.properties ?? {}).filter(([, schema]) => isIdField(schema));
  const foreign: Record<string, unknown> = {};
  for (const [field, schema] of fields) {
    const target = entityOf(field, route);
    foreign[field] = schema.items ? [victim.ids[target]] : victim.ids[target];
    attacks.push({ ...base, name: `${operationId} body ${field}`, target, path: pathFor(route, own), body: { ...(body as object), [field]: foreign[field] }, expected: [404, 422] });
  }
  if (fields.length > 1) {
    attacks.push({ ...base, name: `${operationId} body all`, target: entityOf(fields[0]?.[0] ?? '', route), path: pathFor(route, own), body: { ...(body as object), ...foreign }, expected: [404, 422] });
  }
  return attacks;
}

/** Runs an attack; null when the wall held, else what was seen. */
export async function leakOf(client: TestClient, attack: Attack, victim: Twin): Promise<string | null> {
  const answer: TestAnswer = await client.call(attack.method, attack.path, attack.body, attack.uploadType === null ? {} : { 'content-type': attack.uploadType });
  const text = answer.raw.toString('utf8');
  if (text.includes(victim.canary) || text.includes(victim.serviceNumber)) return `${attack.name}: the canary is in the answer`;
  if (!attack.expected.includes(answer.status)) return `${attack.name}: status ${answer.status} ${answer.body.code ?? ''}`;
  if (attack.operationId === 'verifyAudit' && (answer.body as { whole?: boolean }).whole !== true) return `${attack.name}: rows of others are in the chain`;
  const items = answer.body.items;
  if (attack.name.includes(' query ') && (items?.length ?? 0) > 0) return `${attack.name}: the list is not empty`;
  const ids = new Set<string>(Object.values(victim.ids));
  const foreign = (text.match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? []).find((id) => ids.has(id));
  // Problem documents may repeat what the attacker sent; anything else may not know these ids.
  return foreign && answer.status < 400 ? `${attack.name}: id ${foreign} is in the answer` : null;
}

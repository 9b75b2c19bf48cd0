import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { testActor } from '../../../test/support/database.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantTx } from '../../db/types.ts';
import { insertApiKey } from '../../modules/api-keys/api-keys.queries.ts';
import { createActivity } from '../../modules/activities/activities.service.ts';
import { callEventPlace } from '../../modules/calls/call-content.ts';
import { storeSipTrace } from '../../modules/calls/sip-trace.service.ts';
import { createCase } from '../../modules/cases/cases.service.ts';
import { createCallback } from '../../modules/callbacks/callbacks.service.ts';
import { startEmergency } from '../../modules/emergencies/emergencies.service.ts';
import { archiveBytes } from '../../modules/exports/export-archive.ts';
import { insertExport, lockExport, patchExport } from '../../modules/exports/exports.queries.ts';
import { exportKeyOf, SealedTarget } from '../../modules/exports/sealed-target.ts';
import { createCalendar } from '../../modules/flows/calendars.service.ts';
import { createCaution } from '../../modules/cautions/cautions.service.ts';
import { writeRaised } from '../../modules/help/help.service.ts';
import { openIncident } from '../../modules/incidents/incidents.service.ts';
import { createCompany } from '../../modules/companies/companies.service.ts';
import { createCustomer } from '../../modules/customers/customers.service.ts';
import { createArticle } from '../../modules/knowledge/knowledge.service.ts';
import { newRecordingSeal, peaksPlace } from '../../modules/recordings/recording-place.ts';
import { createDevice } from '../../modules/telephony/devices.service.ts';
import { NO_TELEPHONY } from '../../modules/telephony/telephony-live.ts';
import { insertSimulation } from '../../modules/staffing/simulations.queries.ts';
import { createTemplate } from '../../modules/staffing/shift-templates.service.ts';
import { changeShifts } from '../../modules/staffing/shifts.service.ts';
import { putCallScript } from '../../modules/scripts/scripts.queries.ts';
import { insertCalibration, writeSubmission } from '../../modules/quality/calibrations.queries.ts';
import { submissionPlace } from '../../modules/quality/calibrations.service.ts';
import { insertEvaluation, moveTo, writeScores } from '../../modules/quality/evaluations.queries.ts';
import { scoringPlace } from '../../modules/quality/evaluations.service.ts';
import { scoreSheets } from '../../modules/quality/score-sheets.service.ts';
import { scripts } from '../../modules/scripts/scripts.service.ts';
import { changeDialPolicy, DEFAULT_POLICY, keepStop } from '../../modules/telephony/dial-policy.service.ts';
import { createTrunk, replaceOutboundRoutes } from '../../modules/telephony/trunks.service.ts';
import { createTrunk as trunkContract } from '../../../shared/api/trunks.ts';
import { writeLoginSettings } from '../../modules/users/login-settings.queries.ts';
import { insertPasskey } from '../../modules/users/passkeys.queries.ts';
import { insertImport } from '../../modules/users/user-imports.queries.ts';
import { linkSubject } from '../../modules/single-sign-on/identities.queries.ts';
import { openSession } from '../../modules/users/sessions.service.ts';
import { SealedStreamWriter } from '../../vault/stream.ts';
import { FakeClock } from '../../lib/clock.ts';
import { addComment } from '../../modules/recordings/recording-comments.service.ts';
import { holdRecording } from '../../modules/recordings/recording-hold.service.ts';
import { linkLabels } from '../../modules/recordings/recording-labels.queries.ts';
import { createLabel } from '../../modules/recordings/recording-labels.service.ts';
import { createNotice } from '../../modules/recordings/recording-notices.service.ts';
import { createShare } from '../../modules/recordings/recording-shares.service.ts';
import { insertAccess, insertView } from '../../modules/provider-access/provider-access.queries.ts';
import { accessPlace } from '../../modules/provider-access/provider-access.service.ts';
import { insertAlert } from '../../modules/alerts/alerts.queries.ts';
import { alertPlace, createRule } from '../../modules/alerts/alerts.service.ts';
import { writeAvailability } from '../../modules/monitoring/availability.queries.ts';
import { createLink } from '../../modules/walls/wall-links.service.ts';
import { createMap, saveMap } from '../../modules/seats/seat-maps.service.ts';
import { createSchedule } from '../../modules/reports/report-schedules.service.ts';
import { createBox } from '../../modules/voicemail/voicemail-boxes.service.ts';
import type { TestPeople, World } from './world.ts';

/** What can be named by an id in a path, a query or a body. */
export type EntityName =
  | 'simulation' | 'shift' | 'shiftTemplate'
  | 'dialStop' | 'outage' | 'providerAccess'
  | 'incident' | 'caution' | 'script' | 'scoreSheet' | 'evaluation' | 'calibration'
  | 'user' | 'userImport' | 'session' | 'passkey' | 'profile' | 'customer' | 'company' | 'case' | 'call' | 'recording' | 'article' | 'queue' | 'wrapUpCode' | 'apiKey' | 'flow' | 'number' | 'device' | 'trunk' | 'statusReason'
  | 'calendar' | 'callback' | 'emergency' | 'reportSchedule' | 'alertRule' | 'alert' | 'wallLink' | 'seatMap' | 'recordingLabel' | 'recordingShare' | 'recordingComment'
  | 'recordingNotice' | 'voicemailBox' | 'voicemail' | 'tenantExport';

/** A tenant with one object of every kind, each holding the canary. */
export interface Twin {
  people: TestPeople;
  /** Stands in every text of the tenant, and nowhere else. */
  canary: string;
  ids: Record<EntityName, string>;
  serviceNumber: string;
}

/** Seconds of sound in the twin's recording. */
export const TWIN_RECORDING_SECONDS = 3;

/** Adds a tenant that has something in every table that routes read. @param canary what stands in every text; something that is nowhere else when not given */
export async function addTwin(world: World, slug: string, digit: number, canary = `canary${slug}${randomBytes(6).toString('hex')}`): Promise<Twin> {
  const people = await world.addTenant(slug, `${canary} name`);
  const serviceNumber = `+8131234000${digit}`;
  const ids = await world.inTenant(people, async (tx) => {
    const records = await addRecords(tx, people, canary);
    const config = await addConfig(tx, people, canary, serviceNumber);
    const call = await addCall(world, tx, people, canary, { ...records, ...config });
    return { user: people.sv, session: await addAccount(tx, people, canary), passkey: await addPasskey(tx, people, canary), userImport: await addImport(tx, people, canary), profile: people.profiles.CSR, ...records, ...config, ...call, providerAccess: await addProviderAccess(tx, canary), ...(await addStaffing(tx, people, canary, config.queue)), ...(await addConduct(tx, people, canary, { ...records, ...call })), ...(await addQuality(tx, people, canary, { ...config, ...call })) };
  });
  return { people, canary, ids: { ...ids, tenantExport: await addExport(world, people, canary) }, serviceNumber };
}

/** A finished export with one file. */
async function addExport(world: World, people: TestPeople, canary: string): Promise<string> {
  const exportId = newId();
  const key = await world.inTenant(people, async (tx) => {
    await insertExport(tx, exportId, { reason: canary, unreadable: [] }, 'finished');
    const row = await lockExport(tx, exportId);
    return row ? exportKeyOf(tx, row) : Buffer.alloc(0);
  });
  const target = new SealedTarget({ withTenant: world.db.database.withTenant, store: world.store, actor: testActor }, { tenantId: people.tenantId, exportId, key });
  await target.begun();
  await target.write({ path: 'README.txt', content: Readable.from([canary]) });
  const expiresAt = new Date(Date.UTC(2099, 0, 1));
  await world.inTenant(people, (tx) => patchExport(tx, exportId, { finished_at: new Date(world.clock.wall()), expires_at: expiresAt, archive_bytes: archiveBytes(target.archived) }));
  return exportId;
}

/** A second factor, a linked account and a session of an agent. */
async function addAccount(tx: TenantTx, people: TestPeople, canary: string): Promise<string> {
  await tx.db
    .insertInto('second_factors')
    .values({ tenant_id: tx.tenantId, user_id: people.csr2, sealed: tx.vault.seal({ table: 'second_factors', column: 'sealed', id: people.csr2 }, { secret: canary, recoveryHashes: [] }) })
    .execute();
  await addIdentity(tx, people, canary);
  return (await openSession(tx, new FakeClock(Date.UTC(2099, 0, 1)), { userId: people.csr2, ip: '192.0.2.1', userAgent: canary })).sessionId;
}

/** Whom a provider knows an agent as. */
const addIdentity = (tx: TenantTx, people: TestPeople, canary: string): Promise<void> => linkSubject(tx, people.csr2, { issuer: `https://${canary}.example`, sub: canary });

/** A passkey of an agent, in a tenant that takes them. */
async function addPasskey(tx: TenantTx, people: TestPeople, canary: string): Promise<string> {
  await writeLoginSettings(tx, { passkeys: 'passwordless' });
  const id = newId();
  const content = { name: canary, credentialId: canary, publicKey: canary, transports: [] };
  await insertPasskey(tx, { id, userId: people.csr2, credentialHash: randomBytes(32), sealed: tx.vault.seal({ table: 'passkeys', column: 'sealed', id }, content), signCount: 0, synced: false, at: new Date(Date.UTC(2026, 10, 1)) });
  return id;
}

/** A file that users were taken from; an agent came with it. */
async function addImport(tx: TenantTx, people: TestPeople, canary: string): Promise<string> {
  const id = newId();
  await insertImport(tx, { id, sealed: tx.vault.seal({ table: 'user_imports', column: 'sealed', id }, { fileName: canary }), created: 1, changed: 0, unchanged: 0 });
  await tx.db.updateTable('users').set({ import_id: id }).where('id', '=', people.csr2).execute();
  return id;
}

async function addRecords(tx: TenantTx, people: TestPeople, canary: string) {
  const company = (await createCompany(tx, { name: `${canary} K.K.`, phones: ['03-9876-0001'] })).id;
  const customer = (await createCustomer(tx, { familyName: canary, givenName: '太郎', phones: ['090-0000-1111'], companyId: company, note: canary })).id;
  const case_ = (await createCase(tx, people.sv, { customerId: customer, subject: canary, description: canary })).id;
  await createActivity(tx, { customerId: customer, caseId: case_, callId: null, text: canary }, Date.UTC(2026, 10, 1));
  const article = await createArticle(tx, { title: canary, category: canary, body: canary, keywords: [canary] });
  return { company, customer, case: case_, article };
}

/** Of a text what a name of a telephone may be made of. */
const bare = (text: string): string => text.replaceAll(/[^\w-]/g, '');

async function addConfig(tx: TenantTx, people: TestPeople, canary: string, serviceNumber: string) {
  const tenant = { tenant_id: tx.tenantId };
  const [queue, wrapUpCode, apiKey, flow, number] = [newId(), newId(), newId(), newId(), newId()];
  await tx.db.insertInto('queues').values({ ...tenant, id: queue, code: canary, name: canary }).execute();
  await tx.db.insertInto('queue_members').values({ ...tenant, queue_id: queue, user_id: people.csr }).execute();
  await tx.db.insertInto('stations').values({ ...tenant, id: newId(), queue_id: queue, name: canary, sip_uri: 'sip:station1@127.0.0.1' }).execute();
  await tx.db.insertInto('wrap_up_codes').values({ ...tenant, id: wrapUpCode, code: canary, label: canary, label_en: canary, position: 99 }).execute();
  const statusReason = newId();
  await tx.db.insertInto('status_reasons').values({ ...tenant, id: statusReason, presence: 'away', label: canary, label_en: canary, productive: true, position: 99 }).execute();
  await insertApiKey(tx, { id: apiKey, name: canary, secretHash: randomBytes(32), permissions: ['customer.read'], ownerId: people.sv, expiresAt: null, ipRanges: [] });
  const definition = JSON.stringify({ start: canary, nodes: { [canary]: { verb: 'hangup' } } });
  await tx.db.insertInto('flows').values({ ...tenant, id: flow, code: canary, name: canary, definition }).execute();
  // Leads to the other one and goes by the calendar, which therefore cannot be removed.
  const leading = JSON.stringify({ start: 'on', nodes: { on: { verb: 'goto', flow: canary }, open: { verb: 'hours', calendar: canary, open: 'on', closed: 'on' } } });
  await tx.db.insertInto('flows').values({ ...tenant, id: newId(), code: `${canary}-2`, name: canary, definition: leading }).execute();
  await tx.db.insertInto('flow_versions').values({ ...tenant, flow_id: flow, version: 1, definition, comment: canary }).execute();
  await tx.db.insertInto('flow_schedules').values({ ...tenant, id: newId(), flow_id: flow, version: 1, due_at: new Date(Date.UTC(2099, 0, 1)) }).execute();
  const calendar = (await createCalendar(tx, { code: canary, name: canary, hours: { timeZone: 'Asia/Tokyo', days: {} } })).id;
  await tx.db.insertInto('numbers').values({ ...tenant, id: number, number: serviceNumber, label: canary, flow_id: flow }).execute();
  await tx.db
    .insertInto('prompts')
    .values({ ...tenant, id: newId(), name: 'music/hold', object_path: `prompts/${canary}.sccr`, key_version: 1, wrapped_key: randomBytes(60), size_bytes: 777_001, duration_ms: 777_002 })
    .execute();
  const device = (await createDevice(tx, NO_TELEPHONY, { username: bare(canary).slice(0, 30), userId: people.csr, label: canary })).device.id;
  const settings = trunkContract.body.parse({ name: canary, kind: 'ip', host: 'sip.example.com', username: bare(canary), password: canary });
  const trunk = (await createTrunk(tx, NO_TELEPHONY, settings)).id;
  await replaceOutboundRoutes(tx, { routes: [{ name: canary, prefix: '', trunkIds: [trunk] }] });
  await changeDialPolicy(tx, { maxConcurrent: DEFAULT_POLICY.maxConcurrent + 1 });
  const outage = newId();
  const began = Date.UTC(2026, 10, 1);
  await writeAvailability(tx, { measuredSinceWall: began, lastLookWall: began, open: null }, [{ id: outage, beganWall: began, endedWall: began + 60_000, reason: 'call' }]);
  const dialStop = newId();
  await keepStop(tx, { id: dialStop, scope: 'agent', scopeId: people.csr, reason: 'manual' }, { at: new Date(Date.UTC(2026, 10, 1)), startedBy: people.sv, note: canary });
  const reportSchedule = (
    await createSchedule(tx, new FakeClock(), {
      name: canary, report: 'calls', every: 'day', atMinute: 60, interval: '30', groupBy: 'none', format: 'csv', lang: 'ja', recipients: [`${canary}@example.com`], active: true,
    })
  ).id;
  const emergency = (await startEmergency(tx, { queueId: queue, reason: canary, minutes: 60 }, Date.UTC(2030, 0, 1))).id;
  const promise = { number: '0312340001', name: canary, note: canary, queueId: queue, customerId: null, dueAt: '2030-01-01T00:00:00.000Z', own: false };
  const callback = (await createCallback(tx, promise, people.csr)).id;
  const alertRule = (
    await createRule(tx, { name: canary, metric: 'waiting', queueId: queue, comparison: 'above', threshold: 5, forSeconds: 0, recipients: [`${canary}@example.com`], webhookUrl: '', active: true })
  ).id;
  const wallLink = (await createLink(tx, new FakeClock(), people.profiles.SV, { name: canary, queueIds: [queue], showsNames: true, showsNumbers: true, days: 1 })).id;
  const seatMap = (await createMap(tx, { name: canary.slice(0, 50), columns: 3, rows: 3 })).id;
  await saveMap(tx, seatMap, { name: canary.slice(0, 50), columns: 3, rows: 3, version: 1, seats: [{ column: 1, row: 1, label: canary.slice(0, 20), userId: people.csr }] });
  const alert = newId();
  await insertAlert(tx, {
    id: alert, rule_id: alertRule, metric: 'waiting', queue_id: queue, threshold: 5, comparison: 'above', value: 6, raised_at: new Date(Date.UTC(2026, 10, 1)),
    sealed: tx.vault.seal(alertPlace(alert), { name: canary }),
  });
  return { dialStop, outage, callback, emergency, queue, wrapUpCode, apiKey, flow, number, device, trunk, statusReason, calendar, reportSchedule, alertRule, alert, wallLink, seatMap };
}

/** Nobody who exists asked for it, so no operator can look through it. */
async function addProviderAccess(tx: TenantTx, canary: string): Promise<string> {
  const id = newId();
  const at = new Date(Date.UTC(2026, 10, 1));
  const sealed = tx.vault.seal(accessPlace(id), { reason: canary, ticket: canary, urgentReason: canary });
  await insertAccess(tx, { id, operator_id: newId(), operator: canary, scope: 'content', minutes: 60, urgent: true, sealed, status: 'open', opened_at: at, until: new Date(Date.UTC(2099, 0, 1)), created_at: at });
  await insertView(tx, { accessId: id, at, view: 'queues', subject: '' });
  return id;
}

async function addStaffing(tx: TenantTx, people: TestPeople, canary: string, queue: string) {
  const simulation = newId();
  await insertSimulation(tx, simulation, { queueId: queue, source: 'history', day: '2026-11-01', staff: 0, agents: 0, handlePercent: 100, volumePercent: 100, seed: 1 });
  const shiftTemplate = (await createTemplate(tx, { name: canary, startMinute: 540, endMinute: 1080, breaks: [], position: 0 })).id;
  const add = [people.csr, people.sv].map((userId) => ({ userId, day: '2026-11-02', startMinute: 540, endMinute: 1080, breaks: [] }));
  const shift = (await changeShifts(tx, { remove: [], add }, 'edit')).added[0]?.id ?? '';
  return { simulation, shift, shiftTemplate };
}

async function addConduct(tx: TenantTx, people: TestPeople, canary: string, refs: { customer: string; call: string }) {
  const at = Date.UTC(2026, 10, 1, 3);
  const help = { id: newId(), kind: 'hand' as const, agentId: people.sv, agentName: canary, callId: refs.call, caller: canary, raisedAt: new Date(at).toISOString(), note: canary, acknowledged: null };
  await writeRaised(tx, help);
  const incident = await openIncident(tx, { callId: refs.call, userId: people.sv, helpId: help.id, summary: canary, at }, at);
  const caution = (await createCaution(tx, refs.customer, { reason: canary, expiresAt: new Date(at + 86_400_000 * 60).toISOString(), incidentId: incident }, at)).id;
  const field = { key: 'q', label: canary, kind: 'text' as const, required: false, choices: [] };
  const script = (await scripts.create(tx, { name: canary, draft: { steps: [{ id: 'a', title: canary, say: canary, fields: [field], branches: [], next: null }] } })).id;
  await scripts.publish(tx, script, canary);
  await putCallScript(tx, { callId: refs.call, scriptId: script, version: 1, activityId: null, sealed: tx.vault.seal({ table: 'call_scripts', column: 'sealed', id: refs.call }, { q: canary }) });
  return { incident, caution, script };
}

async function addQuality(tx: TenantTx, people: TestPeople, canary: string, refs: { call: string; queue: string }) {
  const question = { key: 'q', text: canary, guide: canary, kind: 'yesNo' as const, max: 1, weight: 1, naAllowed: true, fatal: false };
  const draft = { sections: [{ id: 'a', title: canary, questions: [question] }], passMark: 80, fatalRule: 'zero' as const, fatalCap: 0 };
  const scoreSheet = (await scoreSheets.create(tx, { name: canary, draft })).id;
  await scoreSheets.publish(tx, scoreSheet, canary);
  const evaluation = newId();
  const sealed = tx.vault.seal(scoringPlace(evaluation), { answers: { q: { points: 1, na: false, comment: canary, atMs: null } }, comment: canary });
  const call = { id: refs.call, started_at: new Date(Date.UTC(2026, 10, 1, 3)), queue_id: refs.queue };
  await insertEvaluation(tx, { id: evaluation, sheetId: scoreSheet, sheetVersion: 1, call, agentId: people.sv, evaluatorId: people.sv, sealed });
  await writeScores(tx, evaluation, { score: 10_000, passed: true, fatal: false }, sealed);
  await moveTo(tx, evaluation, 'published');
  const calibration = newId();
  await insertCalibration(tx, { id: calibration, name: canary, sheetId: scoreSheet, sheetVersion: 1, callId: refs.call, referenceId: null }, [people.sv]);
  await writeSubmission(tx, calibration, people.sv, tx.vault.seal(submissionPlace(calibration, people.sv), { answers: {}, comment: canary }));
  return { scoreSheet, evaluation, calibration };
}

async function addCall(world: World, tx: TenantTx, people: TestPeople, canary: string, refs: { customer: string; queue: string; wrapUpCode: string }) {
  const tenant = { tenant_id: tx.tenantId };
  const call = newId();
  const at = new Date(Date.UTC(2026, 10, 1, 3));
  const content = { callerNumber: canary, callerName: canary, withheldReason: null, dialledNumber: canary, note: canary };
  await tx.db
    .insertInto('calls')
    .values({
      ...tenant, id: call, direction: 'inbound', channel: 'sip', outcome: 'answered', ended_by: 'caller', started_at: at, ended_at: at,
      agent_id: people.sv, customer_id: refs.customer, queue_id: refs.queue, wrap_up_code_id: refs.wrapUpCode,
      sealed: tx.vault.seal({ table: 'calls', column: 'sealed', id: call }, content),
    })
    .execute();
  await tx.db.insertInto('call_events').values({ ...tenant, call_id: call, seq: 1, at, type: 'menu', sealed: tx.vault.seal(callEventPlace(call, 1), { digit: canary }) }).execute();
  await tx.db
    .insertInto('routing_decisions')
    .values({
      ...tenant, id: newId(), call_id: call, queue_id: refs.queue, at, rule: 'longestIdle', agent_id: people.sv, waited_ms: 5, considered: 1,
      required_skills: JSON.stringify({ [canary]: 1 }), candidates: JSON.stringify([{ agentId: people.sv, verdict: 'chosen', idleMs: 1 }]),
    })
    .execute();
  await tx.db.insertInto('agent_states').values({ ...tenant, id: newId(), user_id: people.sv, at, presence: 'available', work: 'idle' }).execute();
  const message = { at: at.toISOString(), direction: 'in' as const, transport: 'udp', peer: '192.0.2.7:5060', sipCallId: canary, text: canary };
  await storeSipTrace(tx, call, [message]);
  const recording = await addRecording(world, tx, call, 'call');
  const recordingLabel = (await createLabel(tx, { label: canary.slice(0, 50), labelEn: canary.slice(0, 50), retentionDays: 36_500, sensitive: false, position: 1 })).id;
  await linkLabels(tx, recording, [recordingLabel]);
  const [comment] = (await addComment(tx, recording, { atMs: 1000, text: canary })).items;
  const recordingNotice = (
    await createNotice(tx, { name: canary, kind: null, queueId: refs.queue, labelId: recordingLabel, recipients: [`${canary}@example.com`], webhookUrl: '', active: true }, at)
  ).id;
  await holdRecording(tx, recording, canary, at);
  const recordingShare = (await createShare(tx, new FakeClock(), recording, { purpose: canary, hours: 1 })).id;
  const mail = await addVoicemail(world, tx, people, canary, { call, customer: refs.customer, queue: refs.queue });
  return { call, recording, ...mail, recordingNotice, recordingLabel, recordingShare, recordingComment: comment?.id ?? '' };
}

/** A sealed recording of a call with its file. */
async function addRecording(world: World, tx: TenantTx, call: string, kind: 'call' | 'voicemail'): Promise<string> {
  const recording = newId();
  const { seal, file } = newRecordingSeal(tx.vault, tx.tenantId, recording);
  const writer = new SealedStreamWriter(Buffer.from(seal.key, 'base64'), Buffer.from(seal.associatedData), { sampleRate: 8000, channels: 2, codec: 'PCMU' }, 16_000);
  const chunks = Array.from({ length: TWIN_RECORDING_SECONDS }, (_, index) => writer.seal(Buffer.alloc(16_000, 0x10 + index), index === TWIN_RECORDING_SECONDS - 1));
  await world.store.put(file.objectPath, Buffer.concat([writer.header, ...chunks]));
  await tx.db
    .insertInto('recordings')
    .values({
      tenant_id: tx.tenantId, id: recording, call_id: call, kind, status: 'complete', object_path: file.objectPath, key_version: file.keyVersion,
      wrapped_key: Buffer.from(file.wrappedKey, 'base64'), duration_ms: TWIN_RECORDING_SECONDS * 1000, size_bytes: 48_000, sha256: 'ab'.repeat(32),
      sealed_peaks: tx.vault.seal(peaksPlace(recording), { left: [1, 2], right: [3, 4] }),
    })
    .execute();
  return recording;
}

async function addVoicemail(world: World, tx: TenantTx, people: TestPeople, canary: string, refs: { call: string; customer: string; queue: string }) {
  const box = await createBox(
    tx,
    { number: '8001', name: canary, greeting: '', retentionDays: null, active: true, memberIds: [people.csr], queueIds: [refs.queue], recipients: [`${canary}@example.com`] },
    [],
    new Date(Date.UTC(2026, 10, 1)),
  );
  const voicemail = await addRecording(world, tx, refs.call, 'voicemail');
  await tx.db.insertInto('voicemails').values({ tenant_id: tx.tenantId, id: voicemail, box_id: box.id, assignee_id: people.sv, customer_id: refs.customer }).execute();
  return { voicemailBox: box.id, voicemail };
}

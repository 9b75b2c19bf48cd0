import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allRoutes } from '../../shared/api/index.ts';
import { PRESETS } from '../../shared/permissions.ts';
import { attacksOf, bodyFor, leakOf, pathFor, routesOf, uploadType, type Attack, type Route } from './testing/isolation-matrix.ts';
import { addTwin, type EntityName, type Twin } from './testing/twins.ts';
import { createWorld, type TestClient, type World } from './testing/world.ts';

const WIDE = { normal: { max: 100_000, windowMs: 60_000 }, heavy: { max: 100_000, windowMs: 60_000 }, login: { max: 100_000, windowMs: 60_000 } };

interface Field {
  world: World;
  victim: Twin;
  own: Twin;
  sv: TestClient;
  csr: TestClient;
  routes: Route[];
}

async function prepare(): Promise<Field> {
  const world = await createWorld({ rateLimits: WIDE });
  const victim = await addTwin(world, 'victim', 1);
  const own = await addTwin(world, 'own', 2);
  const { body } = await world.request('GET', '/api/openapi.json');
  const routes = routesOf(body as unknown as Parameters<typeof routesOf>[0]);
  return { world, victim, own, sv: await world.logIn(own.people, 'sv1'), csr: await world.logIn(own.people, 'csr1'), routes };
}

/** Every row of the victim, as text. */
async function rowsOf(field: Field): Promise<Record<string, string>> {
  const client = field.world.db.ownerClient;
  const tables = await client.query<{ name: string }>("select table_name as name from information_schema.columns where column_name = 'tenant_id' and table_schema = 'public' order by 1");
  const all: Record<string, string> = {};
  for (const { name } of tables.rows) {
    const { rows } = await client.query<{ text: string }>(`select coalesce(string_agg(t::text, ';' order by t::text), '') as text from ${name} t where tenant_id = $1`, [field.victim.people.tenantId]);
    all[name] = rows[0]?.text ?? '';
  }
  return all;
}

const isPublic = (route: Route): boolean => route.operation['x-permission'] === 'public';
const headersOf = (route: Route): Record<string, string> => {
  const type = uploadType(route);
  return type === null ? {} : { 'content-type': type };
};

describe('isolation of tenants', () => {
  let field: Field;
  let attacks: Attack[];

  beforeAll(async () => {
    field = await prepare();
    attacks = field.routes.filter((route) => !isPublic(route)).flatMap((route) => attacksOf(route, field.own, field.victim));
  });
  afterAll(() => field.world.close());

  it('covers every contract', () => {
    expect(field.routes.map((route) => route.operation.operationId).toSorted()).toEqual(allRoutes.map((route) => route.id).toSorted());
    const withId = field.routes.filter((route) => route.path.includes('{id}'));
    expect(attacks.filter((attack) => attack.name.endsWith('path id'))).toHaveLength(withId.length);
    expect(attacks.length).toBeGreaterThan(60);
  });

  it('lets nothing of another tenant through, by path, query, body or list, and changes nothing of theirs', async () => {
    const before = await rowsOf(field);
    const leaks: string[] = [];
    for (const attack of attacks) {
      const leak = await leakOf(field.sv, attack, field.victim);
      if (leak) leaks.push(leak);
    }
    expect(leaks).toEqual([]);
    expect(await rowsOf(field)).toEqual(before);
  });

  it('finds the same objects for their owner', async () => {
    const owner = await field.world.logIn(field.victim.people, 'sv1');
    for (const route of field.routes.filter(({ method, path }) => method === 'GET' && path.includes('{id}'))) {
      const answer = await owner.call('GET', pathFor(route, field.victim));
      expect([route.operation.operationId, answer.status]).toEqual([route.operation.operationId, 200]);
    }
    for (const route of field.routes.filter(({ method, path }) => method === 'GET' && path.split('/').length === 2 && !['/session', '/passkeys', '/login-settings', '/single-sign-on', '/settings', '/speech', '/prompts', '/profiles', '/audit', '/dial-policy', '/recording-retention', '/service-status', '/contract'].includes(path))) {
      const answer = await owner.call('GET', pathFor(route, field.victim));
      const seen = answer.raw.toString().includes(field.victim.canary) || answer.raw.toString().includes(`User csr1`);
      expect([route.operation.operationId, seen]).toEqual([route.operation.operationId, true]);
    }
  });

  it('asks for a session', async () => {
    for (const route of field.routes.filter((each) => !isPublic(each))) {
      const answer = await field.world.request(route.method, `/api/v1${pathFor(route, field.own)}`, { body: bodyFor(route, field.own), headers: headersOf(route) });
      expect([route.operation.operationId, answer.status, answer.body.code]).toEqual([route.operation.operationId, 401, 'unauthenticated']);
    }
  });

  it('asks for the permission', async () => {
    const closed = field.routes.filter(({ operation }) => !['session', 'public', ...PRESETS.CSR].includes(operation['x-permission']));
    expect(closed.length).toBeGreaterThan(20);
    for (const route of closed) {
      const answer = await field.csr.call(route.method, pathFor(route, field.own), bodyFor(route, field.own), headersOf(route));
      expect([route.operation.operationId, answer.status, answer.body.code]).toEqual([route.operation.operationId, 403, 'forbidden']);
    }
    const { body } = await field.sv.call('GET', '/audit?code=access.refused&limit=200');
    expect((body as unknown as { items: unknown[] }).items).toHaveLength(closed.length);
  });

  it('asks for the csrf token and the own origin when something changes', async () => {
    const unsafe = field.routes.filter((route) => route.method !== 'GET' && !isPublic(route));
    for (const route of unsafe) {
      const attempt = (headers: Record<string, string>) => field.sv.call(route.method, pathFor(route, field.own), bodyFor(route, field.own), { ...headersOf(route), ...headers });
      const name = route.operation.operationId;
      expect([name, (await attempt({ 'x-csrf-token': '' })).body.code]).toEqual([name, 'csrf']);
      expect([name, (await attempt({ 'x-csrf-token': field.csr.csrfToken })).body.code]).toEqual([name, 'csrf']);
      expect([name, (await attempt({ origin: 'https://evil.example' })).body.code]).toEqual([name, 'foreign_origin']);
    }
  });

  it('has a rate class for every route', () => {
    for (const { operation } of field.routes) expect(['normal', 'login', 'public', 'heavy']).toContain(operation['x-rate-class']);
  });

  it('takes no field that the route does not know', async () => {
    const before = await rowsOf(field);
    const withJson = field.routes.filter((route) => route.operation.requestBody && uploadType(route) === null);
    const smuggled = { tenant_id: field.victim.people.tenantId, tenantId: field.victim.people.tenantId, id: field.victim.ids.customer, createdBy: 'operator:x', permissions2: ['audit.read'] };
    for (const route of withJson) {
      const body = route.operation.operationId === 'login' ? { tenant: 'own', loginId: 'sv1', password: 'x' } : bodyFor(route, field.own);
      const path = pathFor(route, field.own);
      const answer = await field.sv.call(route.method, path, { ...(body as object), ...smuggled });
      expect([route.operation.operationId, answer.body.code]).toEqual([route.operation.operationId, 'invalid_request']);
      expect(answer.body.errors?.map((fault) => fault.path)).toEqual(expect.arrayContaining(['body.tenant_id', 'body.tenantId', 'body.id', 'body.createdBy']));
      for (const poison of ['__proto__', 'constructor']) {
        const text = JSON.stringify(body).replace('{', `{"${poison}":{"prototype":{"polluted":1},"polluted":1},`);
        const refused = await field.sv.call(route.method, path, text);
        expect([route.operation.operationId, refused.status]).toEqual([route.operation.operationId, 400]);
      }
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(await rowsOf(field)).toEqual(before);
  });
});

/** Tables whose policies together keep an object from another tenant: its own, and those its queries join strictly. */
const WALLS: Record<EntityName, string[]> = {
  simulation: ['simulations', 'queues'],
  providerAccess: ['provider_accesses'],
  shift: ['shifts'],
  shiftTemplate: ['shift_templates'],
  user: ['users', 'profiles'],
  userImport: ['user_imports', 'users', 'profiles'],
  session: ['sessions'],
  passkey: ['passkeys'],
  profile: ['profiles'],
  customer: ['customers'],
  company: ['companies'],
  case: ['cases'],
  call: ['calls'],
  recording: ['recordings', 'calls'],
  article: ['knowledge_articles'],
  queue: ['queues'],
  wrapUpCode: ['wrap_up_codes'],
  apiKey: ['api_keys'],
  flow: ['flows', 'flow_versions', 'flow_schedules', 'numbers'],
  calendar: ['calendars', 'flows'],
  emergency: ['emergency_switches'],
  callback: ['callbacks'],
  number: ['numbers', 'flows'],
  device: ['sip_devices'],
  dialStop: ['dial_stops'],
  outage: ['service_outages'],
  trunk: ['trunks'],
  reportSchedule: ['report_schedules'],
  alertRule: ['alert_rules'],
  alert: ['alerts'],
  seatMap: ['seat_maps', 'seats'],
  wallLink: ['wall_links', 'wall_link_queues'],
  recordingLabel: ['recording_labels', 'recording_label_links'],
  recordingShare: ['recording_shares'],
  recordingComment: ['recording_comments'],
  recordingNotice: ['recording_notices'],
  voicemailBox: ['voicemail_boxes'],
  voicemail: ['voicemails', 'recordings', 'calls', 'voicemail_boxes'],
  statusReason: ['status_reasons'],
  incident: ['incidents'],
  script: ['scripts', 'script_versions'],
  caution: ['customer_cautions'],
  scoreSheet: ['score_sheets', 'score_sheet_versions'],
  calibration: ['calibrations', 'calls', 'score_sheets', 'score_sheet_versions', 'calibration_participants'],
  evaluation: ['evaluations', 'score_sheets', 'score_sheet_versions'],
  tenantExport: ['tenant_exports', 'tenant_export_files'],
};

/** What a report of calls is made of. */
const REPORTED = ['calls', 'wrap_up_codes'];

/** Lists with objects that no path names, and settings of which each tenant has one. */
const LIST_WALLS: Record<string, string[]> = {
  listShiftTemplates: ['shift_templates'], listShifts: ['shifts', 'users'], exportShifts: ['shifts', 'users'],
  getAdherence: ['shifts', 'users'], exportAdherence: ['shifts', 'users'], listSimulations: ['simulations', 'queues'],
  listEmergencies: ['emergency_switches'],
  listCallbacks: ['callbacks'],
  listUsers: WALLS.user, exportUsers: WALLS.user, listUserImports: ['user_imports'], listPeople: WALLS.user, listProfiles: WALLS.profile, listCustomers: WALLS.customer, listCompanies: WALLS.company, listCases: WALLS.case,
  listCalls: WALLS.call, listRecordings: WALLS.recording, listArticles: WALLS.article, listQueues: WALLS.queue, listWrapUpCodes: WALLS.wrapUpCode, listStatusReasons: WALLS.statusReason, listIncidents: WALLS.incident,
  listApiKeys: WALLS.apiKey, listFlows: WALLS.flow, listNumbers: ['numbers', 'flows'], listDevices: ['sip_devices'], getDialUsage: ['dial_stops'], listAudit: ['audit_events'],
  listCalendars: WALLS.calendar,
  listCallerIds: ['numbers'],
  listTrunks: WALLS.trunk, getOutboundRoutes: ['outbound_routes', 'outbound_route_trunks'],
  getCallReport: REPORTED, exportCallReport: REPORTED, listReportCalls: REPORTED,
  getAgentReport: ['agent_states', 'users'], listAgentReportParts: ['routing_decisions', 'users', 'calls'], exportAgentReport: ['agent_states', 'users'], getPastBoard: ['queues'],
  listWallLinks: ['wall_links'], listSeatMaps: ['seat_maps', 'seats'],
  listAlertRules: ['alert_rules'], listAlerts: ['alerts'],
  listRecordingNotices: ['recording_notices'], listVoicemailBoxes: ['voicemail_boxes'], listVoicemails: WALLS.voicemail,
  listReportSchedules: ['report_schedules'], listRecordingLabels: ['recording_labels'],
  callTail: WALLS.recording, articleVersions: ['knowledge_versions'],
  listCalibrations: ['calibrations', 'calls', 'score_sheets'], getQualityAverages: ['evaluations'], exportQualityAverages: ['evaluations', 'score_sheets'],
  listScoreSheets: ['score_sheets'], listEvaluations: ['evaluations', 'score_sheets'], sampleCalls: ['calls', 'recordings'],
  listScripts: ['scripts'], getCallScript: ['call_scripts', 'scripts', 'script_versions'],
  getServiceStatus: ['service_outages'],
  listExports: ['tenant_exports'],
  exportAudit: ['audit_events'], verifyAudit: ['audit_events'], listProviderAccesses: ['provider_accesses'],
};

describe('outbound routes', () => {
  it('name no trunk of another tenant', async () => {
    const field = await prepare();
    const foreign = { routes: [{ name: 'x', prefix: '', trunkIds: [field.victim.ids.trunk] }] };
    expect((await field.sv.call('PUT', '/outbound-routes', foreign)).status).toBe(422);
    const own = { routes: [{ name: 'x', prefix: '', trunkIds: [field.own.ids.trunk] }] };
    expect((await field.sv.call('PUT', '/outbound-routes', own)).status).toBe(200);
    await field.world.close();
  }, 60_000);
});

/** Held by a second wall too: whose session or passkey it is. No row of another user answers, whatever the tenant. */
const OWNERS_ONLY = ['endOwnSession path id', 'removePasskey path id'];

describe('the matrix itself', () => {
  let field: Field;

  beforeAll(async () => {
    field = await prepare();
  });
  afterAll(() => field.world.close());

  async function withoutWalls<T>(tables: readonly string[], work: () => Promise<T>): Promise<T> {
    const client = field.world.db.ownerClient;
    for (const table of tables) await client.query(`alter policy tenant_isolation on ${table} using (true) with check (true)`);
    try {
      return await work();
    } finally {
      for (const table of tables) await client.query(`alter policy tenant_isolation on ${table} using (tenant_id = app_tenant()) with check (tenant_id = app_tenant())`);
    }
  }

  async function dropForeignKeys(): Promise<void> {
    const client = field.world.db.ownerClient;
    const { rows } = await client.query<{ statement: string }>(
      "select format('alter table %s drop constraint %I', conrelid::regclass, conname) as statement from pg_constraint where contype = 'f' and array_length(conkey, 1) > 1",
    );
    for (const { statement } of rows) await client.query(statement);
  }

  it('reports a leak in every cell when the policy behind it is gone', async () => {
    const attacks = field.routes.filter((route) => !isPublic(route)).flatMap((route) => attacksOf(route, field.own, field.victim));
    const silent: Attack[] = [];
    for (const attack of attacks) {
      const walls = attack.target ? WALLS[attack.target] : LIST_WALLS[attack.operationId];
      if (!walls) {
        // `listMyShifts`, `listOwnSessions`, `listPasskeys` and `getSecondFactor` name the session's own user, who is in one tenant only, as `countUnreadEvaluations` does.
        expect(['getSession', 'getSecondFactor', 'listOwnSessions', 'listPasskeys', 'getLoginSettings', 'getSingleSignOn', 'getSettings', 'getSpeech', 'getSpeechProvider', 'countUnreadEvaluations', 'listPrompts', 'getDialPolicy', 'getRetention', 'listMyShifts', 'getContract']).toContain(attack.operationId);
        continue;
      }
      // A filter by a foreign id reaches the rows that refer to it, so the walls of the listed table are taken down too.
      const list = LIST_WALLS[attack.operationId] ?? [];
      const leak = await withoutWalls([...new Set([...walls, ...list])], () => leakOf(field.sv, attack, field.victim));
      if (!leak) silent.push(attack);
    }
    // Behind the policies stand the foreign keys, which carry the tenant.
    for (const attack of silent) expect([attack.name, attack.name.includes(' body ') || OWNERS_ONLY.includes(attack.name)]).toEqual([attack.name, true]);
    await dropForeignKeys();
    const all = Object.values(WALLS).flat();
    const stillSilent: string[] = [];
    for (const attack of silent) if (!(await withoutWalls([...new Set(all)], () => leakOf(field.sv, attack, field.victim)))) stillSilent.push(attack.name);
    // A case must belong to the customer of the same note or message, who is the attacker's own here; with both foreign the cell leaks.
    // A simulation reads its queues as the cell does, with the tenant named in the statement.
    // A simulation reads its queues as the cell does, with the tenant named in the statement.
    expect(stillSilent).toEqual([...OWNERS_ONLY, 'createActivity body caseId', 'wrapUpCall body caseId', 'updateVoicemail body caseId', 'startSimulation body queueId']);
  }, 120_000);

  it('is silent again when the policies are back', async () => {
    // What was written while there were neither policies nor foreign keys.
    await field.world.db.ownerClient.query('delete from queue_members m where not exists (select from queues q where q.tenant_id = m.tenant_id and q.id = m.queue_id)');
    const attacks = field.routes.filter((route) => !isPublic(route)).flatMap((route) => attacksOf(route, field.own, field.victim));
    for (const attack of attacks.slice(0, 10)) expect(await leakOf(field.sv, attack, field.victim)).toBeNull();
  });
});

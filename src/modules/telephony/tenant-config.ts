import { sql, type Selectable } from 'kysely';
import type { OpenHours } from '../../../shared/flow/nodes.ts';
import type { Queues } from '../../db/schema.generated.ts';
import type { Skills } from './telephony-types.ts';
import type { TenantTx } from '../../db/types.ts';
import type { SrtpPolicy } from '../../protocol/sdp/security.ts';
import { flowLibrary, type FlowLibraryRows } from '../flows/flow-context.ts';
import { openPrompt, type SealedPrompt } from '../prompts/prompt-place.ts';
import type { UserContent } from '../users/user-content.ts';
import { permissionsOf } from '../users/profile-permissions.ts';

/** A queue as it is configured. */
export interface QueueRow {
  id: string;
  code: string;
  name: string;
  requiredSkills: Skills;
  offerTimeoutMs: number;
  /** 0 = none. */
  wrapUpMs: number;
  wrapUpRequired: boolean;
  wrapUpFixed: boolean;
  wrapUpExtensions: number;
  wrapUpExtendMs: number;
  missedOffersToAway: number;
  serviceLevelMs: number;
  record: boolean;
  /** When a hold counts as forgotten; 0 = never, null = as the tenant says. */
  holdAlarmSeconds: number | null;
  routing: RoutingRow;
  /** Until when the emergency switch is on, ms since the epoch; null = it is off. */
  emergencyUntil: number | null;
}

/** How the queue chooses, and when it is open. */
export interface RoutingRow {
  order: string;
  weight: number;
  ageingPerMinute: number;
  /** Text; see shared/skills/expression.ts. */
  skillExpression: string;
  rings: { waitMs: number; skillExpression: string; levelsDown: number; queueIds: string[] }[];
  maxWaitMs: number;
  maxLength: number;
  noAgents: string;
  lastAgentMs: number;
  ownerMs: number;
  /** Null = always open. */
  hours: OpenHours | null;
}

/** Somebody who takes calls in a browser. */
export interface AgentRow {
  id: string;
  loginId: string;
  name: string;
  skills: Skills;
  queueIds: string[];
  /** By queue. */
  places: Record<string, { position: number; weight: number }>;
  /** Calls of queues at once; absent = 1. */
  capacity?: number;
}

export interface StationRow {
  id: string;
  name: string;
  queueId: string;
  sipUri: string;
}

/** A service number and what answers there. */
export interface NumberRow {
  id: string;
  number: string;
  /** Code of the flow. */
  flow: string;
}

/** Everything of a tenant that a running cell holds in memory, so that calls go on without the database. */
export interface TenantTelephony extends FlowLibraryRows {
  queues: QueueRow[];
  agents: AgentRow[];
  stations: StationRow[];
  /** SIP telephones that may register. */
  devices: { id: string; username: string; userId: string | null; srtp: SrtpPolicy; wideband: boolean }[];
  numbers: NumberRow[];
  /** When the next version of a flow takes over, ms since the epoch. */
  nextFlowDue: number | null;
  /** Uploaded sounds: what plays each name. */
  prompts: Map<string, SealedPrompt>;
  webCall: { enabled: boolean; number: string | null };
  /** Kinds of break and absence that can be chosen. */
  statusReasons: { id: string; presence: string }[];
  /** Break after an SOS; 0 = none by itself. */
  careBreakMinutes: number;
  /** When a hold counts as forgotten; 0 = never. */
  holdAlarm: { seconds: number; autoReturn: boolean };
  /** Supervisors in calls of others are always announced by a tone. */
  superviseTone: boolean;
}

/** Queues and who takes their calls. */
export type RoutingConfig = Pick<TenantTelephony, 'queues' | 'agents' | 'stations'>;

/** Reads what routing needs of a tenant's configuration. */
export const readRouting = async (tx: TenantTx): Promise<RoutingConfig> => ({ queues: await readQueues(tx), agents: await readAgents(tx), stations: await readStations(tx) });

/** Reads a tenant's telephony configuration. */
export async function readTenantTelephony(tx: TenantTx): Promise<TenantTelephony> {
  return {
    ...(await readRouting(tx)),
    devices: await readDevices(tx),
    numbers: await readNumbers(tx),
    ...(await flowLibrary(tx)),
    nextFlowDue: await readNextFlowDue(tx),
    prompts: await readPrompts(tx),
    ...(await readSettings(tx)),
    statusReasons: await readStatusReasons(tx),
  };
}

async function readQueues(tx: TenantTx): Promise<QueueRow[]> {
  const emergencies = await tx.db
    .selectFrom('emergency_switches')
    .select(['queue_id', 'ends_at'])
    .where('tenant_id', '=', tx.tenantId)
    .where('ended_at', 'is', null)
    .where('ends_at', '>', sql<Date>`now()`)
    .execute();
  const emergencyOf = (queueId: string): number | null => {
    const ends = emergencies.filter(({ queue_id }) => queue_id === null || queue_id === queueId).map(({ ends_at }) => ends_at.getTime());
    return ends.length === 0 ? null : Math.max(...ends);
  };
  const rows = await tx.db
    .selectFrom('queues')
    .leftJoin('calendars', (join) => join.onRef('calendars.tenant_id', '=', 'queues.tenant_id').onRef('calendars.id', '=', 'queues.calendar_id'))
    .selectAll('queues')
    .select('calendars.hours')
    .where('queues.tenant_id', '=', tx.tenantId)
    .orderBy('queues.code')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    code: row.code,
    name: row.name,
    requiredSkills: row.required_skills as Skills,
    offerTimeoutMs: row.offer_timeout_ms,
    wrapUpMs: row.wrap_up_mode === 'none' ? 0 : row.wrap_up_ms,
    wrapUpRequired: row.wrap_up_required,
    wrapUpFixed: row.wrap_up_mode === 'forced',
    wrapUpExtensions: row.wrap_up_mode === 'extendable' ? row.wrap_up_extensions : 0,
    wrapUpExtendMs: row.wrap_up_extend_ms,
    missedOffersToAway: row.missed_offers_to_away,
    serviceLevelMs: row.service_level_ms,
    record: row.record,
    holdAlarmSeconds: row.hold_alarm_seconds,
    routing: routingOf(row),
    emergencyUntil: emergencyOf(row.id),
  }));
}

function routingOf(row: Selectable<Queues> & { hours: unknown }): RoutingRow {
  return {
    order: row.agent_order,
    weight: row.weight,
    ageingPerMinute: row.ageing_per_minute,
    skillExpression: row.skill_expression,
    // Written by the queues module in this shape.
    rings: row.rings as unknown as RoutingRow['rings'],
    maxWaitMs: row.max_wait_ms,
    maxLength: row.max_length,
    noAgents: row.no_agents,
    lastAgentMs: row.last_agent_ms,
    ownerMs: row.owner_ms,
    // Checked when it was written.
    hours: row.hours as OpenHours | null,
  };
}

/** Active users whose profile lets them handle calls. */
async function readAgents(tx: TenantTx): Promise<AgentRow[]> {
  const users = await tx.db
    .selectFrom('users')
    .innerJoin('profiles', (join) => join.onRef('profiles.tenant_id', '=', 'users.tenant_id').onRef('profiles.id', '=', 'users.profile_id'))
    .select(['users.id', 'users.login_id', 'users.sealed', 'users.call_capacity', 'profiles.code', 'profiles.preset', 'profiles.permissions'])
    .where('users.tenant_id', '=', tx.tenantId)
    .where('users.status', '=', 'active')
    .orderBy('users.login_id')
    .execute();
  const members = await tx.db.selectFrom('queue_members').select(['user_id', 'queue_id', 'position', 'weight']).where('tenant_id', '=', tx.tenantId).execute();
  const skills = await tx.db.selectFrom('user_skills').select(['user_id', 'skill', 'level']).where('tenant_id', '=', tx.tenantId).execute();
  const queuesOf = Map.groupBy(members, ({ user_id }) => user_id);
  const skillsOf = Map.groupBy(skills, ({ user_id }) => user_id);
  return users
    .filter((user) => permissionsOf(user).includes('call.handle'))
    .map(({ id, login_id, sealed, call_capacity }) => ({
      id,
      loginId: login_id,
      name: tx.vault.open<UserContent>({ table: 'users', column: 'sealed', id }, sealed).name || login_id,
      skills: Object.fromEntries((skillsOf.get(id) ?? []).map(({ skill, level }) => [skill, level])),
      queueIds: (queuesOf.get(id) ?? []).map(({ queue_id }) => queue_id),
      places: Object.fromEntries((queuesOf.get(id) ?? []).map(({ queue_id, position, weight }) => [queue_id, { position, weight }])),
      capacity: call_capacity,
    }));
}

async function readStations(tx: TenantTx): Promise<StationRow[]> {
  const rows = await tx.db.selectFrom('stations').select(['id', 'name', 'queue_id', 'sip_uri']).where('tenant_id', '=', tx.tenantId).execute();
  return rows.map((row) => ({ id: row.id, name: row.name, queueId: row.queue_id, sipUri: row.sip_uri }));
}

async function readDevices(tx: TenantTx): Promise<TenantTelephony['devices']> {
  const query = tx.db
    .selectFrom('sip_devices')
    .leftJoin('users', (join) => join.onRef('users.tenant_id', '=', 'sip_devices.tenant_id').onRef('users.id', '=', 'sip_devices.user_id'))
    .select(['sip_devices.id', 'sip_devices.username', 'sip_devices.user_id', 'sip_devices.srtp', 'sip_devices.wideband'])
    .where('sip_devices.tenant_id', '=', tx.tenantId)
    .where('sip_devices.enabled', '=', true)
    .where((eb) => eb.or([eb('sip_devices.user_id', 'is', null), eb('users.status', '=', 'active')]));
  return (await query.execute()).map(({ id, username, user_id, srtp, wideband }) => ({ id, username, userId: user_id, srtp: srtp as SrtpPolicy, wideband }));
}

/** A tenant that is suspended has no numbers as long as it lasts: callers hear the same as at a number that is nobody's. */
async function readNumbers(tx: TenantTx): Promise<NumberRow[]> {
  return tx.db
    .selectFrom('numbers')
    .innerJoin('tenants', (join) => join.onRef('tenants.id', '=', 'numbers.tenant_id').on('tenants.status', '=', 'active'))
    .innerJoin('flows', (join) => join.onRef('flows.tenant_id', '=', 'numbers.tenant_id').onRef('flows.id', '=', 'numbers.flow_id'))
    .select(['numbers.id', 'numbers.number', 'flows.code as flow'])
    .where('numbers.tenant_id', '=', tx.tenantId)
    .execute();
}

async function readNextFlowDue(tx: TenantTx): Promise<number | null> {
  const row = await tx.db.selectFrom('flow_schedules').select(({ fn }) => fn.min('due_at').as('due')).where('tenant_id', '=', tx.tenantId).executeTakeFirst();
  return row?.due?.getTime() ?? null;
}

async function readPrompts(tx: TenantTx): Promise<Map<string, SealedPrompt>> {
  const rows = await tx.db.selectFrom('prompts').selectAll().where('tenant_id', '=', tx.tenantId).execute();
  return new Map(rows.map((row) => [row.name, openPrompt(tx.vault, row)]));
}

const readStatusReasons = (tx: TenantTx): Promise<TenantTelephony['statusReasons']> =>
  tx.db.selectFrom('status_reasons').select(['id', 'presence']).where('tenant_id', '=', tx.tenantId).where('active', '=', true).execute();

async function readSettings(tx: TenantTx): Promise<Pick<TenantTelephony, 'webCall' | 'careBreakMinutes' | 'holdAlarm' | 'superviseTone'>> {
  const row = await tx.db
    .selectFrom('tenant_settings')
    .select(['web_call_enabled', 'web_call_number', 'care_break_minutes', 'hold_alarm_seconds', 'hold_auto_return', 'supervise_tone'])
    .where('tenant_id', '=', tx.tenantId)
    .executeTakeFirst();
  return { webCall: { enabled: row?.web_call_enabled ?? false, number: row?.web_call_number ?? null }, careBreakMinutes: row?.care_break_minutes ?? 0,
    holdAlarm: { seconds: row?.hold_alarm_seconds ?? 0, autoReturn: row?.hold_auto_return ?? false },
    superviseTone: row?.supervise_tone ?? false,
  };
}

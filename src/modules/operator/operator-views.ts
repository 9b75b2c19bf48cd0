import type { CallDetail, SipMessageView } from '../../../shared/api/calls.ts';
import type { PROVIDER_VIEWS } from '../../../shared/api/provider-access.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError, notFound } from '../../lib/errors.ts';
import { listAudit } from '../audit/audit.service.ts';
import { callDetail, listCalls } from '../calls/calls.service.ts';
import { callSip } from '../calls/sip-trace.service.ts';
import { listCustomers } from '../customers/customers.service.ts';
import { flowDetail, listFlows } from '../flows/flows.service.ts';
import { insertView, shareAccess, type AccessRow } from '../provider-access/provider-access.queries.ts';
import { listQueues } from '../queues/queues.service.ts';
import { logKeyUse } from '../recordings/recordings.queries.ts';
import type { Session } from '../support/binding.ts';
import { listDevices } from '../telephony/devices.service.ts';
import { listNumbers } from '../telephony/numbers.service.ts';
import { listTrunks } from '../telephony/trunks.service.ts';
import { listUsers } from '../users/users.service.ts';
import { operatorActor, type AccessBy } from './operator-access.service.ts';
import type { OperatorDeps, TenantLive } from './operator-types.ts';

/** One side of a tenant. */
export type ProviderView = (typeof PROVIDER_VIEWS)[number];

/** Rows of a view. */
export interface Looked {
  items: Record<string, unknown>[];
  nextCursor: string | null;
}

interface Look {
  tx: TenantTx;
  live: TenantLive;
  now: number;
  page: { limit: number; cursor?: string };
  /** Id of the call or flow, empty where none was named. */
  of: string;
}

const LIMIT = 50;

/** Reads calls as somebody who may read all of them, and does nothing else. */
const reader = (tenantId: string): Session => ({
  kind: 'user', tenantId, userId: '', personId: '', sessionId: '', permissions: new Set(['call.read.all']), mustSetUpFactor: false, mustChangePassword: false, isReturning: false,
  ip: '', loginId: '', name: '', profileId: '', profileCode: '', expiresAt: null,
});

const one = (item: object): Looked => ({ items: [{ ...item }], nextCursor: null });

const READERS: Readonly<Record<ProviderView, (look: Look) => Promise<{ items: object[]; nextCursor: string | null }>>> = {
  queues: ({ tx, page }) => listQueues(tx, page),
  flows: ({ tx, page }) => listFlows(tx, page),
  flow: async ({ tx, of }) => one(await flowDetail(tx, of)),
  numbers: ({ tx, page }) => listNumbers(tx, page),
  trunks: ({ tx, live, page }) => listTrunks(tx, live.telephony, page),
  devices: ({ tx, live, page }) => listDevices(tx, live.telephony, page),
  users: ({ tx, now, page }) => listUsers(tx, now, page),
  calls: ({ tx, page }) => listCalls(tx, reader(tx.tenantId), page),
  call: async ({ tx, live, of }) => one(await callDetail(tx, reader(tx.tenantId), live.calls, of)),
  sip: async ({ tx, live, of }) => ({ items: (await callSip(tx, live.calls, of)).messages, nextCursor: null }),
  audit: ({ tx, page }) => listAudit(tx, page),
  customers: ({ tx, page }) => listCustomers(tx, page),
};

const CALL_FIELDS = ['id', 'direction', 'channel', 'outcome', 'endedBy', 'endReason', 'withheldReason', 'queueId', 'queueName', 'agentId', 'startedAt', 'queuedAt', 'answeredAt', 'endedAt', 'queueMs', 'ringMs', 'talkMs', 'holdMs', 'asideMs', 'wrapUpMs'];

/** Names the fields of each view that hold nothing of the tenant's people and customers; what is not named here is not shown. */
const SETTINGS_FIELDS: Readonly<Record<Exclude<ProviderView, 'customers'>, readonly string[]>> = {
  queues: ['id', 'code', 'name', 'requiredSkills', 'offerTimeoutMs', 'wrapUpMs', 'wrapUpMode', 'wrapUpRequired', 'missedOffersToAway', 'serviceLevelMs', 'record', 'memberIds', 'order', 'weight', 'ageingPerMinute', 'skillExpression', 'rings', 'maxWaitMs', 'maxLength', 'noAgents', 'lastAgentMs', 'ownerMs', 'calendarId', 'stationCount', 'updatedAt'],
  flows: ['id', 'code', 'name', 'version', 'lastVersion', 'hasDraft', 'schedule', 'numbers', 'updatedAt'],
  flow: ['id', 'code', 'name', 'version', 'lastVersion', 'hasDraft', 'schedule', 'numbers', 'definition', 'updatedAt'],
  numbers: ['id', 'number', 'display', 'label', 'flowId', 'flowName', 'outbound', 'trunkId', 'updatedAt'],
  trunks: ['id', 'name', 'kind', 'profile', 'enabled', 'host', 'port', 'transport', 'realm', 'sourceRanges', 'channels', 'callsPerSecond', 'maxDailyCalls', 'maxDailyCost', 'numberFormat', 'dialledFrom', 'callerId', 'identity', 'privacyMethod', 'inbandDtmf', 'srtp', 'wideband', 'monitorSeconds', 'hasPassword', 'state', 'updatedAt'],
  devices: ['id', 'username', 'userId', 'enabled', 'srtp', 'wideband', 'allowMd5', 'contacts', 'updatedAt'],
  users: ['id', 'loginId', 'profileCode', 'status', 'lock', 'lockedUntil', 'secondFactor', 'skills', 'queueIds', 'callCapacity', 'createdAt'],
  calls: CALL_FIELDS,
  call: [...CALL_FIELDS, 'quality'],
  sip: ['at', 'direction', 'transport', 'peer', 'sipCallId'],
  audit: ['seq', 'at', 'code', 'actor', 'subjectKind', 'subjectId', 'ip'],
};

const picked = (item: object, fields: readonly string[]): Record<string, unknown> => Object.fromEntries(Object.entries(item).filter(([name]) => fields.includes(name)));

/** Method or status and CSeq of a SIP message: what tells how a call went and names nobody. */
function plainSip(text: string): string {
  const [first = '', ...lines] = text.split(/\r?\n/);
  const status = /^SIP\/2\.0 (\d{3})/.exec(first)?.[1];
  const method = /^([A-Z]{2,20}) /.exec(first)?.[1] ?? '';
  const cseq = lines.map((line) => /^CSeq:\s*(\d{1,10} [A-Z]{2,20})/i.exec(line)?.[1]).find((found) => found !== undefined) ?? '';
  return `${status ?? method} (${cseq})`;
}

/** Steps and decisions of a call without what was dialled, pressed or said, and without names. */
const plainCall = ({ events, decisions }: CallDetail): Record<string, unknown> => ({
  events: events.map(({ seq, at, type }) => ({ seq, at, type })),
  decisions: decisions.map(({ at, queueId, rule, agentId, waitedMs, considered }) => ({ at, queueId, rule, agentId, waitedMs, considered })),
});

function masked(view: Exclude<ProviderView, 'customers'>, item: object): Record<string, unknown> {
  const plain = picked(item, SETTINGS_FIELDS[view]);
  // Other words than the product's own may come from the far side.
  if ('endReason' in plain && !/^[a-z0-9_]{0,40}$/.test(String(plain['endReason']))) delete plain['endReason'];
  if (view === 'sip') return { ...plain, text: plainSip((item as SipMessageView).text) };
  return view === 'call' ? { ...plain, ...plainCall(item as CallDetail) } : plain;
}

/** @throws AppError `content_not_asked_for` */
function shownOf(scope: AccessRow['scope'], view: ProviderView, { items, nextCursor }: { items: object[]; nextCursor: string | null }): Looked {
  if (scope === 'content') return { items: items.map((item) => ({ ...item })), nextCursor };
  if (view === 'customers') throw contentNotAskedFor();
  return { items: items.map((item) => masked(view, item)), nextCursor };
}

const contentNotAskedFor = (): AppError => new AppError('content_not_asked_for', 403, 'This access is for settings, not for content.');

/**
 * Looks at one side of a tenant through the own access that is open now. Each look stands in the tenant's audit log, in the list
 * that its people see, and in the log of the key, in the transaction that reads.
 * @throws AppError `not_found`, `access_over`, `content_not_asked_for`
 */
export async function lookAtTenant(
  deps: Pick<OperatorDeps, 'database' | 'clock' | 'tenantLive'>,
  by: AccessBy,
  wanted: { tenantId: string; accessId: string; view: ProviderView; of?: string | undefined; cursor?: string | undefined },
): Promise<Looked> {
  const { tenantId, accessId, view, of = '', cursor } = wanted;
  return deps.database.withTenant(tenantId, operatorActor(by), async (tx) => {
    const access = await shareAccess(tx, accessId);
    if (access?.operator_id !== by.session.operatorId) throw notFound('access');
    const now = deps.clock.wall();
    if (access.status !== 'open' || !access.until || access.until.getTime() <= now) throw new AppError('access_over', 403, 'This access is not open.');
    if (access.scope === 'settings' && view === 'customers') throw contentNotAskedFor();
    if (['call', 'flow', 'sip'].includes(view) && of === '') throw notFound();
    const read = await READERS[view]({ tx, live: deps.tenantLive, now, of, page: { limit: LIMIT, ...(cursor === undefined ? {} : { cursor }) } });
    await insertView(tx, { accessId, at: new Date(now), view, subject: of });
    await tx.audit({ code: 'provider_access.viewed', subject: { kind: 'providerAccess', id: accessId }, detail: { operator: access.operator, scope: access.scope, view, ...(of === '' ? {} : { of }) } });
    await logKeyUse(tx, { keyVersion: tx.vault.keyVersion, purpose: 'provider_access', subject: `${accessId} ${view}` });
    return shownOf(access.scope, view, read);
  });
}

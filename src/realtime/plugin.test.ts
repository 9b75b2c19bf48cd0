import Fastify, { type FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Permission } from '../../shared/permissions.ts';
import type { ClientMessage, HelpRequest, WebCallClientMessage } from '../../shared/events.ts';
import type { Cell } from '../calls/cell.ts';
import { FakeMedia } from '../calls/testing/fake-media.ts';
import { FakeSip, PHONE_SDP } from '../calls/testing/fake-sip.ts';
import { NO_DRAFT_STORE, noMetrics, WORLD_FLOW } from '../calls/testing/world.ts';
import { OpenMessages } from '../modules/voicemail/open-messages.ts';
import { TenantCell } from '../calls/tenant-cell.ts';
import type { Auth } from '../http/auth.ts';
import { systemClock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { silentLogger } from '../lib/logger.ts';
import { createDomainEvents } from '../modules/support/domain-events.ts';
import type { Session } from '../modules/support/binding.ts';
import { readTenantTelephony, type TenantTelephony } from '../modules/telephony/tenant-config.ts';
import { createRealtime } from './plugin.ts';
import { TestSocket } from './testing/test-socket.ts';

const ANN = newId();
const SUPERVISOR = newId();
const QUEUE = newId();
const LUNCH = newId();
const TENANT = newId();

const SIMPLE_ROUTING = {
  order: 'longestIdle', weight: 0, ageingPerMinute: 0, skillExpression: '', rings: [], maxWaitMs: 0, maxLength: 0, noAgents: 'wait', lastAgentMs: 0, ownerMs: 0, hours: null,
};

const telephony = (): TenantTelephony => ({
  queues: [{ id: QUEUE, code: 'support', name: 'Support', requiredSkills: {}, offerTimeoutMs: 20_000, wrapUpMs: 1000, wrapUpRequired: false, wrapUpFixed: false, wrapUpExtensions: 1, wrapUpExtendMs: 60_000, missedOffersToAway: 3, serviceLevelMs: 20_000, record: false, holdAlarmSeconds: null, routing: SIMPLE_ROUTING, emergencyUntil: null }],
  agents: [{ id: ANN, loginId: 'ann', name: 'Ann', skills: {}, queueIds: [QUEUE], places: {} }],
  stations: [],
  devices: [],
  numbers: [{ id: newId(), number: '0312340002', flow: 'direct' }],
  flows: new Map([['direct', { start: 'support', nodes: WORLD_FLOW.nodes }]]),
  calendars: new Map(),
  boxGreetings: new Map(),
  nextFlowDue: null,
  prompts: new Map(),
  webCall: { enabled: true, number: '0312340002' },
  statusReasons: [{ id: LUNCH, presence: 'break' }],
  careBreakMinutes: 5,
  holdAlarm: { seconds: 60, autoReturn: false },
  superviseTone: false,
});

let app: FastifyInstance;
let tenant: TenantCell;
let media: FakeMedia;
let base: string;
let config: TenantTelephony;
const events = createDomainEvents(() => undefined);
const open: TestSocket[] = [];

const SESSIONS: Record<string, { userId: string; permissions: Permission[] }> = {
  ann: { userId: ANN, permissions: ['call.handle'] },
  supervisor: { userId: SUPERVISOR, permissions: ['call.handle', 'board.read', 'call.supervise', 'agent.manage'] },
  editor: { userId: SUPERVISOR, permissions: ['settings.manage'] },
};

const auth = {
  events,
  async authenticateUpgrade(request: { headers: Record<string, unknown> }): Promise<Session> {
    const who = SESSIONS[String(request.headers['cookie'])];
    if (!who) throw new AppError('unauthenticated', 401, 'Log in first.');
    return { ...who, tenantId: TENANT, sessionId: String(request.headers['cookie']), ip: '127.0.0.1', permissions: new Set(who.permissions) } as unknown as Session;
  },
} as unknown as Auth;

beforeEach(async () => {
  config = telephony();
  media = new FakeMedia();
  tenant = new TenantCell({
    tenantId: TENANT,
    slug: 'demo',
    name: 'Demo',
    // No tables here: the configuration is ours, everything else asks no queries.
    database: { withTenant: async (_tenant, _actor, work) => ((work as unknown) === readTenantTelephony ? (config as never) : work(undefined as never)) },
    journal: { append: async () => undefined },
    clock: systemClock,
    newId,
    logger: silentLogger,
    sip: new FakeSip(),
    media: media.connection(() => true),
    recordings: { open: () => Promise.reject(new AppError('none', 500, 'none')) },
    metrics: noMetrics,
    locate: () => Promise.reject(new Error('nobody is called here')),
    lookUp: () => Promise.resolve({ kind: 'customer', customers: [] }),
    matchCaller: async () => [],
    contactOf: () => null,
    dialFor: () => undefined,
    messages: new OpenMessages(),
    storePath: (path) => path,
    draftStore: NO_DRAFT_STORE,
  });
  media.onEvent = (event) => {
    if (tenant.desks.onMedia(event) || !('endpoint' in event)) return;
    const callId = event.endpoint.split(':')[0] ?? '';
    tenant.runtimeOf(callId)?.toCall(callId, { type: 'media', event });
  };
  await tenant.reload();
  const cell = {
    database: { healthy: true },
    tenant: (id: string) => (id === TENANT ? tenant : null),
    tenantBySlug: (slug: string) => (slug === 'demo' ? tenant : null),
    dial: () => Promise.reject(new AppError('number_not_allowed', 403, 'no')),
  } as unknown as Cell;
  app = Fastify();
  await createRealtime({ cell, clock: systemClock, logger: silentLogger, withTenant: () => Promise.reject(new AppError('not_found', 404, 'no')) })(app, auth);
  await app.listen({ port: 0, host: '127.0.0.1' });
  base = `127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const socket of open.splice(0)) socket.close();
  tenant.stop();
  await app.close();
});

function connect(path: string, headers: Record<string, string>): TestSocket {
  const socket = new TestSocket(`ws://${base}${path}`, { origin: `http://${base}`, ...headers });
  open.push(socket);
  return socket;
}

const desk = (who: string): TestSocket => connect('/api/v1/events', { cookie: who });

/** A desk whose sound connection is up. */
async function withLine(who: string): Promise<TestSocket> {
  const socket = desk(who);
  await socket.said('hello');
  expect(await socket.command({ type: 'desk.open', takeOver: false })).toMatchObject({ type: 'ack' });
  const before = media.endpointIds();
  await socket.command({ type: 'line.offer', sdp: 'v=0' });
  const line = media.endpointIds().find((endpoint) => endpoint.startsWith('line-') && !before.includes(endpoint)) ?? '';
  media.onEvent({ event: 'endpointState', endpoint: line, state: 'connected' });
  return socket;
}

/** Ann at her desk, with audio, available. */
async function annReady(): Promise<TestSocket> {
  const socket = await withLine('ann');
  await socket.command({ type: 'presence', presence: 'available' });
  await socket.until((message) => message['type'] === 'agent' && (message['agent'] as { presence: string }).presence === 'available');
  return socket;
}

/** A visitor who has a connection. */
async function visitorCalls(): Promise<TestSocket> {
  const visitor = connect('/api/v1/web-call/demo', {});
  await visitor.opened();
  visitor.send({ type: 'call', sdp: PHONE_SDP, name: '\u202e山田\u0007', number: '03-1234-0001' } satisfies WebCallClientMessage);
  await visitor.said('line.answer');
  const far = media.endpointIds().find((endpoint) => endpoint.endsWith(':far')) ?? '';
  media.onEvent({ event: 'endpointState', endpoint: far, state: 'connected' });
  return visitor;
}

describe('/api/v1/events', () => {
  it('is refused without a session', async () => {
    expect(await desk('nobody').closed).not.toMatchObject({ code: 1000 });
  });

  it('carries a call from the offer to the end', async () => {
    const ann = await annReady();
    const visitor = await visitorCalls();
    const { offer } = (await ann.said('offer')) as unknown as { offer: { offerId: string; call: { callId: string } } };
    expect(offer.call).toMatchObject({ channel: 'web', callerName: '山田', callerNumber: '03-1234-0001' });
    expect(await ann.command({ type: 'accept', offerId: offer.offerId })).toMatchObject({ type: 'ack' });
    await visitor.until((message) => message['phase'] === 'talking');
    expect(await ann.command({ type: 'hold', callId: offer.call.callId })).toMatchObject({ type: 'ack' });
    await visitor.until((message) => message['phase'] === 'held');
    await ann.command({ type: 'hangup', callId: offer.call.callId });
    expect(await ann.said('call.ended')).toMatchObject({ by: 'agent', wrapUp: true });
    await visitor.until((message) => message['phase'] === 'ended');
  });

  it('parks a call and picks it up, refuses to supervise without the permission, and has a visitor connect again', async () => {
    const ann = await annReady();
    const visitor = await visitorCalls();
    const { offer } = (await ann.said('offer')) as unknown as { offer: { offerId: string; call: { callId: string } } };
    await ann.command({ type: 'accept', offerId: offer.offerId });
    await visitor.until((message) => message['phase'] === 'talking');
    const { callId } = offer.call;
    expect(await ann.command({ type: 'supervise', callId, mode: 'whisper', tone: false })).toMatchObject({ type: 'refused', code: 'forbidden' });
    expect(await ann.command({ type: 'pickUp', slot: 701 })).toMatchObject({ type: 'refused', code: 'nobody_parked' });
    expect(await ann.command({ type: 'park', callId })).toMatchObject({ type: 'ack', data: { slot: 701 } });
    await visitor.until((message) => message['phase'] === 'held');
    expect(tenant.runtime.call(callId)).toMatchObject({ phase: 'parked', agent: null });
    expect(await ann.command({ type: 'pickUp', slot: 701 })).toMatchObject({ type: 'ack' });
    expect(tenant.runtime.call(callId)).toMatchObject({ phase: 'talking', park: null });

    tenant.runtime.toCall(callId, { type: 'mediaLost', endpoints: [`${callId}:far`] });
    await media.call('closeEndpoint', { endpoint: `${callId}:far` });
    await visitor.said('line.renew');
    visitor.send({ type: 'line.offer', sdp: PHONE_SDP } satisfies WebCallClientMessage);
    await visitor.until((message) => message['type'] === 'line.answer' && media.has(`${callId}:far`));
    media.onEvent({ event: 'endpointState', endpoint: `${callId}:far`, state: 'connected' });
    expect(tenant.runtime.call(callId)).toMatchObject({ phase: 'talking', moving: [] });
  });

  it('announces a supervisor by a tone where the tenant wants it, whatever was chosen', async () => {
    config.agents = [...config.agents, { id: SUPERVISOR, loginId: 'sv', name: 'Sue', skills: {}, queueIds: [], places: {} }];
    await tenant.reload();
    const ann = await annReady();
    await visitorCalls();
    const { offer } = (await ann.said('offer')) as unknown as { offer: { offerId: string; call: { callId: string } } };
    await ann.command({ type: 'accept', offerId: offer.offerId });
    await ann.until((message) => message['type'] === 'call' && (message['call'] as { phase: string }).phase === 'talking');
    const supervisor = await withLine('supervisor');
    const tones = async (): Promise<number> => {
      const before = media.log.filter((command) => command === 'play').length;
      expect(await supervisor.command({ type: 'supervise', callId: offer.call.callId, mode: 'monitor', tone: false })).toMatchObject({ type: 'ack' });
      return media.log.filter((command) => command === 'play').length - before;
    };
    expect(await tones()).toBe(0);
    config.superviseTone = true;
    await tenant.reload();
    expect(await tones()).toBe(1);
    supervisor.send({ type: 'board.watch', ref: 900, on: true });
    expect(await supervisor.said('board')).toMatchObject({ board: { superviseTone: true } });
  });

  it('refuses an offer that is not the agent\'s, and numbers that are not allowed', async () => {
    const ann = await annReady();
    expect(await ann.command({ type: 'accept', offerId: newId() })).toMatchObject({ type: 'refused', code: 'offer_gone' });
    expect(await ann.command({ type: 'hangup', callId: newId() })).toMatchObject({ type: 'refused', code: 'call_gone' });
    expect(await ann.command({ type: 'dial', number: '+15551234' })).toMatchObject({ type: 'refused', code: 'number_not_allowed' });
  });

  it('goes on a named break, and knows the names of the tenant only', async () => {
    const ann = await annReady();
    expect(await ann.command({ type: 'presence', presence: 'break', reasonId: newId() })).toMatchObject({ type: 'refused', code: 'no_such_reason' });
    expect(await ann.command({ type: 'presence', presence: 'away', reasonId: LUNCH })).toMatchObject({ type: 'refused', code: 'no_such_reason' });
    expect(await ann.command({ type: 'presence', presence: 'break', reasonId: LUNCH })).toMatchObject({ type: 'ack' });
    await ann.until((message) => message['type'] === 'agent' && (message['agent'] as { reasonId: string | null }).reasonId === LUNCH);
  });

  it('tells a forgotten hold after the time of the queue, and where that has none after the tenant’s', async () => {
    expect(tenant.holdAlarmOf(QUEUE)).toEqual({ afterMs: 60_000, autoReturn: false });
    const [queue] = config.queues;
    for (const [holdAlarmSeconds, alarm] of [[5, { afterMs: 5000, autoReturn: false }], [0, null]] as const) {
      if (queue) config.queues = [{ ...queue, holdAlarmSeconds }];
      await tenant.reload();
      expect(tenant.holdAlarmOf(QUEUE)).toEqual(alarm);
    }
    expect(tenant.holdAlarmOf(null)).toEqual({ afterMs: 60_000, autoReturn: false });
  });

  it('keeps a wrap-up until its result is saved, and lengthens it as often as allowed', async () => {
    const [queue] = config.queues;
    if (queue) config.queues = [{ ...queue, wrapUpRequired: true, wrapUpMs: 60_000 }];
    await tenant.reload();
    const ann = await annReady();
    await visitorCalls();
    const { offer } = (await ann.said('offer')) as unknown as { offer: { offerId: string; call: { callId: string } } };
    await ann.command({ type: 'accept', offerId: offer.offerId });
    await ann.until((message) => message['type'] === 'call' && (message['call'] as { phase: string }).phase === 'talking');
    await ann.command({ type: 'hangup', callId: offer.call.callId });
    await ann.until((message) => message['type'] === 'agent' && (message['agent'] as { work: string }).work === 'wrapUp');
    expect(await ann.command({ type: 'wrapUp.done' })).toMatchObject({ type: 'refused', code: 'result_missing' });
    expect(await ann.command({ type: 'wrapUp.extend' })).toMatchObject({ type: 'ack' });
    expect(await ann.command({ type: 'wrapUp.extend' })).toMatchObject({ type: 'refused', code: 'no_more_time' });
    tenant.runtime.toAcd({ type: 'resultSaved', at: tenant.runtime.now(), agentId: ANN, callId: offer.call.callId });
    expect(await ann.command({ type: 'wrapUp.done' })).toMatchObject({ type: 'ack' });
    await ann.until((message) => message['type'] === 'agent' && (message['agent'] as { work: string; wrapUp: unknown }).work === 'idle');
  });

  it('brings a raised hand to supervisors, and the answer back', async () => {
    const ann = await annReady();
    expect(await ann.command({ type: 'help.watch', on: true })).toMatchObject({ type: 'refused', code: 'forbidden' });
    const supervisor = desk('supervisor');
    await supervisor.said('hello');
    expect(await supervisor.command({ type: 'help.watch', on: true })).toMatchObject({ type: 'ack' });
    await ann.command({ type: 'hand.raise', note: '返金の可否' });
    const news = await supervisor.until((message) => message['type'] === 'help' && (message['open'] as unknown[]).length === 1);
    const [request] = news['open'] as HelpRequest[];
    expect(request).toMatchObject({ kind: 'hand', agentId: ANN, agentName: 'Ann', note: '返金の可否', callId: null, acknowledged: null });
    // The same hand with more to say.
    await ann.command({ type: 'hand.raise', note: '返金の可否、至急' });
    await supervisor.command({ type: 'help.acknowledge', helpId: request?.id ?? '' });
    await ann.until((message) => message['type'] === 'help.own' && (message['open'] as HelpRequest[])[0]?.acknowledged?.userId === SUPERVISOR);
    expect(tenant.help.open()).toMatchObject([{ note: '返金の可否、至急' }]);
    await ann.command({ type: 'hand.lower' });
    expect(tenant.help.open()).toEqual([]);
    expect(await supervisor.command({ type: 'help.end', helpId: request?.id ?? '' })).toMatchObject({ type: 'refused', code: 'help_over' });
  });

  it('takes an SOS in a call only: marks it, tells supervisors, and gives a care break afterwards', async () => {
    const ann = await annReady();
    expect(await ann.command({ type: 'sos', callId: newId(), note: '' })).toMatchObject({ type: 'refused', code: 'call_gone' });
    const supervisor = desk('supervisor');
    await supervisor.said('hello');
    await supervisor.command({ type: 'help.watch', on: true });
    await visitorCalls();
    const { offer } = (await ann.said('offer')) as unknown as { offer: { offerId: string; call: { callId: string } } };
    const { callId } = offer.call;
    await ann.command({ type: 'accept', offerId: offer.offerId });
    await ann.until((message) => message['type'] === 'call' && (message['call'] as { phase: string }).phase === 'talking');
    expect(await ann.command({ type: 'sos', callId, note: '暴言' })).toMatchObject({ type: 'ack' });
    await supervisor.until((message) => message['type'] === 'help' && (message['open'] as HelpRequest[])[0]?.kind === 'sos');
    await ann.until((message) => message['type'] === 'call' && (message['call'] as { sos: boolean }).sos);
    expect(await ann.command({ type: 'conduct.announce', callId, kind: 'ending' })).toMatchObject({ type: 'refused', code: 'warn_first' });
    expect(await ann.command({ type: 'conduct.announce', callId, kind: 'warning' })).toMatchObject({ type: 'ack' });
    expect(await ann.command({ type: 'conduct.announce', callId, kind: 'ending' })).toMatchObject({ type: 'ack' });
    await ann.command({ type: 'hangup', callId });
    await ann.command({ type: 'wrapUp.done' });
    await ann.until((message) => message['type'] === 'agent' && (message['agent'] as { careUntil: string | null }).careUntil !== null);
    // Of the SOS somebody has to take care, even when the call is over.
    expect(tenant.help.open()).toMatchObject([{ kind: 'sos', callId }]);
    expect(await ann.command({ type: 'presence', presence: 'available' })).toMatchObject({ type: 'refused', code: 'care_break' });
    expect(await ann.command({ type: 'care.end', agentId: ANN })).toMatchObject({ type: 'refused', code: 'forbidden' });
    expect(await supervisor.command({ type: 'care.end', agentId: ANN })).toMatchObject({ type: 'ack' });
    expect(await ann.command({ type: 'presence', presence: 'available' })).toMatchObject({ type: 'ack' });
    expect(await supervisor.command({ type: 'care.start', agentId: newId(), minutes: 5 })).toMatchObject({ type: 'refused', code: 'not_an_agent' });
  });

  it('lets one desk live at a time; a take-over says goodbye to the other', async () => {
    const first = await annReady();
    const second = desk('ann');
    await second.said('hello');
    expect(await second.command({ type: 'presence', presence: 'away' })).toMatchObject({ code: 'desk_not_open' });
    expect(await second.command({ type: 'desk.open', takeOver: false })).toMatchObject({ code: 'desk_elsewhere' });
    expect(await second.command({ type: 'desk.open', takeOver: true })).toMatchObject({ type: 'ack' });
    expect(await first.said('bye')).toMatchObject({ reason: 'taken_over' });
    await first.closed;
    // The first one's closing must not take the desk from the second.
    expect(await second.command({ type: 'presence', presence: 'away' })).toMatchObject({ type: 'ack' });
  });

  it('does not offer calls to an agent whose microphone is refused', async () => {
    const ann = await annReady();
    await ann.command({ type: 'health', microphone: 'refused', roundTripMs: null, lossPercent: null });
    await ann.until((message) => message['type'] === 'agent' && (message['agent'] as { problems: string[] }).problems.includes('microphone'));
    await visitorCalls();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(ann.messages.filter(({ type }) => type === 'offer')).toEqual([]);
  });

  it('closes when the session ends', async () => {
    const ann = await annReady();
    events.emit('sessionsEnded', { tenantId: TENANT, sessionIds: ['ann'], reason: 'revoked' });
    expect(await ann.said('bye')).toMatchObject({ reason: 'session_ended' });
    expect(await ann.closed).toMatchObject({ code: 1000 });
  });

  it('closes when the session ended between the check of the upgrade and the greeting', async () => {
    const real = auth.authenticateUpgrade.bind(auth);
    // Nobody is told of an end that comes before the desk is known: only asking again finds it.
    const asked = vi.spyOn(auth, 'authenticateUpgrade').mockImplementationOnce(real).mockRejectedValueOnce(new AppError('unauthenticated', 401, 'Log in first.'));
    const ann = desk('ann');
    expect(await ann.said('bye')).toMatchObject({ reason: 'session_ended' });
    expect(await ann.closed).toMatchObject({ code: 1000 });
    asked.mockRestore();
  });

  it('hears nothing more from a browser that goes on sending after its session ended', async () => {
    const ann = await annReady();
    const reopened = vi.spyOn(tenant.desks, 'open');
    events.emit('sessionsEnded', { tenantId: TENANT, sessionIds: ['ann'], reason: 'revoked' });
    // Sent before the browser has read the close.
    ann.send({ type: 'desk.open', ref: 91, takeOver: true } satisfies ClientMessage);
    await ann.closed;
    expect(reopened).not.toHaveBeenCalledWith(ANN, expect.anything(), true);
  });

  it('lets nobody fill the journal by sending without pause', async () => {
    const ann = await annReady();
    for (let count = 0; count < 400; count++) ann.send({ type: 'presence', ref: 1000 + count, presence: count % 2 ? 'away' : 'break' } satisfies ClientMessage);
    const last = await ann.until(({ ref }) => ref === 1399);
    expect(last).toMatchObject({ type: 'refused', code: 'rate_limited' });
    expect(ann.messages.filter(({ ref, type }) => Number(ref) >= 1000 && type === 'ack').length).toBeLessThanOrEqual(300);
  });

  it('writes into the audit log, once for each connection, what a profile does not allow', async () => {
    const add = vi.spyOn(tenant.journal, 'add');
    const ann = await annReady();
    for (let count = 0; count < 3; count++) await ann.command({ type: 'board.watch', on: true });
    const refusals = add.mock.calls.filter(([, entry]) => entry.kind === 'audit' && entry.code === 'access.refused');
    expect(refusals).toHaveLength(1);
    expect(refusals[0]?.[1]).toMatchObject({ detail: { permission: 'board.read' } });
  });

  it('shows the board to those who may see it, then its changes', async () => {
    const ann = await annReady();
    expect(await ann.command({ type: 'board.watch', on: true })).toMatchObject({ type: 'refused', code: 'forbidden' });
    const supervisor = desk('supervisor');
    await supervisor.said('hello');
    await supervisor.command({ type: 'board.watch', on: true });
    expect(await supervisor.said('board')).toMatchObject({ board: { queues: [{ code: 'support', routable: 1 }], agents: [{ name: 'Ann' }] } });
    await visitorCalls();
    const update = await supervisor.until((message) => message['type'] === 'board.update' && (message['calls'] as unknown[]).length > 0);
    expect(update).toMatchObject({ calls: [{ channel: 'web' }] });
    vi.spyOn(auth, 'authenticateUpgrade').mockResolvedValueOnce({ permissions: new Set() } as unknown as Session);
    events.emit('accessChanged', { tenantId: TENANT, userIds: [SUPERVISOR] });
    await supervisor.said('access.changed');
    const told = supervisor.messages.length;
    await ann.command({ type: 'presence', presence: 'away' });
    expect(supervisor.messages).toHaveLength(told);
  });

  it('closes on nonsense and on what is too large', async () => {
    const nonsense = desk('ann');
    await nonsense.said('hello');
    nonsense.send('{"type":"no such"}');
    expect(await nonsense.closed).toMatchObject({ code: 1008 });
    const large = desk('ann');
    await large.said('hello');
    large.send('x'.repeat(5_000_000));
    expect(await large.closed).toMatchObject({ code: 1009 });
  });
});

describe('/api/v1/web-call/{tenant}', () => {
  it('looks alike for a tenant that is unknown and one that has it switched off', async () => {
    config.webCall.enabled = false;
    await tenant.reload();
    const answers = await Promise.all(
      ['demo', 'nobody'].map(async (slug) => {
        const visitor = connect(`/api/v1/web-call/${slug}`, {});
        await visitor.opened();
        visitor.send({ type: 'call', sdp: PHONE_SDP, name: '', number: '' });
        return visitor.said('refused');
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ code: 'web_call_unavailable' });
  });

  it('is refused from a page of another origin', async () => {
    expect(await connect('/api/v1/web-call/demo', { origin: 'https://elsewhere.example' }).closed).not.toMatchObject({ code: 1000 });
  });

  it('ends the call when the page is closed', async () => {
    const visitor = await visitorCalls();
    await visitor.until((message) => message['phase'] === 'queued');
    visitor.close();
    await visitor.closed;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(tenant.runtime.calls()).toEqual([]);
    expect(media.endpointIds()).toEqual([]);
  });

  it('lets five calls begin from one address', async () => {
    for (let count = 0; count < 5; count++) (await visitorCalls()).close();
    const sixth = connect('/api/v1/web-call/demo', {});
    await sixth.opened();
    sixth.send({ type: 'call', sdp: PHONE_SDP, name: '', number: '' });
    expect(await sixth.said('refused')).toMatchObject({ code: 'too_many_calls' });
  });
});

describe('/api/v1/draft-call/{ticket}', () => {
  const draft = (cookie: string, ticket: string) => connect(`/api/v1/draft-call/${ticket}`, { cookie });
  const order = (userId: string) => tenant.drafts.order({ userId, ip: '127.0.0.1', flowId: newId(), code: 'trial', flow: { start: 'support', nodes: WORLD_FLOW.nodes }, callerNumber: null, withheldReason: 'anonymous', callsOut: false });

  it('opens for who ordered the call, while they have the right to it, and nobody else', async () => {
    const ticket = order(SUPERVISOR);
    expect(await draft('nobody', ticket).closed).not.toMatchObject({ code: 1000 });
    for (const [who, asked] of [['ann', ticket], ['supervisor', ticket], ['editor', 'never-ordered']] as const) expect(await draft(who, asked).closed).toMatchObject({ code: 1008 });
  });

  it('tells where the call is, takes what is pretended, and ends with the session', async () => {
    const socket = draft('editor', order(SUPERVISOR));
    await socket.opened();
    socket.send({ type: 'call', sdp: PHONE_SDP, name: '', number: '' });
    await socket.said('line.answer');
    const far = media.endpointIds().find((endpoint) => endpoint.endsWith(':far')) ?? '';
    media.onEvent({ event: 'endpointState', endpoint: far, state: 'connected' });
    expect(await socket.said('draft.waits')).toMatchObject({ for: 'queue' });
    expect([tenant.runtime.calls().length, tenant.runtime.queues()[0]?.waiting, tenant.drafts.runtime.calls().length]).toEqual([0, 0, 1]);
    socket.send({ type: 'draft.pretend', what: 'unroutable' });
    await socket.until((message) => (message['step'] as { node: string } | undefined)?.node === 'voicemail');
    events.emit('sessionsEnded', { sessionIds: ['editor'] } as never);
    expect(await socket.closed).toMatchObject({ code: 1000 });
    await vi.waitFor(() => expect(tenant.drafts.runtime.calls()).toEqual([]));
  });
});

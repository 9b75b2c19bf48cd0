import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerMessage } from '../../shared/events.ts';
import { AudioLine } from '../../test/support/audio-line.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { SipPhone } from '../../test/support/sip-phone.ts';
import { longestTone, RtpTonePhone, toneMulaw, toneShareMulaw } from '../../test/support/tones.ts';
import { createJournal, type Journal } from '../db/group-commit.ts';
import { seedDemo } from '../demo/seed.ts';
import { systemClock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { silentLogger } from '../lib/logger.ts';
import { MediaPool } from '../media/pool.ts';
import { openSteps } from '../modules/calls/call-steps.ts';
import { eventsOfCall } from '../modules/calls/calls.queries.ts';
import { NO_LIVE_CALLS } from '../modules/calls/calls.service.ts';
import { callSip } from '../modules/calls/sip-trace.service.ts';
import { matchCaller } from '../modules/customers/caller-match.ts';
import { createDomainEvents } from '../modules/support/domain-events.ts';
import { createFileStore } from '../store/file-store.ts';
import { startCell, type Cell } from './cell.ts';
import type { DeskSink } from './desk.ts';
import type { TenantCell } from './tenant-cell.ts';
import type { AgentCommand } from './types.ts';

const SIP_PORT = 16_061;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until<T>(what: string, ask: () => T | null | undefined | false): Promise<T> {
  for (const start = performance.now(); performance.now() - start < 10_000; ) {
    const found = ask();
    if (found) return found;
    await sleep(10);
  }
  throw new Error(`never happened: ${what}`);
}

let test: TestDatabase;
let media: MediaPool;
let journal: Journal;
let cell: Cell;
let dataDir: string;
let registry: Registry;
let noSmallStore: string | null = null;
/** How much later than the database could each write is committed, ms. */
let slowMs = 0;

const slowJournal: Pick<Journal, 'append'> = {
  async append(...args) {
    if (slowMs > 0) await sleep(slowMs);
    return journal.append(...args);
  },
};

const boot = (): Promise<Cell> =>
  startCell({
    config: { dataDir, storeDir: join(dataDir, 'store'), sipHost: '127.0.0.1', sipPort: SIP_PORT },
    database: test.database,
    journal: { ...slowJournal, backlog: 0, drain: () => journal.drain(), close: () => Promise.resolve() },
    media,
    store: createFileStore(join(dataDir, 'store')),
    clock: systemClock,
    logger: silentLogger,
    registry: (registry = new Registry()),
    events: createDomainEvents(() => undefined),
    matchCaller,
  });

/** A store that can be full: a file system of its own, which takes root. @returns why not, or null */
function mountStore(folder: string): string | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=0700', 'tmpfs', folder], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `no tmpfs can be mounted here, which takes root: ${messageOf(error)}`;
  }
}

/** An agent at a desk with real audio. */
class TestAgent {
  readonly messages: ServerMessage[] = [];
  readonly line: AudioLine;
  readonly id: string;
  readonly #tenant: TenantCell;
  readonly sink: DeskSink = { send: (message) => this.messages.push(message), close: () => undefined };

  constructor(tenant: TenantCell, index: number, hertz: number) {
    this.#tenant = tenant;
    const browsers = tenant.runtime.agents().filter(({ kind }) => kind === 'browser');
    this.id = browsers.find(({ name }) => name === ['相田 葵', '石橋 蓮'][index])?.agentId ?? '';
    this.line = new AudioLine(`agent${index}-${performance.now()}`, toneMulaw(hertz, 1000));
  }

  async ready(): Promise<this> {
    const { desks, runtime } = this.#tenant;
    desks.open(this.id, this.sink, true);
    await this.line.accept(await desks.connectLine(this.id, await this.line.offer()));
    runtime.toAcd({ type: 'presence', at: runtime.now(), agentId: this.id, presence: 'available' });
    await until('routable', () => runtime.agents().find(({ agentId, problems }) => agentId === this.id && problems.length === 0));
    return this;
  }

  /** The next message of a type. */
  said<T extends ServerMessage['type']>(type: T): Promise<Extract<ServerMessage, { type: T }>> {
    return until(type, () => this.messages.find((message): message is Extract<ServerMessage, { type: T }> => message.type === type));
  }

  async takeCall(): Promise<string> {
    const { offer } = await this.said('offer');
    this.#tenant.runtime.toAcd({ type: 'accepted', at: this.#tenant.runtime.now(), offerId: offer.offerId });
    return offer.call.callId;
  }

  leave(): void {
    this.#tenant.desks.closed(this.id, this.sink);
    this.line.close();
  }
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'scc-cell-'));
  await mkdir(join(dataDir, 'store'));
  noSmallStore = mountStore(join(dataDir, 'store'));
  test = await createTestDatabase();
  // One tenant, so that a call for nobody is written into its audit log.
  await test.ownerClient.query("update tenants set status = 'suspended'");
  await seedDemo(test.database, 'correct-horse-battery-scc');
  media = new MediaPool({
    count: 2,
    dataDir,
    rtpHost: '127.0.0.1',
    rtpPorts: { low: 44_000, high: 44_399 },
    soundsDir: join(import.meta.dirname, '../../assets/sounds'),
    logLevel: 'warn',
    clock: systemClock,
    logger: silentLogger,
  });
  await media.start();
  journal = createJournal({ database: test.database, logger: silentLogger });
  cell = await boot();
});

afterAll(async () => {
  await cell?.stop();
  await journal?.close(2000);
  await media?.stop();
  await test?.close();
  if (noSmallStore === null) execFileSync('umount', [join(dataDir, 'store')]);
  await rm(dataDir, { recursive: true, force: true });
});

/** Writes until nothing more fits, down to the last byte. */
async function fillDisk(path: string): Promise<void> {
  const file = await open(path, 'a');
  try {
    for (const size of [64 * 1024, 4096, 1]) {
      const block = Buffer.alloc(size);
      for (let hasRoom = true; hasRoom; ) {
        hasRoom = await file.write(block).then(
          ({ bytesWritten }) => bytesWritten === size,
          () => false,
        );
      }
    }
  } finally {
    await file.close();
  }
}

function demo(): TenantCell {
  const tenant = cell.tenantBySlug('demo');
  if (!tenant) throw new Error('no demo tenant');
  return tenant;
}

async function query<T extends object>(text: string, values: unknown[] = []): Promise<T[]> {
  const { rows } = await test.ownerClient.query<T>(text, values);
  return rows;
}

/** The requests of a call that is over as they were stored, those of the caller's leg first. */
async function sipLadder(callId: string): Promise<string[]> {
  const tenant = demo();
  const actor = { kind: 'system', id: 'test', ip: '' } as const;
  for (const start = performance.now(); performance.now() - start < 10_000; await sleep(100)) {
    const { messages } = await test.database.withTenant(tenant.tenantId, actor, (tx) => callSip(tx, NO_LIVE_CALLS, callId));
    const requests = messages.filter(({ text }) => !text.startsWith('SIP/2.0'));
    const legs = Map.groupBy(requests, ({ sipCallId }) => sipCallId);
    if (messages.length > 0) return [...legs.values()].flat().map(({ direction, text }) => `${direction} ${text.slice(0, text.indexOf(' '))}`);
  }
  return [];
}

describe('a call through the whole core', () => {
  it('rings an agent, joins both, records, and completes its record before the 200 to the BYE', { timeout: 60_000 }, async () => {
    const agent = await new TestAgent(demo(), 0, 700).ready();
    const phone = await SipPhone.start({ user: '0312349999' });
    const sound = await RtpTonePhone.open({ frequency: 1500 });
    const call = phone.call(`sip:0312340002@127.0.0.1:${SIP_PORT}`, { sdp: sound.sdp() });
    await call.until('answered');
    sound.startTo(call.remoteSdp);

    const callId = await agent.takeCall();
    await agent.said('call');
    await until('talking', () => demo().runtime.call(callId)?.phase === 'talking');
    await sleep(1500);
    expect(longestTone(sound.heardMulaw(), 700)).toBeGreaterThan(500);
    expect(longestTone(Buffer.concat(agent.line.heard), 1500)).toBeGreaterThan(500);

    await call.hangup();
    const [record] = await query<{ outcome: string; ended_by: string; talk_ms: number }>('select * from calls where id = $1', [callId]);
    expect(record).toMatchObject({ outcome: 'answered', ended_by: 'caller' });
    expect(record?.talk_ms).toBeGreaterThan(1000);
    await until('gone', () => demo().runtime.calls().length === 0);
    await demo().journal.commit();
    const [recording] = await query<{ id: string; status: string; duration_ms: number }>('select * from recordings where call_id = $1', [callId]);
    expect(recording?.status).toBe('complete');
    expect(recording?.duration_ms).toBeGreaterThan(1000);
    expect(await query('select 1 from live_calls')).toEqual([]);
    const steps = await test.database.withTenant(demo().tenantId, { kind: 'system', id: 'test', ip: '' }, async (tx) =>
      (await eventsOfCall(tx, callId)).flatMap((row) => openSteps(tx.vault, callId, { ...row, atWall: row.at.getTime() })),
    );
    expect(steps.map(({ seq }) => seq)).toEqual(steps.map((_, index) => index + 1));
    expect(steps.map(({ type }) => type)).toEqual(expect.arrayContaining(['call.started', 'call.queued', 'call.offered', 'call.answered', 'call.ended']));
    const codes = await query<{ code: string }>('select code from audit_events where subject_id = $1 order by seq', [callId]);
    expect(codes.map(({ code }) => code)).toEqual(['call.started', 'call.queued', 'call.offered', 'call.answered', 'call.ended']);
    const heard = await query<{ code: string }>('select code from audit_events where subject_id = $1 order by seq', [recording?.id]);
    expect(heard.map(({ code }) => code)).toEqual(['recording.started', 'recording.completed']);
    agent.leave();
    sound.close();
    await phone.stop();
  });

  it('answers when the record is committed, rings before that, and does not wait for a slow database', { timeout: 30_000 }, async () => {
    const tenant = demo();
    const agent = await new TestAgent(tenant, 0, 700).ready();
    // From the conversation before.
    tenant.runtime.toAcd({ type: 'wrapUpDone', at: tenant.runtime.now(), agentId: agent.id });
    const phone = await SipPhone.start({ user: '0312349996' });
    const sound = await RtpTonePhone.open({ frequency: 0 });
    const unrecorded = async (): Promise<number> => {
      const metric = await registry.getSingleMetric('scc_calls_answered_unrecorded_total')?.get();
      return metric?.values[0]?.value ?? 0;
    };
    const rows = () => query<{ ended_at: Date | null }>("select ended_at from calls where ended_at is null and direction = 'inbound'");
    const callOnce = async () => {
      const start = performance.now();
      const call = phone.call(`sip:0312340002@127.0.0.1:${SIP_PORT}`, { sdp: sound.sdp() });
      const rang = agent.said('offer').then(() => performance.now() - start);
      await call.until('answered');
      return { call, answeredMs: performance.now() - start, rangMs: await rang };
    };
    try {
      // Well below the 150 ms that an answer waits at most, as a busy machine adds its own.
      slowMs = 60;
      const first = await callOnce();
      expect(await rows()).toHaveLength(1);
      expect(first.answeredMs).toBeGreaterThan(60);
      expect(first.rangMs).toBeLessThan(first.answeredMs);
      expect(await unrecorded()).toBe(0);
      await first.call.hangup();
      await until('gone', () => tenant.runtime.calls().length === 0);
      await tenant.journal.commit();

      agent.messages.length = 0;
      slowMs = 1200;
      const second = await callOnce();
      expect(await rows()).toEqual([]);
      expect(second.answeredMs).toBeLessThan(600);
      expect(await unrecorded()).toBe(1);
      slowMs = 0;
      await second.call.hangup();
      await until('gone', () => tenant.runtime.calls().length === 0);
      await tenant.journal.commit();
      expect(await query("select 1 from calls where outcome = 'abandoned'")).toHaveLength(2);
    } finally {
      // A failure here must not make those that follow fail too.
      slowMs = 0;
      agent.leave();
      sound.close();
      await phone.stop();
    }
  });

  it('lets an agent call one of our own numbers, and no other', { timeout: 30_000 }, async () => {
    const tenant = demo();
    const agent = await new TestAgent(tenant, 1, 700).ready();
    await expect(cell.dial(tenant.tenantId, agent.id, '+1 212 555 0100')).rejects.toMatchObject({ code: 'number_not_allowed' });
    const { callId } = await cell.dial(tenant.tenantId, agent.id, '03-1234-0004');
    await until('talking', () => tenant.runtime.call(callId)?.phase === 'talking');
    await sleep(1200);
    // The echo number sends the agent's own voice back.
    expect(longestTone(Buffer.concat(agent.line.heard), 700)).toBeGreaterThan(400);
    tenant.runtime.toCall(callId, { type: 'agent', agentId: agent.id, action: { command: 'hangup' }, ip: '' });
    await until('gone', () => tenant.runtime.calls().length === 0);
    await tenant.journal.commit();
    const records = await query('select direction, outcome from calls where agent_id = $1', [agent.id]);
    expect(records).toEqual([{ direction: 'outbound', outcome: 'answered' }]);
    agent.leave();
  });

  it('refuses a number that is nobody\'s with 404 and an audit line', async () => {
    const phone = await SipPhone.start({ user: '0312349999' });
    const sound = await RtpTonePhone.open({ frequency: 0 });
    const call = phone.call(`sip:0399999999@127.0.0.1:${SIP_PORT}`, { sdp: sound.sdp() });
    expect(await call.until('rejected')).toMatchObject({ status: 404 });
    await demo().journal.commit();
    const refused = await query<{ code: string }>("select code from audit_events where code = 'call.refused'");
    expect(refused).toHaveLength(1);
    sound.close();
    await phone.stop();
  });

  it('declines REFER and Replaces of a peer, and goes on', async () => {
    const phone = await SipPhone.start({ user: '0312349993' });
    const sound = await RtpTonePhone.open({ frequency: 0 });
    const call = phone.call(`sip:0312340004@127.0.0.1:${SIP_PORT}`, { sdp: sound.sdp() });
    await call.until('answered');
    phone.agent.refer(call.legId, { uri: 'sip:0900@127.0.0.1' });
    expect(await call.until('referProgress')).toMatchObject({ status: 603, final: true });
    const taker = phone.call(`sip:0312340004@127.0.0.1:${SIP_PORT}`, { sdp: sound.sdp(), replacesLegId: call.legId });
    expect(await taker.until('rejected')).toMatchObject({ status: 603 });
    expect(call.over).toBe(false);
    await call.hangup();
    sound.close();
    await phone.stop();
  });

  it('rings a station, joins both and lets the next call come at once', { timeout: 30_000 }, async () => {
    const station = await SipPhone.start({ user: 'station', port: 5090 });
    const far = await RtpTonePhone.open({ frequency: 900 });
    station.onIncoming = (incoming) => {
      incoming.answer(far.sdp());
      far.startTo(incoming.remoteSdp);
    };
    const phone = await SipPhone.start({ user: '0312349998' });
    const sound = await RtpTonePhone.open({ frequency: 1500 });
    const call = phone.call(`sip:0312340005@127.0.0.1:${SIP_PORT}`, { sdp: sound.sdp() });
    await call.until('answered');
    sound.startTo(call.remoteSdp);
    await until('talking', () => demo().runtime.calls().some(({ phase }) => phase === 'talking'));
    await sleep(1200);
    const [live] = demo().runtime.calls();
    expect(longestTone(sound.heardMulaw(), 900)).toBeGreaterThan(500);
    expect(longestTone(far.heardMulaw(), 1500)).toBeGreaterThan(500);
    await call.hangup();
    await until('gone', () => demo().runtime.calls().length === 0);
    expect(demo().runtime.agents().filter(({ work }) => work === 'talking')).toEqual([]);
    expect(await sipLadder(live?.id ?? '')).toEqual(['in INVITE', 'in ACK', 'in BYE', 'out INVITE', 'out ACK', 'out BYE']);
    sound.close();
    far.close();
    await phone.stop();
    await station.stop();
  });

  it('joins caller, agent and a colleague in a conference, and lets only the agent hear a whisper', { timeout: 60_000 }, async () => {
    const tenant = demo();
    const { runtime } = tenant;
    const first = await new TestAgent(tenant, 0, 700).ready();
    runtime.toAcd({ type: 'wrapUpDone', at: runtime.now(), agentId: first.id });
    const phone = await SipPhone.start({ user: '0312349994' });
    const sound = await RtpTonePhone.open({ frequency: 1500 });
    const call = phone.call(`sip:0312340002@127.0.0.1:${SIP_PORT}`, { sdp: sound.sdp() });
    await call.until('answered');
    sound.startTo(call.remoteSdp);
    const callId = await first.takeCall();
    await until('talking', () => runtime.call(callId)?.phase === 'talking');
    const second = await new TestAgent(tenant, 1, 1000).ready();
    runtime.toAcd({ type: 'wrapUpDone', at: runtime.now(), agentId: second.id });
    const ask = (action: AgentCommand): void => runtime.toCall(callId, { type: 'agent', agentId: first.id, action, ip: '' });
    const heard = async (): Promise<Record<'phone' | 'first', number[]>> => {
      const [from, lineFrom] = [sound.heardMulaw().length, Buffer.concat(first.line.heard).length];
      await sleep(1200);
      const phoneHeard = sound.heardMulaw().subarray(from);
      const firstHeard = Buffer.concat(first.line.heard).subarray(lineFrom);
      // In a mix each tone is a part of the sound: a third of what is heard is there, next to nothing is not.
      const share = (bytes: Buffer, hertz: number): number => Math.round(toneShareMulaw(bytes, hertz) * 100);
      return { phone: [700, 1000].map((hertz) => share(phoneHeard, hertz)), first: [1500, 1000].map((hertz) => share(firstHeard, hertz)) };
    };

    ask({ command: 'consult', target: { kind: 'agent', agentId: second.id } });
    const { offer } = await second.said('offer');
    runtime.toCall(callId, { type: 'partyAnswer', offerId: offer.offerId, endpoint: tenant.desks.lineOf(second.id) });
    await until('consulting', () => runtime.call(callId)?.wiring.bridge);
    await sleep(300);
    const alone = await heard();
    expect(alone.phone[0], 'the caller hears music').toBeLessThan(10);
    expect(alone.first[1], 'the agent hears the colleague').toBeGreaterThan(60);

    ask({ command: 'conference' });
    await sleep(500);
    const together = await heard();
    expect(Math.min(...together.phone, ...together.first), 'everybody hears everybody').toBeGreaterThan(20);

    ask({ command: 'drop', party: runtime.call(callId)?.parties[0]?.id ?? '' });
    await until('idle', () => runtime.agents().find(({ agentId, work }) => agentId === second.id && work === 'idle'));
    const endpoint = tenant.desks.lineOf(second.id) ?? '';
    runtime.toCall(callId, { type: 'supervise', agentId: second.id, name: 'B', endpoint, mode: 'whisper', tone: false, ip: '' });
    await sleep(500);
    const whispered = await heard();
    expect(whispered.phone[1], 'the caller does not hear the whisper').toBeLessThan(5);
    expect(Math.min(...whispered.first), 'the agent hears both').toBeGreaterThan(20);

    await call.hangup();
    await until('gone', () => runtime.calls().length === 0);
    await tenant.journal.commit();
    const codes = await query<{ code: string }>('select code from audit_events where subject_id = $1 order by seq', [callId]);
    expect(codes.map(({ code }) => code)).toEqual(expect.arrayContaining(['call.held', 'call.conference', 'call.supervised']));
    first.leave();
    second.leave();
    sound.close();
    await phone.stop();
  });

  it('goes on with a call whose recording fails because the disk is full, and says so', { timeout: 60_000 }, async (context) => {
    if (noSmallStore !== null) return context.skip(noSmallStore);
    const tenant = demo();
    const agent = await new TestAgent(tenant, 0, 700).ready();
    tenant.runtime.toAcd({ type: 'wrapUpDone', at: tenant.runtime.now(), agentId: agent.id });
    const phone = await SipPhone.start({ user: '0312349995' });
    const sound = await RtpTonePhone.open({ frequency: 1500 });
    const call = phone.call(`sip:0312340002@127.0.0.1:${SIP_PORT}`, { sdp: sound.sdp() });
    await call.until('answered');
    sound.startTo(call.remoteSdp);
    const callId = await agent.takeCall();
    const seen = () => agent.messages.findLast((message) => message.type === 'call')?.call.recording;
    await until('recording', () => seen() === true);

    const filler = join(dataDir, 'store', 'filler');
    await fillDisk(filler);
    await until('no recording any more', () => seen() === false);
    const heardBefore = sound.heardMulaw().length;
    await sleep(1000);
    expect(tenant.runtime.call(callId)?.phase).toBe('talking');
    expect(longestTone(sound.heardMulaw().subarray(heardBefore), 700)).toBeGreaterThan(400);
    expect((await Promise.all(media.clients.map((client) => client.call('dump', {})))).flatMap(({ recordings }) => recordings)).toEqual([]);
    await rm(filler);
    await until('a further part', () => seen() === true);
    await call.hangup();
    await until('gone', () => tenant.runtime.calls().length === 0);
    await tenant.journal.commit();
    expect(await query('select outcome from calls where id = $1', [callId])).toEqual([{ outcome: 'answered' }]);
    const parts = await query<{ id: string; status: string }>('select id, status from recordings where call_id = $1', [callId]);
    expect(parts.map(({ status }) => status).toSorted()).toEqual(['complete', 'interrupted']);
    const recording = parts.find(({ status }) => status === 'interrupted');
    const codes = await query<{ code: string }>('select code from audit_events where subject_id = $1 order by seq', [recording?.id]);
    expect(codes.map(({ code }) => code)).toEqual(['recording.started', 'recording.interrupted']);
    agent.leave();
    sound.close();
    await phone.stop();
  });

  it('takes no new calls for a tenant that is suspended, until it is active again', async () => {
    const { tenantId } = demo();
    const phone = await SipPhone.start({ user: '0312349997' });
    const sound = await RtpTonePhone.open({ frequency: 0 });
    const setStatus = async (status: string): Promise<void> => {
      await test.ownerClient.query('update tenants set status = $1 where id = $2', [status, tenantId]);
      await cell.reloadTenant(tenantId);
    };
    await setStatus('suspended');
    expect(await phone.call(`sip:0312340003@127.0.0.1:${SIP_PORT}`, { sdp: sound.sdp() }).until('rejected')).toMatchObject({ status: 404 });
    await setStatus('active');
    const call = phone.call(`sip:0312340003@127.0.0.1:${SIP_PORT}`, { sdp: sound.sdp() });
    await call.until('answered');
    await call.hangup();
    sound.close();
    await phone.stop();
  });

  it('calls itself through SIP, flow and media, and leaves nothing behind; without an answer it says so', { timeout: 30_000 }, async () => {
    const left = async () => [await query('select count(*) from calls'), await query('select count(*) from audit_events'), await registry.getSingleMetric('scc_calls_started_total')?.get()];
    const before = await left();
    expect(await cell.syntheticCall()).toBeLessThan(3000);
    const [first, second] = await Promise.all([cell.syntheticCall(), cell.syntheticCall()]);
    expect([typeof first, second], 'one at a time').toEqual(['number', null]);
    expect(cell.liveCalls).toBe(0);
    expect(await left()).toEqual(before);
    const stranger = await SipPhone.start({ user: '0312349999' });
    const guess = stranger.call(`sip:synthetic-00000000-0000-7000-8000-000000000000@127.0.0.1:${SIP_PORT}`, { sdp: 'v=0\r\n' });
    expect(await guess.until('rejected')).toMatchObject({ status: 404 });
    await stranger.stop();
    cell.drain();
    expect(await cell.syntheticCall()).toBeNull();
  });
});

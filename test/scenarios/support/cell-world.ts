/**
 * The whole core with its database and media processes, and scripted SIP peers around it: callers on the demo's carrier, a trunk of the
 * tenant, registered telephones, stations of a queue, and agents at desks with a line. Flows run one after the other; each
 * ends with the leak check.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, it, vi } from 'vitest';
import type { ServerMessage } from '../../../shared/events.ts';
import { startCell, type Cell } from '../../../src/calls/cell.ts';
import type { TenantCell } from '../../../src/calls/tenant-cell.ts';
import type { AgentCommand, CallState } from '../../../src/calls/types.ts';
import { createJournal, type Journal } from '../../../src/db/group-commit.ts';
import { seedDemo } from '../../../src/demo/seed.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLogger } from '../../../src/lib/logger.ts';
import { MediaPool } from '../../../src/media/pool.ts';
import { matchCaller } from '../../../src/modules/customers/caller-match.ts';
import { createDomainEvents } from '../../../src/modules/support/domain-events.ts';
import { createDevice } from '../../../src/modules/telephony/devices.service.ts';
import { changeDialPolicy } from '../../../src/modules/telephony/dial-policy.service.ts';
import { createTrunk, replaceOutboundRoutes } from '../../../src/modules/telephony/trunks.service.ts';
import { createTrunk as createTrunkContract } from '../../../shared/api/trunks.ts';
import { answerChallenge, formatCredentials, parseChallenge } from '../../../src/protocol/sip/digest.ts';
import { headersOf, type SipRequest, type SipResponse } from '../../../src/protocol/sip/message.ts';
import { CallLine } from '../../../src/sip/overload/call-line.ts';
import { SipUserAgent } from '../../../src/sip/sip-agent.ts';
import { DEFAULT_TIMERS } from '../../../src/sip/transactions/types.ts';
import { createFileStore } from '../../../src/store/file-store.ts';
import { AudioLine } from '../../support/audio-line.ts';
import { createTestDatabase, testActor, type TestDatabase } from '../../support/database.ts';
import { RawPeer, sdp, type RawDialog, type SendOptions } from './raw-peer.ts';

/** Waits for something to become true. @throws Error naming it */
export async function until<T>(what: string, ask: () => T | null | undefined | false, timeoutMs = 6000): Promise<T> {
  for (const start = performance.now(); performance.now() - start < timeoutMs; await sleep(10)) {
    const found = ask();
    if (found) return found;
  }
  throw new Error(`never happened: ${what}`);
}

/** An agent at a desk. */
export class DeskAgent {
  readonly messages: ServerMessage[] = [];
  readonly id: string;
  readonly #tenant: TenantCell;
  readonly #line: AudioLine;
  readonly #sink = { send: (message: ServerMessage) => void this.messages.push(message), close: () => undefined };

  constructor(tenant: TenantCell, name: string) {
    this.#tenant = tenant;
    this.id = tenant.runtime.agents().find((agent) => agent.name === name)?.agentId ?? '';
    this.#line = new AudioLine(`desk-${name}`);
  }

  async ready(): Promise<void> {
    const { desks } = this.#tenant;
    desks.open(this.id, this.#sink, true);
    await this.#line.accept(await desks.connectLine(this.id, await this.#line.offer()));
    await until('the line is up', () => desks.lineOf(this.id));
  }

  get work(): string {
    return this.#tenant.runtime.agents().find(({ agentId }) => agentId === this.id)?.work ?? '';
  }

  set presence(presence: 'available' | 'away') {
    const { runtime } = this.#tenant;
    runtime.toAcd({ type: 'presence', at: runtime.now(), agentId: this.id, presence });
  }

  /** The offer that rings now. */
  offer(): Promise<string> {
    return until('the desk rings', () => {
      const offered = this.messages.findLast((message) => message.type === 'offer');
      const isOver = this.messages.some((message) => message.type === 'offer.ended' && message.offerId === offered?.offer.offerId);
      return isOver ? null : offered?.offer.offerId;
    });
  }

  /** Takes the queue's call that rings. */
  async take(): Promise<void> {
    const offerId = await this.offer();
    this.#tenant.runtime.toAcd({ type: 'accepted', at: this.#tenant.runtime.now(), offerId });
  }

  async decline(): Promise<void> {
    const offerId = await this.offer();
    this.#tenant.runtime.toAcd({ type: 'declined', at: this.#tenant.runtime.now(), offerId });
  }

  /** Takes a colleague's call that rings: a consultation, a transfer. */
  async takeParty(callId: string): Promise<void> {
    const offerId = await this.offer();
    this.#tenant.runtime.toCall(callId, { type: 'partyAnswer', offerId, endpoint: this.#tenant.desks.lineOf(this.id) });
  }

  ask(callId: string, action: AgentCommand): void {
    this.#tenant.runtime.toCall(callId, { type: 'agent', agentId: this.id, action, ip: '' });
  }

  /** Away, and done with what was written up. */
  rest(): void {
    const { runtime } = this.#tenant;
    this.presence = 'away';
    runtime.toAcd({ type: 'wrapUpDone', at: runtime.now(), agentId: this.id });
    this.messages.length = 0;
  }

  close(): void {
    this.#tenant.desks.closed(this.id, this.#sink);
    this.#line.close();
  }
}

export interface CellPhone {
  user: string;
  password: string;
  peer: RawPeer;
}

const PHONES = ['201', '202', '203'] as const;

export class CellWorld {
  readonly base: number;
  cell!: Cell;
  sip!: SipUserAgent;
  database!: TestDatabase;
  carrier!: RawPeer;
  stations: RawPeer[] = [];
  agents: DeskAgent[] = [];
  readonly #phones = new Map<string, CellPhone>();
  readonly #callers: RawPeer[] = [];
  #media!: MediaPool;
  #journal!: Journal;
  #dataDir = '';

  /** @param base 500 ports of this file begin here */
  constructor(base: number) {
    this.base = base;
  }

  get sipPort(): number {
    return this.base + 60;
  }

  get tenant(): TenantCell {
    const tenant = this.cell.tenantBySlug('demo');
    if (!tenant) throw new Error('no demo tenant');
    return tenant;
  }

  uri(user: string): string {
    return `sip:${user}@127.0.0.1:${this.sipPort}`;
  }

  async start(): Promise<void> {
    this.#dataDir = await mkdtemp(join(tmpdir(), 'scc-scenarios-'));
    await mkdir(join(this.#dataDir, 'store'));
    this.database = await createTestDatabase();
    await this.database.ownerClient.query("update tenants set status = 'suspended'");
    await seedDemo(this.database.database, 'correct-horse-battery-scc');
    await this.#setStations();
    this.#media = new MediaPool({
      count: 2,
      dataDir: this.#dataDir,
      rtpHost: '127.0.0.1',
      rtpPorts: { low: this.base + 100, high: this.base + 399 },
      soundsDir: join(import.meta.dirname, '../../../assets/sounds'),
      logLevel: 'warn',
      clock: systemClock,
      logger: silentLogger,
    });
    await this.#media.start();
    this.#journal = createJournal({ database: this.database.database, logger: silentLogger });
    await this.#boot();
    await this.#equip();
  }

  /** A fifth of the time of the field, so that transactions end within a file. */
  async #boot(): Promise<void> {
    Object.assign(DEFAULT_TIMERS, { t1: 100, t2: 400, t4: 400 });
    const starts = vi.spyOn(SipUserAgent.prototype, 'start');
    this.cell = await startCell({
      config: { dataDir: this.#dataDir, storeDir: join(this.#dataDir, 'store'), sipHost: '127.0.0.1', sipPort: this.sipPort },
      database: this.database.database,
      journal: this.#journal,
      media: this.#media,
      store: createFileStore(join(this.#dataDir, 'store')),
      clock: systemClock,
      logger: silentLogger,
      registry: new Registry(),
      events: createDomainEvents(() => undefined),
      matchCaller,
    });
    const agent = starts.mock.contexts[0] as SipUserAgent | undefined;
    if (!agent) throw new Error('the cell has no SIP');
    this.sip = agent;
    vi.restoreAllMocks();
    // How busy the machine is with other tests is no part of a scenario; what overload does has tests of its own.
    vi.spyOn(CallLine.prototype, 'refuses').mockReturnValue(false);
  }

  async #setStations(): Promise<void> {
    const { ownerClient } = this.database;
    await ownerClient.query("delete from stations where name not in ('station1', 'station2')");
    await ownerClient.query('update stations set sip_uri = $1 || name || $2', ['sip:', '@127.0.0.1:0']);
    for (const name of ['station1', 'station2']) {
      const at = this.base + 61 + Number(name.at(-1));
      await ownerClient.query('update stations set sip_uri = $1 where name = $2', [`sip:${name}@127.0.0.1:${at}`, name]);
    }
    await ownerClient.query('update queues set offer_timeout_ms = 1500');
  }

  async #equip(): Promise<void> {
    const { tenantId } = this.tenant;
    const to = { host: '127.0.0.1', port: this.sipPort };
    this.carrier = await RawPeer.open(to, 'carrier', this.base + 61);
    this.stations = [await RawPeer.open(to, 'station1', this.base + 62), await RawPeer.open(to, 'station2', this.base + 63)];
    const live = this.cell.telephony;
    const passwords = await this.database.database.withTenant(tenantId, testActor, async (tx) => {
      const trunk = await createTrunk(tx, live, createTrunkContract.body.parse({ name: 'carrier', kind: 'ip', host: '127.0.0.1', port: this.carrier.port, channels: 100, callsPerSecond: 100, monitorSeconds: 0 }));
      await replaceOutboundRoutes(tx, { routes: [{ name: 'all', prefix: '', trunkIds: [trunk.id] }] });
      await changeDialPolicy(tx, { maxConcurrent: 100, maxPerMinute: 1000, callerMaxConcurrent: 100, stopCallsPerHour: 10_000 });
      const made: string[] = [];
      for (const username of PHONES) made.push((await createDevice(tx, live, { username })).password);
      return made;
    });
    await this.cell.reloadTenant(tenantId);
    for (const [at, user] of PHONES.entries()) await this.#register(user, passwords[at] ?? '');
    this.agents = [new DeskAgent(this.tenant, '相田 葵'), new DeskAgent(this.tenant, '石橋 蓮')];
    for (const agent of this.agents) await agent.ready();
  }

  async #register(user: string, password: string): Promise<void> {
    const phone: CellPhone = { user, password, peer: await RawPeer.open({ host: '127.0.0.1', port: this.sipPort }, user) };
    this.#phones.set(user, phone);
    const dialog = phone.peer.dialog(this.uri(user), { from: this.uri(user) });
    const registrar = `sip:127.0.0.1:${this.sipPort}`;
    dialog.request('REGISTER', { uri: registrar, headers: ['Expires: 600'] });
    const challenge = await dialog.expectResponse(401, 'REGISTER');
    dialog.remoteTag = '';
    dialog.request('REGISTER', { uri: registrar, headers: ['Expires: 600', authorize(phone, challenge, 'REGISTER', registrar)] });
    await dialog.expect('200 REGISTER');
  }

  phone(user: (typeof PHONES)[number]): CellPhone {
    const phone = this.#phones.get(user);
    if (!phone) throw new Error(`no telephone ${user}`);
    return phone;
  }

  /** A caller on the demo's carrier. */
  async caller(user = '0355556666'): Promise<RawPeer> {
    const peer = await RawPeer.open({ host: '127.0.0.1', port: this.sipPort }, user);
    this.#callers.push(peer);
    return peer;
  }

  /** A caller's INVITE. */
  async dials(number: string, options: SendOptions = {}): Promise<RawDialog> {
    const dialog = (await this.caller()).dialog(this.uri(number));
    dialog.request('INVITE', { body: sdp(), ...options });
    return dialog;
  }

  /** A caller who is answered, as every flow does at once. */
  async calls(number: string): Promise<{ dialog: RawDialog; callId: string }> {
    const before = new Set(this.tenant.runtime.calls().map(({ id }) => id));
    const dialog = await this.dials(number);
    await dialog.expect('200 INVITE');
    dialog.request('ACK');
    const call = await until('the call is there', () => this.tenant.runtime.calls().find(({ id }) => !before.has(id)));
    return { dialog, callId: call.id };
  }

  /** A registered telephone's INVITE, with its credentials. */
  async phoneDials({ peer, ...phone }: CellPhone, number: string, headers: readonly string[] = []): Promise<RawDialog> {
    const dialog = peer.dialog(this.uri(number), { from: this.uri(phone.user) });
    dialog.request('INVITE', { body: sdp(), headers });
    const challenge = await dialog.expectResponse(401, 'INVITE');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    dialog.remoteTag = '';
    dialog.request('INVITE', { body: sdp(), headers: [...headers, authorize(phone, challenge, 'INVITE', dialog.target)] });
    return dialog;
  }

  call(callId: string): CallState | null {
    return this.tenant.runtime.call(callId);
  }

  async phase(callId: string, phase: CallState['phase']): Promise<CallState> {
    return until(`the call is ${phase}`, () => {
      const call = this.call(callId);
      return call?.phase === phase ? call : null;
    });
  }

  /** Nothing may be left: no call, leg, sound, recording or message, nobody who works. @throws Error telling what */
  async expectClean(timeoutMs = 10_000): Promise<void> {
    for (const agent of this.agents) agent.rest();
    const start = performance.now();
    for (let left = await this.#left(); left !== ''; left = await this.#left()) {
      if (performance.now() - start > timeoutMs) throw new Error(`left behind: ${left}`);
      await sleep(50);
      for (const agent of this.agents) agent.rest();
    }
    for (const peer of this.#callers.splice(0)) peer.close();
  }

  async #left(): Promise<string> {
    const { legs } = this.sip.dump() as { legs: unknown[] };
    const dumps = await Promise.all(this.#media.clients.map((client) => client.call('dump', {})));
    const endpoints = dumps.flatMap((dump) => dump.endpoints);
    const peers = [this.carrier, ...this.stations, ...this.#callers, ...[...this.#phones.values()].map(({ peer }) => peer)];
    const facts: [string, number][] = [
      ['calls', this.cell.liveCalls],
      ['legs', legs.length],
      ['endpoints', endpoints.filter(({ endpoint }) => !endpoint.startsWith('line-')).length],
      ['lines in a bridge', endpoints.filter(({ bridge }) => bridge !== null).length],
      ['lines in a mix', endpoints.filter(({ mix }) => mix !== null).length],
      ['recordings', dumps.flatMap((dump) => dump.recordings).length],
      ['people at work', this.tenant.runtime.agents().filter(({ work }) => work !== 'idle').length],
      ['unread messages', peers.reduce((sum, peer) => sum + peer.unread.length, 0)],
    ];
    const unread = peers.flatMap((peer) => peer.unread);
    const bad = facts.filter(([, value]) => value > 0).map(([name, value]) => `${value} ${name}`);
    return [...bad, ...(unread.length > 0 ? [`(${unread.join(', ')})`] : [])].join(', ');
  }

  /** Once all flows are over: no transaction waits any more. */
  async expectQuiet(): Promise<void> {
    const waiting = (): string => {
      const { clients, servers } = this.sip.dump() as { clients: Record<string, number>; servers: Record<string, number> };
      return Object.keys({ ...clients, ...servers }).filter((state) => (clients[state] ?? 0) + (servers[state] ?? 0) > 0).join(', ');
    };
    await until('all transactions are over', () => waiting() === '', 15_000);
  }

  async stop(): Promise<void> {
    for (const agent of this.agents) agent.close();
    await this.cell?.stop();
    await this.#journal?.close(2000);
    await this.#media?.stop();
    await this.database?.close();
    for (const peer of [this.carrier, ...this.stations, ...this.#callers, ...[...this.#phones.values()].map((phone) => phone.peer)]) peer?.close();
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}

function authorize({ user, password }: Pick<CellPhone, 'user' | 'password'>, challenge: SipResponse, method: string, uri: string): string {
  const parsed = parseChallenge(headersOf(challenge, 'www-authenticate')[0] ?? '');
  const answer = parsed && answerChallenge(parsed, { username: user, password }, { method, uri }, 'abcdef');
  if (!answer) throw new Error('the challenge cannot be answered');
  return `Authorization: ${formatCredentials(answer)}`;
}

/** A call that came to a peer: answered and confirmed. */
export async function taken({ dialog, request }: { dialog: RawDialog; request: SipRequest }, port = 40_500): Promise<RawDialog> {
  dialog.respond(request, 200, { body: sdp({ port }) });
  await dialog.expect('ACK');
  return dialog;
}

/** The peer hangs up. */
export async function hangsUp(dialog: RawDialog): Promise<void> {
  dialog.request('BYE');
  await dialog.expect('200 BYE', 6000);
}

/** The peer is hung up. */
export async function hungUp(dialog: RawDialog): Promise<void> {
  dialog.respond(await dialog.expectRequest('BYE', 6000), 200, { noContact: true });
}

/** One world for a file, and flows in it, one after the other. */
export function cellFlows(base: number): (name: string, flow: (world: CellWorld) => Promise<void>) => void {
  const world = new CellWorld(base);
  beforeAll(() => world.start());
  afterAll(async () => {
    await world.expectQuiet();
    await world.stop();
  });
  return (name, flow) =>
    it(name, async () => {
      await flow(world);
      await world.expectClean();
    });
}

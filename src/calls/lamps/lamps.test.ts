/** Lamps, presence and waiting mail of a whole cell, asked for by a scripted telephone. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, testActor, type TestDatabase } from '../../../test/support/database.ts';
import { SipPhone } from '../../../test/support/sip-phone.ts';
import { RtpTonePhone } from '../../../test/support/tones.ts';
import { RawPeer } from '../../../test/scenarios/support/raw-peer.ts';
import { createJournal, type Journal } from '../../db/group-commit.ts';
import { seedDemo } from '../../demo/seed.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { MediaPool } from '../../media/pool.ts';
import { matchCaller } from '../../modules/customers/caller-match.ts';
import { PlayLog } from '../../modules/recordings/play-log.ts';
import { playRecording } from '../../modules/recordings/recordings.service.ts';
import type { RequestContext, Session } from '../../modules/support/binding.ts';
import { createDomainEvents } from '../../modules/support/domain-events.ts';
import { createDevice } from '../../modules/telephony/devices.service.ts';
import { answerChallenge, formatCredentials, parseChallenge } from '../../protocol/sip/digest.ts';
import { bodyText, headerOf, headersOf, type SipResponse } from '../../protocol/sip/message.ts';
import { createFileStore } from '../../store/file-store.ts';
import { startCell, type Cell } from '../cell.ts';

const SIP_PORT = 14_060;
const ECHO = '0312340004';

let test: TestDatabase;
let media: MediaPool;
let journal: Journal;
let cell: Cell;
let dataDir: string;
const events = createDomainEvents(() => undefined);
const passwords = new Map<string, string>();
let peer: RawPeer;
const open: { stop(): Promise<void> }[] = [];

async function addDevice(tenantId: string, username: string): Promise<void> {
  const { password } = await test.database.withTenant(tenantId, testActor, (tx) =>
    createDevice(tx, cell.telephony, { username, userId: null, label: '' }),
  );
  passwords.set(`${tenantId} ${username}`, password);
}

const demoId = (): string => cell.tenantBySlug('demo')?.tenantId ?? '';

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'scc-lamps-'));
  await mkdir(join(dataDir, 'store'));
  test = await createTestDatabase();
  await seedDemo(test.database, 'correct-horse-battery-scc');
  const voicemail = { start: 'message', nodes: { message: { verb: 'voicemail', prompts: ['ja/beep'], maxMs: 60_000, next: 'end' }, end: { verb: 'hangup' } } };
  await test.ownerClient.query("update flows set definition = $1 from numbers where flows.id = flow_id and number like '%312340003'", [voicemail]);
  media = new MediaPool({
    count: 1,
    dataDir,
    rtpHost: '127.0.0.1',
    rtpPorts: { low: 42_100, high: 42_299 },
    soundsDir: join(import.meta.dirname, '../../../assets/sounds'),
    logLevel: 'warn',
    clock: systemClock,
    logger: silentLogger,
  });
  await media.start();
  journal = createJournal({ database: test.database, logger: silentLogger });
  cell = await boot();
  await addDevice(demoId(), '7101');
  await addDevice(demoId(), '7102');
  await addDevice(test.tenantB.id, '8001');
  for (const id of [demoId(), test.tenantB.id]) await cell.reloadTenant(id);
});

function boot(): Promise<Cell> {
  return startCell({
    config: { dataDir, storeDir: join(dataDir, 'store'), sipHost: '127.0.0.1', sipPort: SIP_PORT },
    database: test.database,
    journal,
    media,
    store: createFileStore(join(dataDir, 'store')),
    clock: systemClock,
    logger: silentLogger,
    registry: new Registry(),
    events,
    matchCaller,
  });
}

afterAll(async () => {
  await cell?.stop();
  await journal?.close(2000);
  await media?.stop();
  await test?.close();
  await rm(dataDir, { recursive: true, force: true });
});

beforeEach(async () => {
  peer = await RawPeer.open({ host: '127.0.0.1', port: SIP_PORT }, '7101');
});

afterEach(async () => {
  peer.close();
  await Promise.all(open.splice(0).map((each) => each.stop()));
});

interface Watch {
  answer: SipResponse;
  /** The body of the next NOTIFY that fits; those before it are answered, too. */
  told(fits: (body: string) => boolean): Promise<string>;
}

/** Subscribes, and answers the challenge as the telephone that it says to be. */
async function watch(user: string, event: string, as = { tenantId: demoId(), realm: 'demo', user: '7101' }): Promise<Watch> {
  const dialog = peer.dialog(`sip:${user}@127.0.0.1:${SIP_PORT}`, { from: `sip:${as.user}@${as.realm}.example` });
  const headers = [`Event: ${event}`, 'Expires: 120'];
  dialog.request('SUBSCRIBE', { headers });
  const challenged = await dialog.expectResponse(401, 'SUBSCRIBE');
  dialog.remoteTag = '';
  const challenge = parseChallenge(headersOf(challenged, 'www-authenticate')[0] ?? '');
  const account = { username: as.user, password: passwords.get(`${as.tenantId} ${as.user}`) ?? '' };
  const proof = challenge && answerChallenge(challenge, account, { method: 'SUBSCRIBE', uri: dialog.target }, 'c');
  dialog.request('SUBSCRIBE', { headers: [...headers, `Authorization: ${proof ? formatCredentials(proof) : ''}`] });
  const answer = (await peer.next(dialog.callId, 'the final answer', 3000)) as SipResponse;
  const told = async (fits: (body: string) => boolean): Promise<string> => {
    for (;;) {
      const notify = await dialog.expectRequest('NOTIFY', 12_000);
      dialog.respond(notify, 200);
      const body = bodyText(notify);
      if (fits(body)) return body;
    }
  };
  return { answer, told };
}

async function telephone(user: string): Promise<{ phone: SipPhone; sound: RtpTonePhone }> {
  const account = { realm: 'demo', username: user, password: passwords.get(`${demoId()} ${user}`) ?? '' };
  const phone = await SipPhone.start({ user, account });
  const sound = await RtpTonePhone.open({ frequency: 500 });
  open.push({ stop: () => phone.stop() }, { stop: () => Promise.resolve(sound.close()) });
  expect(await phone.register(`sip:127.0.0.1:${SIP_PORT}`)).toBe(200);
  return { phone, sound };
}

describe('lamps', () => {
  it('follow a telephone that calls, from the first to the last', async () => {
    const lamp = await watch('7102', 'dialog');
    expect(lamp.answer.status).toBe(200);
    expect(await lamp.told(() => true)).toContain('entity="sip:7102@');
    const { phone, sound } = await telephone('7102');
    const call = phone.call(`sip:${ECHO}@127.0.0.1:${SIP_PORT}`, { sdp: sound.sdp() });
    await call.until('answered');
    expect(await lamp.told((body) => body.includes('confirmed'))).toContain('direction="initiator"><state>confirmed</state></dialog>');
    await call.hangup();
    await lamp.told((body) => body.includes('<state>terminated</state>'));
  });

  it('follow a telephone that is called: early, confirmed, terminated', async () => {
    const { phone } = await telephone('7102');
    const caller = await telephone('7101');
    const lamp = await watch('7102', 'dialog');
    await lamp.told(() => true);
    const call = caller.phone.call(`sip:7102@127.0.0.1:${SIP_PORT}`, { sdp: caller.sound.sdp() });
    const incoming = await phone.nextCall();
    incoming.ring();
    expect(await lamp.told((body) => body.includes('early'))).toContain('direction="recipient"');
    const answering = await RtpTonePhone.open({ frequency: 0 });
    incoming.answer(answering.sdp());
    await call.until('answered');
    expect(await lamp.told((body) => body.includes('confirmed'))).toContain('direction="recipient"');
    await call.hangup();
    await lamp.told((body) => body.includes('terminated'));
    answering.close();
  });

  it('follow an agent by the login name, without saying who calls', async () => {
    const tenant = cell.tenantBySlug('demo');
    const user = tenant?.runtime.agents().map(({ agentId }) => tenant.loginOf(agentId)).find((login) => login !== undefined) ?? '';
    const agentId = tenant?.agentNamed(user) ?? '';
    const lamp = await watch(user, 'dialog');
    expect(lamp.answer.status).toBe(200);
    await lamp.told(() => true);
    const caller = await SipPhone.start({ user: '0312349997' });
    const sound = await RtpTonePhone.open({ frequency: 500 });
    open.push({ stop: () => caller.stop() }, { stop: () => Promise.resolve(sound.close()) });
    const runtime = tenant?.runtime;
    const now = (): number => runtime?.now() ?? 0;
    tenant?.desks.open(agentId, { send: () => undefined, close: () => undefined }, true);
    const call = caller.call(`sip:0312340002@127.0.0.1:${SIP_PORT}`, { sdp: sound.sdp() });
    await call.until('answered');
    await expect.poll(() => runtime?.calls().find(({ party }) => party.number?.endsWith('312349997'))?.phase, { timeout: 5000 }).toBe('queued');
    const state = runtime?.calls().find(({ party }) => party.number?.endsWith('312349997'));
    runtime?.toCall(state?.id ?? '', {
      type: 'offered',
      offer: {
        offerId: 'offer', agentId, name: 'x', kind: 'browser', stationUri: null, devices: [], timeoutMs: 20_000,
        decision: { callId: state?.id ?? '', queueId: state?.queue?.queueId ?? '', at: now(), rule: 'longest_idle', chosen: agentId, considered: 1, candidates: [], idleMs: 0, waitedMs: 0 } as never,
      },
    });
    const body = await lamp.told((each) => each.includes('early'));
    expect(body).toContain('direction="recipient"');
    expect(body).not.toContain('0312349997');
    await call.hangup();
    await lamp.told((each) => each.includes('terminated'));
  });
});

describe('presence', () => {
  it('of an agent: offline, then available or away as the agent says', async () => {
    const tenant = cell.tenantBySlug('demo');
    const login = tenant?.runtime.agents().map(({ agentId }) => tenant.loginOf(agentId)).filter((each) => each !== undefined).at(1) ?? '';
    const seen = await watch(login, 'presence');
    expect(await seen.told(() => true)).toContain('<basic>closed</basic></status><note>offline</note>');
    tenant?.runtime.toAcd({ type: 'presence', at: tenant.runtime.now(), agentId: tenant.agentNamed(login) ?? '', presence: 'away' });
    await seen.told((body) => body.includes('<note>away</note>'));
  });

  it('of a telephone: offline, and available when it registers', { timeout: 20_000 }, async () => {
    await addDevice(demoId(), '7103');
    await cell.reloadTenant(demoId());
    const seen = await watch('7103', 'presence');
    expect(await seen.told(() => true)).toContain('<note>offline</note>');
    await telephone('7103');
    expect(await seen.told((body) => body.includes('available'))).toContain('<basic>open</basic>');
  });
});

describe('waiting mail', () => {
  it('is the voicemails of the tenant, new until somebody played them', { timeout: 30_000 }, async () => {
    const mail = await watch('7101', 'message-summary');
    expect(await mail.told(() => true)).toContain('Voice-Message: 0/0');
    const caller = await SipPhone.start({ user: '0312349996' });
    const sound = await RtpTonePhone.open({ frequency: 800 });
    open.push({ stop: () => caller.stop() }, { stop: () => Promise.resolve(sound.close()) });
    const call = caller.call(`sip:0312340003@127.0.0.1:${SIP_PORT}`, { sdp: sound.sdp() });
    await call.until('answered');
    sound.startTo(call.remoteSdp);
    await expect.poll(() => cell.tenantBySlug('demo')?.runtime.calls()[0]?.hasVoicemail, { timeout: 10_000 }).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await call.hangup();
    expect(await mail.told((body) => body.includes('Messages-Waiting: yes'))).toContain('Voice-Message: 1/0');
    const { rows } = await test.ownerClient.query<{ id: string }>("select id from recordings where kind = 'voicemail'");
    const session = { tenantId: demoId(), userId: '', sessionId: 's', kind: 'user', ip: '', permissions: new Set(['recording.play.all']) } as unknown as Session;
    const context = { session, inTenant: (work) => test.database.withTenant(demoId(), testActor, work) } as RequestContext;
    const heard = await playRecording({ store: createFileStore(join(dataDir, 'store')), plays: new PlayLog(systemClock), events }, context, rows[0]?.id ?? '');
    expect(heard.status).toBe(200);
    expect(await mail.told((body) => body.includes('Messages-Waiting: no'))).toContain('Voice-Message: 0/1');
  });
});

describe('a restart', () => {
  it('leaves telephones where they are, and their lamps lit', { timeout: 40_000 }, async () => {
    const { phone, sound } = await telephone('7102');
    const lamp = await watch('7102', 'dialog');
    const here = await watch('7102', 'presence');
    await lamp.told((body) => body.includes('state="full"'));
    await here.told((body) => body.includes('<basic>open'));
    const call = phone.call(`sip:${ECHO}@127.0.0.1:${SIP_PORT}`, { sdp: sound.sdp() });
    await call.until('answered');
    await lamp.told((body) => body.includes('<state>confirmed'));
    await here.told((body) => body.includes('busy'));
    // Kept without a planned stop, which is when it matters.
    const kept = "select 1 from sip_device_states join sip_devices d on d.id = device_id where username in ('7101', '7102')";
    await expect.poll(async () => (await test.ownerClient.query(kept)).rows.length, { timeout: 3000 }).toBe(2);

    await cell.handOver();
    cell = await boot();

    // Told anew, to telephones that asked before: the call is still there, and over when it is over.
    await lamp.told((body) => body.includes('<state>confirmed'));
    await here.told((body) => body.includes('busy'));
    await call.hangup();
    await lamp.told((body) => body.includes('<state>terminated'));
    await here.told((body) => body.includes('<basic>open'));
    // Nobody registered again, and the telephone is rung.
    const { rows } = await test.ownerClient.query<{ id: string }>("select id from sip_devices where username = '7102'");
    const ringing = phone.nextCall();
    const tried = cell.telephony.testDevice(demoId(), rows[0]?.id ?? '');
    (await ringing).reject(486);
    expect(await tried).toMatchObject({ outcome: 'busy' });
  });

  it('does not bring back a telephone that was switched off', async () => {
    await test.ownerClient.query("update sip_devices set enabled = false where username = '7102'");
    await cell.handOver();
    cell = await boot();
    const { rows } = await test.ownerClient.query<{ id: string }>("select id from sip_devices where username = '7102'");
    expect(cell.telephony.contactsOf(rows[0]?.id ?? '')).toEqual([]);
    await test.ownerClient.query("update sip_devices set enabled = true where username = '7102'");
  });
});

describe('another tenant', () => {
  it.each(['dialog', 'presence', 'message-summary'])('hears of %s as little as about nobody', async (event) => {
    const stranger = { tenantId: test.tenantB.id, realm: test.tenantB.slug, user: '8001' };
    const there = await watch('7102', event, stranger);
    const nowhere = await watch('no-such-user', event, stranger);
    const bare = ({ answer }: Watch): unknown => [answer.status, answer.reason, answer.headers.map(({ name }) => name), headerOf(answer, 'allow-events')];
    expect(bare(there)).toEqual(bare(nowhere));
    expect(there.answer.status).toBe(event === 'message-summary' ? 403 : 404);
    // Its own telephone is there, so it is no blindness.
    expect((await watch('8001', event, stranger)).answer.status).toBe(200);
  });

  it('does not get in with the password of its own telephone', async () => {
    passwords.set(`${demoId()} 8001`, passwords.get(`${test.tenantB.id} 8001`) ?? '');
    expect((await watch('7102', 'dialog', { tenantId: demoId(), realm: 'demo', user: '8001' })).answer.status).toBe(401);
  });
});

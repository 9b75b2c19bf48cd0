/** Conversations of telephones while parts of the product are stopped or killed: nobody is cut off. */
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandOf, processTree, startProduct, type Product } from '../support/product.ts';
import type { PhoneCall } from '../support/sip-phone.ts';
import { SipPhone } from '../support/sip-phone.ts';
import { ApiSession } from '../support/story-api.ts';
import { sleep, waitFor } from '../support/story-wait.ts';
import { longestTone, RtpTonePhone } from '../support/tones.ts';

const CALLER_HERTZ = 600;
const STATION_HERTZ = 900;
/** The port at which the demo tenant's stations are. */
const STATION_PORT = 5090;
const CALLS = 6;
const RESTARTS = Number(process.env['SCC_TEST_RESTARTS'] ?? 4);
/** How long the database is stopped, ms. */
const DATABASE_AWAY_MS = 10_000;
/** Longest silence that a moved call may have, ms. */
const GAP_MS = 3000;

/** One side of a conversation: a telephone with sound. */
interface Side {
  call: PhoneCall;
  sound: RtpTonePhone;
  /** New addresses that the product told. */
  moves: number;
}

let product: Product;
let station: SipPhone;
let phone: SipPhone;
/** Registered once, at the beginning. */
let desk: SipPhone;
let deskId = '';
const stations: Side[] = [];
const callers: Side[] = [];

/** Takes part in re-INVITEs as a telephone does. */
function side(call: PhoneCall, sound: RtpTonePhone): Side {
  const one: Side = { call, sound, moves: 0 };
  call.onReinvite = (sdp) => {
    one.moves += 1;
    call.answerReinvite(sound.sdp());
    sound.startTo(sdp);
  };
  return one;
}

async function onIncoming(call: PhoneCall): Promise<void> {
  const sound = await RtpTonePhone.open({ frequency: STATION_HERTZ });
  stations.push(side(call, sound));
  call.answer(sound.sdp());
  sound.startTo(call.remoteSdp);
}

async function talk(): Promise<void> {
  const sound = await RtpTonePhone.open({ frequency: CALLER_HERTZ });
  const call = phone.call(`sip:0312340005@127.0.0.1:${product.sipPort}`, { sdp: sound.sdp() });
  callers.push(side(call, sound));
  await call.until('answered');
  sound.startTo(call.remoteSdp);
}

/** Everybody hears the other side for most of a second. */
async function expectTalking(): Promise<void> {
  for (const { sound } of [...callers, ...stations]) sound.forget();
  await sleep(1000);
  expect([...callers, ...stations].filter(({ call }) => call.over), 'nobody was hung up').toEqual([]);
  expect(callers.map(({ sound }) => longestTone(sound.heardMulaw(), STATION_HERTZ) > 600)).toEqual(callers.map(() => true));
  expect(stations.map(({ sound }) => longestTone(sound.heardMulaw(), CALLER_HERTZ) > 600)).toEqual(stations.map(() => true));
}

/** The station's sides of a call that is over end, the others talk on. */
async function expectTalkingAfter(ended: readonly Side[]): Promise<void> {
  for (const { call, sound } of ended) {
    if (!call.over) await call.until('ended');
    sound.close();
  }
  await expectTalking();
}

const mediaProcesses = (): number[] =>
  processTree(1).filter((pid) => commandOf(pid).includes('media/main.ts') && commandOf(pid).includes(product.dataDir));

/** Longest time without a packet, ms. */
function longestGap({ sound }: Side): number {
  const times = sound.heard.map(({ atMs }) => atMs);
  return times.slice(1).reduce((longest, at, index) => Math.max(longest, at - (times[index] ?? at)), 0);
}

async function registerDesk(): Promise<void> {
  const supervisor = await ApiSession.open(product, 'sv1');
  const { body } = await supervisor.send<{ device: { id: string }; password: string }>('POST', '/devices', { username: 'desk-77' });
  deskId = body.device.id;
  desk = await SipPhone.start({ user: 'desk-77', account: { realm: 'demo', username: 'desk-77', password: body.password } });
  expect(await desk.register(`sip:127.0.0.1:${product.sipPort}`)).toBe(200);
}

beforeAll(async () => {
  product = await startProduct({ environment: { SCC_MEDIA_PROCESSES: '2' } });
  station = await SipPhone.start({ user: 'station', port: STATION_PORT });
  station.onIncoming = (call) => void onIncoming(call);
  phone = await SipPhone.start({ user: '0312349970' });
  await registerDesk();
  for (let call = 0; call < CALLS; call++) await talk();
  await waitFor('all conversations', () => stations.length === CALLS);
}, 90_000);

afterAll(async () => {
  for (const { sound } of [...callers, ...stations]) sound.close();
  await phone?.stop();
  await desk?.stop();
  await station?.stop();
  await product?.stop();
  if (product) await rm(product.dataDir, { recursive: true, force: true });
});

describe('conversations of telephones', () => {
  it('go on while the service is restarted by SIGTERM again and again', { timeout: 20_000 + RESTARTS * 15_000 }, async () => {
    await expectTalking();
    for (let restart = 0; restart < RESTARTS; restart++) {
      const { dataDir, environment, pid, exited } = product;
      process.kill(pid, 'SIGTERM');
      expect(await exited).toBe(0);
      await expectTalking();
      product = await startProduct({ dataDir, environment });
      await expectTalking();
    }
  });

  it('go on while core is killed, and when it is back', { timeout: 60_000 }, async () => {
    const { dataDir, environment } = product;
    await product.killCore();
    await expectTalking();
    product = await startProduct({ dataDir, environment });
    await expectTalking();
  });

  it('and telephones that registered before are called without registering again', { timeout: 30_000 }, async () => {
    const supervisor = await ApiSession.open(product, 'sv1');
    const ringing = desk.nextCall();
    const tried = supervisor.send<{ outcome: string }>('POST', `/devices/${deskId}/test-call`);
    (await ringing).reject(486);
    expect((await tried).body).toMatchObject({ outcome: 'busy' });
  });

  it('move when a media process is killed; the others feel nothing', { timeout: 60_000 }, async () => {
    const [victim = 0] = mediaProcesses();
    for (const { sound } of callers) sound.forget();
    process.kill(victim, 'SIGKILL');
    await waitFor('calls to be moved', () => callers.some(({ moves }) => moves > 0), 5000);
    await sleep(GAP_MS);
    const moved = callers.filter(({ moves }) => moves > 0);
    const still = callers.filter(({ moves }) => moves === 0);
    expect(moved.length).toBeGreaterThan(0);
    expect(still.length).toBeGreaterThan(0);
    const gaps = moved.map(longestGap);
    expect(Math.max(...gaps), 'longest silence of a moved call').toBeLessThan(GAP_MS);
    expect(Math.max(...still.map(longestGap))).toBeLessThan(300);
    await expectTalking();
  });

  it('begin and end while the database is stopped; their records are written later', { timeout: 60_000 }, async () => {
    const postgres = processTree(product.pid).filter((pid) => commandOf(pid).includes('postgres'));
    expect(postgres.length).toBeGreaterThan(1);
    const before = stations.length;
    const sound = await RtpTonePhone.open({ frequency: CALLER_HERTZ });
    for (const pid of postgres) process.kill(pid, 'SIGSTOP');
    try {
      const asked = performance.now();
      const call = phone.call(`sip:0312340005@127.0.0.1:${product.sipPort}`, { sdp: sound.sdp(), fromUser: '0312349971' });
      await call.until('answered');
      expect(performance.now() - asked).toBeLessThan(2000);
      sound.startTo(call.remoteSdp);
      await waitFor('the station to answer', () => stations.length > before);
      await sleep(1500);
      expect(longestTone(sound.heardMulaw(), STATION_HERTZ)).toBeGreaterThan(500);
      await call.hangup();
      await expectTalkingAfter(stations.splice(before));
      await sleep(DATABASE_AWAY_MS);
    } finally {
      for (const pid of postgres) process.kill(pid, 'SIGCONT');
      sound.close();
    }
    await waitFor('readiness', async () => (await fetch(`${product.baseUrl}/readyz`)).status === 200, 30_000);
    const supervisor = await ApiSession.open(product, 'sv1');
    const record = await supervisor.endedCallFrom('0312349971');
    expect(record).toMatchObject({ outcome: 'answered', endedBy: 'caller' });
    expect(record.recordings).toHaveLength(1);
  });

  it('end with BYE, in one record each, with both parts of a moved recording', { timeout: 60_000 }, async () => {
    const moved = callers.filter(({ moves }) => moves > 0).length;
    for (const { call } of callers) await call.hangup();
    for (const { call } of stations) if (!call.over) await call.until('ended');
    const supervisor = await ApiSession.open(product, 'sv1');
    const { items } = await supervisor.get<{ items: { id: string; outcome: string; callerNumber: string }[] }>('/calls?limit=50');
    const conversations = items.filter(({ callerNumber }) => callerNumber.endsWith('9970'));
    expect(conversations.map(({ outcome }) => outcome)).toEqual(callers.map(() => 'answered'));
    const details = await Promise.all(conversations.map(({ id }) => supervisor.get<{ recordings: unknown[] }>(`/calls/${id}`)));
    const parts = details.map(({ recordings }) => recordings.length);
    expect(parts.filter((count) => count === 2)).toHaveLength(moved);
    expect(parts.filter((count) => count === 1)).toHaveLength(CALLS - moved);
  });
});

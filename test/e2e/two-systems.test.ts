/** Two whole products, each the other's carrier: by address, by registration, over a second line, and under the dial policy. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../shared/api/calls.ts';
import type { Device, TestCallResult } from '../../shared/api/devices.ts';
import type { Trunk } from '../../shared/api/trunks.ts';
import { freePort, startProduct, type Product } from '../support/product.ts';
import { SipPhone, type PhoneCall } from '../support/sip-phone.ts';
import { ApiSession } from '../support/story-api.ts';
import { sleep, waitFor } from '../support/story-wait.ts';
import { longestTone, RtpTonePhone } from '../support/tones.ts';

const CALLER_HERTZ = 500;
const CALLED_HERTZ = 900;
/** What each has as the first number of its own, shown outside. */
const SHOWN = '+81312340001';
const DISPLAYED = '03-1234-0001';

interface System {
  product: Product;
  api: ApiSession;
}

let [here, there] = [null, null] as unknown as [System, System];
/** A telephone of `here`, and a carrier behind `there`. */
let [phone, carrier] = [null, null] as unknown as [SipPhone, SipPhone];
let device: Device;
const sounds: RtpTonePhone[] = [];

async function must<T>({ api }: System, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await api.send<T>(method, path, body);
  if (answer.status !== 200 && answer.status !== 204) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function system(): Promise<System> {
  const product = await startProduct({ first: true });
  const api = await ApiSession.open(product, 'sv1');
  const made = { product, api };
  await must(made, 'PATCH', '/dial-policy', { maxPerMinute: 100, maxConcurrent: 10 });
  return made;
}

async function addNumber(at: System, number: string, code: string): Promise<void> {
  const flow = (await at.api.list<{ id: string; code: string }>('/flows')).find((entry) => entry.code === code);
  await must(at, 'POST', '/numbers', { number, label: code, flowId: flow?.id });
}

const addTrunk = (at: System, name: string, given: Record<string, unknown>): Promise<Trunk> =>
  must(at, 'POST', '/trunks', { name, kind: 'ip', host: '127.0.0.1', channels: 10, monitorSeconds: 0, ...given });

const route = (at: System, routes: { prefix: string; trunkIds: string[] }[]): Promise<unknown> =>
  must(at, 'PUT', '/outbound-routes', { routes: routes.map((entry, index) => ({ name: `r${index}`, ...entry })) });

async function sound(frequency: number): Promise<RtpTonePhone> {
  const opened = await RtpTonePhone.open({ frequency });
  sounds.push(opened);
  return opened;
}

/** The telephone dials; the carrier behind the other system answers; both send their tone. */
async function talk(dialled: string): Promise<{ call: PhoneCall; called: PhoneCall; mine: RtpTonePhone; theirs: RtpTonePhone }> {
  const [mine, theirs] = [await sound(CALLER_HERTZ), await sound(CALLED_HERTZ)];
  const call = phone.call(`sip:${dialled}@127.0.0.1:${here.product.sipPort}`, { sdp: mine.sdp() });
  const called = await Promise.race([carrier.nextCall(), sleep(12_000), call.until('rejected').then((event) => Promise.reject(new Error(JSON.stringify(event))))]);
  if (!called) throw new Error('nobody called the carrier');
  called.answer(theirs.sdp());
  await call.until('answered');
  theirs.startTo(called.remoteSdp);
  mine.startTo(call.remoteSdp);
  return { call, called, mine, theirs };
}

async function hearEachOther({ mine, theirs }: { mine: RtpTonePhone; theirs: RtpTonePhone }): Promise<void> {
  await waitFor('the caller at the called party', () => longestTone(theirs.heardMulaw(), CALLER_HERTZ) > 600);
  await waitFor('the called party at the caller', () => longestTone(mine.heardMulaw(), CALLED_HERTZ) > 600);
}

/** The newest record of a system, once it is complete. */
const record = (at: System, count: number): Promise<Call> =>
  waitFor('the record', async () => {
    const calls = await at.api.list<Call>('/calls');
    return calls.length >= count && calls.every(({ endedAt }) => endedAt !== null) ? calls[0] : undefined;
  });

/** The live side reads settings anew a moment after they were stored. */
const taken = (): Promise<void> => sleep(500);

const recordsOf = async (at: System): Promise<number> => (await at.api.list<Call>('/calls')).length;

beforeAll(async () => {
  [here, there] = await Promise.all([system(), system()]);
  const created = await must<{ device: Device; password: string }>(here, 'POST', '/devices', { username: 'desk' });
  device = created.device;
  phone = await SipPhone.start({ user: 'desk', account: { realm: 'demo', username: 'desk', password: created.password } });
  carrier = await SipPhone.start({ user: 'carrier' });
  expect(await phone.register(`sip:127.0.0.1:${here.product.sipPort}`)).toBe(200);
}, 120_000);

afterEach(() => {
  for (const opened of sounds.splice(0)) opened.close();
});

afterAll(async () => {
  await Promise.all([phone?.stop(), carrier?.stop()]);
  await Promise.all([here?.product.stop(), there?.product.stop()]);
}, 60_000);

describe('one registers at the other', () => {
  it('and its calls arrive there', async () => {
    const line = await must<{ password: string }>(here, 'POST', '/devices', { username: 'branch' });
    await addNumber(here, '0398760002', 'echo');
    const trunk = await addTrunk(there, 'up', { kind: 'registration', port: here.product.sipPort, realm: 'demo', username: 'branch', password: line.password });
    await route(there, [{ prefix: '', trunkIds: [trunk.id] }]);
    await waitFor('the registration', async () => (await there.api.get<Trunk>(`/trunks/${trunk.id}`)).state.registration === 'registered');

    const result = await must<TestCallResult>(there, 'POST', `/trunks/${trunk.id}/test-call`, { number: '0398760002' });
    expect(result).toMatchObject({ outcome: 'answered', status: 200 });
    // The echo sends the announcement back.
    expect(result.packetsReceived).toBeGreaterThan(20);
    expect(await record(here, 1)).toMatchObject({ direction: 'inbound', callerNumber: DISPLAYED, outcome: 'self_service' });
    await must(there, 'PUT', '/outbound-routes', { routes: [] });
    await must(there, 'DELETE', `/trunks/${trunk.id}`);
  });
});

describe('each is the trunk of the other', () => {
  let [toThere, fromHere] = [null, null] as unknown as [Trunk, Trunk];

  beforeAll(async () => {
    await addNumber(there, '0398760001', 'forward');
    toThere = await addTrunk(here, 'there', { port: there.product.sipPort });
    fromHere = await addTrunk(there, 'here', { port: here.product.sipPort });
    const onwards = await addTrunk(there, 'onwards', { port: carrier.port });
    await route(here, [{ prefix: '', trunkIds: [toThere.id] }]);
    await route(there, [{ prefix: '+81312349006', trunkIds: [onwards.id] }]);
  });

  it('a telephone of one reaches a carrier of the other: sound both ways, the right number shown at each', async () => {
    const before = await recordsOf(there);
    const parties = await talk('0398760001');
    await hearEachOther(parties);
    expect(parties.called.invite).toMatchObject({ dialled: '+81312349006', caller: SHOWN });
    await parties.called.hangup();
    await parties.call.until('ended');
    expect(await record(there, before + 1)).toMatchObject({ direction: 'inbound', callerNumber: DISPLAYED, outcome: 'answered' });
  });

  it('184 hides the number, 186 shows it', async () => {
    const before = await recordsOf(there);
    const hidden = await talk('1840398760001');
    await hidden.call.hangup();
    expect(await record(there, before + 1)).toMatchObject({ callerNumber: '', withheldReason: 'anonymous' });
    const shown = await talk('1860398760001');
    await shown.call.hangup();
    expect(await record(there, before + 2)).toMatchObject({ callerNumber: DISPLAYED });
  });

  it('a tel: URI is a number like any other', async () => {
    const mine = await sound(CALLER_HERTZ);
    const call = carrier.call('tel:+81-3-9876-0002', { sdp: mine.sdp(), outboundProxy: `sip:127.0.0.1:${here.product.sipPort}` });
    await call.until('answered');
    mine.startTo(call.remoteSdp);
    await waitFor('the echo', () => longestTone(mine.heardMulaw(), CALLER_HERTZ) > 600);
    await call.hangup();
  });

  it('a line that is dead is passed over for the second one', async () => {
    const dead = await addTrunk(here, 'dead', { port: await freePort() });
    await route(here, [{ prefix: '', trunkIds: [dead.id, toThere.id] }]);
    await taken();
    const parties = await talk('0398760001');
    await hearEachOther(parties);
    await parties.call.hangup();
    await route(here, [{ prefix: '', trunkIds: [toThere.id] }]);
  });

  it('the called party is busy: the caller is told so, and nobody else is rung', async () => {
    const mine = await sound(CALLER_HERTZ);
    const call = phone.call(`sip:0398760001@127.0.0.1:${here.product.sipPort}`, { sdp: mine.sdp() });
    const called = await carrier.nextCall();
    called.reject(486);
    // The other system's flow goes on to its voicemail, which answers.
    await call.until('answered');
    await call.hangup();
  });

  it('the dial policy refuses numbers abroad before anything leaves', async () => {
    const mine = await sound(CALLER_HERTZ);
    const before = await recordsOf(there);
    const call = phone.call(`sip:+12125550100@127.0.0.1:${here.product.sipPort}`, { sdp: mine.sdp() });
    expect(await call.until('rejected')).toMatchObject({ status: 403 });
    expect(await recordsOf(there)).toBe(before);
    const refusals = (await here.api.list<{ code: string; detail: unknown }>('/audit')).filter(({ code }) => code === 'dial.refused');
    expect(refusals[0]).toMatchObject({ detail: { number: '+12125550100', reason: 'international_not_allowed' } });
  });

  it('sound between them is protected when both say so, and there is no call when one may not', async () => {
    await must(here, 'PATCH', `/trunks/${toThere.id}`, { srtp: 'required' });
    await taken();
    const refused = await must<TestCallResult>(here, 'POST', `/trunks/${toThere.id}/test-call`, { number: '0398760001' });
    expect(refused).toMatchObject({ outcome: 'failed', status: 488 });
    await must(there, 'PATCH', `/trunks/${fromHere.id}`, { srtp: 'required' });
    await taken();
    const parties = await talk('0398760001');
    await hearEachOther(parties);
    await parties.call.hangup();
    await must(here, 'PATCH', `/trunks/${toThere.id}`, { srtp: 'none' });
    await must(there, 'PATCH', `/trunks/${fromHere.id}`, { srtp: 'none' });
  });

  it('a telephone is tried by a call with an announcement', async () => {
    const mine = await sound(CALLER_HERTZ);
    const testing = must<TestCallResult>(here, 'POST', `/devices/${device.id}/test-call`);
    const call = await phone.nextCall();
    call.ring();
    call.answer(mine.sdp());
    mine.startTo(call.remoteSdp);
    await call.until('ended');
    const result = await testing;
    expect(result).toMatchObject({ outcome: 'answered', status: 200 });
    expect([result.packetsReceived > 50, mine.heardMulaw().length > 8000]).toEqual([true, true]);
    const codes = (await here.api.list<{ code: string }>('/audit')).map(({ code }) => code);
    expect(codes).toContain('device.test_called');
  });

  it('keeps figures of its trunks', async () => {
    const metrics = await (await fetch(`${here.product.operatorUrl}/metrics`)).text();
    expect(metrics).toMatch(/scc_trunks\{state="up"\} [12]/);
    expect(metrics).toMatch(/scc_trunk_calls_total\{result="worked"\} [1-9]/);
    expect(metrics).toMatch(/scc_dial_refused_total\{reason="international_not_allowed"\} 1/);
  });
});

/** Telephones of a tenant transfer and pick up calls by REFER and Replaces, on real sockets, with sound. */
import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startProduct, type Product } from '../support/product.ts';
import { SipPhone, type PhoneCall } from '../support/sip-phone.ts';
import { ApiSession } from '../support/story-api.ts';
import { waitFor } from '../support/story-wait.ts';
import { longestTone, RtpTonePhone } from '../support/tones.ts';

const HERTZ: Readonly<Record<string, number>> = { 7101: 500, 7102: 700, 7103: 1100 };

let product: Product;
const phones = new Map<string, SipPhone>();
const sounds: RtpTonePhone[] = [];

interface Talk {
  call: PhoneCall;
  sound: RtpTonePhone;
}

const phone = (user: string): SipPhone => {
  const found = phones.get(user);
  if (!found) throw new Error(`no telephone ${user}`);
  return found;
};

async function soundOf(user: string): Promise<RtpTonePhone> {
  const sound = await RtpTonePhone.open({ frequency: HERTZ[user] ?? 0 });
  sounds.push(sound);
  return sound;
}

async function answer(user: string): Promise<Talk> {
  const call = await phone(user).nextCall();
  const sound = await soundOf(user);
  call.answer(sound.sdp());
  sound.startTo(call.remoteSdp);
  return { call, sound };
}

async function dial(from: string, to: string, replacesLegId: string | null = null): Promise<Talk> {
  const sound = await soundOf(from);
  const call = phone(from).call(`sip:${to}@127.0.0.1:${product.sipPort}`, { sdp: sound.sdp(), replacesLegId });
  return { call, sound };
}

async function up(talk: Talk): Promise<Talk> {
  await talk.call.until('answered');
  talk.sound.startTo(talk.call.remoteSdp);
  return talk;
}

async function hear(a: Talk, fromA: string, b: Talk, fromB: string): Promise<void> {
  a.sound.forget();
  b.sound.forget();
  const hears = (one: Talk, user: string): boolean => longestTone(one.sound.heardMulaw(), HERTZ[user] ?? 0) > 400;
  await waitFor(`${fromA} and ${fromB} to hear each other`, () => hears(a, fromB) && hears(b, fromA), 5000);
}

const statuses = ({ call }: Talk): number[] => call.events.flatMap((event) => (event.type === 'referProgress' ? [event.status] : []));

beforeAll(async () => {
  product = await startProduct();
  const supervisor = await ApiSession.open(product, 'sv1');
  for (const user of Object.keys(HERTZ)) {
    const { body } = await supervisor.send<{ password: string }>('POST', '/devices', { username: user });
    const one = await SipPhone.start({ user, account: { realm: 'demo', username: user, password: body.password } });
    phones.set(user, one);
    expect(await one.register(`sip:127.0.0.1:${product.sipPort}`)).toBe(200);
  }
}, 90_000);

afterEach(() => {
  for (const sound of sounds.splice(0)) sound.close();
});

afterAll(async () => {
  for (const one of phones.values()) await one.stop();
  await product?.stop();
  if (product) await rm(product.dataDir, { recursive: true, force: true });
});

it('blind: who was called gives the caller to a third', { timeout: 30_000 }, async () => {
  const a = await dial('7101', '7102');
  const b = await answer('7102');
  await up(a);
  await hear(a, '7101', b, '7102');
  phone('7102').agent.refer(b.call.legId, { uri: `sip:7103@127.0.0.1:${product.sipPort}` });
  const c = await answer('7103');
  await b.call.until('ended');
  expect(statuses(b).at(-1)).toBe(200);
  await hear(a, '7101', c, '7103');
  await a.call.hangup();
  await c.call.until('ended');
});

it('blind to a telephone that refuses: the caller is back', { timeout: 30_000 }, async () => {
  const a = await dial('7101', '7102');
  const b = await answer('7102');
  await up(a);
  phone('7101').agent.refer(a.call.legId, { uri: `sip:7103@127.0.0.1:${product.sipPort}` });
  (await phone('7103').nextCall()).reject(486);
  await waitFor('the final status', () => statuses(a).includes(486));
  await hear(a, '7101', b, '7102');
  await b.call.hangup();
  await a.call.until('ended');
});

it('attended: after asking the third, by REFER with Replaces', { timeout: 30_000 }, async () => {
  const a = await dial('7101', '7102');
  const b = await answer('7102');
  await up(a);
  const asking = await dial('7102', '7103');
  const c = await answer('7103');
  await up(asking);
  phone('7102').agent.refer(b.call.legId, { uri: `sip:7103@127.0.0.1:${product.sipPort}`, replacesLegId: asking.call.legId });
  await Promise.all([b.call.until('ended'), asking.call.until('ended')]);
  await hear(a, '7101', c, '7103');
  await a.call.hangup();
  await c.call.until('ended');
});

it('park by REFER, pick-up by dialling; somebody from outside replaces nothing', { timeout: 40_000 }, async () => {
  const a = await dial('7101', '7102');
  const b = await answer('7102');
  await up(a);
  const outsider = await SipPhone.start({ user: 'outsider' });
  phone('7102').agent.refer(b.call.legId, { uri: `sip:*7@127.0.0.1:${product.sipPort}` });
  await b.call.until('ended');
  const c = await up(await dial('7103', '*8701'));
  await hear(a, '7101', c, '7103');
  const stolen = outsider.call(`sip:x@127.0.0.1:${product.sipPort}`, { sdp: c.sound.sdp(), replaces: 'nothing;to-tag=1;from-tag=2' });
  expect(await stolen.until('rejected')).toMatchObject({ status: 481 });
  await outsider.stop();
  await a.call.hangup();
  await c.call.until('ended');
});

/** The agent calls out: to a SIP telephone that registered here, and to a service number. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser } from 'playwright-core';
import type { AuditEntryView } from '../../shared/api/audit.ts';
import type { Profile } from '../../shared/api/profiles.ts';
import type { User } from '../../shared/api/users.ts';
import { launchBrowser, login } from '../support/browser.ts';
import { startProduct, type Product } from '../support/product.ts';
import { SipPhone } from '../support/sip-phone.ts';
import { ApiSession } from '../support/story-api.ts';
import { Desk, DESK } from '../support/story-desk.ts';
import { sleep, waitFor } from '../support/story-wait.ts';
import { EVIDENCE, picture, scenario, type Scene } from '../support/story.ts';
import { longestTone, RtpTonePhone } from '../support/tones.ts';

const PHONE_HERTZ = 600;
const AGENT_HERTZ = 1000;

const scene: Scene = { pages: new Map() };
let browser: Browser;
let desk: Desk;
let supervisor: ApiSession;
let password = '';

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

const registrar = () => `sip:127.0.0.1:${started().sipPort}`;

/** A telephone with the name of a device. */
const telephone = (secret: string): Promise<SipPhone> =>
  SipPhone.start({ user: '7001', account: { realm: 'demo', username: '7001', password: secret } });

const desksUser = async (): Promise<User> => {
  const user = (await supervisor.list<User>('/users')).find(({ loginId }) => loginId === 'csr1');
  if (!user) throw new Error('no csr1');
  return user;
};
const profileId = async (code: string): Promise<string> => (await supervisor.list<Profile>('/profiles')).find((profile) => profile.code === code)?.id ?? '';

beforeAll(async () => {
  scene.product = await startProduct();
  supervisor = await ApiSession.open(scene.product, 'sv1');
  browser = await launchBrowser({ kind: 'tone', hertz: AGENT_HERTZ });
  desk = await Desk.open(scene, scene.product, browser, 'csr1');
  const created = await supervisor.send<{ password: string }>('POST', '/devices', { username: '7001' });
  expect(created.status).toBe(200);
  password = created.body.password;
});

afterAll(async () => {
  await browser?.close();
  await scene.product?.stop();
});

scenario(scene, 'a telephone registers with its password only, and refusals are audited', async () => {
  const wrong = await telephone('wrong');
  const right = await telephone(password);

  expect(await wrong.register(registrar())).toBeGreaterThanOrEqual(400);
  expect(await right.register(registrar())).toBe(200);

  const codes = async () => (await supervisor.list<AuditEntryView>('/audit')).map((entry) => entry.code);
  await waitFor('both in the audit log', async () => {
    const seen = await codes();
    return seen.includes('device.registered') && seen.includes('device.register_refused');
  });
  // It goes away without a word, as after a power cut: its old contact stays and must not be called.
  await Promise.all([wrong.stop(), right.stop()]);
});

scenario(scene, 'the agent calls a registered telephone; each hears the other, keys arrive, the telephone hangs up', async () => {
  const phone = await telephone(password);
  const sound = await RtpTonePhone.open({ frequency: PHONE_HERTZ });
  expect(await phone.register(registrar())).toBe(200);
  await desk.healthy();

  await desk.dial('7001');
  const call = await Promise.race([phone.nextCall(), sleep(10_000)]);
  if (!call) throw new Error('the telephone was not rung');
  call.ring();
  await sleep(500);
  call.answer(sound.sdp());
  sound.startTo(call.remoteSdp);

  await desk.hears(PHONE_HERTZ);
  await waitFor('the agent at the telephone', () => longestTone(sound.heardMulaw(), AGENT_HERTZ) > 1000);
  await desk.button(/^キーパッド/).last().click();
  await desk.page.getByRole('button', { name: '5', exact: true }).last().click();
  await waitFor('the key at the telephone', () => sound.heardDigits().includes('5'));
  await call.hangup();
  await desk.button(DESK.hold).waitFor({ state: 'detached' });

  const record = await waitFor('the record', async () => (await supervisor.list<{ direction: string; endedAt: string | null; outcome: string; agentId: string }>('/calls'))[0]);
  expect(record).toMatchObject({ direction: 'outbound', outcome: 'answered', agentId: expect.stringMatching(/-/) as string });
  sound.close();
  await phone.stop();
});

scenario(scene, 'a busy telephone and a number that may not be called are told to the agent', async () => {
  const phone = await telephone(password);
  phone.onIncoming = (call) => {
    call.ring();
    void sleep(700).then(() => call.reject(486));
  };
  expect(await phone.register(registrar())).toBe(200);

  await desk.dial('7001');
  await waitFor('the record of the call that came to nothing', async () => (await supervisor.list<{ outcome: string }>('/calls?direction=outbound&outcome=rejected'))[0]);
  await desk.page.getByRole('alert').filter({ hasText: '7001 は応答しないか、話し中です' }).waitFor();
  await picture(desk.page, 'phones-busy');
  await desk.button(DESK.hangUp).waitFor({ state: 'detached' });
  await desk.dial('0120999999');
  await desk.page.getByRole('alert').filter({ hasText: '発信できません' }).waitFor();

  expect(await supervisor.list('/calls?direction=outbound')).toHaveLength(2);
  await phone.stop();
});

scenario(scene, 'who is disabled is out within a second: session, desk, telephone, offered call and API key', async () => {
  const { id: userId } = await desksUser();
  expect((await supervisor.send('PATCH', `/users/${userId}`, { profileId: await profileId('SV') })).status).toBe(200);
  const agent = await ApiSession.open(started(), 'csr1');
  const made = await agent.send<{ secret: string }>('POST', '/api-keys', { name: 'reader', permissions: ['customer.read'] });
  const byKey = (): Promise<number> => fetch(`${started().baseUrl}/api/v1/customers`, { headers: { authorization: `Bearer ${made.body.secret}` } }).then(({ status }) => status);
  expect(await byKey()).toBe(200);
  const device = await supervisor.send<{ device: { id: string }; password: string }>('POST', '/devices', { username: '7002', userId });
  const phone = await SipPhone.start({ user: '7002', account: { realm: 'demo', username: '7002', password: device.body.password } });
  expect(await phone.register(registrar())).toBe(200);
  await desk.healthy();
  await desk.available();
  const caller = await SipPhone.start({ user: '0312340099' });
  const sound = await RtpTonePhone.open({ frequency: PHONE_HERTZ });
  const call = caller.call(`sip:0312340002@127.0.0.1:${started().sipPort}`, { sdp: sound.sdp() });
  const rung = await Promise.race([phone.nextCall(), sleep(10_000)]);
  if (!rung) throw new Error('the telephone was not rung');

  const start = performance.now();
  expect((await supervisor.send('PATCH', `/users/${userId}`, { status: 'disabled' })).status).toBe(200);
  const within = async (what: string, gone: () => Promise<boolean> | boolean): Promise<[string, number]> => {
    await waitFor(what, gone, 5000);
    return [what, Math.round(performance.now() - start)];
  };
  const taken = await Promise.all([
    within('session', async () => (await agent.send('GET', '/session')).status === 401),
    within('API key', async () => (await byKey()) === 401),
    within('desk', () => new URL(desk.page.url()).pathname.startsWith('/login')),
    within('offered call', () => rung.over),
    within('registration', async () => (await supervisor.list<{ username: string; contacts: unknown[] }>('/devices')).some(({ username, contacts }) => username === '7002' && contacts.length === 0)),
    within('telephone', async () => (await phone.register(registrar())) >= 400),
  ]);
  mkdirSync(EVIDENCE, { recursive: true });
  writeFileSync(join(EVIDENCE, 'disabled-within.json'), JSON.stringify(Object.fromEntries(taken)));
  for (const [what, ms] of taken) expect([what, ms < 1000]).toEqual([what, true]);
  // The caller is in the queue again, and is offered to who comes next.
  expect(call.over).toBe(false);
  expect((await supervisor.send('PATCH', `/users/${userId}`, { status: 'active', profileId: await profileId('CSR') })).status).toBe(200);
  await call.hangup();
  sound.close();
  await Promise.all([phone.stop(), caller.stop()]);
  await login(desk.page, started().baseUrl, 'csr1');
  await desk.healthy();
});

scenario(scene, 'the agent calls the echo number and hears the own voice', async () => {
  await desk.dial('0312340004');
  await desk.hears(AGENT_HERTZ);
  await desk.button(DESK.hangUp).click();
  await desk.button(DESK.hangUp).waitFor({ state: 'detached' });
  expect(desk.faults.errors).toEqual([]);
});

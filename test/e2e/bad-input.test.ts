/** What goes wrong outside gets one clear answer, and nothing that was running notices. */
import { createSocket } from 'node:dgram';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser } from 'playwright-core';
import type { AuditEntryView } from '../../shared/api/audit.ts';
import type { IpRangesAnswer, Profile } from '../../shared/api/profiles.ts';
import { enterLogin, launchBrowser, login, openPage } from '../support/browser.ts';
import { startProduct, TEST_PASSWORD, type Product } from '../support/product.ts';
import { ApiSession } from '../support/story-api.ts';
import { DESK, Desk } from '../support/story-desk.ts';
import { sleep, waitFor } from '../support/story-wait.ts';
import { scenario, ToneCaller, type Scene } from '../support/story.ts';

const VOICE_HERTZ = 700;

const scene: Scene = { pages: new Map() };
let supervisor: ApiSession;
let browser: Browser;

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

beforeAll(async () => {
  scene.product = await startProduct();
  supervisor = await ApiSession.open(scene.product, 'sv1');
  browser = await launchBrowser({ kind: 'refused' });
});

afterAll(async () => {
  await browser?.close();
  await scene.product?.stop();
});

/** Status, body and header names of a refused login. */
async function refusal(tenant: string, loginId: string, password: string) {
  const { status, headers, body } = await new ApiSession(started().baseUrl).login(tenant, loginId, password);
  return { status, body, headers: [...headers.keys()].filter((name) => name !== 'date').toSorted() };
}

scenario(scene, 'wrong password, unknown user and unknown tenant are answered alike', async () => {
  const wrongPassword = await refusal('demo', 'csr9', 'wrong-password-wrong');

  expect(wrongPassword.status).toBe(401);
  expect(wrongPassword.headers).not.toContain('set-cookie');
  expect(await refusal('demo', 'nobody', 'wrong-password-wrong')).toEqual(wrongPassword);
  expect(await refusal('no-such-tenant', 'csr9', TEST_PASSWORD)).toEqual(wrongPassword);
  const audit = await supervisor.list<AuditEntryView>('/audit?code=session.login_refused');
  expect(audit.length).toBeGreaterThanOrEqual(2);
  expect(JSON.stringify(audit)).not.toContain('wrong-password-wrong');
});

scenario(scene, 'the login page shows one message for every wrong entry', async () => {
  const { context, page } = await openPage(browser);
  scene.pages.set('visitor', page);
  await page.goto(`${started().baseUrl}/login`);
  const texts: string[] = [];
  for (const [tenant, loginId] of [['demo', 'csr9'], ['demo', 'nobody'], ['nowhere', 'csr9']] as const) {
    await enterLogin(page, tenant, loginId, 'wrong-password-wrong');
    await expect.poll(() => page.getByRole('button', { name: 'ログイン' }).isEnabled()).toBe(true);
    texts.push(await page.getByRole('alert').innerText());
  }
  expect(new Set(texts).size, texts.join('\n')).toBe(1);
  expect(texts[0]).toContain('ログインできませんでした');
  await context.close();
});

scenario(scene, 'an address outside the range of the profile is refused like a wrong password, and ends sessions', async () => {
  const agent = await ApiSession.open(started(), 'csr8');
  const { context, page } = await openPage(browser);
  scene.pages.set('agent', page);
  await login(page, started().baseUrl, 'csr7');
  const wrongPassword = await refusal('demo', 'csr8', 'wrong-password-wrong');

  await setAgentRanges(['192.0.2.0/24']);
  const outside = await refusal('demo', 'csr8', TEST_PASSWORD);
  const afterwards = await agent.send('GET', '/session');
  await page.waitForURL(/\/login/);
  const message = await page.getByRole('status').allInnerTexts();
  await setAgentRanges([]);

  expect(outside).toEqual(wrongPassword);
  expect(afterwards.status).toBe(401);
  expect(message.filter((text) => text.includes('有効期限')), 'one message').toHaveLength(1);
  await enterLogin(page, 'demo', 'csr7', TEST_PASSWORD);
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
  await context.close();
});

scenario(scene, 'a session that ends while the page has no connection leads to the login', async () => {
  const { context, page } = await openPage(browser);
  scene.pages.set('agent', page);
  await page.routeWebSocket(/\/api\/v1\/events$/, (socket) => socket.close());
  await login(page, started().baseUrl, 'csr6');
  await page.getByRole('alert').filter({ hasText: 'サーバーとの接続が切れました' }).first().waitFor();

  await setAgentRanges(['192.0.2.0/24']);
  try {
    await page.waitForURL(/\/login/);
  } finally {
    await setAgentRanges([]);
  }

  await page.getByRole('status').filter({ hasText: '有効期限' }).waitFor();
  await context.close();
});

async function setAgentRanges(ipRanges: string[]): Promise<void> {
  const profiles = await supervisor.list<Profile>('/profiles');
  const agents = profiles.find((profile) => profile.code === 'CSR');
  const answer = await supervisor.send<IpRangesAnswer>('PUT', `/profiles/${agents?.id ?? ''}/ip-ranges`, { ipRanges });
  expect(answer.body).toMatchObject({ applied: true });
}

scenario(scene, 'with the microphone refused the desk says what to do and no call is offered', async () => {
  const desk = await Desk.open(scene, started(), browser, 'csr2');
  await desk.page.getByRole('alert').filter({ hasText: DESK.notOffered }).waitFor();
  await desk.button(DESK.available).click();

  const caller = await ToneCaller.open(started(), '0312349990', VOICE_HERTZ);
  const call = await caller.call('0312340002');
  await sleep(3000);
  await call.hangup();
  await caller.close();

  const record = await supervisor.endedCallFrom('0312349990');
  expect(record).toMatchObject({ outcome: 'abandoned', agentId: null });
  expect(record.decisions[0]).toMatchObject({ agentId: null });
  expect(record.events.map((event) => event.type).filter((type) => type.includes('offer'))).toEqual([]);
  await desk.close();
});

const MALFORMED = [
  'INVITE',
  'INVITE sip:0312340004@127.0.0.1 SIP/2.0\r\n\r\n',
  'INVITE sip:0312340004@127.0.0.1 SIP/9.9\r\nVia: SIP/2.0/UDP x\r\nContent-Length: 99999999999\r\n\r\n',
  `OPTIONS sip:x SIP/2.0\r\nVia: ${'a'.repeat(60_000)}\r\n\r\n`,
  `REGISTER sip:\0\u00ff SIP/2.0\r\n${'X: y\r\n'.repeat(5000)}\r\n`,
  'SIP/2.0 999999 \r\n\r\n',
  '\r\n\r\n',
];

scenario(scene, 'malformed SIP does not disturb a call in progress', async () => {
  const caller = await ToneCaller.open(started(), '0312349991', VOICE_HERTZ);
  const call = await caller.call('0312340004');
  await waitFor('the echo', async () => (await caller.toneFor(VOICE_HERTZ)) > 600);
  const socket = createSocket('udp4');

  for (let round = 0; round < 50; round++) {
    for (const text of MALFORMED) socket.send(Buffer.from(text, 'latin1'), started().sipPort, '127.0.0.1');
    await sleep(10);
  }

  await waitFor('the echo, still', async () => (await caller.toneFor(VOICE_HERTZ, 2000)) > 1500);
  expect((await fetch(`${started().baseUrl}/readyz`)).status).toBe(200);
  await call.hangup();
  expect(call.events.at(-1)).toMatchObject({ type: 'ended' });
  socket.close();
  await caller.close();
});

scenario(scene, 'a WebSocket message over the limit closes that connection only', async () => {
  const session = await ApiSession.open(started(), 'csr3');
  const other = await ApiSession.open(started(), 'csr4');
  const [loud, quiet] = [await openEvents(session), await openEvents(other)];

  loud.send('x'.repeat(5_000_000));
  const code = await new Promise<number>((done) => loud.addEventListener('close', (event) => done(event.code)));

  expect(code).toBe(1009);
  quiet.send(JSON.stringify({ type: 'ping', ref: 1 }));
  const answer = await new Promise<string>((done) => quiet.addEventListener('message', (event) => done(String(event.data))));
  expect(JSON.parse(answer)).toMatchObject({ type: 'ack', ref: 1 });
  quiet.close();
});

scenario(scene, 'a WebSocket without a session, or from a foreign page, is refused', async () => {
  const session = await ApiSession.open(started(), 'csr3');

  await expect(openEvents(new ApiSession(started().baseUrl))).rejects.toThrow('refused');
  await expect(openEvents(session, 'https://elsewhere.example')).rejects.toThrow('refused');
});

/** A WebSocket of a user, open and greeted. */
async function openEvents(session: ApiSession, origin = started().baseUrl): Promise<WebSocket> {
  const options = { headers: { cookie: session.cookie, origin } };
  const socket = new WebSocket(`${started().baseUrl.replace('http', 'ws')}/api/v1/events`, options as never);
  await new Promise<void>((done, fail) => {
    socket.addEventListener('message', () => done(), { once: true });
    socket.addEventListener('error', () => fail(new Error('refused')), { once: true });
    socket.addEventListener('close', () => fail(new Error('refused')), { once: true });
  });
  return socket;
}

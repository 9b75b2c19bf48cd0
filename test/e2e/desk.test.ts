/**
 * A morning at the desk: two agents and a supervisor in three browsers, callers over SIP. Raised hand, SOS with the last half
 * minute and the end by announcement, consultation and conference, results from a tree, a reload and a lost network in a call.
 */
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { CallDetail } from '../../shared/api/calls.ts';
import type { Incident } from '../../shared/api/incidents.ts';
import type { Queue } from '../../shared/api/queues.ts';
import type { WrapUpCode } from '../../shared/api/wrap-up-codes.ts';
import { launchBrowser, login, openPage } from '../support/browser.ts';
import { startProduct, type Product } from '../support/product.ts';
import type { PhoneCall } from '../support/sip-phone.ts';
import { ApiSession } from '../support/story-api.ts';
import { Desk, DESK } from '../support/story-desk.ts';
import { sleep, waitFor } from '../support/story-wait.ts';
import { picture, step, ToneCaller, type Scene } from '../support/story.ts';

const CALLER_HERTZ = 600;
const AGENT_HERTZ = 1000;

const scene: Scene = { pages: new Map() };
let browser: Browser;
let caller: ToneCaller;
let call: PhoneCall;
let anna: Desk;
let ben: Desk;
let supervisor: Page;
let api: ApiSession;
let csrApi: ApiSession;
let benName = '';

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

beforeAll(async () => {
  scene.product = await startProduct();
  browser = await launchBrowser({ kind: 'tone', hertz: AGENT_HERTZ });
  [api, csrApi] = [await ApiSession.open(started(), 'sv1'), await ApiSession.open(started(), 'csr1')];
  benName = (await (await ApiSession.open(started(), 'csr2')).get<{ user: { name: string } }>('/session')).user.name;
  caller = await ToneCaller.open(started(), '+81300000107', CALLER_HERTZ);
  const group = (await api.send<WrapUpCode>('POST', '/wrap-up-codes', { code: 'claims', label: '苦情', labelEn: 'Claims' })).body;
  await api.send('POST', '/wrap-up-codes', { code: 'claims-delivery', label: '配送', labelEn: 'Delivery', parentId: group.id });
  const support = (await api.list<Queue>('/queues')).find(({ code }) => code === 'support');
  await api.send('PATCH', `/queues/${support?.id ?? ''}`, { wrapUpGroupId: group.id, wrapUpRequired: true });
  await api.send('PATCH', '/settings', { careBreakMinutes: 1 });
});

afterAll(async () => {
  await caller?.close();
  await browser?.close();
  await scene.product?.stop();
});

const region = (page: Page, name: string | RegExp) => page.getByRole('region', { name });

/** A call to the support queue that Anna answers. */
async function annaTalks(): Promise<void> {
  call = await caller.call('0312340002');
  await anna.answer();
  await anna.hears(CALLER_HERTZ);
}

step(scene, 'two agents and a supervisor are at work', async () => {
  anna = await Desk.open(scene, started(), browser, 'csr1');
  await anna.healthy();
  await anna.available();
  ben = await Desk.open(scene, started(), browser, 'csr2');
  await ben.healthy();
  const opened = await openPage(browser);
  supervisor = opened.page;
  scene.pages.set('sv1', supervisor);
  await login(supervisor, started().baseUrl, 'sv1');
  await supervisor.waitForURL(/\/board/);
});

step(scene, 'a raised hand reaches the supervisor with what was written, and the answer comes back', async () => {
  await annaTalks();
  await anna.page.getByRole('textbox', { name: DESK.note }).fill('返金してよいか確認したい');
  await anna.page.locator('body').press('Escape');
  await anna.page.getByRole('heading', { name: 'デスク' }).click();
  await anna.page.keyboard.press('r');
  const alert = region(supervisor, '手上げ・SOS');
  await alert.getByText('返金してよいか確認したい').waitFor({ timeout: 3000 });
  await picture(supervisor, 'desk-hand-supervisor-ja');
  await alert.getByRole('button', { name: '対応する' }).click();
  await region(anna.page, DESK.help).getByText(/が対応中/).waitFor();
  await anna.page.keyboard.press('r');
  await alert.waitFor({ state: 'detached' });
});

step(scene, 'a reload in the call brings sound and note back', async () => {
  await anna.page.reload();
  await anna.button(DESK.hold).waitFor({ timeout: 20_000 });
  await anna.hears(CALLER_HERTZ);
  expect(await anna.page.getByRole('textbox', { name: DESK.note }).inputValue()).toBe('返金してよいか確認したい');
  await waitFor('the agent to be heard', async () => (await caller.toneFor(AGENT_HERTZ)) > 400, 15_000);
});

step(scene, 'a network that is away for a moment does not end the call', async () => {
  await anna.context.setOffline(true);
  await anna.page.getByText('サーバーとの接続が切れました').or(anna.page.getByRole('alert')).first().waitFor({ timeout: 30_000 }).catch(() => undefined);
  await sleep(3000);
  await anna.context.setOffline(false);
  await anna.button(DESK.hold).waitFor({ timeout: 20_000 });
  await anna.hears(CALLER_HERTZ);
});

step(scene, 'a second window asks before it takes the desk over, and the first one is told', async () => {
  const second = await anna.context.newPage();
  await second.goto(`${started().baseUrl}/desk`);
  await second.getByRole('dialog').getByText(/別の(画面|ウィンドウ|タブ)/).first().waitFor({ timeout: 10_000 });
  await picture(second, 'desk-second-window-ja');
  await second.getByRole('dialog').getByRole('button').last().click();
  await second.getByRole('button', { name: DESK.hold }).waitFor({ timeout: 20_000 });
  await anna.page.getByRole('button', { name: 'このウィンドウを使う' }).or(anna.page.getByRole('alert')).first().waitFor();
  await second.close();
  await anna.page.reload();
  // The one that was closed is no longer there to ask.
  const dialog = anna.page.getByRole('dialog');
  await waitFor('the desk in the first window again', async () => {
    if (await dialog.isVisible()) await dialog.getByRole('button').last().click();
    return await anna.button(DESK.hold).isVisible();
  }, 30_000);
  await anna.hears(CALLER_HERTZ);
});

step(scene, 'a colleague is asked, joins, hears both, and leaves', async () => {
  await ben.available();
  await anna.callColleague('consult', benName);
  await ben.button(DESK.answer).click({ timeout: 15_000 });
  await anna.others.getByRole('button', { name: '三者通話' }).click();
  await ben.hears(CALLER_HERTZ);
  await anna.hears(CALLER_HERTZ);
  await picture(anna.page, 'desk-conference-ja');
  await ben.button(DESK.hangUp).click();
  await anna.others.waitFor({ state: 'detached' });
  await anna.hears(CALLER_HERTZ);
});

step(scene, 'SOS: the supervisor hears the last half minute, the caller the warning, then the end', async () => {
  await anna.page.getByRole('heading', { name: 'デスク' }).click();
  await anna.page.keyboard.press('Shift+S');
  const alert = region(supervisor, '手上げ・SOS');
  await alert.getByText('SOS').first().waitFor({ timeout: 3000 });
  const played = supervisor.waitForResponse((response) => response.url().includes('/tail'));
  await alert.getByRole('button', { name: '直近30秒' }).click();
  const tail = await played;
  expect(tail.status()).toBe(200);
  await picture(supervisor, 'desk-sos-supervisor-ja');
  const help = region(anna.page, DESK.help);
  expect(await help.getByRole('button', { name: /終了ガイダンス/ }).isDisabled()).toBe(true);
  await help.getByRole('button', { name: '警告ガイダンスを流す' }).click();
  // The announcement replaces the agent's voice at the caller, and the caller's at the agent.
  await waitFor('the warning', async () => (await caller.toneFor(AGENT_HERTZ, 700)) < 200, 5000);
  await picture(anna.page, 'desk-sos-agent-ja');
  await help.getByRole('button', { name: /終了ガイダンス/ }).click();
  await call.until('ended');
});

step(scene, 'the wrap-up lasts until a result of the queue is saved; then comes the care break', async () => {
  const panel = anna.page.getByRole('region', { name: DESK.wrapUp });
  await panel.getByRole('combobox', { name: DESK.result }).or(panel.getByRole('textbox', { name: DESK.result })).first().click();
  expect(await anna.page.getByRole('option').allTextContents()).toEqual(['苦情 › 配送']);
  await anna.page.keyboard.press('Escape');
  await anna.wrapUp('カスハラ。警告後に終了。');
  await anna.page.getByText(/ケア休憩: 残り/).waitFor();
  await anna.button(DESK.available).click();
  await anna.page.getByText('ケア休憩はまだ終わっていません。').waitFor();
  await picture(anna.page, 'desk-care-break-ja');
  const [incident] = await api.list<Incident>('/incidents');
  expect(incident).toMatchObject({ status: 'open', agentId: csrApi.userId });
  const detail = await api.get<CallDetail>(`/calls/${incident?.callId ?? ''}`);
  expect(detail).toMatchObject({ endedBy: 'agent', endReason: 'conduct', wrapUpLabel: '配送' });
  expect(detail.events.map(({ type }) => type)).toEqual(expect.arrayContaining(['call.sos', 'call.warning_played', 'call.ending_announced']));
  const alert = region(supervisor, '手上げ・SOS');
  await alert.getByRole('button', { name: /^対応終了/ }).click();
  await alert.waitFor({ state: 'detached' });
});

step(scene, 'a wrap-up saved by mistake is taken back', async () => {
  await region(anna.page, '保存した後処理').getByRole('button', { name: '元に戻す' }).click();
  const panel = anna.page.getByRole('region', { name: DESK.wrapUp }).filter({ has: anna.button(DESK.save) });
  expect(await panel.getByRole('textbox', { name: DESK.note }).inputValue()).toBe('カスハラ。警告後に終了。');
  await anna.wrapUp('カスハラ。警告して終了。');
});

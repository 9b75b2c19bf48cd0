/**
 * One agent with two lines and two telephones outside: the second call rings into the first conversation, answering it puts the
 * first caller on hold, the agent goes to and fro, and each call keeps what is its own. The callers' voices are tones of 600 and
 * 1600 Hz, the agent's is one of 1000 Hz.
 */
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, Locator } from 'playwright-core';
import type { AuditEntryView } from '../../shared/api/audit.ts';
import type { CallDetail } from '../../shared/api/calls.ts';
import type { User } from '../../shared/api/users.ts';
import { mulawToLinear } from '../../src/protocol/rtp/g711.ts';
import { launchBrowser, login, openPage } from '../support/browser.ts';
import { startProduct, type Product } from '../support/product.ts';
import type { PhoneCall } from '../support/sip-phone.ts';
import { ApiSession } from '../support/story-api.ts';
import { Desk, DESK } from '../support/story-desk.ts';
import { waitFor } from '../support/story-wait.ts';
import { loudness, picture, step, ToneCaller, type Scene } from '../support/story.ts';

const AGENT_HERTZ = 1000;
const FIRST = { number: '+81300000107', shown: '03-0000-0107', name: '山本 和也', digits: '0300000107', hertz: 600 };
const SECOND = { number: '+81300000108', shown: '03-0000-0108', digits: '0300000108', hertz: 1600 };

const scene: Scene = { pages: new Map() };
let browser: Browser;
let first: ToneCaller;
let second: ToneCaller;
let firstCall: PhoneCall;
let secondCall: PhoneCall;
let desk: Desk;
let supervisorApi: ApiSession;
let agentId = '';

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

/** The agent is heard by this caller, and by nobody else. */
async function agentSpeaksTo(caller: ToneCaller): Promise<void> {
  await waitFor('the agent at the caller’s', async () => (await caller.toneFor(AGENT_HERTZ, 1500)) > 1000);
}

async function hearsMusic(caller: ToneCaller): Promise<void> {
  await waitFor('no agent at the caller’s', async () => (await caller.toneFor(AGENT_HERTZ, 1500)) < 300);
  expect(loudness(await caller.listen(1500), mulawToLinear), 'music').toBeGreaterThan(0.005);
}

const others = (): Locator => desk.page.getByRole('region', { name: '保留中のほかの通話' });

beforeAll(async () => {
  scene.product = await startProduct();
  browser = await launchBrowser({ kind: 'tone', hertz: AGENT_HERTZ });
  const agentApi = await ApiSession.open(started(), 'csr1');
  supervisorApi = await ApiSession.open(started(), 'sv1');
  agentId = agentApi.userId;
  first = await ToneCaller.open(started(), FIRST.number, FIRST.hertz);
  second = await ToneCaller.open(started(), SECOND.number, SECOND.hertz);
});

afterAll(async () => {
  await first?.close();
  await second?.close();
  await browser?.close();
  await scene.product?.stop();
});

step(scene, 'a supervisor gives the agent two lines on the page of skills, which is audited', async () => {
  const { page } = await openPage(browser);
  scene.pages.set('sv1', page);
  await login(page, started().baseUrl, 'sv1');
  await page.waitForURL(/\/board/);
  const { name, skills, queueIds } = await userOf();
  expect(await supervisorApi.send('PUT', `/users/${agentId}/routing`, { skills, queueIds, callCapacity: 4 })).toMatchObject({ status: 400 });
  await page.goto(`${started().baseUrl}/queues`);
  await page.getByRole('tab', { name: 'オペレーターのスキル' }).click();
  await page.getByRole('button', { name: `${name}を編集` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radiogroup', { name: '同時通話数' }).getByText('2', { exact: true }).click();
  await picture(page, 'two-lines-setting');
  await dialog.getByRole('button', { name: '保存' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await userOf()).toMatchObject({ callCapacity: 2, skills, queueIds });
  const audited = await supervisorApi.list<AuditEntryView>('/audit?code=user.updated');
  expect(audited.find(({ subjectId }) => subjectId === agentId)?.detail).toMatchObject({ before: { callCapacity: 1 }, after: { callCapacity: 2 } });
});

const userOf = async (): Promise<User> => await supervisorApi.get<User>(`/users/${agentId}`);

step(scene, 'the first caller is answered', async () => {
  desk = await Desk.open(scene, started(), browser, 'csr1');
  await desk.healthy();
  await desk.available();
  firstCall = await first.call('0312340002');
  await desk.offer.waitFor();
  await desk.answer();
  await agentSpeaksTo(first);
  await desk.hears(FIRST.hertz);
});

step(scene, 'the second call is shown while the first goes on undisturbed', async () => {
  secondCall = await second.call('0312340002');
  await desk.offer.waitFor();
  expect(await desk.offer.innerText()).toContain(SECOND.shown);
  expect(await desk.offer.innerText()).toMatch(/1.*2/);
  await picture(desk.page, 'two-lines-waiting');
  await desk.hears(FIRST.hertz);
  expect(await first.toneFor(AGENT_HERTZ, 1500), 'the first caller hears no break').toBeGreaterThan(1000);
});

step(scene, 'answering puts the first caller on hold with music', async () => {
  await desk.answerByKey();
  await others().waitFor();
  expect(await others().innerText()).toContain(FIRST.shown);
  expect(await others().innerText()).toContain(FIRST.name);
  await agentSpeaksTo(second);
  await desk.hears(SECOND.hertz);
  await desk.hearsNo(FIRST.hertz);
  await hearsMusic(first);
  await picture(desk.page, 'two-lines-two-calls');
});

step(scene, 'the board shows two calls of two', async () => {
  const board = scene.pages.get('sv1');
  if (!board) throw new Error('no board');
  await board.goto(`${started().baseUrl}/board`);
  await board.getByText('通話 2/2').first().waitFor();
  await picture(board, 'two-lines-board');
});

step(scene, 'the agent goes to and fro, and each call keeps its note', async () => {
  await desk.page.getByRole('textbox', { name: DESK.note }).fill('二本目のメモ');
  await desk.button(/^この通話に切り替え/).click();
  await agentSpeaksTo(first);
  await desk.hears(FIRST.hertz);
  await hearsMusic(second);
  expect(await others().innerText()).toContain(SECOND.shown);
  expect(await desk.page.getByRole('textbox', { name: DESK.note }).inputValue()).toBe('');
  await desk.page.getByRole('textbox', { name: DESK.note }).fill('一本目のメモ');
  await desk.page.getByRole('heading', { level: 1 }).click();
  await desk.page.keyboard.press('w');
  await agentSpeaksTo(second);
  expect(await desk.page.getByRole('textbox', { name: DESK.note }).inputValue()).toBe('二本目のメモ');
});

step(scene, 'a restart of the core leaves both calls where they are', async () => {
  const { dataDir, environment } = started();
  await started().killCore();
  scene.product = await startProduct({ dataDir, environment });
  await waitFor('the desk with both calls', async () => (await others().count()) === 1 && (await others().innerText()).includes(FIRST.name), 60_000);
  await waitFor('the agent at the second caller’s', async () => (await second.toneFor(AGENT_HERTZ, 1500)) > 1000, 60_000);
  await hearsMusic(first);
});

step(scene, 'the second caller hangs up; the first is still there and is taken back', async () => {
  await secondCall.hangup();
  await desk.button(DESK.save).waitFor();
  await others().waitFor({ state: 'detached' });
  await desk.resume();
  await agentSpeaksTo(first);
  await picture(desk.page, 'two-lines-owed');
});

step(scene, 'each call is wrapped up by itself', async () => {
  await firstCall.hangup();
  await waitFor('two wrap-ups', async () => (await desk.button(DESK.save).count()) === 2);
  await picture(desk.page, 'two-lines-wrap-up');
  for (const note of ['まとめ一', 'まとめ二']) {
    const panel = desk.page.getByRole('region', { name: DESK.wrapUp }).filter({ has: desk.button(DESK.save) }).first();
    await panel.getByRole('textbox', { name: DESK.note }).fill(note);
    await panel.getByRole('combobox', { name: DESK.result }).or(panel.getByRole('textbox', { name: DESK.result })).first().click();
    await desk.page.getByRole('option').first().click();
    const before = await desk.button(DESK.save).count();
    await panel.getByRole('button', { name: DESK.save }).click();
    await waitFor('one wrap-up less', async () => (await desk.button(DESK.save).count()) === before - 1);
  }
});

step(scene, 'time that the agent spoke elsewhere is no hold of theirs to be counted again', async () => {
  const one = await supervisorApi.endedCallFrom(FIRST.digits);
  const two = await supervisorApi.endedCallFrom(SECOND.digits);
  for (const call of [one, two]) {
    expect(call.asideMs).toBeGreaterThan(1000);
    expect(call.asideMs).toBeLessThanOrEqual(call.holdMs ?? 0);
    expect(call.wrapUpCodeId).not.toBeNull();
    await waitFor('its after-call work', async () => ((await supervisorApi.get<CallDetail>(`/calls/${call.id}`)).wrapUpMs ?? 0) > 0);
  }
  const reason = two.decisions.find((decision) => decision.agentId === agentId);
  expect(reason?.candidates[0]).toMatchObject({ verdict: 'chosen', load: 1, capacity: 2 });
});

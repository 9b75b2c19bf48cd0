/** What a supervisor typed or chose is still there: on the way back, after loading the page again, by a wrong key, while the page reads its record anew. */
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { Call } from '../../shared/api/calls.ts';
import type { Incident } from '../../shared/api/incidents.ts';
import type { Queue } from '../../shared/api/queues.ts';
import type { SeatMap } from '../../shared/api/seat-maps.ts';
import { launchBrowser, login, openPage, type PageFaults } from '../support/browser.ts';
import { writePastDays } from '../support/past-days.ts';
import { startProduct, type Product } from '../support/product.ts';
import { ApiSession } from '../support/story-api.ts';
import { sleep, waitFor } from '../support/story-wait.ts';
import { picture, step, ToneCaller, type Scene } from '../support/story.ts';

const scene: Scene = { pages: new Map() };
/** Answers older than this are read again when the tab is looked at, ms: `staleTime` of the web client, and a little. */
const STALE_MS = 10_500;
let browser: Browser;
let page: Page;
let faults: PageFaults;
let supervisor: ApiSession;

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

async function abandoned(from: string): Promise<void> {
  const caller = await ToneCaller.open(started(), from, 600);
  const call = await caller.call('0312340003');
  await call.hangup();
  await caller.close();
}

beforeAll(async () => {
  scene.product = await startProduct();
  supervisor = await ApiSession.open(started(), 'sv1');
  for (const from of ['+819000004321', '+819000001234']) await abandoned(from);
  browser = await launchBrowser({ kind: 'tone', hertz: 1000 });
  ({ page, faults } = await openPage(browser));
  scene.pages.set('sv1', page);
  await login(page, started().baseUrl, 'sv1');
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await scene.product?.stop();
});

const open = async (path: string): Promise<void> => {
  await page.goto(`${started().baseUrl}${path}`);
  await page.locator('h1').first().waitFor();
};
const button = (name: string) => page.getByRole('button', { name, exact: true });
const question = () => page.getByRole('alert').filter({ hasText: '保存していない変更があります' });
const shown = (number: string) => page.getByRole('row').filter({ hasText: number });

step(scene, 'a call is found by the end of its number, and the list is as it was left on the way back and after a reload', async () => {
  await open('/calls');
  await shown('090-0000-1234').waitFor();
  await page.getByLabel('電話番号').fill('４３２１');
  await shown('090-0000-1234').waitFor({ state: 'detached' });
  await shown('090-0000-4321').waitFor();
  await picture(page, 'calls-by-number');
  await shown('090-0000-4321').getByRole('link').first().click();
  await page.getByRole('heading', { level: 1, name: '090-0000-4321' }).waitFor();
  await page.goBack();
  await shown('090-0000-4321').waitFor();
  expect(await page.getByLabel('電話番号').inputValue()).toBe('４３２１');
  expect(await shown('090-0000-1234').count()).toBe(0);
  await page.reload();
  await shown('090-0000-4321').waitFor();
  expect(await page.getByLabel('電話番号').inputValue()).toBe('４３２１');
  await button('条件をクリア').click();
  await shown('090-0000-1234').waitFor();
  expect(await page.getByLabel('電話番号').inputValue()).toBe('');
  expect(faults.errors).toEqual([]);
});

step(scene, 'Escape and the way back do not throw away what was written in a dialog', async () => {
  await open('/calls');
  await page.getByRole('link', { name: 'ナレッジ' }).click();
  await button('記事を書く').click();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await button('記事を書く').click();
  const title = page.getByRole('dialog').getByLabel('記事のタイトル');
  await title.fill('長い記事');
  await page.keyboard.press('Escape');
  await question().waitFor();
  await picture(page, 'dialog-unsaved');
  await page.keyboard.press('Enter');
  await question().waitFor({ state: 'detached' });
  expect(await title.inputValue()).toBe('長い記事');
  await page.goBack();
  await question().waitFor();
  await button('編集を続ける').click();
  await waitFor('the page of the dialog', () => new URL(page.url()).pathname === '/knowledge');
  expect(await title.inputValue()).toBe('長い記事');
  await page.goBack();
  await button('変更を破棄').click();
  await page.getByRole('heading', { level: 1, name: '応対履歴' }).waitFor();
  expect(faults.errors).toEqual([]);
});

step(scene, 'a form keeps what was typed while its record is read again, and tells of what somebody else saved', async () => {
  await open('/telephony/limits');
  const daily = page.getByLabel('1日の通話数').first();
  const before = await daily.inputValue();
  await daily.fill('777');
  await sleep(STALE_MS);
  const again = page.waitForResponse((response) => response.url().endsWith('/dial-policy') && response.request().method() === 'GET');
  await lookAgain();
  await again;
  expect(await daily.inputValue()).toBe('777');
  expect(before).not.toBe('777');

  await supervisor.send('PATCH', '/dial-policy', { premiumAllowed: true });
  await sleep(STALE_MS);
  await lookAgain();
  const note = page.getByRole('alert').filter({ hasText: 'ほかの人が変更を保存しました' });
  await note.waitFor();
  expect(await daily.inputValue()).toBe('777');
  await picture(page, 'form-overtaken');
  await button('自分の変更を破棄して相手の内容を表示').click();
  await note.waitFor({ state: 'detached' });
  expect(await daily.inputValue()).toBe(before);
  expect(await page.getByRole('switch', { name: /^有料番号/ }).isChecked()).toBe(true);

  await daily.fill('778');
  await page.getByRole('link', { name: '応対履歴' }).click();
  await question().waitFor();
  await button('編集を続ける').click();
  await button('保存').click();
  await waitFor('the saved limit', async () => JSON.stringify(await supervisor.get('/dial-policy')).includes('778'));
  // The page knows a moment later than the server; until then it asks whether to leave.
  await waitFor('a page with nothing to save', () => button('保存').isDisabled());
  await page.getByRole('link', { name: '応対履歴' }).click();
  await page.getByRole('heading', { level: 1, name: '応対履歴' }).waitFor();
  expect(faults.errors).toEqual([]);
});

step(scene, 'a room that is being arranged keeps its seats when somebody else saves it, says so, and saves on top once asked', async () => {
  const other = await ApiSession.open(started(), 'sv2');
  const { id } = (await supervisor.send<SeatMap>('POST', '/seat-maps', { name: '1階', columns: 12, rows: 4 })).body;
  const seats = async (): Promise<string[]> => ((await supervisor.get<{ items: SeatMap[] }>('/seat-maps')).items.find((map) => map.id === id)?.seats ?? []).map(({ label }) => label);
  const theirs = async (label: string): Promise<void> => {
    const version = (await other.get<{ items: SeatMap[] }>('/seat-maps')).items.find((map) => map.id === id)?.version ?? 0;
    const saved = await other.send('PUT', `/seat-maps/${id}`, { name: '1階', columns: 12, rows: 4, version, seats: [{ column: 0, row: 0, label, userId: null }] });
    expect(saved.status).toBe(200);
  };
  await open('/board/seats');
  await button('席を並べる').click();
  await button('空き 3-3').click();
  await page.getByLabel('席の名札').fill('MINE');
  await theirs('THEIRS');
  await sleep(STALE_MS);
  await lookAgain();
  const note = page.getByRole('alert').filter({ hasText: 'ほかの人が変更を保存しました' });
  await note.waitFor();
  await page.getByRole('button', { name: /MINE/ }).waitFor();
  await picture(page, 'seats-overtaken');

  await theirs('AGAIN');
  await button('保存').click();
  await page.getByText('ほかの人が変更しました').first().waitFor();
  expect(await seats()).toEqual(['AGAIN']);
  // Browsers write a refusal to the console.
  expect(faults.errors.splice(0)).toEqual([expect.stringContaining('409')]);
  await button('保存').click();
  await button('席を並べる').waitFor();
  expect(await seats()).toEqual(['MINE']);
});

step(scene, 'what is written in a harassment file stays while a measure is added to it', async () => {
  const [queue] = await supervisor.list<Queue>('/queues');
  const agentIds = [(await ApiSession.open(started(), 'csr1')).userId];
  await writePastDays(started(), { queueId: queue?.id ?? '', agentIds, days: 1, callsPerDay: 10, now: Date.now() });
  const answered = (await supervisor.list<Call>('/calls')).find(({ agentId }) => agentId !== null);
  const { id } = (await supervisor.send<Incident>('POST', '/incidents', { callId: answered?.id ?? '' })).body;
  await open(`/incidents/${id}`);
  const summary = page.getByLabel('内容', { exact: true });
  await summary.fill('30分にわたる暴言');
  await page.getByLabel('行った対応の内容').fill('警告した');
  await button('追加').click();
  await page.getByText('警告した').waitFor();
  await waitFor('an empty field for the next measure', async () => (await page.getByLabel('行った対応の内容').inputValue()) === '');
  expect(await summary.inputValue()).toBe('30分にわたる暴言');
  await picture(page, 'incident-kept');
  await button('保存').click();
  await waitFor('the saved file', async () => (await supervisor.get<Incident>(`/incidents/${id}`)).summary === '30分にわたる暴言');
  expect(faults.errors).toEqual([]);
});

interface Ids {
  incident: string;
  queue: string;
}

/** A short form: what is typed into it, and what somebody else changes meanwhile. */
interface ShortForm {
  path: (ids: Ids) => string;
  /** Which part of the page; left out = the first. */
  tab?: string;
  field: string;
  typed: string;
  change: (ids: Ids) => [method: 'PATCH' | 'POST' | 'PUT', path: string, body: object];
  /** It is the same that is being typed. */
  overtakes: boolean;
}

const FORMS: readonly ShortForm[] = [
  { path: ({ incident }) => `/incidents/${incident}`, field: '内容', typed: '担当者の名前を求め、怒鳴った。', change: ({ incident }) => ['POST', `/incidents/${incident}/measures`, { text: '担当者を休憩させた' }], overtakes: false },
  { path: ({ incident }) => `/incidents/${incident}`, field: '内容', typed: '怒鳴り声が続いた。', change: ({ incident }) => ['PATCH', `/incidents/${incident}`, { category: 'threat' }], overtakes: true },
  { path: () => '/settings', tab: '後処理', field: '警告までの時間 (秒)', typed: '77', change: () => ['PATCH', '/settings', { careBreakMinutes: 17 }], overtakes: false },
  { path: () => '/settings', tab: '後処理', field: '時間 (秒)', typed: '61', change: ({ queue }) => ['PATCH', `/queues/${queue}`, { serviceLevelMs: 25_000 }], overtakes: false },
  { path: () => '/settings', tab: 'ログイン制限', field: '1 人が同時に使えるセッション', typed: '7', change: () => ['PUT', '/login-settings', { passkeys: 'second_factor' }], overtakes: false },
  { path: () => '/incidents', field: 'SOS 後のケア休憩 (分)', typed: '9', change: () => ['PATCH', '/settings', { careBreakMinutes: 23 }], overtakes: true },
];

/** The file of the step before. */
async function idsOf(): Promise<Ids> {
  const [queue] = await supervisor.list<Queue>('/queues');
  const [incident] = await supervisor.list<Incident>('/incidents');
  return { incident: incident?.id ?? '', queue: queue?.id ?? '' };
}

step(scene, 'short forms keep what was typed while their record changes elsewhere, and while the network is away', async () => {
  const ids = await idsOf();
  const tabs: Page[] = [];
  for (const { path, tab: part, field, typed } of FORMS) {
    const tab = await page.context().newPage();
    tabs.push(tab);
    await tab.goto(`${started().baseUrl}${path(ids)}`);
    if (part !== undefined) await tab.getByRole('tab', { name: part, exact: true }).click();
    await tab.getByLabel(field, { exact: true }).first().fill(typed);
  }
  for (const { change } of FORMS) expect((await supervisor.send(...change(ids))).status).toBeLessThan(300);
  await sleep(STALE_MS);
  for (const [index, { field, typed, overtakes }] of FORMS.entries()) {
    const tab = tabs[index] as Page;
    const value = () => tab.getByLabel(field, { exact: true }).first().inputValue();
    const again = tab.waitForResponse((response) => response.request().method() === 'GET' && response.url().includes('/api/v1/'));
    await lookAgain(tab);
    await again;
    if (overtakes) await tab.getByRole('alert').filter({ hasText: 'ほかの人が変更を保存しました' }).waitFor();
    await sleep(300);
    expect(await value(), field).toBe(typed);
  }
  const last = tabs.at(-1) as Page;
  await last.route('**/api/v1/settings', (route) => route.abort());
  await sleep(STALE_MS);
  const failed = last.waitForEvent('requestfailed');
  await lookAgain(last);
  await failed;
  // Asked three times, a second and two apart.
  await sleep(4500);
  expect(await last.getByLabel('SOS 後のケア休憩 (分)', { exact: true }).inputValue()).toBe('9');
  for (const tab of tabs) await tab.close({ runBeforeUnload: false });
});

/** The tab comes to the front again. */
const lookAgain = (tab = page): Promise<void> => tab.evaluate('void window.dispatchEvent(new Event("visibilitychange"))');

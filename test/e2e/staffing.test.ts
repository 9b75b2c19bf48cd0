/** A supervisor looks at the forecast, plans shifts, asks what would be with other staffing and sees who kept to the plan. */
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { addDays, dayOf } from '../../src/modules/support/japan-days.ts';
import { launchBrowser, login, openPage, type PageFaults } from '../support/browser.ts';
import { writePastDays } from '../support/past-days.ts';
import { startProduct, type Product } from '../support/product.ts';
import { ApiSession } from '../support/story-api.ts';
import { picture, step, type Scene } from '../support/story.ts';

const scene: Scene = { pages: new Map() };
let browser: Browser;
let page: Page;
let faults: PageFaults;
let supervisor: ApiSession;
let queue: { id: string; name: string; memberIds: string[] };
let agentName: string;

const DAYS = 29;

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

beforeAll(async () => {
  scene.product = await startProduct();
  supervisor = await ApiSession.open(started(), 'sv1');
  const queues = await supervisor.list<typeof queue>('/queues');
  const busiest = queues.toSorted((a, b) => b.memberIds.length - a.memberIds.length)[0];
  if (!busiest) throw new Error('the demo has no queue');
  queue = busiest;
  const agent = await ApiSession.open(started(), 'csr1');
  const people = await supervisor.list<{ id: string; name: string }>('/people');
  agentName = people.find(({ id }) => id === agent.userId)?.name ?? '';
  const agentIds = [agent.userId, ...queue.memberIds.filter((id) => id !== agent.userId)];
  await writePastDays(started(), { queueId: queue.id, agentIds, days: DAYS, callsPerDay: 60, now: Date.now() });
  browser = await launchBrowser({ kind: 'tone', hertz: 1000 });
  ({ page, faults } = await openPage(browser));
  scene.pages.set('sv1', page);
  await login(page, started().baseUrl, 'sv1');
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await scene.product?.stop();
});

const open = (path: string) => page.goto(`${started().baseUrl}${path}`);
const button = (name: string | RegExp) => page.getByRole('button', { name });

async function chooseQueue(): Promise<void> {
  await page.getByRole('textbox', { name: 'キュー' }).or(page.getByLabel('キュー', { exact: true })).first().click();
  await page.getByRole('option', { name: queue.name, exact: true }).click();
}

step(scene, 'the forecast says on which days it rests and how many agents are needed', async () => {
  await open('/staffing/forecast');
  await chooseQueue();
  await page.getByText(/同じ曜日の過去[34]日の平均/).waitFor();
  await page.getByRole('columnheader', { name: 'アーランA' }).waitFor();
  expect(await page.getByRole('row').count()).toBeGreaterThan(15);
  await picture(page, 'staffing-forecast-ja');
});

step(scene, 'shifts are given by a template, taken back, and compared with what is needed', async () => {
  await open('/staffing/shifts');
  await button('パターン一覧').click();
  await page.getByLabel('パターンの名前').fill('日勤');
  await button('パターンを追加').click();
  await page.getByRole('cell', { name: '日勤', exact: true }).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: '閉じる' }).click();
  const row = page.getByRole('row').filter({ hasText: agentName });
  await row.getByRole('button', { name: /シフトを追加/ }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
  await row.getByText('09:00–18:00').waitFor();
  await button('元に戻す').first().click();
  await row.getByText('09:00–18:00').waitFor({ state: 'detached' });
  await row.getByRole('button', { name: /シフトを追加/ }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
  await row.getByText('09:00–18:00').waitFor();
  await page.getByText(/不足|足りています/).first().waitFor();
  await picture(page, 'staffing-shifts-ja');
});

step(scene, 'shifts come from a file once it has no faults', async () => {
  const yesterday = addDays(dayOf(Date.now()), -1);
  const file = (text: string) => ({ name: 'shifts.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await button('取り込み').click();
  const input = page.getByRole('dialog').locator('input[type=file]');
  await input.setInputFiles(file(`nobody,,${yesterday},9:00,18:00,`));
  await page.getByText('このログインIDのユーザーはいません').waitFor();
  await input.setInputFiles(file(`csr1,,${yesterday},9:00,18:00,12:00-13:00`));
  await page.getByText('問題はありません').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'この内容で取り込む' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const { items } = await supervisor.get<{ items: { day: string; userName: string }[] }>(`/shifts?fromDay=${yesterday}&toDay=${yesterday}`);
  expect(items).toMatchObject([{ day: yesterday, userName: agentName }]);
});

step(scene, 'the report says who kept to the plan, and where they did not', async () => {
  await open('/reports/adherence');
  await button('昨日').click();
  const row = page.getByRole('row').filter({ hasText: agentName });
  await row.getByText(/遅刻 09:00–09:30/).waitFor();
  await row.getByText('94.4%').waitFor();
  await picture(page, 'staffing-adherence-ja');
});

step(scene, 'a day is lived through again with fewer agents, beside what it was', async () => {
  await open('/staffing/simulation');
  await chooseQueue();
  await page.getByLabel('オペレーター (増減)').fill('-1');
  await page.getByLabel('処理時間 (%)').fill('300');
  await button('シミュレーションを実行').click();
  await page.getByRole('columnheader', { name: '変更後' }).waitFor({ timeout: 30_000 });
  for (const text of ['実績', '再現 (変更なし)']) await page.getByRole('columnheader', { name: text }).waitFor();
  await page.getByText('記録からはわからないこと').waitFor();
  // Few calls are answered in time all the same; the agents who are left are busier.
  const busy = await page.getByRole('row').filter({ hasText: '占有率' }).first().getByRole('cell').allInnerTexts();
  const [unchanged, changed] = busy.slice(-2).map((text) => Number(text.replace('%', '')));
  expect(changed).toBeGreaterThan(unchanged ?? 100);
  await picture(page, 'staffing-simulation-ja');
  // A day that is not over is refused in words.
  await page.getByLabel('日', { exact: true }).first().fill(dayOf(Date.now()));
  await button('シミュレーションを実行').click();
  expect(faults.errors.splice(0).filter((text) => !text.includes('422'))).toEqual([]);
});

step(scene, 'agents see their own shifts', async () => {
  const agent = await openPage(browser);
  scene.pages.set('csr1', agent.page);
  await login(agent.page, started().baseUrl, 'csr1');
  await agent.page.goto(`${started().baseUrl}/my-shifts`);
  await agent.page.getByText('09:00–18:00').first().waitFor();
  await picture(agent.page, 'staffing-my-shifts-ja');
  await agent.context.close();
});

/**
 * Screens for supervisors: a wallboard without a login that lives, loses its connection, comes back and is ended; a seat map that is
 * arranged and shows who does what; a queue that rings all; a recording that is commented on while it plays, held and let go.
 */
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Queue } from '../../shared/api/queues.ts';
import type { Recording } from '../../shared/api/recordings.ts';
import type { SeatMap } from '../../shared/api/seat-maps.ts';
import type { AuditEntryView } from '../../shared/api/audit.ts';
import { launchBrowser, login, openPage } from '../support/browser.ts';
import { startProduct, type Product } from '../support/product.ts';
import { ApiSession } from '../support/story-api.ts';
import { Desk } from '../support/story-desk.ts';
import { sleep, waitFor } from '../support/story-wait.ts';
import { picture, step, ToneCaller, type Scene } from '../support/story.ts';

const scene: Scene = { pages: new Map() };
let browser: Browser;
let supervisor: Page;
let wall: Page;
let wallContext: BrowserContext;
let api: ApiSession;
let caller: ToneCaller;

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

/** A figure of the wallboard by its label. */
const tile = (label: string) => wall.locator('dl > div').filter({ hasText: label }).locator('dd');

beforeAll(async () => {
  scene.product = await startProduct();
  browser = await launchBrowser({ kind: 'tone', hertz: 1000 });
  api = await ApiSession.open(started(), 'sv1');
  caller = await ToneCaller.open(started(), '+81300000108', 600);
  ({ page: supervisor } = await openPage(browser));
  scene.pages.set('sv1', supervisor);
  await login(supervisor, started().baseUrl, 'sv1');
});

afterAll(async () => {
  await caller?.close();
  await browser?.close();
  await scene.product?.stop();
});

step(scene, 'a supervisor makes a link, and a screen without a login shows it', async () => {
  await supervisor.goto(`${started().baseUrl}/board`);
  await supervisor.getByRole('link', { name: 'ウォールボードのリンク' }).click();
  await supervisor.getByRole('button', { name: 'リンクを発行' }).click();
  const dialog = supervisor.getByRole('dialog');
  await dialog.getByLabel('名前').fill('1階');
  await dialog.getByRole('combobox', { name: 'キュー' }).click();
  await supervisor.getByRole('option', { name: 'サポート' }).click();
  await supervisor.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'リンクを発行' }).click();
  const address = await supervisor.locator('code').filter({ hasText: '/wall/' }).innerText();
  const opened = await openPage(browser, { width: 1920 });
  wall = opened.page;
  wallContext = opened.context;
  scene.pages.set('wall', wall);
  await wall.goto(address);
  await wall.getByRole('heading', { name: '1階' }).waitFor();
  await waitFor('a calm wall', async () => (await tile('待ち呼').innerText()) === '0');
  await picture(wall, 'wall-ja');
});

step(scene, 'who waits is on the wall at once, and gone again; no number, no name', async () => {
  const call = await caller.call('0312340002');
  await waitFor('the caller on the wall', async () => (await tile('待ち呼').innerText()) === '1', 10_000);
  await picture(wall, 'wall-waiting-ja');
  const text = await wall.locator('main').innerText();
  expect(text).not.toContain('0108');
  await call.hangup();
  await waitFor('the caller gone', async () => (await tile('待ち呼').innerText()) === '0', 10_000);
});

step(scene, 'without a network the wall says how old it is, and comes back by itself', async () => {
  await wallContext.setOffline(true);
  const alarm = wall.getByRole('alert').filter({ hasText: '前の内容です' });
  await alarm.waitFor({ timeout: 30_000 });
  await picture(wall, 'wall-stale-ja');
  await wallContext.setOffline(false);
  await alarm.waitFor({ state: 'detached', timeout: 60_000 });
}, 120_000);

step(scene, 'ended by the supervisor the wall goes dark; all of it is in the audit log', async () => {
  await supervisor.getByRole('button', { name: 'リンク「1階」を終了' }).click();
  await supervisor.getByRole('dialog').getByRole('button', { name: '削除' }).click();
  await wall.getByText('このリンクはここでは使えません').waitFor();
  const events = await api.list<AuditEntryView>('/audit?limit=100');
  const codes = events.map(({ code }) => code).filter((code) => code.startsWith('wall_link.'));
  expect(codes.sort()).toEqual(['wall_link.created', 'wall_link.opened', 'wall_link.revoked']);
});

step(scene, 'the supervisor arranges a room by keyboard and sees who sits where and does what', async () => {
  const anna = await Desk.open(scene, started(), browser, 'csr1');
  await anna.healthy();
  await anna.available();
  const name = (await (await ApiSession.open(started(), 'csr1')).get<{ user: { name: string } }>('/session')).user.name;
  await supervisor.goto(`${started().baseUrl}/board/seats`);
  await supervisor.getByRole('button', { name: '部屋を追加' }).first().click();
  await supervisor.getByRole('button', { name: '空き 2-1' }).click();
  await supervisor.getByLabel('席の名札').fill('A-1');
  await supervisor.getByRole('combobox', { name: 'オペレーター' }).click();
  await supervisor.getByRole('option', { name }).click();
  await supervisor.getByRole('button', { name: `席 2-1: A-1 ${name}` }).press('ArrowDown');
  await picture(supervisor, 'seats-edit-ja');
  await supervisor.getByRole('button', { name: '保存' }).click();
  const seat = supervisor.getByRole('button', { name: new RegExp(`${name}.*受付可`, 's') });
  await seat.waitFor();
  expect((await api.get<{ items: SeatMap[] }>('/seat-maps')).items[0]?.seats).toMatchObject([{ column: 1, row: 1, label: 'A-1' }]);
  await seat.click();
  await supervisor.getByRole('button', { name: `${name}さんの状態を変更` }).waitFor();
  await picture(supervisor, 'seats-ja');
}, 90_000);

step(scene, 'a queue that rings all: both desks ring, one answers, the other is told', async () => {
  const support = (await api.list<Queue>('/queues')).find(({ code }) => code === 'support');
  await api.send('PATCH', `/queues/${support?.id ?? ''}`, { order: 'ringAll' });
  const anna = scene.pages.get('csr1');
  const ben = await Desk.open(scene, started(), browser, 'csr2');
  await ben.healthy();
  await ben.available();
  const call = await caller.call('0312340002');
  await anna?.getByRole('region', { name: '着信' }).waitFor({ timeout: 15_000 });
  await ben.answer();
  await anna?.getByText('ほかの人が応答しました。').waitFor();
  await anna?.getByRole('region', { name: '着信' }).waitFor({ state: 'detached' });
  await call.hangup();
}, 120_000);

step(scene, 'a comment stands where its writing began, though the player goes on; a hold ends only after a question', async () => {
  const anna = scene.pages.get('csr1');
  const call = await caller.call('0312340002');
  await anna?.getByRole('button', { name: /^応答/ }).click({ timeout: 20_000 });
  await sleep(6000);
  await call.hangup();
  const [recording] = await waitFor('the longer recording', async () => {
    const found = (await api.list<Recording>('/recordings')).filter(({ status, durationMs }) => status === 'complete' && (durationMs ?? 0) > 5000);
    return found.length > 0 && found;
  });
  await supervisor.goto(`${started().baseUrl}/calls/${recording?.callId ?? ''}`);
  await supervisor.getByRole('button', { name: '再生', exact: true }).click();
  const comment = supervisor.getByRole('textbox', { name: /へのコメント/ });
  await waitFor('a second of play', async () => (await supervisor.getByRole('textbox', { name: '0:01 へのコメント' }).count()) === 1);
  await comment.pressSequentially('ここから', { delay: 600 });
  await supervisor.getByRole('button', { name: 'コメント', exact: true }).click();
  await supervisor.getByRole('button', { name: '0:01 へ移動' }).waitFor();

  await supervisor.getByRole('button', { name: '保全 (リーガルホールド)' }).click();
  await supervisor.getByRole('dialog').getByLabel('理由').fill('係争中');
  await supervisor.getByRole('dialog').locator('button[type=submit]').click();
  const lift = supervisor.getByRole('button', { name: '保全を解除' });
  await lift.click();
  const question = supervisor.getByRole('dialog').filter({ hasText: '係争中' });
  await question.waitFor();
  await picture(supervisor, 'hold-lift-ja');
  expect((await api.get<Recording>(`/recordings/${recording?.id ?? ''}`)).heldAt).not.toBeNull();
  await question.getByRole('button', { name: '保全を解除' }).click();
  await supervisor.getByRole('button', { name: '保全 (リーガルホールド)' }).waitFor();
}, 120_000);

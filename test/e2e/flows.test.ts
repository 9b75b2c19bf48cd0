/** A supervisor draws a flow in the browser, tries it out, publishes it; callers hear the branch that they take. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { CallDetail } from '../../shared/api/calls.ts';
import type { Flow } from '../../shared/flow/nodes.ts';
import { launchBrowser, login, openPage, toneLevel, type PageFaults } from '../support/browser.ts';
import { accessibility } from '../support/page-checks.ts';
import { startProduct, type Product } from '../support/product.ts';
import { ApiSession } from '../support/story-api.ts';
import { Desk } from '../support/story-desk.ts';
import { sleep, waitFor } from '../support/story-wait.ts';
import { picture, scenario, ToneCaller, type Scene } from '../support/story.ts';
import { toneWav } from '../support/tone-wav.ts';

const NUMBER = '0312340003';
const OPEN_HERTZ = 700;
const CLOSED_HERTZ = 1300;
const VENDOR_HERTZ = 900;
const ALWAYS = [{ fromMinute: 0, toMinute: 1440 }];
const WEEK = { timeZone: 'Asia/Tokyo', days: Object.fromEntries(Array.from({ length: 7 }, (_, day) => [day, ALWAYS])) };

const scene: Scene = { pages: new Map() };
let browser: Browser;
let page: Page;
let faults: PageFaults;
let supervisor: ApiSession;
let calendar = '';
let vendor: Awaited<ReturnType<typeof speechVendor>>;

/** A speech service: whatever it is asked to say, it says a tone. */
async function speechVendor() {
  const asked: { key: string | undefined; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      asked.push({ key: request.headers.authorization, body });
      response.end(toneWav(VENDOR_HERTZ, 8000, 1, 3));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/speak` };
}

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

const button = (name: string | RegExp) => page.getByRole('button', { name });

/** A tone in the place of a shipped sound, so that it can be told apart on the telephone. */
async function putTone(name: string, hertz: number): Promise<void> {
  const answer = await fetch(`${started().baseUrl}/api/v1/prompts/${encodeURIComponent(name)}`, {
    method: 'PUT',
    headers: { cookie: supervisor.cookie, 'x-csrf-token': supervisor.csrfToken, 'content-type': 'audio/wav' },
    body: Uint8Array.from(toneWav(hertz, 8000, 1, 4)),
  });
  expect(answer.status).toBe(200);
}

/** Calls the number, presses a key once the menu is heard, and listens. @returns which tone follows */
async function heardAfter(key: string, from: string): Promise<'open' | 'closed' | 'neither'> {
  // What was changed is read anew after its answer was sent, so it holds for calls of a moment later.
  await sleep(2000);
  const caller = await ToneCaller.open(started(), from, 500);
  const call = await caller.call(NUMBER);
  await waitFor('the menu', () => caller.sound.heardMulaw().length > 4000);
  caller.sound.forget();
  await caller.sound.press(key);
  const [open, closed] = [await caller.toneFor(OPEN_HERTZ, 2000), await caller.toneFor(CLOSED_HERTZ, 1000)];
  await call.hangup();
  await caller.close();
  return open > 500 ? 'open' : closed > 500 ? 'closed' : 'neither';
}

/** Adds a step from the palette; it is chosen then. */
const add = (verb: string) => page.getByRole('group', { name: '追加できるステップ' }).getByRole('button', { name: verb, exact: true }).click();
const lead = (branch: string, to: string) => page.getByRole('tabpanel', { name: 'ステップ' }).getByLabel(branch, { exact: true }).selectOption(to);

async function playing(sound: string): Promise<void> {
  const field = page.getByLabel('音声', { exact: true }).and(page.locator('input'));
  await field.fill(sound);
  await page.getByRole('option', { name: sound, exact: true }).click();
  await page.keyboard.press('Escape');
}

beforeAll(async () => {
  vendor = await speechVendor();
  scene.product = await startProduct({ environment: { SCC_SPEECH_ADDRESSES: '127.0.0.1' } });
  supervisor = await ApiSession.open(scene.product, 'sv1');
  await putTone('ja/announcement', OPEN_HERTZ);
  await putTone('ja/closed', CLOSED_HERTZ);
  const made = await supervisor.send<{ id: string }>('POST', '/calendars', { code: 'office', name: '本社', hours: WEEK });
  calendar = made.body.id;
  browser = await launchBrowser({ kind: 'tone', hertz: 1000 });
  ({ page, faults } = await openPage(browser));
  page.setDefaultTimeout(8000);
  scene.pages.set('sv1', page);
  await login(page, scene.product.baseUrl, 'sv1');
});

afterAll(async () => {
  await browser?.close();
  await scene.product?.stop();
  vendor?.server.close();
});

scenario(scene, 'a flow with a menu, open hours and a queue is drawn, checked, tried out and published', async () => {
  await page.goto(`${started().baseUrl}/flows`);
  await button('フローを追加').click();
  await page.getByLabel('名前').fill('試験フロー');
  await page.getByLabel('コード').fill('trial');
  await button('作成').click();
  await page.getByRole('heading', { level: 1, name: '試験フロー' }).waitFor();

  await add('ガイダンス再生');
  await playing('ja/announcement');
  await lead('次へ', 'end');
  await add('ガイダンス再生');
  await playing('ja/closed');
  await lead('次へ', 'end');
  await add('営業時間');
  await page.getByRole('switch', { name: 'このステップだけの営業時間' }).press('Space');
  await lead('営業中', 'play1');
  await lead('時間外', 'play2');
  await add('キュー');
  await page.getByRole('tabpanel').getByLabel('キュー', { exact: true }).and(page.locator('input')).click();
  await page.getByRole('option', { name: 'サポート', exact: true }).click();
  await lead('あふれ呼', 'end');
  await add('メニュー');
  await playing('ja/menu-main');
  await button('キーを追加').click();
  await lead('キー 1', 'hours1');
  await button('ここから開始').click();

  // Key 2 and the last branch lead nowhere yet: the check says so and leads there.
  await page.getByRole('tab', { name: /^チェック/ }).click();
  await button(/分岐「キー 2」の行き先がありません/).click();
  await lead('キー 2', 'queue1');
  await lead('有効な入力なし', 'end');
  await page.getByRole('tab', { name: /^チェック/ }).click();
  await page.getByText('このフローに問題はありません。').waitFor();
  await page.getByRole('tab', { name: 'テスト実行' }).click();
  await button('電話をかける').click();
  await page.getByLabel('押すキー').fill('1');
  await button('押す').click();
  await page.getByText('♪ ja/announcement').waitFor();
  expect(await page.locator('[class*="passed"]').count()).toBe(4);
  await picture(page, 'flows-drawn');
  expect(await accessibility(page)).toEqual([]);

  await button('下書きを保存').click();
  await button('公開…').click();
  await page.getByLabel('変更内容').fill('最初の版');
  await button('公開').last().click();
  await page.getByText('版 1 使用中').waitFor();
});

scenario(scene, 'a number leads to it, and callers hear the branch they take', async () => {
  await page.goto(`${started().baseUrl}/telephony/numbers`);
  await button('03-1234-0003を編集').click();
  await page.getByLabel('応答するフロー').and(page.locator('input')).click();
  await page.getByRole('option', { name: '試験フロー' }).click();
  await button('保存').click();
  await page.getByRole('cell', { name: '試験フロー' }).waitFor();

  expect(await heardAfter('1', '+819000000201')).toBe('open');
  const record = await supervisor.endedCallFrom('09000000201');
  expect((await supervisor.get<CallDetail>(`/calls/${record.id}`)).outcome).toBe('self_service');

  // What is closed in the calendar is closed for the next call.
  await supervisor.send('PATCH', `/calendars/${calendar}`, { hours: { ...WEEK, days: {} } });
  expect(await heardAfter('1', '+819000000202')).toBe('closed');
  await supervisor.send('PATCH', `/calendars/${calendar}`, { hours: WEEK });

  expect(await heardAfter('2', '+819000000203')).toBe('neither');
  expect((await supervisor.endedCallFrom('09000000203')).queueId).not.toBeNull();
});

scenario(scene, 'a change is undone and redone, compared, published, and taken back', async () => {
  const { items } = await supervisor.get<{ items: { id: string; code: string }[] }>('/flows');
  const id = items.find(({ code }) => code === 'trial')?.id ?? '';
  await page.goto(`${started().baseUrl}/flows/${id}`);
  // In the list, which needs no mouse.
  await page.getByText('一覧', { exact: true }).click();
  const step = page.getByRole('listitem').filter({ hasText: '営業時間 (hours1)' });
  await step.getByLabel('営業中').selectOption('play2');
  await button('元に戻す').click();
  expect(await step.getByLabel('営業中').inputValue()).toBe('play1');
  await button('やり直す').click();
  expect(await step.getByLabel('営業中').inputValue()).toBe('play2');
  expect(await accessibility(page)).toEqual([]);
  await page.getByRole('tab', { name: '版', exact: true }).click();
  await button('版 1 を編集中の内容と比較').click();
  await page.getByRole('row', { name: /変更.*営業時間.*play1.*play2/ }).waitFor();
  await picture(page, 'flows-compared');
  await page.keyboard.press('Control+s');
  await button('公開…').click();
  await button('公開').last().click();
  await page.getByText('版 2 使用中').waitFor();
  expect(await heardAfter('1', '+819000000204')).toBe('closed');

  await page.getByRole('tab', { name: '版', exact: true }).click();
  await button('版 1 に切り替える').click();
  await page.getByText('版 1 使用中').waitFor();
  expect(await heardAfter('1', '+819000000205')).toBe('open');
  const flow = await supervisor.get<{ version: number; lastVersion: number; definition: Flow }>(`/flows/${id}`);
  expect([flow.version, flow.lastVersion, flow.definition.nodes['hours1']]).toMatchObject([1, 2, { open: 'play1' }]);
  expect(faults.errors).toEqual([]);
});

/** Heard by the page's own loudspeaker. */
const hears = (hertz: number) => waitFor(`${hertz} Hz in the page`, async () => (await toneLevel(page, hertz, 0.5)) > 20);

/** The page in both languages and on a telephone's screen. */
async function pictures(name: string): Promise<void> {
  await picture(page, name);
  await page.getByText('EN', { exact: true }).click();
  await page.getByRole('link', { name: 'Settings', exact: true }).waitFor();
  await picture(page, `${name}-en`);
  await page.getByText('日本語', { exact: true }).first().click();
  await page.getByRole('link', { name: '設定', exact: true }).waitFor();
  await page.setViewportSize({ width: 400, height: 900 });
  await picture(page, `${name}-narrow`);
  await page.setViewportSize({ width: 1280, height: 900 });
}

scenario(scene, 'a speech service over HTTP is set, heard in the page, and speaks for flows from then on', async () => {
  await page.goto(`${started().baseUrl}/settings`);
  await page.getByRole('tab', { name: '音声合成' }).click();
  await page.getByText('外部サービス', { exact: true }).click();
  await page.getByLabel('サービスの URL').fill(vendor.url);
  await page.getByLabel('サービスの鍵').fill('Bearer secret');
  await page.getByLabel('日本語の声').fill('hana');
  await button('保存').click();
  await page.getByPlaceholder('変更なし').waitFor();
  await button('読み上げる').click();
  await page.getByLabel('読み上げた音声').waitFor();
  expect(vendor.asked[0]).toMatchObject({ key: 'Bearer secret', body: expect.stringContaining('hana') as string });
  await pictures('settings-speech');
  expect(await accessibility(page)).toEqual([]);
});

scenario(scene, 'a draft is called from the editor: heard, answered by keys, followed in the drawing, and left out of every record', async () => {
  const queue = { verb: 'queue', queue: 'support', priority: 0, requiredSkills: {}, announceEveryMs: 0, maxWaitMs: 0, overflow: 'end' };
  const draft = {
    start: 'menu',
    nodes: {
      menu: { verb: 'menu', prompts: ['ja/announcement'], timeoutMs: 30_000, retries: 2, invalidPrompts: [], timeoutPrompts: [], choices: { 1: 'spoken' }, otherwise: 'end' },
      spoken: { verb: 'say', language: 'ja', parts: [{ kind: 'text', text: 'したがきです' }, { kind: 'sound', name: 'ja/closed' }], next: 'away' },
      away: { verb: 'dial', number: '09012340000', callerId: null, ringMs: 60_000, record: false, answered: 'end', busy: 'wait', failed: 'end', refused: 'end' },
      wait: queue,
      end: { verb: 'hangup' },
    },
    view: { menu: { x: 0, y: 0 }, spoken: { x: 280, y: 0 }, away: { x: 560, y: 0 }, wait: { x: 840, y: 0 }, end: { x: 1120, y: 160 } },
  };
  const made = await supervisor.send<{ id: string }>('POST', '/flows', { code: 'draft-only', name: '下書きだけ', draft });
  await page.goto(`${started().baseUrl}/flows/${made.body.id}`);
  await page.getByRole('tab', { name: '通話テスト' }).click();
  await page.getByLabel('発信者番号').fill('09000000251');
  await button('下書きに電話をかける').click();
  await hears(OPEN_HERTZ);
  await page.getByRole('group', { name: 'キーパッド' }).getByRole('button', { name: '1', exact: true }).click();
  // What the draft says is spoken by the service.
  await hears(VENDOR_HERTZ);
  await hears(CLOSED_HERTZ);
  // Nobody is called: how the transfer ends is said here.
  await button('話し中').click();
  await button('キューが受け付けない').waitFor();
  expect(await page.locator('[class*="passed"]').count()).toBe(4);
  await page.locator('[class*="outcome"]').filter({ hasText: 'キー 1' }).waitFor();
  await pictures('flows-called');
  expect(await accessibility(page)).toEqual([]);
  const again = await supervisor.send<{ code: string }>('POST', `/flows/${made.body.id}/draft-calls`, {});
  expect(again.body.code).toBe('draft_call_running');
  await button('キューが受け付けない').click();
  await page.getByText('通話は終了しました。').waitFor();
  expect(await supervisor.callsFrom('09000000251')).toEqual([]);
  const { items } = await supervisor.get<{ items: { code: string }[] }>('/audit?limit=20');
  expect(items.map(({ code }) => code)).toEqual(expect.arrayContaining(['flow.draft_called', 'flow.draft_call_ended']));
  expect(faults.errors).toEqual([]);
});

/** A line to the outside, at whose end the telephone sits. */
async function lineTo(port: number): Promise<void> {
  const trunk = await supervisor.send<{ id: string }>('POST', '/trunks', { name: '外線', kind: 'ip', host: '127.0.0.1', port, channels: 10, monitorSeconds: 0 });
  const routed = await supervisor.send('PUT', '/outbound-routes', { routes: [{ name: 'すべて', prefix: '', trunkIds: [trunk.body.id] }] });
  expect(routed.status).toBe(200);
}

/** A script that agents see, with one step. */
async function published(name: string): Promise<string> {
  const draft = { steps: [{ id: 'a', title: '用件', say: `${name}の言葉`, fields: [], branches: [], next: null }] };
  const made = await supervisor.send<{ id: string }>('POST', '/scripts', { name, draft });
  await supervisor.send('POST', `/scripts/${made.body.id}/publish`, {});
  return made.body.id;
}

scenario(scene, 'a callback is drawn, offered to a caller who waits, and made in its turn; the next caller’s script is that of the flow', async () => {
  const { items } = await supervisor.get<{ items: { id: string; code: string }[] }>('/queues');
  const support = items.find(({ code }) => code === 'support')?.id ?? '';
  await supervisor.send('PATCH', `/queues/${support}`, { scriptId: await published('キューのスクリプト'), offerTimeoutMs: 60_000 });
  await published('フローのスクリプト');
  await putTone('ja/queue-callback', CLOSED_HERTZ);

  await page.goto(`${started().baseUrl}/flows`);
  await button('フローを追加').click();
  await page.getByLabel('名前').fill('折り返し案内');
  await page.getByLabel('コード').fill('call-back');
  await button('作成').click();
  await page.getByRole('heading', { level: 1, name: '折り返し案内' }).waitFor();
  await add('ガイダンス再生');
  await playing('ja/announcement');
  await lead('次へ', 'end');
  await add('キュー');
  const choose = async (field: string, option: string): Promise<void> => {
    const input = page.getByRole('tabpanel').getByLabel(field, { exact: true }).and(page.locator('input'));
    await input.focus();
    await input.press('ArrowDown');
    await page.getByRole('option', { name: option, exact: true }).click();
  };
  await choose('キュー', 'サポート');
  await choose('オペレーターのスクリプト', 'フローのスクリプト');
  await choose('個別の分岐', 'キュー: 折り返し予約');
  await page.keyboard.press('Escape');
  await page.getByRole('tabpanel').getByRole('switch', { name: '別の番号への折り返し' }).click();
  await lead('キュー: 折り返し予約', 'play1');
  await lead('あふれ呼', 'end');
  await button('ここから開始').click();
  await page.getByRole('tab', { name: /^チェック/ }).click();
  await page.getByText('このフローに問題はありません。').waitFor();
  await picture(page, 'flows-callback-drawn');
  await button('下書きを保存').click();
  await button('公開…').click();
  await button('公開').last().click();
  await page.getByText('版 1 使用中').waitFor();
  const flows = await supervisor.get<{ items: { id: string; code: string }[] }>('/flows');
  const added = await supervisor.send('POST', '/numbers', { number: '0312340009', label: '折り返し', flowId: flows.items.find(({ code }) => code === 'call-back')?.id });
  expect(added.status).toBe(200);

  const first = await ToneCaller.open(started(), '+81312345678', 500);
  const second = await ToneCaller.open(started(), '+819000000232', 500);
  await lineTo(first.phone.port);
  const asking = await first.call('0312340009');
  await waitFor('the offer to be called back', async () => (await first.toneFor(CLOSED_HERTZ, 700)) > 300, 20_000);
  // Not at the number the call comes from, but at one that is typed.
  for (const key of '120355551234#1') await first.sound.press(key);
  expect(await first.toneFor(OPEN_HERTZ, 2000)).toBeGreaterThan(500);
  await asking.until('ended');
  const waiting = await second.call('0312340009');
  const desk = await Desk.open(scene, started(), browser, 'csr1');
  await desk.healthy();
  await desk.available();
  // Who hung up keeps the place before who waits.
  await desk.offer.filter({ hasText: '折り返し予約' }).filter({ hasText: '03-5555-1234' }).waitFor();
  await desk.answerByKey();
  const back = await first.phone.nextCall();
  back.answer(first.sound.sdp());
  first.sound.startTo(back.remoteSdp);
  await desk.hears(500);
  await waitFor('the agent at the caller’s', async () => (await first.toneFor(1000, 700)) > 300);
  await back.hangup();
  await desk.wrapUp('折り返した。');
  await desk.offer.filter({ hasText: '090-0000-0232' }).waitFor();
  await desk.answerByKey();
  await desk.page.getByRole('region', { name: 'トークスクリプト' }).getByText('フローのスクリプトの言葉').waitFor();
  await picture(desk.page, 'flows-script-of-flow');
  await waiting.hangup();
  const { items: over } = await supervisor.get<{ items: { status: string; attempts: number }[] }>('/callbacks?open=false');
  expect(over).toMatchObject([{ status: 'done', attempts: 1 }]);
  expect([...faults.errors, ...desk.faults.errors]).toEqual([]);
  await Promise.all([first.close(), second.close()]);
});

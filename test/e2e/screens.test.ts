/** Every page, as supervisor and as agent, in Japanese and English, on a desk's screen and on a phone: well formed and accessible. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { Case } from '../../shared/api/cases.ts';
import { launchBrowser, login, openPage, type PageFaults } from '../support/browser.ts';
import { accessibility, overflow } from '../support/page-checks.ts';
import { startProduct, type Product } from '../support/product.ts';
import { ApiSession } from '../support/story-api.ts';
import { sleep, waitFor } from '../support/story-wait.ts';
import { EVIDENCE, scenario, ToneCaller, type Scene } from '../support/story.ts';

const SCREENS = join(EVIDENCE, 'screens');
const SUPERVISOR = [
  '/board', '/board/walls', '/board/seats', '/alerts',
  '/desk', '/customers', '/customers/:customer', '/calls', '/calls/:call', '/callbacks', '/queues',
  '/recordings', '/recordings/labels', '/voicemail', '/voicemail?part=boxes', '/knowledge', '/incidents', '/scripts',
  ...['evaluations', 'averages', 'calibrations', 'sheets'].map((part) => `/quality/${part}`),
  ...['calls', 'agents', 'adherence', 'board', 'service', 'schedules'].map((part) => `/reports/${part}`),
  ...['forecast', 'shifts', 'simulation'].map((part) => `/staffing/${part}`),
  '/flows', '/flows?part=calendars', '/flows/:flow', '/audit', '/users', '/settings', '/account',
  ...['trunks', 'routes', 'limits', 'numbers', 'devices'].map((part) => `/telephony/${part}`),
];
const AGENT = ['/desk', '/account', '/my-shifts', '/customers', '/customers/:customer', '/calls', '/recordings', '/voicemail', '/quality/evaluations', '/knowledge'];
/** Made for phones too. */
const ON_PHONES = ['/board', '/web-call/demo', '/login', '/wall/:wall'];
const WIDTHS = [1280, 390] as const;

const scene: Scene = { pages: new Map() };
let browser: Browser;
/** What the tenant calls its queues, in whatever language. */
const queueNames = new Set<string>();
/** Ids that stand for the names in the paths. */
const ids = new Map<string, string>();

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

beforeAll(async () => {
  mkdirSync(SCREENS, { recursive: true });
  scene.product = await startProduct();
  browser = await launchBrowser({ kind: 'tone', hertz: 1000 });
  const supervisor = await ApiSession.open(started(), 'sv1');
  const caller = await ToneCaller.open(started(), '+819000000101', 600);
  const call = await caller.call('0312340002');
  await sleep(2000);
  await call.hangup();
  await caller.close();
  ids.set(':call', (await supervisor.endedCallFrom('09000000101')).id);
  const cases = await supervisor.list<Case>('/cases');
  const trunk = await supervisor.send<{ id: string }>('POST', '/trunks', { name: '本社光回線', kind: 'ip', profile: 'ngn', host: '127.0.0.1', port: started().sipPort });
  await supervisor.send('PUT', '/outbound-routes', { routes: [{ name: 'その他', prefix: '', trunkIds: [trunk.body.id] }] });
  await supervisor.send('POST', '/devices', { username: 'desk-21', label: '窓口' });
  const box = { number: '8001', name: '夜間受付', greeting: 'ja/voicemail-greeting', retentionDays: 90, active: true, memberIds: [], queueIds: [], recipients: ['night@example.jp'] };
  await supervisor.send('POST', '/voicemail-boxes', box);
  const queues = await supervisor.list<{ id: string }>('/queues');
  const wall = await supervisor.send<{ token: string }>('POST', '/wall-links', { name: '1階 コールセンター', queueIds: queues.map(({ id }) => id), showsNames: true, showsNumbers: true });
  const people = await supervisor.list<{ id: string; name: string }>('/people');
  const room = await supervisor.send<{ id: string }>('POST', '/seat-maps', { name: '1階', columns: 5, rows: 2 });
  const seats = people.slice(0, 8).map(({ id }, index) => ({ column: index % 4, row: Math.floor(index / 4), label: `A-${index + 1}`, userId: id }));
  await supervisor.send('PUT', `/seat-maps/${room.body.id}`, { name: '1階', columns: 5, rows: 2, version: 1, seats: [...seats, { column: 4, row: 1, label: 'B-1', userId: null }] });
  ids.set(':wall', wall.body.token);
  for (const { name } of await supervisor.list<{ name: string }>('/queues')) queueNames.add(name);
  ids.set(':flow', (await supervisor.list<{ id: string }>('/flows'))[0]?.id ?? '');
  ids.set(':customer', cases.at(-1)?.customerId ?? '');
});

afterAll(async () => {
  await browser?.close();
  await scene.product?.stop();
});

type Language = 'ja' | 'en';

for (const [loginId, paths] of [['sv1', SUPERVISOR], ['csr1', AGENT]] as const) {
  for (const language of ['ja', 'en'] as const) {
    scenario(scene, `${loginId} sees every page in ${language}`, async () => {
      const { context, page, faults } = await openPage(browser);
      scene.pages.set(loginId, page);
      await login(page, started().baseUrl, loginId);
      if (language === 'en') await page.getByText('EN', { exact: true }).click();
      const wrong: string[] = [];
      for (const path of paths) wrong.push(...(await lookAt(page, faults, { path, who: loginId, language })));
      await context.close();
      expect(wrong, wrong.join('\n')).toEqual([]);
    }, 480_000);
  }
}

for (const language of ['ja', 'en'] as const) {
  scenario(scene, `a visitor sees login, web call, wallboard and a wrong address in ${language}`, async () => {
    const { context, page, faults } = await openPage(browser);
    scene.pages.set('visitor', page);
    await page.goto(`${started().baseUrl}/login`);
    if (language === 'en') await page.getByText('EN', { exact: true }).click();
    const wrong: string[] = [];
    for (const path of ['/login', '/web-call/demo', '/wall/:wall', '/no-such-page']) wrong.push(...(await lookAt(page, faults, { path, who: 'visitor', language })));
    await context.close();
    expect(wrong, wrong.join('\n')).toEqual([]);
  });
}

/** Opens a page, looks at it on a desk's screen and on a phone, and names what is wrong with it. */
async function lookAt(page: Page, faults: PageFaults, view: { path: string; who: string; language: Language }): Promise<string[]> {
  const path = view.path.replace(/:\w+/, (name) => ids.get(name) ?? '');
  await page.setViewportSize({ width: WIDTHS[0], height: 900 });
  await page.goto(`${started().baseUrl}${path}`);
  await settled(page);
  const wrong: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await sleep(200);
    const name = `${view.who}-${view.language}-${width}-${view.path.replaceAll(/[/:?=]+/g, '-').slice(1)}`;
    await page.screenshot({ path: join(SCREENS, `${name}.png`), fullPage: true });
    const found = await overflow(page);
    // Colours, names and roles do not depend on the language, and hardly on the width.
    if (view.language === 'en') found.push(...(await untranslated(page)));
    else if (width === WIDTHS[0] || ON_PHONES.includes(view.path)) found.push(...(await accessibility(page)));
    wrong.push(...[...found, ...faults.errors.splice(0)].map((text) => `${name}: ${text}`));
  }
  return wrong;
}

/** Waits until nothing loads any more. */
async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  // Not waitForFunction: it evaluates a text inside of the page, which the content security policy rightly refuses.
  const unsettled = page.locator('.mantine-Skeleton-root, .mantine-Loader-root');
  await waitFor('a page that loads nothing any more', async () => (await unsettled.count()) === 0, 10_000);
}

/** Kana in menus, tabs, labels and heads of tables of the English page. */
async function untranslated(page: Page): Promise<string[]> {
  const texts = await page.locator('nav a, [role=tab], label, th').allInnerTexts();
  return texts.filter((text) => /[\u3040-\u30ff]/.test(text) && !queueNames.has(text.trim())).map((text) => `not translated: ${text}`);
}

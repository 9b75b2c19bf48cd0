/** Every page, as supervisor and as agent, in Japanese and English, on a desk's screen and on a phone: well formed, accessible, done by keys alone. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, login, openPage, type PageFaults } from '../support/browser.ts';
import { dialogFaults, keyboardFaults } from '../support/keyboard.ts';
import { accessibility, overflow, settled } from '../support/page-checks.ts';
import { startProduct, type Product } from '../support/product.ts';
import { type ScreenRecords, writeScreenRecords } from '../support/screen-records.ts';
import { sleep } from '../support/story-wait.ts';
import { EVIDENCE, scenario, type Scene } from '../support/story.ts';

const SCREENS = join(EVIDENCE, 'screens');
const SUPERVISOR = [
  '/board', '/board/walls', '/board/seats', '/alerts',
  '/desk', '/customers', '/customers/:customer', '/calls', '/calls/:call', '/callbacks', '/queues',
  '/recordings', '/recordings/labels', '/voicemail', '/voicemail?part=boxes', '/knowledge', '/incidents', '/scripts',
  ...['evaluations', 'averages', 'calibrations', 'sheets'].map((part) => `/quality/${part}`),
  '/evaluations/:evaluation', '/calibrations/:calibration',
  ...['calls', 'agents', 'adherence', 'board', 'service', 'schedules'].map((part) => `/reports/${part}`),
  ...['forecast', 'shifts', 'simulation'].map((part) => `/staffing/${part}`),
  '/flows', '/flows?part=calendars', '/flows/:flow', '/audit', '/audit/provider-access', '/users', '/users/profiles', '/users/import', '/settings', '/settings?part=dataExport', '/account',
  ...['trunks', 'routes', 'limits', 'numbers', 'devices'].map((part) => `/telephony/${part}`),
];
const AGENT = ['/desk', '/account', '/my-shifts', '/customers', '/customers/:customer', '/calls', '/recordings', '/voicemail', '/quality/evaluations', '/knowledge'];
/** Made for phones too. */
const ON_PHONES = ['/board', '/web-call/demo', '/login', '/wall/:wall'];
const WIDTHS = [1280, 390] as const;
/** Pictures take as long as all checks, and are for people who look at them; what is wrong always leaves one. */
const EVERY_PICTURE = process.env['SCC_SCREENS'] === 'all';
/** A dialog of the supervisor's page, by the name of the button that opens it. */
const DIALOGS: Readonly<Record<string, string>> = {
  '/desk': 'キーボードショートカット', '/board/walls': 'リンクを発行', '/customers': '新規顧客', '/customers/:customer': '新規案件', '/recordings/labels': '新しいラベル',
  '/quality/evaluations': '評価する通話を選ぶ', '/staffing/shifts': 'シフトを追加', '/telephony/trunks': '外線を追加',
};

const scene: Scene = { pages: new Map() };
let browser: Browser;
let { ids, ownNames }: ScreenRecords = { ids: new Map(), ownNames: [] };

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

beforeAll(async () => {
  mkdirSync(SCREENS, { recursive: true });
  scene.product = await startProduct();
  browser = await launchBrowser({ kind: 'tone', hertz: 1000 });
  ({ ids, ownNames } = await writeScreenRecords(started()));
});

afterAll(async () => {
  await browser?.close();
  await scene.product?.stop();
});

type Language = 'ja' | 'en';

for (const [loginId, paths] of [['sv1', SUPERVISOR], ['csr1', AGENT]] as const) {
  scenario(scene, `${loginId} sees every page in both languages`, async () => {
    const { context, page, faults } = await openPage(browser);
    scene.pages.set(loginId, page);
    await login(page, started().baseUrl, loginId);
    const wrong: string[] = [];
    for (const path of paths) wrong.push(...(await lookAt(page, faults, { path, who: loginId })));
    await context.close();
    expect(wrong, wrong.join('\n')).toEqual([]);
  }, 600_000);
}

scenario(scene, 'a visitor sees login, web call, wallboard and a wrong address in both languages', async () => {
  const { context, page, faults } = await openPage(browser);
  scene.pages.set('visitor', page);
  const wrong: string[] = [];
  for (const path of ['/login', '/web-call/demo', '/wall/:wall', '/no-such-page']) wrong.push(...(await lookAt(page, faults, { path, who: 'visitor' })));
  await context.close();
  expect(wrong, wrong.join('\n')).toEqual([]);
});

/** Opens a page, looks at it in each language on a desk's screen and on a phone, and names what is wrong with it. */
async function lookAt(page: Page, faults: PageFaults, view: { path: string; who: string }): Promise<string[]> {
  const path = view.path.replace(/:\w+/, (name) => ids.get(name) ?? '');
  await page.setViewportSize({ width: WIDTHS[0], height: 900 });
  await page.goto(`${started().baseUrl}${path}`);
  await settled(page);
  const wrong: string[] = [];
  for (const language of ['ja', 'en'] as const) {
    await page.setViewportSize({ width: WIDTHS[0], height: 900 });
    // Changed on the page as it stands: every text of it must follow.
    if (language === 'en') await speak(page, 'en');
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await sleep(200);
      const name = `${view.who}-${language}-${width}-${view.path.replaceAll(/[/:?=]+/g, '-').slice(1)}`;
      const found = await overflow(page);
      // Colours, names and roles do not depend on the language, and hardly on the width.
      if (language === 'en') found.push(...(await untranslated(page)));
      else if (width === WIDTHS[0] || ON_PHONES.includes(view.path)) found.push(...(await accessibility(page)));
      found.push(...faults.errors.splice(0));
      if (EVERY_PICTURE || found.length > 0) await page.screenshot({ path: join(SCREENS, `${name}.png`), fullPage: true });
      wrong.push(...found.map((text) => `${name}: ${text}`));
    }
  }
  await page.setViewportSize({ width: WIDTHS[0], height: 900 });
  await speak(page, 'ja');
  return [...wrong, ...(await withoutMouse(page, view)).map((text) => `${view.who} ${view.path} by keys: ${text}`)];
}

async function speak(page: Page, language: Language): Promise<void> {
  const choice = page.getByRole('radiogroup').filter({ has: page.getByText('EN', { exact: true }) });
  await choice.getByText(language === 'en' ? 'EN' : '日本語', { exact: true }).click();
  await page.locator(`html[lang=${language}]`).waitFor({ state: 'attached' });
  await settled(page);
}

/** What the page, and a dialog of it, cannot do by keys; at the width that its user has. The page is another one afterwards. */
async function withoutMouse(page: Page, { path, who }: { path: string; who: string }): Promise<string[]> {
  const url = page.url();
  await page.setViewportSize({ width: WIDTHS[who === 'csr1' ? 1 : 0], height: 900 });
  const found = await keyboardFaults(page);
  const opener = who === 'sv1' ? DIALOGS[path] : undefined;
  if (opener === undefined) return found;
  await page.goto(url);
  await settled(page);
  return [...found, ...(await dialogFaults(page, page.getByRole('button', { name: opener }).first()))];
}

/** Kana in menus, tabs, labels and heads of tables of the English page. */
async function untranslated(page: Page): Promise<string[]> {
  const texts = await page.locator('nav a, [role=tab], label, th').allInnerTexts();
  const withoutNames = (text: string): string => ownNames.reduce((rest, name) => rest.replaceAll(name, ''), text);
  return texts.filter((text) => /[\u3040-\u30ff]/.test(withoutNames(text))).map((text) => `not translated: ${text}`);
}

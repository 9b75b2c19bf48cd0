/** Every page, as supervisor and as agent, in Japanese and English, on a desk's screen and on a phone: well formed and accessible. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { Case } from '../../shared/api/cases.ts';
import { launchBrowser, login, openPage, type PageFaults } from '../support/browser.ts';
import { startProduct, type Product } from '../support/product.ts';
import { ApiSession } from '../support/story-api.ts';
import { EVIDENCE, scenario, sleep, ToneCaller, waitFor, type Scene } from '../support/story.ts';

const SCREENS = join(EVIDENCE, 'screens');
const SUPERVISOR = ['/board', '/desk', '/customers', '/customers/:customer', '/calls', '/calls/:call', '/recordings', '/knowledge', '/audit', '/users', '/settings'];
const AGENT = ['/desk', '/customers', '/customers/:customer', '/calls', '/recordings', '/knowledge'];
const WIDTHS = [1280, 390];

const scene: Scene = { pages: new Map() };
let browser: Browser;
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
  ids.set(':customer', cases.at(-1)?.customerId ?? '');
});

afterAll(async () => {
  await browser?.close();
  await scene.product?.stop();
});

for (const [loginId, paths] of [['sv1', SUPERVISOR], ['csr1', AGENT]] as const) {
  for (const language of ['ja', 'en'] as const) {
    scenario(scene, `${loginId} sees every page in ${language}`, async () => {
      const { context, page, faults } = await openPage(browser);
      scene.pages.set(loginId, page);
      await login(page, started().baseUrl, loginId);
      if (language === 'en') await page.getByText('EN', { exact: true }).click();
      const found: string[] = [];
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        for (const path of paths) found.push(...(await lookAt(page, faults, { path, name: `${loginId}-${language}-${width}`, language })));
      }
      await context.close();
      expect(found, found.join('\n')).toEqual([]);
    });
  }
}

for (const language of ['ja', 'en'] as const) {
  scenario(scene, `a visitor sees login and web call in ${language}`, async () => {
    const { context, page, faults } = await openPage(browser, { locale: language === 'ja' ? 'ja-JP' : 'en-US' });
    scene.pages.set('visitor', page);
    const found: string[] = [];
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      for (const path of ['/login', '/web-call/demo', '/no-such-page']) {
        found.push(...(await lookAt(page, faults, { path, name: `visitor-${language}-${width}`, language })));
      }
    }
    await context.close();
    expect(found, found.join('\n')).toEqual([]);
  });
}

/** Opens a page, keeps its picture, and names what is wrong with it. */
async function lookAt(page: Page, faults: PageFaults, view: { path: string; name: string; language: 'ja' | 'en' }): Promise<string[]> {
  const path = view.path.replace(/:\w+/, (name) => ids.get(name) ?? '');
  await page.goto(`${started().baseUrl}${path}`);
  await settled(page);
  const name = `${view.name}-${view.path.replaceAll(/[/:]+/g, '-').slice(1)}`;
  await page.screenshot({ path: join(SCREENS, `${name}.png`), fullPage: true });
  const wrong = faults.errors.splice(0);
  const { violations } = await new AxeBuilder({ page }).analyze();
  for (const { impact, id, nodes } of violations) {
    if (impact === 'serious' || impact === 'critical') wrong.push(`${id}: ${nodes.map((node) => node.html.slice(0, 160)).slice(0, 3).join(' | ')}`);
  }
  const over = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = (globalThis as unknown as { document: { documentElement: { scrollWidth: number; clientWidth: number } } }).document.documentElement;
    return scrollWidth - clientWidth;
  });
  if (over > 0) wrong.push(`${over} px wider than the screen`);
  if (view.language === 'en') wrong.push(...(await japaneseInFrame(page)));
  return wrong.map((text) => `${name}: ${text}`);
}

/** Waits until nothing loads any more. */
async function settled(page: Page): Promise<void> {
  await page.locator('main').first().waitFor();
  await waitFor('the page to be loaded', async () => (await page.locator('main .mantine-Skeleton-root, main .mantine-Loader-root').count()) === 0, 10_000).catch(() => undefined);
  await sleep(400);
}

/** Japanese in headings, buttons and labels of the English page, apart from names that people gave. */
async function japaneseInFrame(page: Page): Promise<string[]> {
  const texts = await page.locator('nav a, h1, label, th').allInnerTexts();
  return texts.filter((text) => /[\u3040-\u30ff]/.test(text) && text !== '日本語').map((text) => `not translated: ${text}`);
}

/** The provider's people in Chromium: first login, second factor, a second operator, and a tenant seen through a window that it closes. */
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, login, openPage, type PageFaults } from '../support/browser.ts';
import { appCode } from '../support/operator.ts';
import { accessibility, overflow } from '../support/page-checks.ts';
import { startProduct, TEST_PASSWORD, type Product } from '../support/product.ts';
import { picture, runScc, step, type Scene } from '../support/story.ts';

const REASON = '着信が保留のまま切れるという問い合わせの調査';
const PHONE_WIDTH = 390;

const scene: Scene = { pages: new Map() };
const faults: PageFaults[] = [];
const secrets = new Map<string, string>();
const usedCodes = new Map<string, string>();
let browser: Browser;
let helperPassword = '';
let recoveryCode = '';

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

function pageOf(name: string): Page {
  const page = scene.pages.get(name);
  if (!page) throw new Error(`no page of ${name}`);
  return page;
}

async function open(name: string): Promise<Page> {
  const opened = await openPage(browser);
  faults.push(opened.faults);
  scene.pages.set(name, opened.page);
  return opened.page;
}

beforeAll(async () => {
  scene.product = await startProduct();
  browser = await launchBrowser({ kind: 'refused' });
});

afterAll(async () => {
  await browser?.close();
  await scene.product?.stop();
});

async function enter(page: Page, loginId: string, password: string, code: string): Promise<void> {
  await page.goto(started().operatorUrl);
  await page.getByLabel('ログインID').fill(loginId);
  await page.getByLabel('パスワード').fill(password);
  await page.getByLabel('確認コード').fill(code);
  await page.getByRole('button', { name: 'ログイン' }).click();
}

/** The app's next code; each is taken once, so it waits for one that was not used yet. */
async function nextCode(loginId: string): Promise<string> {
  const code = () => appCode(secrets.get(loginId) ?? '', Date.now());
  await expect.poll(code, { timeout: 40_000, interval: 500 }).not.toBe(usedCodes.get(loginId));
  usedCodes.set(loginId, code());
  return code();
}

/** Sets the second factor up on the page that shows nothing else. @returns the recovery codes */
async function setUp(page: Page, loginId: string): Promise<string[]> {
  await page.getByRole('img', { name: '認証アプリ用の QR コード' }).waitFor();
  secrets.set(loginId, (await page.locator('#secret').innerText()).replaceAll(' ', ''));
  expect(await page.locator('#console').count()).toBe(0);
  await page.getByLabel('アプリに表示された 6 桁のコード').fill(await nextCode(loginId));
  if (loginId === 'operator') await look(page, 'operator-set-up');
  await page.getByRole('button', { name: '設定する' }).click();
  await page.getByRole('heading', { name: 'リカバリーコード' }).waitFor();
  const codes = await page.locator('#recovery-codes li').allInnerTexts();
  expect(codes).toHaveLength(10);
  await page.getByRole('button', { name: '保管しました。続ける' }).click();
  await page.getByRole('heading', { name: 'テナント', exact: true }).waitFor();
  return codes;
}

/** Accessible, not wider than the screen, on a desk and on a phone; a picture of each. */
async function look(page: Page, name: string): Promise<void> {
  expect(await accessibility(page)).toEqual([]);
  for (const width of [1280, PHONE_WIDTH]) {
    await page.setViewportSize({ width, height: 900 });
    expect([name, width, await overflow(page)]).toEqual([name, width, []]);
    await picture(page, `${name}-${width}`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

step(scene, 'the first login sets a second factor up before anything is shown', async () => {
  const page = await open('operator');
  await page.goto(started().operatorUrl);
  await look(page, 'operator-login');
  await enter(page, 'operator', TEST_PASSWORD, '');
  recoveryCode = (await setUp(page, 'operator'))[0] ?? '';
});

step(scene, 'the next login asks for a code; the password alone is refused like a wrong one', async () => {
  const page = pageOf('operator');
  await page.getByRole('button', { name: 'ログアウト' }).click();
  await page.getByRole('heading', { name: '運用者ログイン' }).waitFor();
  await enter(page, 'operator', TEST_PASSWORD, '');
  await page.getByRole('alert').filter({ hasText: 'ログインできませんでした' }).waitFor();
  await enter(page, 'operator', TEST_PASSWORD, await nextCode('operator'));
  await page.getByRole('heading', { name: 'テナント', exact: true }).waitFor();
});

step(scene, 'an admin adds an operator, who sets up a second factor too', async () => {
  const page = pageOf('operator');
  const form = page.locator('#account-form');
  await form.getByLabel('ログインID').fill('Bad Name');
  await form.getByRole('button', { name: '追加' }).click();
  await form.getByRole('alert').filter({ hasText: '2～50 文字' }).waitFor();
  await form.getByLabel('ログインID').fill('helper');
  await form.getByRole('button', { name: '追加' }).click();
  const issued = page.getByRole('dialog', { name: 'helper のパスワード' });
  helperPassword = await issued.locator('code').innerText();
  await issued.getByRole('button', { name: '閉じる' }).click();
  await page.locator('#accounts').getByText('helper', { exact: true }).waitFor();
  const second = await open('helper');
  await enter(second, 'helper', helperPassword, '');
  await setUp(second, 'helper');
  expect(await second.locator('#accounts-section').isVisible()).toBe(false);
});

step(scene, 'a tenant is asked for with a reason, agreed to by the other operator, and the tenant sees it', async () => {
  const sv = await open('sv1');
  await login(sv, started().baseUrl, 'sv1');
  const helper = pageOf('helper');
  await helper.getByText('閲覧を申請', { exact: true }).click();
  const form = helper.locator('#access-form');
  await form.getByLabel('範囲').selectOption('content');
  await form.getByLabel('理由（10 文字以上）', { exact: true }).fill(REASON);
  await form.getByLabel('チケット番号（任意）').fill('T-100');
  await form.getByRole('button', { name: '申請する' }).click();
  await helper.locator('#accesses').getByText('承認待ち').waitFor();
  const operator = pageOf('operator');
  await operator.getByRole('button', { name: 'helper による デモ株式会社 の閲覧を承認します' }).click({ timeout: 15_000 });
  const question = operator.getByRole('dialog');
  await question.getByText(REASON).waitFor();
  await question.getByRole('button', { name: '承認' }).click();
  await question.waitFor({ state: 'hidden' });
  await look(operator, 'operator-console');
  await sv.getByRole('alert').filter({ hasText: '現在、提供者がこのテナントを閲覧できます' }).waitFor({ timeout: 5000 });
});

step(scene, 'what is looked at is shown to the tenant', async () => {
  const helper = pageOf('helper');
  await helper.getByRole('button', { name: '閲覧する' }).click({ timeout: 15_000 });
  const viewer = helper.locator('#viewer');
  await viewer.getByRole('button', { name: 'キュー' }).click();
  await viewer.getByText('support', { exact: true }).first().waitFor();
  await viewer.getByRole('button', { name: '顧客' }).click();
  await viewer.getByText('familyName').first().waitFor();
  await viewer.getByRole('button', { name: '監査ログ' }).click();
  await viewer.getByText('provider_access.viewed').first().waitFor();
  await look(helper, 'operator-viewer');
  const sv = pageOf('sv1');
  await sv.getByRole('link', { name: '閲覧する人・理由・終了予定の確認と終了' }).click();
  const access = sv.getByRole('region', { name: 'helper のアクセス' });
  await access.getByText(REASON).waitFor();
  for (const words of ['T-100', 'operator', 'テナントの内容も含む', 'キュー', '顧客']) await access.getByText(words, { exact: words === 'operator' }).first().waitFor();
  await look(sv, 'provider-access');
});

step(scene, 'the tenant ends it, and the next look is refused', async () => {
  const sv = pageOf('sv1');
  await sv.getByRole('button', { name: '今すぐ終了する: helper' }).click();
  await sv.getByRole('dialog').getByRole('button', { name: '今すぐ終了する' }).click();
  await sv.getByText('お客様が終了').waitFor();
  await sv.getByRole('alert').filter({ hasText: '現在、提供者が' }).waitFor({ state: 'hidden' });
  const viewer = pageOf('helper').locator('#viewer');
  const said = viewer.getByRole('alert').filter({ hasText: 'この閲覧は終了しています。' });
  // The page may have heard of it first and closed what it showed.
  if (await viewer.isVisible()) {
    await viewer.getByRole('button', { name: 'キュー' }).click({ timeout: 2000 }).catch(() => undefined);
    await expect.poll(async () => (await said.isVisible()) || !(await viewer.isVisible()), { timeout: 8000 }).toBe(true);
  }
  await pageOf('helper').locator('#accesses').getByText('終了 (テナントが終了)').waitFor({ timeout: 10_000 });
});

step(scene, 'the end of a contract is set, held and taken back', async () => {
  const page = pageOf('operator');
  const contracts = page.locator('#contracts');
  const change = async (what: string, day?: string): Promise<void> => {
    await contracts.getByRole('button', { name: `demo: ${what}` }).click({ timeout: 15_000 });
    const dialog = page.getByRole('dialog');
    if (day !== undefined) await dialog.getByLabel('利用できなくなる最初の日').fill(day);
    await dialog.getByLabel('理由').fill('契約満了の手続き');
    if (day !== undefined) await picture(page, 'operator-contract-end');
    await dialog.getByRole('button', { name: what }).click();
    await dialog.waitFor({ state: 'hidden' });
  };
  await contracts.getByText('終了日なし').waitFor();
  await change('終了日を設定', new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10));
  await contracts.getByText('バックアップ消滅').waitFor();
  await change('保全する');
  await contracts.getByText('保全中・最短').first().waitFor();
  await look(page, 'operator-contracts');
  await change('保全を解除');
  await change('契約を更新');
  await contracts.getByText('終了日なし').waitFor();
});

step(scene, 'in English too', async () => {
  const page = pageOf('operator');
  await page.goto(`${started().operatorUrl}/?lang=en`);
  await page.getByRole('heading', { name: 'Access to tenants (break-glass)' }).waitFor();
  await page.locator('#accesses').getByText('Over (ended by the tenant)').waitFor();
  await look(page, 'operator-console-en');
});

step(scene, 'a lost telephone: a recovery code once; lost codes: the command line', async () => {
  const page = pageOf('operator');
  await page.getByRole('button', { name: 'Log out' }).click();
  // Not the field's label: buttons of the console have the word in theirs.
  await page.getByRole('button', { name: 'Log in', exact: true }).waitFor();
  await enter(page, 'operator', TEST_PASSWORD, recoveryCode);
  await page.getByRole('heading', { name: 'テナント', exact: true }).waitFor();
  const { code, output } = await runScc(started(), ['operator', 'reset-second-factor', 'operator']);
  expect([code, output]).toEqual([0, expect.stringContaining('no second factor any more')]);
  await page.getByRole('alert').filter({ hasText: 'セッションが終了しました' }).waitFor({ timeout: 15_000 });
  await enter(page, 'operator', TEST_PASSWORD, '');
  await page.getByRole('heading', { name: '2 段階認証の設定' }).waitFor();
});

step(scene, 'metrics need no login', async () => {
  expect((await fetch(`${started().operatorUrl}/metrics`)).status).toBe(200);
  // What is refused is written to the console by browsers; nothing else may be there.
  expect(faults.flatMap(({ errors }) => errors).filter((error) => !/status of (?:400|401|403|409)/.test(error))).toEqual([]);
});

/** The safety of an account, in Chromium: an authenticator app set up, used, demanded of a profile, and taken away. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { Profile } from '../../shared/api/profiles.ts';
import { enterLogin, launchBrowser, login, openPage } from '../support/browser.ts';
import { startProduct, TEST_PASSWORD, type Product } from '../support/product.ts';
import { ApiSession } from '../support/story-api.ts';
import { EVIDENCE, runScc, scenario, type Scene } from '../support/story.ts';

const scene: Scene = { pages: new Map() };
let browser: Browser;
let secret = '';
let lastCode = '';
let recoveryCodes: string[] = [];

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

beforeAll(async () => {
  scene.product = await startProduct();
  browser = await launchBrowser({ kind: 'refused' });
});

afterAll(async () => {
  await browser?.close();
  await scene.product?.stop();
});

/** The app's next code; each is taken once, so it waits for one that was not used yet. */
async function nextCode(): Promise<string> {
  const app = new TOTP({ secret: Secret.fromBase32(secret) });
  await expect.poll(() => app.generate(), { timeout: 40_000, interval: 500 }).not.toBe(lastCode);
  lastCode = app.generate();
  return lastCode;
}

/** Sets the app up on the account page, which is open; gives the secret and the recovery codes. */
async function setUp(page: Page): Promise<void> {
  await page.getByRole('button', { name: '設定する' }).click();
  await page.getByRole('dialog').getByLabel('現在のパスワード').fill(TEST_PASSWORD);
  await page.getByRole('dialog').getByRole('button', { name: '次へ' }).click();
  const dialog = page.getByRole('dialog', { name: 'アプリを接続' });
  await dialog.getByRole('img', { name: '認証アプリ用のQRコード' }).waitFor();
  secret = (await dialog.locator('code').innerText()).replaceAll(' ', '');
  await page.screenshot({ path: join(EVIDENCE, 'account-connect-ja.png') });
  await dialog.getByLabel('アプリのコード').fill(await nextCode());
  await dialog.getByRole('button', { name: '有効にする' }).click();
  const kept = page.getByRole('dialog', { name: 'リカバリーコードを保管してください' });
  await kept.getByRole('button', { name: '保管しました' }).waitFor();
  recoveryCodes = await kept.locator('code').allInnerTexts();
  await page.screenshot({ path: join(EVIDENCE, 'account-recovery-ja.png') });
  await kept.getByRole('button', { name: '保管しました' }).click();
}

scenario(scene, 'an agent sets an authenticator app up and logs in with its codes', async () => {
  const { context, page } = await openPage(browser);
  scene.pages.set('agent', page);
  await login(page, started().baseUrl, 'csr1');
  await page.goto(`${started().baseUrl}/account`);
  await setUp(page);
  expect(recoveryCodes).toHaveLength(10);
  await page.getByText('リカバリーコードの残り: 10個').waitFor();

  await context.clearCookies();
  await page.goto(`${started().baseUrl}/login`);
  await enterLogin(page, 'demo', 'csr1', TEST_PASSWORD);
  const code = page.getByLabel('認証アプリのコード');
  await code.waitFor();
  await page.screenshot({ path: join(EVIDENCE, 'login-code-ja.png') });
  await code.fill('000000');
  await page.getByRole('button', { name: 'ログイン', exact: true }).click();
  await page.getByRole('alert').getByText('コードを確認できませんでした').waitFor();
  await code.fill(await nextCode());
  await page.getByRole('button', { name: 'ログイン', exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
  await context.close();
});

scenario(scene, 'a recovery code lets in once', async () => {
  const { context, page } = await openPage(browser, { width: 390 });
  scene.pages.set('agent', page);
  for (const lets of [true, false]) {
    await context.clearCookies();
    await page.goto(`${started().baseUrl}/login`);
    await enterLogin(page, 'demo', 'csr1', TEST_PASSWORD);
    await page.getByLabel('認証アプリのコード').fill(recoveryCodes[0] ?? '');
    await page.getByRole('button', { name: 'ログイン', exact: true }).click();
    if (lets) await page.waitForURL((url) => !url.pathname.startsWith('/login'));
    else await page.getByRole('alert').waitFor();
  }
  await context.close();
});

scenario(scene, 'a supervisor demands it of agents: who has none is led to the set-up and nowhere else', async () => {
  const agents = await openPage(browser);
  scene.pages.set('agent', agents.page);
  await login(agents.page, started().baseUrl, 'csr2');
  const supervisors = await openPage(browser);
  const sv = supervisors.page;
  scene.pages.set('supervisor', sv);
  await login(sv, started().baseUrl, 'sv1');
  await sv.goto(`${started().baseUrl}/settings`);
  await sv.getByRole('tab', { name: 'ログイン制限' }).click();
  const api = await ApiSession.open(started(), 'sv1');
  const profile = (await api.list<Profile>('/profiles')).find(({ code }) => code === 'CSR');
  const card = sv.locator('.mantine-Card-root', { has: sv.getByRole('heading', { name: profile?.name ?? '', exact: true }) });
  await card.getByRole('switch', { name: '二要素認証を必須にする' }).press('Space');
  await sv.screenshot({ path: join(EVIDENCE, 'account-demand-ja.png') });
  await sv.getByRole('dialog').getByRole('button', { name: '必須にする' }).click();
  await agents.page.waitForURL(/\/login/);

  await enterLogin(agents.page, 'demo', 'csr2', TEST_PASSWORD);
  await agents.page.waitForURL(/\/account/);
  await agents.page.getByText('あなたのプロファイルでは二要素認証が必須です').waitFor();
  await agents.page.goto(`${started().baseUrl}/customers`);
  await agents.page.waitForURL(/\/account/);
  await setUp(agents.page);
  await agents.page.goto(`${started().baseUrl}/customers`);
  await agents.page.getByRole('heading', { level: 1 }).waitFor();
  expect(new URL(agents.page.url()).pathname).toBe('/customers');
  await agents.context.close();
  await supervisors.context.close();
});

scenario(scene, 'a supervisor sees the sessions of an agent and takes a lost second factor away', async () => {
  const { context, page } = await openPage(browser);
  scene.pages.set('supervisor', page);
  await login(page, started().baseUrl, 'sv1');
  await page.goto(`${started().baseUrl}/users`);
  await page.getByRole('row', { name: /csr2/ }).getByRole('button', { name: /の操作/ }).click();
  await page.getByRole('menuitem', { name: 'セッションと二要素認証' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('cell', { name: /Chrome \d+/ }).first().waitFor();
  await page.screenshot({ path: join(EVIDENCE, 'account-of-user-ja.png') });
  await dialog.getByRole('button', { name: '二要素認証をリセット' }).click();
  await dialog.getByText('どこからもログインしていません').waitFor();
  await dialog.getByText('未設定', { exact: true }).waitFor();
  await context.close();
});

scenario(scene, 'a supervisor ends the own sessions elsewhere, by the password', async () => {
  const [here, elsewhere] = [await openPage(browser), await openPage(browser)];
  scene.pages.set('supervisor', here.page);
  for (const { page } of [elsewhere, here]) await login(page, started().baseUrl, 'sv2');
  await elsewhere.page.goto(`${started().baseUrl}/customers`);
  await here.page.goto(`${started().baseUrl}/account`);
  await here.page.getByRole('button', { name: 'ほかのセッションをすべて終了' }).click();
  const dialog = here.page.getByRole('dialog', { name: 'ほかのセッションをすべて終了しますか？' });
  const [password, goOn] = [dialog.getByLabel('現在のパスワード'), dialog.getByRole('button', { name: '次へ' })];
  expect(await goOn.isDisabled(), 'nothing ends without a password').toBe(true);
  await password.fill('not the password at all');
  await goOn.click();
  await here.page.getByText('現在のパスワードが正しくないか').first().waitFor();
  expect(new URL(elsewhere.page.url()).pathname).toBe('/customers');
  await here.page.screenshot({ path: join(EVIDENCE, 'account-end-others-ja.png') });
  await password.fill(TEST_PASSWORD);
  await goOn.click();
  await dialog.waitFor({ state: 'detached' });
  await elsewhere.page.waitForURL(/\/login/);
  await here.page.getByRole('button', { name: 'ほかのセッションをすべて終了' }).waitFor({ state: 'detached' });
  await here.context.close();
  await elsewhere.context.close();
});

scenario(scene, 'a supervisor sets how many sessions a user may have', async () => {
  const { context, page } = await openPage(browser);
  scene.pages.set('supervisor', page);
  await login(page, started().baseUrl, 'sv1');
  await page.goto(`${started().baseUrl}/settings`);
  await page.getByRole('tab', { name: 'ログイン制限' }).click();
  const card = page.getByRole('region', { name: 'セッション' });
  await card.getByLabel('1 人が同時に使えるセッション').fill('12');
  await page.screenshot({ path: join(EVIDENCE, 'account-limit-ja.png'), fullPage: true });
  await card.getByRole('button', { name: '保存' }).click();
  await page.getByText('設定を保存しました').first().waitFor();
  const api = await ApiSession.open(started(), 'sv1');
  expect((await api.send('GET', '/login-settings')).body).toMatchObject({ maxSessions: 12 });
  await context.close();
});

scenario(scene, 'the command line takes the second factor of whoever nobody else can help', async () => {
  const { context, page } = await openPage(browser);
  scene.pages.set('agent', page);
  const taken = await runScc(started(), ['tenant', 'reset-second-factor', 'demo', 'csr1']);
  expect(taken).toMatchObject({ code: 0, output: expect.stringMatching(/csr1: no second factor any more, \d+ sessions ended/) as string });
  expect(await runScc(started(), ['tenant', 'reset-second-factor', 'demo', 'csr1']), 'a second time').not.toMatchObject({ code: 0 });
  // The profile demands one, so the password alone leads to its set-up.
  await page.goto(`${started().baseUrl}/login`);
  await enterLogin(page, 'demo', 'csr1', TEST_PASSWORD);
  await page.waitForURL(/\/account/);
  await page.getByText('あなたのプロファイルでは二要素認証が必須です').waitFor();
  await context.close();
});

scenario(scene, 'a supervisor registers a colleague, who chooses a password before anything else', async () => {
  const supervisors = await openPage(browser);
  const sv = supervisors.page;
  scene.pages.set('supervisor', sv);
  await login(sv, started().baseUrl, 'sv1');
  await sv.goto(`${started().baseUrl}/users`);
  await sv.getByRole('button', { name: 'ユーザーを登録' }).click();
  const form = sv.getByRole('dialog', { name: 'ユーザーを登録' });
  await form.getByLabel('ログインID').fill('Hanako');
  await form.getByLabel(/^名前/).fill('田中 花子');
  await form.getByLabel('部署').fill('第一課');
  await form.getByLabel('従業員番号').fill('E-0042');
  await form.getByRole('combobox', { name: 'プロファイル' }).or(form.getByRole('textbox', { name: 'プロファイル' })).first().click();
  await sv.getByRole('option', { name: '一般ユーザー' }).click();
  await sv.screenshot({ path: join(EVIDENCE, 'user-new-ja.png') });
  await form.getByRole('button', { name: 'ユーザーを登録' }).click();
  const issued = sv.getByRole('dialog', { name: /のパスワード$/ });
  const password = await issued.locator('code').innerText();
  await sv.screenshot({ path: join(EVIDENCE, 'user-issued-ja.png') });
  await issued.getByRole('button', { name: '渡しました' }).click();
  await sv.getByRole('row', { name: /hanako/ }).getByText('パスワード変更待ち').waitFor();
  await sv.screenshot({ path: join(EVIDENCE, 'users-ja.png') });

  const colleagues = await openPage(browser, { width: 400 });
  const { page } = colleagues;
  scene.pages.set('colleague', page);
  await page.goto(`${started().baseUrl}/login`);
  await enterLogin(page, 'demo', 'hanako', password);
  await page.waitForURL(/\/account/);
  await page.getByText('先にご自身のパスワードを設定してください').waitFor();
  await page.screenshot({ path: join(EVIDENCE, 'account-must-change-ja-400.png') });
  await page.goto(`${started().baseUrl}/customers`);
  await page.waitForURL(/\/account/);
  await page.getByLabel('現在のパスワード').fill(password);
  await page.getByLabel('新しいパスワード', { exact: true }).fill('harbour lights at seven');
  await page.getByLabel('新しいパスワード（確認）').fill('harbour lights at seven');
  await page.getByRole('button', { name: 'パスワードを変更' }).click();
  await page.getByText('先にご自身のパスワードを設定してください').waitFor({ state: 'detached' });
  // What the profile demands (an earlier scenario) comes next.
  await page.getByText('あなたのプロファイルでは二要素認証が必須です').waitFor();
  await colleagues.context.close();
  await supervisors.context.close();
});

scenario(scene, 'a file of users is tried, taken with its passwords, and taken back', async () => {
  const { context, page } = await openPage(browser);
  scene.pages.set('supervisor', page);
  await login(page, started().baseUrl, 'sv1');
  await page.goto(`${started().baseUrl}/users/import`);
  const choose = (csv: string) => page.locator('input[type=file]').setInputFiles({ name: '利用者.csv', mimeType: 'text/csv', buffer: iconv.encode(csv, 'cp932') });
  const head = 'ログインID,氏名,部署,プロファイル\r\n';
  await choose(`${head}file1,髙橋 一,第一課,一般ユーザー\r\n佐藤,佐藤,,なし\r\n`);
  await page.getByRole('alert').getByText('ファイルにエラーがあります').waitFor();
  await page.getByText('「なし」というプロファイルはありません').waitFor();
  await page.screenshot({ path: join(EVIDENCE, 'users-import-faults-ja.png'), fullPage: true });
  await page.setViewportSize({ width: 400, height: 900 });
  await page.screenshot({ path: join(EVIDENCE, 'users-import-faults-ja-400.png'), fullPage: true });
  await page.setViewportSize({ width: 1280, height: 900 });
  await choose(`${head}file1,髙橋 一,第一課,一般ユーザー\r\nfile2,佐藤 二,,CSR\r\n`);
  await page.getByRole('button', { name: '2 人を取り込む' }).click();
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'パスワードを保存する' }).click();
  const saved = await readFile(await (await saving).path(), 'utf8');
  expect(saved.split('\r\n').filter((line) => /^file[12],/.test(line))).toHaveLength(2);
  await page.screenshot({ path: join(EVIDENCE, 'users-import-done-ja.png'), fullPage: true });
  await page.getByRole('button', { name: '新規登録分を無効にする' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '無効にする' }).click();
  await page.getByText(/に無効化$/).waitFor();
  await context.close();
});

scenario(scene, 'a profile is copied, given, and changed after its effect was shown', async () => {
  const { context, page } = await openPage(browser);
  scene.pages.set('supervisor', page);
  await login(page, started().baseUrl, 'sv1');
  await page.goto(`${started().baseUrl}/users/profiles`);
  await page.getByRole('button', { name: '一般ユーザー の操作' }).click();
  await page.getByRole('menuitem', { name: 'コピー' }).click();
  const form = page.getByRole('dialog', { name: '新しいプロファイル' });
  await form.getByLabel(/^名前/).fill('リーダー');
  await form.getByRole('checkbox', { name: /リアルタイムモニタ/ }).first().check();
  await form.getByRole('button', { name: 'プロファイルを作成' }).click();
  await form.waitFor({ state: 'detached' });

  const api = await ApiSession.open(started(), 'sv1');
  const leader = (await api.list<Profile>('/profiles')).find(({ name }) => name === 'リーダー');
  expect(leader?.permissions).toContain('board.read');
  const [user] = (await api.list<{ id: string; loginId: string }>('/users')).filter(({ loginId }) => loginId === 'csr5');
  expect((await api.send('PATCH', `/users/${user?.id}`, { profileId: leader?.id })).status).toBe(200);

  await page.getByRole('button', { name: 'リーダー の操作' }).click();
  await page.getByRole('menuitem', { name: '編集' }).click();
  const edit = page.getByRole('dialog', { name: 'プロファイルの編集' });
  await edit.getByRole('checkbox', { name: /リアルタイムモニタ/ }).first().uncheck();
  await edit.getByRole('button', { name: '影響を確認' }).click();
  await edit.getByText('1 人のユーザーに影響します').waitFor();
  await page.screenshot({ path: join(EVIDENCE, 'profile-effect-ja.png') });
  await edit.getByRole('button', { name: '適用' }).click();
  await edit.waitFor({ state: 'detached' });
  await page.screenshot({ path: join(EVIDENCE, 'profiles-ja.png'), fullPage: true });
  await page.setViewportSize({ width: 400, height: 900 });
  await page.screenshot({ path: join(EVIDENCE, 'profiles-ja-400.png') });
  expect((await api.list<Profile>('/profiles')).find(({ name }) => name === 'リーダー')?.permissions).not.toContain('board.read');
  await context.close();
});

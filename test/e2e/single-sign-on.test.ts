/** Single sign-on in Chromium with a real OpenID provider on loopback: set up, used, refused, away, and as the only way. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { enterLogin, launchBrowser, login, openPage } from '../support/browser.ts';
import { startIdentityProvider, type IdentityProvider } from '../support/identity-provider.ts';
import { startProduct, TEST_PASSWORD, type Product } from '../support/product.ts';
import { EVIDENCE, scenario, type Scene } from '../support/story.ts';

const scene: Scene = { pages: new Map() };
const BUTTON = '社内アカウントでログイン';
let browser: Browser;
let idp: IdentityProvider;

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

beforeAll(async () => {
  scene.product = await startProduct({ environment: { SCC_LOGIN_ADDRESSES: '127.0.0.1' } });
  idp = await startIdentityProvider([`${started().baseUrl}/login/single-sign-on`], { hanako: { preferred_username: 'csr1' }, anew: { preferred_username: 'csr1' }, stranger: { preferred_username: 'nobody' } });
  browser = await launchBrowser({ kind: 'refused' });
});

afterAll(async () => {
  await browser?.close();
  await idp?.close();
  await scene.product?.stop();
});

const shot = (page: Page, name: string): Promise<unknown> => page.screenshot({ path: join(EVIDENCE, `sso-${name}.png`), fullPage: true });

/** The settings of single sign-on, as a supervisor sees them. */
async function openSettings(page: Page) {
  await page.goto(`${started().baseUrl}/settings`);
  await page.getByRole('tab', { name: 'ログイン制限' }).click();
  return page.getByRole('region', { name: 'シングルサインオン' });
}

/** To the provider and in there, from the login page. */
async function signIn(page: Page, account: string): Promise<void> {
  await page.goto(`${started().baseUrl}/login?next=%2Fcustomers`);
  await page.getByLabel('企業ID').fill('demo');
  await page.getByRole('button', { name: BUTTON }).click();
  await page.getByRole('heading', { name: '社内アカウント' }).waitFor();
  await page.getByLabel('アカウント').fill(account);
  await page.getByRole('button', { name: 'サインイン' }).click();
}

scenario(scene, 'a supervisor sets the provider up after its answer was seen', async () => {
  const { context, page } = await openPage(browser);
  scene.pages.set('supervisor', page);
  await login(page, started().baseUrl, 'sv1');
  const card = await openSettings(page);
  await card.getByText(`${started().baseUrl}/login/single-sign-on`).waitFor();
  await card.getByLabel('発行者（Issuer）').fill(idp.issuer);
  await card.getByLabel('クライアントID').fill(idp.clientId);
  await card.getByLabel('クライアントシークレット').fill(idp.clientSecret);
  await card.getByLabel('ユーザーを示すクレーム').fill('preferred_username');
  await card.getByRole('combobox', { name: '照合する項目' }).click();
  await page.getByRole('option', { name: 'ログインID' }).click();
  await card.getByLabel('ボタンの文言（日本語）').fill(BUTTON);
  await card.getByRole('button', { name: '影響を確認' }).click();
  await card.getByText('プロバイダーの応答と名前を確認しました').waitFor();
  await shot(page, 'settings-ja');
  await card.getByRole('button', { name: '適用' }).click();
  await card.getByRole('button', { name: '無効にする' }).waitFor();
  await page.setViewportSize({ width: 400, height: 900 });
  await page.getByText('EN', { exact: true }).first().click().catch(() => undefined);
  await shot(page, 'settings-narrow');
  await context.close();
});

scenario(scene, 'an agent comes in through the provider, to the page that was wanted', async () => {
  const { context, page, faults } = await openPage(browser);
  scene.pages.set('agent', page);
  await page.goto(`${started().baseUrl}/login`);
  await page.getByLabel('企業ID').fill('demo');
  await page.getByRole('button', { name: BUTTON }).waitFor();
  await shot(page, 'login-ja');
  await page.setViewportSize({ width: 400, height: 900 });
  await page.getByText('EN', { exact: true }).click();
  await page.getByRole('button', { name: 'Log in with single sign-on' }).waitFor();
  await shot(page, 'login-en-narrow');
  await page.getByText('日本語', { exact: true }).click();
  await page.setViewportSize({ width: 1280, height: 900 });
  await signIn(page, 'hanako');
  await page.waitForURL((url) => url.pathname === '/customers');
  await page.goto(`${started().baseUrl}/account`);
  await page.getByRole('cell', { name: 'シングルサインオン' }).waitFor();
  await shot(page, 'account-ja');
  expect(faults.errors).toEqual([]);
  await context.close();
});

scenario(scene, 'an agent without a password confirms at the provider, in a window of its own, before a grave action', async () => {
  const { context, page, faults } = await openPage(browser);
  scene.pages.set('agent', page);
  await signIn(page, 'hanako');
  await page.waitForURL((url) => url.pathname === '/customers');
  await page.goto(`${started().baseUrl}/account`);
  await page.getByRole('button', { name: '設定する' }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.getByRole('button', { name: '次へ' }).isDisabled()).toBe(true);
  await shot(page, 'confirm-ja');
  const [opened] = await Promise.all([context.waitForEvent('page'), dialog.getByRole('button', { name: '社内のログインサービスで本人確認' }).click()]);
  // The provider knows the browser, and asks all the same.
  await opened.getByRole('heading', { name: '社内アカウント' }).waitFor();
  await opened.getByLabel('アカウント').fill('hanako');
  await opened.getByRole('button', { name: 'サインイン' }).click();
  await dialog.getByText('本人確認ができました').waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  await shot(page, 'confirmed-narrow');
  await dialog.getByRole('button', { name: '次へ' }).click();
  await page.getByRole('dialog', { name: 'アプリを接続' }).waitFor();
  expect(faults.errors).toEqual([]);
  await context.close();
});

scenario(scene, 'another account of the same name is refused until a supervisor unlinks the user', async () => {
  const [agents, supervisors] = [await openPage(browser), await openPage(browser)];
  const { page } = agents;
  scene.pages.set('agent', page);
  scene.pages.set('supervisor', supervisors.page);
  await signIn(page, 'anew');
  await page.getByRole('alert').getByText('ログインサービスの別のアカウントにひも付いています').waitFor();
  await shot(page, 'other-account-ja');
  const sv = supervisors.page;
  await login(sv, started().baseUrl, 'sv1');
  await sv.goto(`${started().baseUrl}/users`);
  await sv.getByRole('row', { name: /csr1\b/ }).getByRole('button', { name: /の操作/ }).click();
  await sv.getByRole('menuitem', { name: 'セッションと二要素認証' }).click();
  await sv.getByRole('dialog').getByText('ログインサービスのアカウントにひも付いています').waitFor();
  await shot(sv, 'linked-ja');
  await sv.getByRole('button', { name: 'ひも付けを解除' }).click();
  const question = sv.getByRole('dialog', { name: 'ログインサービスとのひも付けを解除しますか？' });
  await question.getByRole('button', { name: 'ひも付けを解除' }).click();
  await question.waitFor({ state: 'detached' });
  await sv.getByText('ログインサービスのアカウントにひも付いています').waitFor({ state: 'detached' });
  // The provider knows this browser by another account now.
  await agents.context.clearCookies();
  await signIn(page, 'anew');
  await page.waitForURL((url) => url.pathname === '/customers');
  await agents.context.close();
  await supervisors.context.close();
});

scenario(scene, 'who is not registered is told so, and nobody is made', async () => {
  const { context, page } = await openPage(browser);
  scene.pages.set('agent', page);
  await signIn(page, 'stranger');
  await page.getByRole('alert').getByText('この製品に登録されていません').waitFor();
  expect(new URL(page.url()).search, 'the code is not left in the address').toBe('');
  await shot(page, 'unmatched-ja');
  await page.getByRole('button', { name: 'ログインに戻る' }).click();
  await page.getByLabel('企業ID').waitFor();
  await context.close();
});

scenario(scene, 'a provider that is away is told, and the password goes on', async () => {
  const { context, page } = await openPage(browser);
  scene.pages.set('agent', page);
  idp.away = true;
  await page.goto(`${started().baseUrl}/login`);
  await page.getByLabel('企業ID').fill('demo');
  await page.getByRole('button', { name: BUTTON }).click();
  await page.getByRole('alert').getByText('ログインサービスにいま接続できません').waitFor();
  await shot(page, 'away-ja');
  await enterLogin(page, 'demo', 'csr2', TEST_PASSWORD);
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
  idp.away = false;
  await context.close();
});

scenario(scene, 'as the only way it locks nobody out who turns it on, and leaves one administrator the password', async () => {
  const { context, page } = await openPage(browser);
  scene.pages.set('supervisor', page);
  await login(page, started().baseUrl, 'sv1');
  const card = await openSettings(page);
  await card.getByRole('switch', { name: 'シングルサインオンだけにする' }).press('Space');
  const name = page.getByRole('combobox', { name: 'パスワードも使える管理者' });
  const choose = async (index: number): Promise<void> => {
    await name.click();
    await page.getByRole('option').nth(index).click();
    await card.getByRole('button', { name: '影響を確認' }).click();
  };
  // The supervisors are the first users of the demo tenant; the second is somebody else than who asks.
  await choose(1);
  await card.getByText('ログインできなくなります').first().waitFor();
  await shot(page, 'only-lockout-ja');
  await choose(0);
  await card.getByText('プロバイダーの応答と名前を確認しました').waitFor();
  await card.getByRole('button', { name: '適用' }).click();
  await page.getByText('設定を保存しました').waitFor();
  await context.clearCookies();
  await page.goto(`${started().baseUrl}/login`);
  await page.getByLabel('企業ID').fill('demo');
  await page.getByText('この方法だけでログインします').waitFor();
  await shot(page, 'only-login-ja');
  await enterLogin(page, 'demo', 'csr2', TEST_PASSWORD);
  await page.getByRole('alert').getByText('ログインできませんでした').waitFor();
  await enterLogin(page, 'demo', 'sv1', TEST_PASSWORD);
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
  await context.close();
});

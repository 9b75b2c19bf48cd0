/** Passkeys in Chromium with its virtual authenticator: registered, used beside the password and in its place, refused elsewhere. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { enterLogin, launchBrowser, login, openPage } from '../support/browser.ts';
import { startProduct, TEST_PASSWORD, type Product } from '../support/product.ts';
import { EVIDENCE, scenario, type Scene } from '../support/story.ts';

const scene: Scene = { pages: new Map() };
let browser: Browser;
let context: BrowserContext;
let page: Page;
let devices: CDPSession;

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

/** The same product by its name: WebAuthn takes no IP address. */
const named = (): string => started().baseUrl.replace('127.0.0.1', 'localhost');
const shot = (name: string): Promise<unknown> => page.screenshot({ path: join(EVIDENCE, `${name}.png`), fullPage: true });

beforeAll(async () => {
  scene.product = await startProduct();
  browser = await launchBrowser({ kind: 'refused' });
  ({ context, page } = await openPage(browser));
  scene.pages.set('agent', page);
  devices = await context.newCDPSession(page);
  await devices.send('WebAuthn.enable');
  await devices.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
});

afterAll(async () => {
  await browser?.close();
  await scene.product?.stop();
});

/** Logs in at the address with a name, in whatever way `enter` takes, and out of it again. */
async function atLogin(enter: () => Promise<void>): Promise<void> {
  await context.clearCookies();
  await page.goto(`${named()}/login`);
  await enter();
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
}

async function turnOn(label: string): Promise<void> {
  const { context: other, page: sv } = await openPage(browser);
  scene.pages.set('supervisor', sv);
  await login(sv, started().baseUrl, 'sv1');
  await sv.goto(`${started().baseUrl}/settings`);
  await sv.getByRole('tab', { name: 'ログイン制限' }).click();
  const card = sv.getByRole('region', { name: 'パスキー' });
  await card.getByRole('combobox', { name: 'パスキーの使い方' }).click();
  await sv.getByRole('option', { name: label }).click();
  await card.getByRole('button', { name: '影響を確認' }).click();
  await card.getByRole('status').waitFor();
  await sv.screenshot({ path: join(EVIDENCE, `passkeys-settings-${label.length}.png`), fullPage: true });
  await card.getByRole('button', { name: '適用' }).click();
  await sv.getByText('設定を保存しました').waitFor();
  await other.close();
}

scenario(scene, 'an agent registers a passkey where the company takes them, and it is asked for beside the password', async () => {
  await turnOn('パスワードに加える二要素目として使う');
  await atLogin(() => enterLogin(page, 'demo', 'csr1', TEST_PASSWORD));
  await page.goto(`${named()}/account`);
  await page.getByText('パスキーはまだありません').waitFor();
  await page.getByRole('button', { name: 'パスキーを追加' }).click();
  const dialog = page.getByRole('dialog', { name: 'パスキーを追加' });
  await dialog.getByLabel('パスキーの名前').fill('業務用ノートPC');
  await dialog.getByLabel('現在のパスワード').fill(TEST_PASSWORD);
  await shot('passkeys-add-ja');
  await dialog.getByRole('button', { name: '次へ' }).click();
  const kept = page.getByRole('dialog', { name: 'リカバリーコードを保管してください' });
  await kept.getByRole('button', { name: '保管しました' }).waitFor();
  const recoveryCodes = await kept.locator('code').allInnerTexts();
  await shot('passkeys-recovery-ja');
  await kept.getByRole('button', { name: '保管しました' }).click();
  await page.getByRole('cell', { name: '業務用ノートPC', exact: true }).waitFor();
  await page.getByText('リカバリーコードの残り: 10個').waitFor();
  // The card of the second factor knows of it too.
  await page.getByText('パスキーで設定済み').waitFor();
  await shot('passkeys-account-ja');

  await atLogin(async () => {
    await enterLogin(page, 'demo', 'csr1', TEST_PASSWORD);
    await page.getByText('パスワードを確認しました').waitFor();
    await shot('passkeys-second-ja');
    await page.getByRole('button', { name: 'パスキーを使う' }).click();
  });
  await page.goto(`${named()}/account`);
  await page.getByRole('cell', { name: 'パスワード＋パスキー' }).waitFor();

  // The passkey is lost.
  await atLogin(async () => {
    await enterLogin(page, 'demo', 'csr1', TEST_PASSWORD);
    await page.getByLabel('リカバリーコード').fill(recoveryCodes[0] ?? '');
    await shot('passkeys-lost-ja');
    await page.getByRole('button', { name: 'ログイン', exact: true }).click();
  });
  await page.goto(`${named()}/account`);
  await page.getByText('リカバリーコードの残り: 9個').waitFor();
});

scenario(scene, 'a passkey alone lets in, and a closed question is told', async () => {
  await turnOn('パスワードの代わりにも使う');
  await atLogin(async () => {
    await page.getByLabel('企業ID').fill('demo');
    await page.getByRole('button', { name: 'パスキーでログイン' }).waitFor();
    await shot('passkeys-login-ja');
    await page.getByText('EN', { exact: true }).click();
    await page.setViewportSize({ width: 400, height: 900 });
    await shot('passkeys-login-en-narrow');
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByText('日本語', { exact: true }).click();
    await page.getByRole('button', { name: 'パスキーでログイン' }).click();
  });
  await page.goto(`${named()}/account`);
  await page.getByRole('cell', { name: 'パスキー', exact: true }).waitFor();
});

scenario(scene, 'at an IP address the page says why there is no passkey', async () => {
  await context.clearCookies();
  await page.goto(`${started().baseUrl}/login`);
  await page.getByLabel('企業ID').fill('demo');
  await page.getByText('IPアドレスで開いた画面ではパスキーを使えません').waitFor();
  await shot('passkeys-address-ja');
  await enterLogin(page, 'demo', 'csr2', TEST_PASSWORD);
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
  await page.goto(`${started().baseUrl}/account`);
  await page.getByText('IPアドレスで開いた画面ではパスキーを使えません').waitFor();
});

scenario(scene, 'a removed passkey lets nobody in', async () => {
  await atLogin(async () => {
    await page.getByLabel('企業ID').fill('demo');
    await page.getByRole('button', { name: 'パスキーでログイン' }).click();
  });
  await page.goto(`${named()}/account`);
  await page.getByRole('button', { name: 'パスキー 業務用ノートPC を削除' }).click();
  await page.getByRole('dialog').getByLabel('現在のパスワード').fill(TEST_PASSWORD);
  await page.getByRole('dialog').getByRole('button', { name: '次へ' }).click();
  await page.getByText('パスキーはまだありません').waitFor();
  await context.clearCookies();
  await page.goto(`${named()}/login`);
  await page.getByLabel('企業ID').fill('demo');
  await page.getByRole('button', { name: 'パスキーでログイン' }).click();
  await page.getByRole('alert').getByText('パスキーでログインできませんでした').waitFor();
  await shot('passkeys-refused-ja');
  expect(page.url()).toContain('/login');
});

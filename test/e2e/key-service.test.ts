/**
 * The master key in a key service: moved there beside the running product, seen on the operator's page, opened at the start; the service goes away, its
 * key is lost, and an installation comes back from the pieces of a safe copy.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { TenantExport } from '../../shared/api/exports.ts';
import { launchBrowser, openPage, type PageFaults } from '../support/browser.ts';
import { KmsServer } from '../support/kms-server.ts';
import { appCode } from '../support/operator.ts';
import { accessibility, overflow } from '../support/page-checks.ts';
import { startProduct, TEST_PASSWORD, type Product } from '../support/product.ts';
import { ApiSession } from '../support/story-api.ts';
import { picture } from '../support/story.ts';
import { waitFor } from '../support/story-wait.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const kms = new KmsServer();
const folder = await mkdtemp(join(tmpdir(), 'scc-e2e-kms-'));

let product: Product;
let browser: Browser;
let page: Page;
let faults: PageFaults;
let withService: Record<string, string>;
let arn: string;

const scc = (...args: string[]) => run(process.execPath, [join(root, 'src/main.ts'), ...args], { cwd: root, env: { ...process.env, ...product.environment, ...withService } });
const told = (error: unknown): string => `${(error as { stdout?: string }).stdout ?? ''}${(error as { stderr?: string }).stderr ?? String(error)}`;
const restart = async (): Promise<void> => {
  product = await startProduct({ dataDir: product.dataDir, environment: { ...product.environment, ...withService } });
};
const section = () => page.locator('#master-key');

/** A picture of the section, which is accessible and no wider than a telephone. */
async function look(name: string): Promise<void> {
  expect(await accessibility(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 900 });
  expect(await overflow(page)).toEqual([]);
  await section().scrollIntoViewIfNeeded();
  await picture(page, `${name}-narrow`);
  await page.setViewportSize({ width: 1280, height: 900 });
  await section().scrollIntoViewIfNeeded();
  await picture(page, name);
}

beforeAll(async () => {
  await kms.listen();
  arn = kms.addKey('scc');
  withService = { ...kms.environment, SCC_KMS_KEY_ID: 'alias/scc' };
  product = await startProduct();
  browser = await launchBrowser({ kind: 'refused' });
  ({ page, faults } = await openPage(browser));
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await kms.close();
  await rm(folder, { recursive: true, force: true });
});

it('is moved beside the running product, whose page says that the next start needs the service', async () => {
  await page.goto(product.operatorUrl);
  await page.getByLabel('ログインID').fill('operator');
  await page.getByLabel('パスワード').fill(TEST_PASSWORD);
  await page.getByRole('button', { name: 'ログイン' }).click();
  await page.getByRole('img', { name: '認証アプリ用の QR コード' }).waitFor();
  const secret = (await page.locator('#secret').innerText()).replaceAll(' ', '');
  await page.getByLabel('アプリに表示された 6 桁のコード').fill(appCode(secret, Date.now()));
  await page.getByRole('button', { name: '設定する' }).click();
  await page.getByRole('button', { name: '保管しました。続ける' }).click();
  await section().getByText('ファイル（このサーバーのディスク上').waitFor();

  const { stdout } = await scc('keys', 'to-kms');
  expect(stdout).toContain(`now under ${arn}`);
  expect(stdout).toContain('overwritten and removed');
  expect((await readdir(product.dataDir)).filter((name) => name.startsWith('master.key'))).toEqual(['master.key']);
  expect(await readFile(join(product.dataDir, 'master.key'), 'utf8')).toContain(arn);
  await section().getByText('SCC_KMS_KEY_ID が設定されていません').waitFor({ timeout: 60_000 });
  await expect(scc('doctor').then(({ stdout: lines }) => lines, told)).resolves.toMatch(/master key +\S+; opened by the key service under arn/);
}, 120_000);

it('is opened by the service at the next start, which waits for it', async () => {
  await product.stop({ keepData: true });
  kms.outage = { status: 503, type: 'ServiceUnavailable' };
  const restarting = restart();
  await expect.poll(() => kms.unanswered, { timeout: 60_000 }).toBeGreaterThan(0);
  kms.outage = null;
  await restarting;
  expect(product.output()).toContain('the key service does not answer; it is asked again');
  await page.goto(product.operatorUrl);
  await section().getByText('ファイル（鍵サービス (KMS) で暗号化）').waitFor();
  await section().getByText('有効', { exact: true }).waitFor({ timeout: 30_000 });
  await section().getByText(/^成功/).waitFor();
  await look('master-key-kms');
  const metrics = async (): Promise<string> => (await fetch(`${product.operatorUrl}/metrics`)).text();
  expect(await metrics()).toContain('scc_master_key_good 1');
  await expect.poll(metrics, { timeout: 30_000, interval: 1_000 }).toContain('scc_check_value{class="services",check="services.master_key"');
}, 120_000);

it('is not missed while the service is away: an export in a process of its own is made; a command says what is wrong', async () => {
  await kms.close();
  const api = await ApiSession.open(product, 'sv1');
  expect((await api.send('POST', '/exports', { reason: 'outage', password: TEST_PASSWORD })).status).toBe(200);
  const newest = async (): Promise<TenantExport | undefined> => (await api.get<{ items: TenantExport[] }>('/exports')).items[0];
  await waitFor('the export', async () => (await newest())?.state === 'finished', 60_000);
  const backup = await scc('backup').then(({ stdout }) => stdout, told);
  expect(backup).toContain('kms:Decrypt');
  expect(backup).toContain(`${arn} in ${kms.region}: it does not answer`);
  await kms.listen();
  expect((await scc('backup')).stdout).toContain('rows');
  const { stdout } = await scc('keys', 'master');
  expect(stdout).toMatch(/cli +open +parent +ok/);
  expect(stdout).toMatch(/cli +open +kms +unreachable/);
  expect(stdout).toContain('none of this key is known');
}, 180_000);

it('comes back from the pieces of a safe copy when the key of the service is lost, under another one; then it is changed', async () => {
  const out = join(folder, 'master');
  await scc('keys', 'export-master', '--out', out, '--pieces', '2');
  await page.reload();
  await expect.poll(async () => section().innerText()).not.toContain('記録にありません');
  kms.setState(arn, 'PendingDeletion');
  const doctor = await scc('doctor').then(({ stdout }) => stdout, told);
  expect(doctor).toContain('CANCEL THE DELETION');
  await product.stop({ keepData: true });
  kms.forget(arn);
  await expect(restart()).rejects.toThrow('there is no such key');

  const second = kms.addKey('scc');
  await expect(scc('keys', 'import-master', `${out}.1`)).rejects.toThrow('Piece 2 of 2 is missing');
  expect((await scc('keys', 'import-master', `${out}.1`, `${out}.2`)).stdout).toContain(`under ${second}`);
  expect((await scc('keys', 'rotate-master')).stdout).toContain('under the new master key');
  expect(await readFile(join(product.dataDir, 'master.key'), 'utf8')).toContain(second);
  await restart();
  await ApiSession.open(product, 'sv1');
  expect((await scc('backup', 'verify')).stdout).toContain('good     yes');
  expect((await scc('keys', 'from-kms')).stdout).toContain('unset SCC_KMS_KEY_ID');
  await product.stop({ keepData: true });
  await expect(restart()).rejects.toThrow('keys to-kms');
  withService = { ...kms.environment, SCC_KMS_KEY_ID: '', SCC_KMS_ENDPOINT: '' };
  await restart();
  await ApiSession.open(product, 'sv1');
  // The page asks again and again while the product is stopped.
  expect(faults.errors.filter((line) => !line.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
}, 240_000);

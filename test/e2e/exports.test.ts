/**
 * All data of a company taken out: asked for on the page with a reason and the own password, made beside the product, kept sealed, carried on after a
 * kill, downloaded, and verified without the product.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import type { TenantExport } from '../../shared/api/exports.ts';
import { launchBrowser, login, openPage } from '../support/browser.ts';
import { accessibility, overflow } from '../support/page-checks.ts';
import { startProduct, TEST_PASSWORD, type Product } from '../support/product.ts';
import { ApiSession } from '../support/story-api.ts';
import { picture } from '../support/story.ts';
import { waitFor } from '../support/story-wait.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const CANARY = '返却カナリア7f3a';
const PAGE = '/settings?part=dataExport';

let product: Product;
let browser: Browser;
const folder = await mkdtemp(join(tmpdir(), 'scc-e2e-export-'));

beforeAll(async () => {
  product = await startProduct();
  browser = await launchBrowser({ kind: 'refused' });
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await rm(folder, { recursive: true, force: true });
});

const scc = (...args: string[]) => run(process.execPath, [join(root, 'src/main.ts'), ...args], { cwd: root, env: { ...process.env, ...product.environment } });
const newest = async (api: ApiSession): Promise<TenantExport | undefined> => (await api.get<{ items: TenantExport[] }>('/exports')).items[0];

/** Files of the data folder that hold a text in the clear. */
async function holding(path: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    // Files of the database come and go.
    const bytes = entry.isFile() ? await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0)) : Buffer.alloc(0);
    if (bytes.includes(text)) found.push(join(entry.parentPath, entry.name));
  }
  return found;
}

it('is asked for on the page, made, downloaded, and verified without the product', async () => {
  const api = await ApiSession.open(product, 'sv1');
  expect((await api.send('POST', '/customers', { familyName: CANARY, note: CANARY })).status).toBe(200);
  const { page, faults } = await openPage(browser);
  await login(page, product.baseUrl, 'sv1');
  await page.goto(`${product.baseUrl}${PAGE}`);
  await page.getByText('書き出しはまだありません').waitFor();
  expect(await accessibility(page)).toEqual([]);
  await picture(page, 'export-empty');
  await page.getByRole('button', { name: '書き出しを依頼' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('理由').fill('契約終了に伴う返却');
  await dialog.getByLabel('現在のパスワード').fill('wrong password, surely');
  await dialog.getByRole('button', { name: '書き出しを依頼' }).click();
  await page.getByText('現在のパスワードが').first().waitFor();
  await dialog.getByLabel('現在のパスワード').fill(TEST_PASSWORD);
  await picture(page, 'export-dialog');
  await dialog.getByRole('button', { name: '書き出しを依頼' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('準備完了').waitFor({ timeout: 60_000 });
  await picture(page, 'export-ready');
  // What is fading away has the contrast of neither side.
  await page.getByText('現在のパスワードが').first().waitFor({ state: 'detached', timeout: 20_000 });
  expect(await accessibility(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 900 });
  expect(await overflow(page)).toEqual([]);
  await picture(page, 'export-ready-narrow');
  expect(await holding(product.dataDir, CANARY)).toEqual([]);
  const saving = page.waitForEvent('download');
  await page.getByRole('link', { name: 'ダウンロード' }).click();
  const tar = join(folder, 'export.tar');
  await (await saving).saveAs(tar);
  const unpacked = join(folder, 'unpacked');
  await mkdir(unpacked);
  await run('tar', ['-xf', tar, '-C', unpacked, '--strip-components=1']);
  expect((await scc('verify-export', unpacked)).stdout).toContain('whole    yes');
  await run('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: unpacked });
  expect((await run(process.execPath, [join(unpacked, 'verify-export.mjs')])).stdout).toContain('whole    yes');
  expect(await readFile(join(unpacked, 'data/customers.jsonl'), 'utf8')).toContain(CANARY);
  expect(await readFile(join(unpacked, 'csv/customers.csv'), 'utf8')).toContain(CANARY);
  expect(faults.errors.filter((line) => !line.includes('422'))).toEqual([]);
}, 180_000);

it('goes on after a kill of everything', async () => {
  const api = await ApiSession.open(product, 'sv1');
  expect((await api.send('POST', '/exports', { reason: 'kill', password: TEST_PASSWORD })).status).toBe(200);
  await waitFor('the work', async () => (await newest(api))?.state !== 'waiting');
  await product.killTree();
  product = await startProduct({ dataDir: product.dataDir, environment: product.environment });
  const again = await ApiSession.open(product, 'sv1');
  await waitFor('the rest of the work', async () => (await newest(again))?.state === 'finished', 60_000);
  const audit = await again.get<{ items: { code: string }[] }>('/audit?code=export.finished');
  expect(audit.items.length).toBeGreaterThanOrEqual(2);
}, 180_000);

it('is written into a folder by the operator, in the clear, and shows as handed over', async () => {
  const to = join(folder, 'handed-over');
  const { stdout } = await scc('tenant', 'export', 'demo', '--to', to, '--reason', 'お客様の依頼');
  expect(stdout).toContain('verify it with');
  expect((await scc('verify-export', to)).stdout).toContain('whole    yes');
  await expect(scc('tenant', 'export', 'demo', '--to', to)).rejects.toThrow('not empty');
  const api = await ApiSession.open(product, 'sv1');
  expect(await newest(api)).toMatchObject({ state: 'finished', byOperator: true, reason: 'お客様の依頼', createdBy: 'operator:cli' });
}, 120_000);

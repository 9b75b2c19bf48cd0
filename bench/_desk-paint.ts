/** How soon an agent sees the desk, for `bench/web.ts`: Chromium with an empty cache against the whole product. */
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext } from 'playwright-core';
import { launchBrowser, login, openPage } from '../test/support/browser.ts';
import { startProduct } from '../test/support/product.ts';
import { figuresOf } from './_customers.ts';

/** Runs in the page before its own scripts: notes when the heading of the desk is there. */
const NOTE_HEADING = `new MutationObserver((_changes, observer) => {
  if (!document.querySelector('h1')) return;
  globalThis.sccHeadingAt = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });`;

/** Runs in the page: times in ms after the navigation began, and which scripts were asked for before the heading was there. */
const SEEN = `(() => ({
  paintMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1,
  deskMs: globalThis.sccHeadingAt ?? -1,
  before: performance.getEntriesByType('resource').filter(({ name, startTime }) => name.endsWith('.js') && startTime < globalThis.sccHeadingAt).map(({ name }) => name),
}))()`;

interface Visit {
  paintMs: number;
  /** Until the heading of the desk is there. */
  deskMs: number;
  /** Scripts by name with their size by gzip: those that the desk waited for, and those that it fetched behind its first picture. */
  needed: Record<string, number>;
  later: Record<string, number>;
}

/**
 * First paint of `/desk` for somebody who is logged in, and what its scripts weigh.
 * @returns `scriptGzipKb`: scripts that the desk waited for, KB of 1,024 bytes; `laterGzipKb`: parts fetched behind its first picture
 */
export async function deskPaint(visits: number): Promise<object> {
  const product = await startProduct();
  const browser = await launchBrowser({ kind: 'tone', hertz: 1000 });
  try {
    const { context, page } = await openPage(browser);
    await login(page, product.baseUrl, 'csr1');
    const state = await context.storageState();
    await context.close();
    const seen: Visit[] = [];
    // The first one warms the server and the disk, not the browser.
    for (let index = 0; index <= visits; index++) seen.push(await visit(browser, product.baseUrl, state));
    const measured = seen.slice(1);
    const kb = (scripts: Readonly<Record<string, number>>): number => Math.round(Object.values(scripts).reduce((sum, bytes) => sum + bytes, 0) / 102.4) / 10;
    const { needed = {}, later = {} } = measured[0] ?? {};
    return { visits, firstPaint: figuresOf(measured.map(({ paintMs }) => paintMs)), deskThere: figuresOf(measured.map(({ deskMs }) => deskMs)), scriptGzipKb: kb(needed), laterGzipKb: kb(later), needed, later };
  } finally {
    await browser.close();
    await product.stop();
  }
}

async function visit(browser: Browser, baseUrl: string, storageState: Awaited<ReturnType<BrowserContext['storageState']>>): Promise<Visit> {
  const context = await browser.newContext({ storageState, locale: 'ja-JP', viewport: { width: 1280, height: 900 } });
  try {
    await context.addInitScript(NOTE_HEADING);
    const page = await context.newPage();
    const sizes = new Map<string, number>();
    const bodies: Promise<void>[] = [];
    page.on('response', (response) => {
      const url = response.url();
      if (url.endsWith('.js')) bodies.push(response.body().then((body) => void sizes.set(url, gzipSync(body, { level: 9 }).length)).catch(() => undefined));
    });
    await page.goto(`${baseUrl}/desk`, { waitUntil: 'commit' });
    await page.locator('h1').first().waitFor();
    await page.waitForLoadState('networkidle', { timeout: 10_000 }).catch(() => undefined);
    await Promise.all(bodies);
    const { before, ...times } = await page.evaluate<{ paintMs: number; deskMs: number; before: string[] }>(SEEN);
    const isNeeded = new Set(before);
    const named = (wanted: boolean): Record<string, number> =>
      Object.fromEntries([...sizes].filter(([url]) => isNeeded.has(url) === wanted).map(([url, bytes]) => [url.split('/').at(-1) ?? url, bytes]));
    return { ...times, needed: named(true), later: named(false) };
  } finally {
    await context.close();
  }
}

/** What every page is checked for, whatever it shows. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { waitFor } from './story-wait.ts';

const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Serious and critical findings of axe. */
export async function accessibility(page: Page): Promise<string[]> {
  // What passed is not described and no frames are asked, since no page has any: the same findings in a quarter of the time.
  const axe = new AxeBuilder({ page }).options({ runOnly: { type: 'tag', values: STANDARDS }, resultTypes: ['violations'] }).setLegacyMode();
  const { violations } = await axe.analyze();
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).slice(0, 3).join(' | ')}`);
}

/** How far a page is wider than the screen, which scrolls it sideways. */
export async function overflow(page: Page): Promise<string[]> {
  const over = await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  return over > 0 ? [`${over} px wider than the screen`] : [];
}

/** Waits until nothing loads any more. @throws Error when something still does after `timeoutMs` */
export async function settled(page: Page, timeoutMs = 10_000): Promise<void> {
  await page.locator('h1').first().waitFor();
  // Not waitForFunction: it evaluates a text inside of the page, which the content security policy rightly refuses.
  const unsettled = page.locator('.mantine-Skeleton-root, .mantine-Loader-root');
  await waitFor('a page that loads nothing any more', async () => (await unsettled.count()) === 0, timeoutMs);
}

/** Pictures of one page as every user may see it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { EVIDENCE } from './story.ts';
import { sleep } from './story-wait.ts';

/** A desk's screen and a phone, px. */
const WIDTHS = [1280, 390] as const;
const LANGUAGES = [
  { locale: 'ja', label: '日本語' },
  { locale: 'en', label: 'EN' },
] as const;

/**
 * Leaves pictures of the page in both languages and two widths, and the page as it was: Japanese and wide.
 * @returns what is wrong with them: parts that stand out over the edge of the screen
 */
export async function pictures(page: Page, name: string): Promise<string[]> {
  mkdirSync(join(EVIDENCE, 'screens'), { recursive: true });
  const wrong: string[] = [];
  for (const { locale, label } of [...LANGUAGES].reverse()) {
    await page.setViewportSize({ width: WIDTHS[0], height: 900 });
    await page.getByText(label, { exact: true }).first().click();
    for (const width of [...WIDTHS].reverse()) {
      await page.setViewportSize({ width, height: 900 });
      // The menu slides in and out.
      await sleep(300);
      await page.screenshot({ path: join(EVIDENCE, 'screens', `${name}-${locale}-${width}.png`), fullPage: true });
      const over = await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      if (over > 0) wrong.push(`${name} in ${locale} at ${width} px: ${over} px wider than the screen`);
    }
  }
  return wrong;
}

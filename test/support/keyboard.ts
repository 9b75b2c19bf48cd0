/** Walks through a page as somebody does who has no mouse: Tab reaches every control, the focus can be seen, dialogs keep it and give it back. */
import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { waitFor } from './story-wait.ts';

const IN_PAGE = readFileSync(new URL('keyboard-in-page.js', import.meta.url), 'utf8');

/** Presses between two looks at what was reached. */
const BATCH = 15;

/** Calls a function of `keyboard-in-page.js`. */
const ask = <Answer>(page: Page, expression: string): Promise<Answer> => page.evaluate<Answer>(`sccKeyboard.${expression}`);

/** Presses Tab until everything was reached, or a whole batch leads nowhere new: then the way has come round, or is a trap. */
async function walk(page: Page): Promise<void> {
  await ask<number>(page, 'start()');
  for (let seen = -1; ; ) {
    for (let press = 0; press < BATCH; press++) await page.keyboard.press('Tab');
    const now = await ask<{ left: number; seen: number }>(page, 'progress()');
    if (now.left === 0 || now.seen === seen) return;
    seen = now.seen;
  }
}

/**
 * What of a page cannot be done by keys alone. Tab is pressed through all of it; then arrow keys through each group of tabs or
 * rows that is one stop of Tab. Those may open another part of the page, so nothing on the page should be needed afterwards.
 *
 * @returns one line a fault
 */
export async function keyboardFaults(page: Page): Promise<string[]> {
  await page.evaluate(IN_PAGE);
  await walk(page);
  const faults = await ask<string[]>(page, 'faults()');
  const groups = await ask<number>(page, 'groups()');
  for (let group = 0; group < groups; group++) {
    const { key, presses } = await ask<{ key: string; presses: number }>(page, `enterGroup(${group})`);
    for (let press = 0; press < presses; press++) await page.keyboard.press(key);
    faults.push(...(await ask<string[]>(page, `groupFaults(${group})`)));
  }
  await ask(page, 'rest()');
  return faults;
}

/**
 * Opens a dialog by Enter on its button, walks through it, closes it by Escape.
 * @returns one line a fault: the focus is not in it, leaves it, does not reach a control, or does not come back to the button
 */
export async function dialogFaults(page: Page, opener: Locator): Promise<string[]> {
  await page.evaluate(IN_PAGE);
  await opener.focus();
  await ask(page, 'noteOpener()');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  const faults: string[] = [];
  const isIn = (): Promise<boolean> => ask<boolean>(page, 'isInDialog()');
  if (!(await comesTrue(isIn))) faults.push('the dialog does not take the focus');
  await walk(page);
  if (!(await isIn())) faults.push('the focus leaves the dialog');
  faults.push(...(await ask<string[]>(page, 'faults()')));
  await page.keyboard.press('Escape');
  const isClosed = async (): Promise<boolean> => (await dialog.count()) === 0;
  // The first one closed a list that was open within.
  if (!(await comesTrue(isClosed, 500))) await page.keyboard.press('Escape');
  if (!(await comesTrue(isClosed))) faults.push('Escape does not close the dialog');
  else if (!(await comesTrue(() => ask<boolean>(page, 'isAtOpener()')))) faults.push('the focus does not come back to what opened the dialog');
  return faults;
}

/** Whether something becomes so in time, ms. */
const comesTrue = (isSo: () => Promise<boolean>, timeoutMs = 2000): Promise<boolean> => waitFor('a change of the focus', isSo, timeoutMs, 20).then(() => true, () => false);

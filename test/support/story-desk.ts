/** The agent desk as an agent uses it: by what is written on it. */
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { login, openPage, toneLevel, type PageFaults } from './browser.ts';
import type { Product } from './product.ts';
import { waitFor } from './story-wait.ts';
import type { Scene } from './story.ts';

/** dB over the median of the spectrum from which a tone is clearly there; without it a tone is clearly not there below half. */
const CLEAR_TONE_DB = 25;

/** What is written on the desk. */
export const DESK = {
  available: '受付可',
  answer: /^応答/,
  incoming: '着信',
  hold: /^保留(?!解除|転送)/,
  resume: /^保留解除/,
  hangUp: '切断',
  outbound: '発信通話',
  dial: '発信',
  result: '応対結果',
  note: 'メモ',
  wrapUp: /^後処理/,
  save: '保存して後処理を終える',
  databaseDown: 'データベースが利用できません',
  notOffered: '解消するまで着信しません。',
  blind: 'ブラインド転送',
  consult: /保留転送/,
  others: 'この通話に加わっている人',
  help: 'SV への連絡',
} as const;

export class Desk {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly faults: PageFaults;

  private constructor(opened: { page: Page; context: BrowserContext; faults: PageFaults }) {
    this.page = opened.page;
    this.context = opened.context;
    this.faults = opened.faults;
  }

  /** Logs somebody in. @param first the page they see then: agents their desk, supervisors the board */
  static async open(scene: Scene, product: Product, browser: Browser, loginId: string, first = /\/desk/): Promise<Desk> {
    const opened = await openPage(browser);
    scene.pages.set(loginId, opened.page);
    await login(opened.page, product.baseUrl, loginId);
    await opened.page.waitForURL(first);
    return new Desk(opened);
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  /** Waits until microphone, network, sound connection and tab are shown as good. */
  async healthy(): Promise<void> {
    await waitFor('four good lights', async () => (await this.page.locator('[data-health][data-level="ok"]').count()) === 4, 30_000);
  }

  /** Goes 受付可 and waits until the desk says so. */
  async available(): Promise<void> {
    const button = this.button(DESK.available);
    await button.click();
    await waitFor('受付可', async () => (await button.getAttribute('aria-pressed')) === 'true');
  }

  /** The card of an offered call. */
  get offer(): Locator {
    return this.page.getByRole('region', { name: DESK.incoming });
  }

  async answer(): Promise<void> {
    await this.button(DESK.answer).click({ timeout: 15_000 });
    await this.button(DESK.hold).waitFor();
  }

  /** Answers without the mouse, as those do who take a hundred calls a day. */
  async answerByKey(): Promise<void> {
    await this.page.getByRole('heading', { level: 1 }).click();
    await this.page.keyboard.press('a');
  }

  /** Calls a number; what comes of it is seen on the desk. */
  async dial(number: string): Promise<void> {
    const pad = this.page.getByRole('region', { name: DESK.outbound });
    await pad.getByRole('textbox').fill(number);
    await pad.getByRole('button', { name: DESK.dial, exact: true }).click();
  }

  async hold(): Promise<void> {
    await this.button(DESK.hold).click();
    await this.button(DESK.resume).waitFor();
  }

  async resume(): Promise<void> {
    await this.button(DESK.resume).click();
    await this.button(DESK.hold).waitFor();
  }

  /** Brings a colleague in: the call goes to them at once, or they are asked first. */
  async callColleague(kind: 'blind' | 'consult', name: string): Promise<void> {
    await this.button(DESK[kind]).click();
    const dialog = this.page.getByRole('dialog');
    const who = dialog.getByRole('combobox').or(dialog.getByRole('textbox')).first();
    await who.click();
    await who.fill(name);
    await this.page.getByRole('option', { name: new RegExp(name) }).first().click();
    await dialog.locator('button[type=submit]').click();
    await dialog.waitFor({ state: 'detached' });
  }

  /** Those beside caller and agent, with what can be done about them. */
  get others(): Locator {
    return this.page.getByRole('group', { name: DESK.others });
  }

  /** After a call: chooses a result, writes a note, is done. */
  async wrapUp(note: string): Promise<void> {
    const panel = this.page.getByRole('region', { name: DESK.wrapUp }).filter({ has: this.button(DESK.save) });
    await panel.getByRole('textbox', { name: DESK.note }).fill(note);
    await panel.getByRole('combobox', { name: DESK.result }).or(panel.getByRole('textbox', { name: DESK.result })).first().click();
    await this.page.getByRole('option').first().click();
    await panel.getByRole('button', { name: DESK.save }).click();
    await panel.waitFor({ state: 'detached' });
  }

  /** Waits until the page hears a tone from the other side. */
  async hears(hertz: number): Promise<void> {
    await waitFor(`${hertz} Hz in the browser`, async () => (await toneLevel(this.page, hertz)) > CLEAR_TONE_DB, 15_000);
  }

  /** Waits until the page does not hear a tone any more. */
  async hearsNo(hertz: number): Promise<void> {
    await waitFor(`no ${hertz} Hz in the browser`, async () => (await toneLevel(this.page, hertz)) < CLEAR_TONE_DB / 2, 15_000);
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

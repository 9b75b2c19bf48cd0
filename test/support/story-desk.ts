/** The agent desk as an agent uses it: by what is written on it. */
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { login, openPage, toneLevel, type PageFaults } from './browser.ts';
import type { Product } from './product.ts';
import { waitFor, type Scene } from './story.ts';

/** dB over the median of the spectrum from which a tone is clearly there; without it a tone is clearly not there below half. */
const CLEAR_TONE_DB = 25;

export class Desk {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly faults: PageFaults;

  private constructor(opened: { page: Page; context: BrowserContext; faults: PageFaults }) {
    this.page = opened.page;
    this.context = opened.context;
    this.faults = opened.faults;
  }

  /** Logs an agent in; their desk is what they see. */
  static async open(scene: Scene, product: Product, browser: Browser, loginId: string): Promise<Desk> {
    const opened = await openPage(browser);
    scene.pages.set(loginId, opened.page);
    await login(opened.page, product.baseUrl, loginId);
    await opened.page.waitForURL(/\/desk/);
    return new Desk(opened);
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  /** Waits until microphone, network and sound connection are shown as good. */
  async healthy(): Promise<void> {
    await waitFor('three good lights', async () => (await this.page.locator('[data-health][data-level="ok"]').count()) === 3, 30_000);
  }

  /** Goes 受付可 and waits until the desk says so. */
  async available(): Promise<void> {
    const button = this.button('受付可');
    await button.click();
    await waitFor('受付可', async () => (await button.getAttribute('aria-pressed')) === 'true');
  }

  /** The card of an offered call. */
  get offer(): Locator {
    return this.page.getByRole('alertdialog').or(this.page.getByRole('region', { name: '着信' })).first();
  }

  async answer(): Promise<void> {
    await this.button(/^応答/).click({ timeout: 15_000 });
    await this.button(/^保留/).waitFor();
  }

  async resume(): Promise<void> {
    await this.button(/^(保留解除|再開)/).click();
  }

  /** Chooses the first wrap-up code, writes a note, and is done. */
  async wrapUp(note: string): Promise<void> {
    await this.page.getByRole('radio').first().check();
    await this.page.getByRole('textbox', { name: /メモ/ }).fill(note);
    await this.finishWrapUp();
  }

  /** Ends the wrap-up that follows a call. */
  async finishWrapUp(): Promise<void> {
    await this.button(/完了/).click({ timeout: 15_000 });
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

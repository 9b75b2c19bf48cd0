/** A visitor calls from the browser: no telephone, no login. The visitor's voice is a tone of 700 Hz, the agent's one of 1000 Hz. */
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { Settings } from '../../shared/api/settings.ts';
import { launchBrowser, openPage, toneLevel, type PageFaults } from '../support/browser.ts';
import { startProduct, type Product } from '../support/product.ts';
import { ApiSession } from '../support/story-api.ts';
import { readStereoWav } from '../support/story-sealed.ts';
import { Desk, DESK } from '../support/story-desk.ts';
import { waitFor } from '../support/story-wait.ts';
import { scenario, step, type Scene } from '../support/story.ts';
import { toneShare } from '../support/tones.ts';

const VISITOR_HERTZ = 700;
const AGENT_HERTZ = 1000;
const CLEAR_TONE_DB = 25;
/** What the visitor typed; a number of a demo customer. */
const VISITOR = { name: '見学 太郎', number: '090 0000 0101' };

const scene: Scene = { pages: new Map() };
let browsers: Browser[] = [];
let visitor: { page: Page; faults: PageFaults };
let desk: Desk;
let supervisor: ApiSession;

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

beforeAll(async () => {
  scene.product = await startProduct();
  supervisor = await ApiSession.open(started(), 'sv1');
  browsers = await Promise.all([launchBrowser({ kind: 'tone', hertz: VISITOR_HERTZ }), launchBrowser({ kind: 'tone', hertz: AGENT_HERTZ })]);
  const [visitorBrowser, agentBrowser] = browsers;
  if (!visitorBrowser || !agentBrowser) throw new Error('no browsers');
  visitor = await openPage(visitorBrowser);
  scene.pages.set('visitor', visitor.page);
  desk = await Desk.open(scene, started(), agentBrowser, 'csr1');
});

afterAll(async () => {
  for (const browser of browsers) await browser.close();
  await scene.product?.stop();
});

const status = () => visitor.page.getByRole('status');
const visitorHears = async (hertz: number): Promise<boolean> => (await toneLevel(visitor.page, hertz)) > CLEAR_TONE_DB;

async function startCall(): Promise<void> {
  await visitor.page.getByRole('button', { name: /電話をかける|もう一度かける/ }).click();
}

step(scene, 'the visitor calls from the page and chooses from the menu by the keypad', async () => {
  await visitor.page.goto(`${started().baseUrl}/web-call/demo`);
  await visitor.page.getByLabel('お名前（任意）').fill(VISITOR.name);
  await visitor.page.getByLabel('電話番号（任意）').fill(VISITOR.number);
  await startCall();
  await status().filter({ hasText: 'ガイダンスに従って' }).waitFor({ timeout: 15_000 });
  await waitFor('the menu', async () => (await stepsOf()).includes('call.notice_played'), 30_000);
  await visitor.page.getByRole('button', { name: '1', exact: true }).click();
  await status().filter({ hasText: '1 番目' }).waitFor({ timeout: 15_000 });
});

/** Types of the steps of the visitor's call so far. */
async function stepsOf(): Promise<string[]> {
  const [call] = await supervisor.callsFrom('09000000101');
  return call ? (await supervisor.get<{ events: { type: string }[] }>(`/calls/${call.id}`)).events.map((event) => event.type) : [];
}

step(scene, 'it rings at the agent with what the visitor typed and who that may be', async () => {
  await desk.healthy();
  await desk.available();
  await desk.offer.waitFor();
  await status().filter({ hasText: '呼び出しています' }).waitFor();
  const shown = await desk.offer.innerText();
  expect(shown).toContain('090-0000-0101');
  expect(shown).toMatch(/見学 太郎|佐藤/);
});

step(scene, 'they hear each other, browser to browser', async () => {
  await desk.answer();
  await status().filter({ hasText: '通話中' }).waitFor();
  await desk.hears(VISITOR_HERTZ);
  await waitFor('the agent at the visitor’s', () => visitorHears(AGENT_HERTZ));
});

step(scene, 'on hold the visitor is told so and does not hear the agent', async () => {
  await desk.hold();
  await status().filter({ hasText: '保留中' }).waitFor();
  await waitFor('no agent at the visitor’s', async () => !(await visitorHears(AGENT_HERTZ)));
  await desk.resume();
  await waitFor('the agent again', () => visitorHears(AGENT_HERTZ));
});

step(scene, 'the agent hangs up; the visitor is thanked; both voices are in the recording', async () => {
  await desk.button(DESK.hangUp).click();
  await status().filter({ hasText: 'お電話ありがとうございました' }).waitFor();
  await desk.wrapUp('Web から。');
  const record = await supervisor.endedCallFrom('09000000101');
  expect(record).toMatchObject({ channel: 'web', outcome: 'answered', endedBy: 'agent', callerName: VISITOR.name });
  const id = record.recordings[0]?.id ?? '';
  await waitFor('the recording', async () => (await supervisor.get<{ status: string }>(`/recordings/${id}`)).status === 'complete');
  const { left, right } = readStereoWav((await supervisor.bytes(`/recordings/${id}/audio`)).body);
  expect(toneShare(left.subarray(4000, 12_000), VISITOR_HERTZ)).toBeGreaterThan(0.7);
  expect(toneShare(right.subarray(4000, 12_000), AGENT_HERTZ)).toBeGreaterThan(0.7);
  expect([...visitor.faults.errors, ...desk.faults.errors]).toEqual([]);
});

scenario(scene, 'one address may not call again and again', async () => {
  const { page } = visitor;
  const refusal = page.getByRole('alert').filter({ hasText: '通話が多すぎます' });
  for (let call = 0; call < 6 && (await refusal.count()) === 0; call++) {
    await startCall();
    await page.getByRole('button', { name: '切断' }).or(refusal).first().waitFor();
    if ((await refusal.count()) > 0) break;
    await status().filter({ hasText: 'ガイダンス' }).or(refusal).first().waitFor();
    if ((await refusal.count()) > 0) break;
    await page.getByRole('button', { name: '切断' }).click();
    await page.getByRole('button', { name: 'もう一度かける' }).waitFor();
  }
  await refusal.waitFor();
});

scenario(scene, 'a tenant that switched the page off and an unknown one look alike', async () => {
  const { page } = visitor;
  const off = await supervisor.send<Settings>('PATCH', '/settings', { webCallEnabled: false });
  expect(off.body).toMatchObject({ webCallEnabled: false });
  const texts: string[] = [];
  for (const tenant of ['demo', 'no-such-tenant']) {
    await page.goto(`${started().baseUrl}/web-call/${tenant}`);
    await page.getByRole('heading', { name: 'このページからはお電話いただけません' }).waitFor();
    texts.push(await page.getByRole('main').innerText());
  }
  expect(texts[0]).toBe(texts[1]);
  expect(texts[0]).not.toContain('デモ');
});

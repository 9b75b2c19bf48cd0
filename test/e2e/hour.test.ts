/**
 * An hour of a centre, without the waiting: two agents and a supervisor in three browsers, callers over SIP. Each has a voice of
 * their own, so that every step can say who hears whom, beside what each of them sees.
 */
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { AuditEntryView } from '../../shared/api/audit.ts';
import type { Call } from '../../shared/api/calls.ts';
import type { Incident } from '../../shared/api/incidents.ts';
import type { Queue } from '../../shared/api/queues.ts';
import { mulawToLinear } from '../../src/protocol/rtp/g711.ts';
import { launchBrowser, tonesHeard } from '../support/browser.ts';
import { startProduct, type Product } from '../support/product.ts';
import { pictures } from '../support/screens.ts';
import type { PhoneCall } from '../support/sip-phone.ts';
import { ApiSession } from '../support/story-api.ts';
import { Desk, DESK } from '../support/story-desk.ts';
import { waitFor } from '../support/story-wait.ts';
import { loudness, step, ToneCaller, type Scene } from '../support/story.ts';
import { toneShareMulaw } from '../support/tones.ts';

/** Voices, Hz. */
const CALLER = 600;
const ANNA = 1000;
const BEN = 1400;
const BOSS = 1700;
/** Of what a caller hears, from this share on a voice is there; of two that speak at once each has about a half. */
const HEARD = 0.25;

const scene: Scene = { pages: new Map() };
const browsers: Browser[] = [];
const wrong: string[] = [];
let caller: ToneCaller;
let waiting: ToneCaller;
let call: PhoneCall;
let anna: Desk;
let ben: Desk;
let boss: Desk;
let api: ApiSession;
let benApi: ApiSession;
let support = '';
const names = { anna: '', ben: '', boss: '' };

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

/** A flow that offers a callback to who waits, at a number of its own; and a line to the outside, at whose end the callers sit. */
async function prepare(): Promise<void> {
  await api.send('PATCH', '/settings', { careBreakMinutes: 1 });
  support = (await api.list<Queue>('/queues')).find(({ code }) => code === 'support')?.id ?? '';
  await api.send('PATCH', `/queues/${support}`, { offerTimeoutMs: 60_000 });
  const queue = { verb: 'queue', queue: 'support', priority: 0, requiredSkills: {}, announceEveryMs: 30_000, maxWaitMs: 600_000, overflow: 'end', exits: { callback: 'end' } };
  const flow = await api.send<{ id: string; draftRevision: number }>('POST', '/flows', { code: 'call-back', name: '折り返しあり', draft: { start: 'queue', nodes: { queue, end: { verb: 'hangup' } } } });
  await api.send('POST', `/flows/${flow.body.id}/publish`, { revision: flow.body.draftRevision });
  await api.send('POST', '/numbers', { number: '0312340009', label: '折り返し', flowId: flow.body.id });
  const trunk = await api.send<{ id: string }>('POST', '/trunks', { name: '外線', kind: 'ip', host: '127.0.0.1', port: waiting.phone.port, channels: 10, monitorSeconds: 0 });
  const routed = await api.send('PUT', '/outbound-routes', { routes: [{ name: 'すべて', prefix: '', trunkIds: [trunk.body.id] }] });
  expect(routed.status).toBe(200);
}

beforeAll(async () => {
  scene.product = await startProduct();
  for (const hertz of [ANNA, BEN, BOSS]) browsers.push(await launchBrowser({ kind: 'tone', hertz }));
  api = await ApiSession.open(started(), 'sv1');
  for (const [person, login] of [['anna', 'csr1'], ['ben', 'csr2'], ['boss', 'sv1']] as const) {
    const session = await ApiSession.open(started(), login);
    if (person === 'ben') benApi = session;
    names[person] = (await session.get<{ user: { name: string } }>('/session')).user.name;
  }
  caller = await ToneCaller.open(started(), '+81300000107', CALLER);
  waiting = await ToneCaller.open(started(), '+81312345678', CALLER);
  await prepare();
});

afterAll(async () => {
  await caller?.close();
  await waiting?.close();
  for (const browser of browsers) await browser.close();
  await scene.product?.stop();
});

const region = (page: Page, name: string | RegExp) => page.getByRole('region', { name });
const row = (text: RegExp = /03-0000-0107/) => boss.page.getByRole('row', { name: text });

/** Waits until the caller hears exactly these voices. */
async function callerHears(...voices: number[]): Promise<void> {
  await waitFor(
    `the caller to hear ${voices.join(' and ') || 'no voice'}`,
    async () => {
      const heard = await caller.listen(500);
      const shares = [ANNA, BEN, BOSS].map((hertz) => [hertz, toneShareMulaw(heard, hertz)] as const);
      if (heard.length < 2000 || shares.some(([hertz, share]) => share > HEARD !== voices.includes(hertz))) throw new Error(`heard ${JSON.stringify(shares)} of ${heard.length}`);
      return true;
    },
    20_000,
  );
}

/** Waits until somebody at a desk hears exactly these voices. */
async function hears(desk: Desk, ...voices: number[]): Promise<void> {
  const wanted = voices.toSorted((a, b) => a - b).join(' ');
  await waitFor(`the browser to play ${wanted || 'nothing'}`, async () => {
    const heard = (await tonesHeard(desk.page, [CALLER, ANNA, BEN, BOSS])).join(' ');
    if (heard !== wanted) throw new Error(`it plays ${heard || 'nothing'}`);
    return true;
  }, 20_000);
}

/** Looks at somebody's page in both languages and widths. */
const look = async (desk: Desk, name: string): Promise<void> => void wrong.push(...(await pictures(desk.page, `hour-${name}`)));

/** The call has left the desk; the result is asked for, and given. */
async function wrapUp(desk: Desk, note: string): Promise<void> {
  await desk.button(DESK.save).waitFor();
  await desk.wrapUp(note);
}

step(scene, 'all three are at work', async () => {
  const [first, second, third] = browsers;
  if (!first || !second || !third) throw new Error('no browsers');
  anna = await Desk.open(scene, started(), first, 'csr1');
  ben = await Desk.open(scene, started(), second, 'csr2');
  boss = await Desk.open(scene, started(), third, 'sv1', /\/board/);
  await boss.page.getByRole('link', { name: 'デスク' }).click();
  for (const desk of [anna, ben, boss]) await desk.healthy();
  await boss.page.getByRole('link', { name: 'リアルタイムモニタ' }).click();
  await anna.available();
});

step(scene, 'inbound: it rings at the free agent only, the board shows it, and the two speak', async () => {
  call = await caller.call('0312340002');
  await anna.offer.waitFor();
  expect(await anna.offer.innerText()).toMatch(/03-0000-0107[\s\S]*山本/);
  expect(await ben.offer.count()).toBe(0);
  await row().filter({ hasText: '着信中' }).waitFor();
  await look(anna, 'anna-ringing');
  await anna.answer();
  await row().filter({ hasText: '通話中' }).filter({ hasText: names.anna }).waitFor();
  await callerHears(ANNA);
  await hears(anna, CALLER);
});

step(scene, 'hold: music for the caller, quiet for the agent, and the board says so', async () => {
  await anna.hold();
  await row().filter({ hasText: '保留中' }).waitFor();
  await callerHears();
  expect(loudness(await caller.listen(1500), mulawToLinear), 'music').toBeGreaterThan(0.005);
  await hears(anna);
  await anna.resume();
  await row().filter({ hasText: '通話中' }).waitFor();
  await callerHears(ANNA);
});

step(scene, 'monitor: the supervisor hears both and nobody hears or sees the supervisor', async () => {
  await row().getByRole('button', { name: /^モニタリング/ }).click();
  await boss.page.getByRole('dialog').getByRole('radio', { name: 'モニタリング' }).check();
  await boss.page.getByRole('dialog').getByRole('button', { name: '開始' }).click();
  await region(boss.page, 'モニタリング中の通話').waitFor();
  await hears(boss, CALLER, ANNA);
  await hears(anna, CALLER);
  await callerHears(ANNA);
  expect(await anna.others.count()).toBe(0);
  await look(boss, 'boss-monitoring');
});

/** Another way of taking part, on the bar of the supervised call. */
const changeTo = (way: string): Promise<void> => region(boss.page, 'モニタリング中の通話').getByText(way, { exact: true }).click();

step(scene, 'whisper: the agent hears the supervisor, the caller does not', async () => {
  await changeTo('ささやき');
  await hears(anna, CALLER, BOSS);
  await callerHears(ANNA);
});

step(scene, 'barge: everybody hears everybody; then the supervisor leaves', async () => {
  await changeTo('三者通話で参加');
  await callerHears(ANNA, BOSS);
  await hears(anna, CALLER, BOSS);
  await region(boss.page, 'モニタリング中の通話').getByRole('button', { name: '終了' }).click();
  await region(boss.page, 'モニタリング中の通話').waitFor({ state: 'detached' });
  await callerHears(ANNA);
});

step(scene, 'consult transfer: the colleague is asked while the caller hears music, and then has the call', async () => {
  await ben.available();
  await anna.callColleague('consult', names.ben);
  await ben.offer.filter({ hasText: '03-0000-0107' }).waitFor();
  await ben.answerByKey();
  await anna.others.getByText('相談中').waitFor();
  await region(ben.page, '通話中の電話').getByText(`${names.anna} からの相談`).waitFor();
  await hears(ben, ANNA);
  await hears(anna, BEN);
  await callerHears();
  await look(anna, 'anna-consulting');
  await anna.others.getByRole('button', { name: '転送する' }).click();
  await ben.button(DESK.hold).waitFor();
  await callerHears(BEN);
  await hears(ben, CALLER);
  await row().filter({ hasText: names.ben }).waitFor();
  await wrapUp(anna, '担当者へ取り次いだ。');
});

step(scene, 'blind transfer: who gives the call away is free, and it rings at the other', async () => {
  await ben.callColleague('blind', names.anna);
  await ben.button(DESK.save).waitFor();
  await anna.offer.waitFor();
  await anna.answerByKey();
  await callerHears(ANNA);
  await hears(anna, CALLER);
  await wrapUp(ben, '元の担当者へ戻した。');
});

step(scene, 'three-way conference: all hear each other, and the first can leave it to the others', async () => {
  await anna.callColleague('consult', names.ben);
  await ben.offer.waitFor();
  await ben.answerByKey();
  await anna.others.getByRole('button', { name: '三者通話' }).click();
  await callerHears(ANNA, BEN);
  await hears(anna, CALLER, BEN);
  await hears(ben, CALLER, ANNA);
  await row().filter({ hasText: names.anna }).filter({ hasText: names.ben }).waitFor();
  await look(anna, 'anna-conference');
  await anna.button('三者通話から抜ける').click();
  await callerHears(BEN);
  await wrapUp(anna, '三者通話にした。');
});

step(scene, 'take over: the supervisor has the call, the agent is told and does the wrap-up', async () => {
  await row().getByRole('button', { name: /^モニタリング/ }).click();
  const dialog = boss.page.getByRole('dialog');
  await dialog.getByRole('radio', { name: '通話引継ぎ' }).check();
  await dialog.getByRole('button', { name: '通話引継ぎ' }).click();
  await callerHears(BOSS);
  await boss.page.getByRole('button', { name: 'デスクへ' }).click();
  await boss.button(DESK.hold).waitFor();
  await wrapUp(ben, 'SV が引き継いだ。');
  await call.hangup();
  await wrapUp(boss, '引き継いで終えた。');
});

step(scene, 'a change of a queue counts for the next call, and the log has it at once', async () => {
  await ben.button('休憩中').click();
  await api.send('PATCH', `/queues/${support}`, { offerTimeoutMs: 300_000 });
  const [change] = await api.list<AuditEntryView>(`/audit?code=queue.updated`);
  expect(change?.detail).toMatchObject({ before: { offerTimeoutMs: 60_000 }, after: { offerTimeoutMs: 300_000 } });
  call = await caller.call('0312340002');
  await anna.offer.getByText(/残り [12]\d\d 秒/).waitFor();
});

step(scene, 'raised hand: the supervisor sees who and why on any page, and the agent that somebody is coming', async () => {
  await anna.answer();
  await anna.page.getByRole('textbox', { name: DESK.note }).fill('返金の可否を確認したい');
  await anna.button(/^手上げ/).click();
  const alert = region(boss.page, '手上げ・SOS');
  await alert.getByText('返金の可否を確認したい').waitFor();
  await alert.getByRole('button', { name: '対応する' }).click();
  await region(anna.page, DESK.help).getByText(`${names.boss} が対応中`).waitFor();
  await look(boss, 'boss-hand');
  await anna.button(/^手を下ろす/).click();
  await alert.waitFor({ state: 'detached' });
});

step(scene, 'SOS: warning, end, care break, and the file of the incident is open', async () => {
  await anna.button('SOS').click();
  const help = region(anna.page, DESK.help);
  await region(boss.page, '手上げ・SOS').getByText(/SOS/).first().waitFor();
  await help.getByRole('button', { name: '警告ガイダンスを流す' }).click();
  await callerHears();
  await look(anna, 'anna-sos');
  await help.getByRole('button', { name: /終了ガイダンス/ }).click();
  await call.until('ended');
  await wrapUp(anna, '警告後に終了した。');
  await anna.page.getByText(/ケア休憩: 残り/).waitFor();
  const [incident] = await api.list<Incident>('/incidents');
  expect(incident).toMatchObject({ status: 'open', agentName: names.anna });
  await region(boss.page, '手上げ・SOS').getByRole('button', { name: /^対応終了/ }).click();
  await boss.page.goto(`${started().baseUrl}/incidents`);
  await boss.page.getByRole('row', { name: new RegExp(names.anna) }).waitFor();
});

step(scene, 'callback: who waits presses 1 and hangs up; the next free agent takes it and is connected', async () => {
  const asking = await waiting.call('0312340009');
  await boss.page.goto(`${started().baseUrl}/board`);
  await row(/03-1234-5678/).filter({ hasText: '待ち呼' }).waitFor();
  await waiting.sound.press('1');
  await asking.until('ended');
  await boss.page.goto(`${started().baseUrl}/callbacks`);
  await row(/03-1234-5678/).waitFor();
  await ben.available();
  await ben.offer.filter({ hasText: '折り返し予約' }).filter({ hasText: '03-1234-5678' }).waitFor();
  await look(ben, 'ben-callback-offered');
  await ben.answerByKey();
  const back = await waiting.phone.nextCall();
  back.answer(waiting.sound.sdp());
  waiting.sound.startTo(back.remoteSdp);
  await hears(ben, CALLER);
  await look(boss, 'boss-callbacks');
  await back.hangup();
  await wrapUp(ben, '折り返して解決した。');
  await boss.page.getByText('終了', { exact: true }).click();
  await row(/03-1234-5678/).filter({ hasText: 'つながった' }).waitFor();
});

step(scene, 'a promised call is listed on the desk, told before its time, and rings there when it is due', async () => {
  await ben.page.goto(`${started().baseUrl}/callbacks`);
  await ben.page.getByRole('button', { name: '新しい折り返し予約' }).click();
  const dialog = ben.page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: '電話番号' }).fill('03-1234-5678');
  await dialog.getByRole('combobox', { name: 'キュー' }).or(dialog.getByRole('textbox', { name: 'キュー' })).first().click();
  await ben.page.getByRole('option', { name: 'サポート' }).click();
  await dialog.getByLabel(/日時/).fill('2035-01-15T10:30');
  await dialog.getByRole('textbox', { name: 'メモ' }).fill('見積りの結果を伝える');
  await dialog.getByRole('button', { name: '保存' }).click();
  await dialog.waitFor({ state: 'detached' });
  await ben.page.getByRole('link', { name: 'デスク' }).click();
  await region(ben.page, '自分の次回架電予約').getByText(/見積りの結果を伝える/).waitFor();
  const promised = await benApi.send('POST', '/callbacks', { number: '0312345678', name: '約束', queueId: support, dueAt: new Date(Date.now() + 1000).toISOString(), own: true });
  expect(promised.status).toBe(200);
  await ben.page.reload();
  await ben.healthy();
  await ben.available();
  await ben.page.getByText('次回架電の時刻です').waitFor();
  await ben.offer.filter({ hasText: '折り返し予約' }).waitFor();
  await look(ben, 'ben-promised-call');
  await ben.button(/^拒否/).click();
});

step(scene, 'the records tell who had the calls and how they ended', async () => {
  const calls = await waitFor('all records', async () => {
    const found = await api.list<Call>('/calls');
    return found.every(({ endedAt }) => endedAt !== null) && found;
  });
  // Each of those who had the first call wrote about it.
  expect(calls.at(-1)?.note.split('\n')).toEqual(['担当者へ取り次いだ。', '元の担当者へ戻した。', '三者通話にした。', 'SV が引き継いだ。', '引き継いで終えた。']);
  expect(calls.map(({ direction, outcome }) => `${direction} ${outcome}`).toSorted()).toEqual(['inbound abandoned', 'inbound answered', 'inbound answered', 'outbound answered']);
  await boss.page.goto(`${started().baseUrl}/calls`);
  await boss.page.getByRole('row', { name: /03-0000-0107/ }).first().waitFor();
  await look(boss, 'boss-calls');
});

step(scene, 'no page had an error, was wider than its screen, or did what the content security policy forbids', () => {
  expect([...wrong, ...anna.faults.errors, ...ben.faults.errors, ...boss.faults.errors]).toEqual([]);
  return Promise.resolve();
});

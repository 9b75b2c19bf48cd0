/**
 * The product's main job as one story: a telephone call reaches an agent in the browser with the customer's record open, is
 * recorded, sealed and audited. The caller's voice is a tone of 600 Hz, the agent's one of 1000 Hz; each must be found where
 * it belongs and nowhere else.
 */
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { AuditEntryView } from '../../shared/api/audit.ts';
import type { CallDetail } from '../../shared/api/calls.ts';
import type { Customer, TimelineEntry } from '../../shared/api/customers.ts';
import type { RecordingDetail } from '../../shared/api/recordings.ts';
import { linearToMulaw, mulawToLinear } from '../../src/protocol/rtp/g711.ts';
import { recordingBinding } from '../../src/modules/recordings/recording-place.ts';
import { openSealedStream, sourceOfBytes } from '../../src/vault/stream.ts';
import { launchBrowser, login, openPage, type PageFaults } from '../support/browser.ts';
import { startProduct, type Product } from '../support/product.ts';
import type { PhoneCall } from '../support/sip-phone.ts';
import { ApiSession } from '../support/story-api.ts';
import { Desk, DESK } from '../support/story-desk.ts';
import { entropy, findsTone, readStereoWav, sealedFileOf } from '../support/story-sealed.ts';
import { waitFor } from '../support/story-wait.ts';
import { loudness, picture, runScc, step, ToneCaller, type Scene } from '../support/story.ts';
import { longestTone, toneMulaw, toneShare } from '../support/tones.ts';

const CALLER_HERTZ = 600;
const AGENT_HERTZ = 1000;
/** A demo customer whose number somebody typed as (03)0000-0107; the network says it in E.164. */
const CALLER_NUMBER = '+81300000107';
const CUSTOMER = '山本';
const OPEN_CASE = '対応が遅いという苦情';
const NOTE = '折り返しの連絡を約束した。';
const BOARD = { waiting: /待/, talking: '通話中' };

const scene: Scene = { pages: new Map() };
let browser: Browser;
let caller: ToneCaller;
let call: PhoneCall;
let desk: Desk;
let board: { page: Page; faults: PageFaults };
let agentApi: ApiSession;
let supervisorApi: ApiSession;
let callId = '';
let recording: RecordingDetail;

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

beforeAll(async () => {
  scene.product = await startProduct({ first: true });
  browser = await launchBrowser({ kind: 'tone', hertz: AGENT_HERTZ });
  [agentApi, supervisorApi] = [await ApiSession.open(started(), 'csr1'), await ApiSession.open(started(), 'sv1')];
  caller = await ToneCaller.open(started(), CALLER_NUMBER, CALLER_HERTZ);
});

afterAll(async () => {
  await caller?.close();
  await browser?.close();
  await scene.product?.stop();
});

step(scene, 'the agent logs in and the desk says that microphone, network and sound are good', async () => {
  desk = await Desk.open(scene, started(), browser, 'csr1');
  await desk.healthy();
});

step(scene, 'the supervisor opens the board in a second browser', async () => {
  board = await openPage(browser);
  scene.pages.set('sv1', board.page);
  await login(board.page, started().baseUrl, 'sv1');
  await board.page.waitForURL(/\/board/);
  await board.page.getByRole('heading', { name: /通話/ }).first().waitFor();
});

step(scene, 'the caller hears the recording notice', async () => {
  call = await caller.call('0312340001');
  expect(loudness(await caller.listen(1500), mulawToLinear)).toBeGreaterThan(0.01);
});

step(scene, 'the caller presses 1 and hears the queue; the board shows them waiting', async () => {
  await board.page.getByRole('row', { name: /03-0000-0107/ }).waitFor();
  await waitFor('the menu', async () => (await stepsOf()).includes('call.notice_played'), 30_000);
  await caller.sound.press('1');
  await board.page.getByRole('row', { name: /03-0000-0107/ }).filter({ hasText: BOARD.waiting }).waitFor();
  expect(loudness(await caller.listen(3000), mulawToLinear)).toBeGreaterThan(0.005);
  expect(await longestOf(AGENT_HERTZ), 'music, not the agent').toBeLessThan(300);
});

/** Types of the call's steps so far. */
async function stepsOf(): Promise<string[]> {
  callId ||= (await supervisorApi.callsFrom('0300000107'))[0]?.id ?? '';
  return (await supervisorApi.get<CallDetail>(`/calls/${callId}`)).events.map((event) => event.type);
}

const longestOf = async (hertz: number): Promise<number> => await caller.toneFor(hertz, 1500);

step(scene, 'the agent goes 受付可; it rings and shows who calls, with open cases, before answering', async () => {
  await desk.available();
  await desk.offer.waitFor();
  expect(await desk.offer.innerText()).toContain('03-0000-0107');
  expect(await desk.offer.innerText()).toContain(CUSTOMER);
  await desk.page.getByText(OPEN_CASE).first().waitFor();
  await picture(desk.page, 'story-desk-ringing');
  expect(await longestOf(AGENT_HERTZ), 'nobody hears the agent before the answer').toBeLessThan(300);
});

step(scene, 'the agent answers: each hears the other', async () => {
  await desk.answer();
  await waitFor('the agent at the caller’s', async () => (await longestOf(AGENT_HERTZ)) > 1000);
  await desk.hears(CALLER_HERTZ);
});

step(scene, 'the board shows the conversation', async () => {
  const row = board.page.getByRole('row', { name: /03-0000-0107/ });
  await row.filter({ hasText: BOARD.talking }).waitFor();
  await row.getByLabel('録音中').waitFor();
  await picture(board.page, 'story-board-talking');
  await picture(desk.page, 'story-desk-talking');
});

step(scene, 'on hold the caller hears music and the agent does not hear the caller', async () => {
  await desk.hold();
  await picture(desk.page, 'story-desk-held');
  await desk.hearsNo(CALLER_HERTZ);
  await waitFor('no agent at the caller’s', async () => (await longestOf(AGENT_HERTZ)) < 300);
  expect(loudness(await caller.listen(1500), mulawToLinear), 'music').toBeGreaterThan(0.005);
});

step(scene, 'after the hold they hear each other again', async () => {
  await desk.resume();
  await waitFor('the agent at the caller’s', async () => (await longestOf(AGENT_HERTZ)) > 1000);
  await desk.hears(CALLER_HERTZ);
});

step(scene, 'the caller hangs up; the agent chooses a wrap-up code and writes a note', async () => {
  await call.hangup();
  await desk.button(DESK.save).waitFor();
  await picture(desk.page, 'story-desk-wrap-up');
  await desk.wrapUp(NOTE);
  await waitFor('the call off the board', async () => (await board.page.getByRole('row', { name: /03-0000-0107/ }).count()) === 0);
});

step(scene, 'the record, the routing reason and the customer’s timeline tell it', async () => {
  const record = await supervisorApi.endedCallFrom('0300000107');
  expect(record).toMatchObject({ id: callId, outcome: 'answered', endedBy: 'caller', agentId: agentApi.userId, note: NOTE });
  expect(record.wrapUpLabel).not.toBe('');
  expect(record.customerName).toContain(CUSTOMER);
  expect(Math.min(record.queueMs ?? 0, record.talkMs ?? 0, record.holdMs ?? 0)).toBeGreaterThan(500);
  const chosen = record.decisions.find((decision) => decision.agentId === agentApi.userId);
  expect(chosen).toMatchObject({ rule: expect.stringMatching(/\w/) as string, considered: expect.any(Number) as number });
  expect(chosen?.waitedMs).toBeGreaterThan(500);

  const [customer] = await supervisorApi.list<Customer>(`/customers?q=${encodeURIComponent('0300000107')}`);
  const timeline = await supervisorApi.list<TimelineEntry>(`/customers/${customer?.id ?? ''}/timeline`);
  expect(timeline[0]).toMatchObject({ kind: 'call', callId, call: { outcome: 'answered', note: NOTE } });
  await desk.page.goto(`${started().baseUrl}/customers/${customer?.id ?? ''}`);
  await desk.page.getByText(NOTE).first().waitFor();
  await picture(desk.page, 'story-customer');
});

step(scene, 'the recording holds the caller on the left and the agent on the right', async () => {
  const id = (await supervisorApi.get<CallDetail>(`/calls/${callId}`)).recordings[0]?.id ?? '';
  recording = await waitFor('the recording', async () => {
    const found = await supervisorApi.get<RecordingDetail>(`/recordings/${id}`);
    return found.status === 'complete' && found;
  });
  expect(recording.peaks?.left.length).toBe(recording.peaks?.right.length);
  expect(Math.max(...(recording.peaks?.left ?? []))).toBeGreaterThan(10);

  const audio = await supervisorApi.bytes(`/recordings/${id}/audio`);
  const { rate, left, right } = readStereoWav(audio.body);

  expect(rate).toBe(8000);
  expect(Math.abs((left.length / rate) * 1000 - (recording.durationMs ?? 0))).toBeLessThan(100);
  expect(longestTone(linearToMulaw(left), CALLER_HERTZ), 'the caller, also while on hold').toBeGreaterThan(3000);
  expect(longestTone(linearToMulaw(right), AGENT_HERTZ)).toBeGreaterThan(1500);
  expect(toneShare(left, AGENT_HERTZ)).toBeLessThan(0.05);
  expect(toneShare(right, CALLER_HERTZ)).toBeLessThan(0.05);
  const part = await supervisorApi.bytes(`/recordings/${id}/audio`, { range: 'bytes=1000-2999' });
  expect(part.status).toBe(206);
  expect(part.body.equals(audio.body.subarray(1000, 3000))).toBe(true);
});

step(scene, 'on the disk nothing of it can be found without the key', async () => {
  const { bytes, key, tenantId } = await sealedFileOf(started(), recording.id);
  const associatedData = Buffer.from(recordingBinding(tenantId, recording.id));
  const open = (withKey: Buffer) => openSealedStream({ source: sourceOfBytes(bytes), key: withKey, associatedData });
  const plain = await open(key);
  expect(plain.interrupted).toBe(false);
  const sound = await plain.read(0, plain.sizeBytes);
  const tone = toneMulaw(CALLER_HERTZ, 100);

  expect(findsTone(sound, tone), 'the search finds the tone in the opened file').toBe(true);
  expect(findsTone(bytes, tone)).toBe(false);
  expect(entropy(sound)).toBeLessThan(7.5);
  expect(entropy(bytes)).toBeGreaterThan(7.99);
  expect(bytes.includes('RIFF') || bytes.includes('WAVE')).toBe(false);
  const other = Buffer.from(key);
  other[0] = (other[0] ?? 0) ^ 1;
  await expect(open(other)).rejects.toMatchObject({ name: 'SealedStreamError', reason: 'tampered' });
});

step(scene, 'the supervisor plays it from the page of the call, with its waveform', async () => {
  const { page } = board;
  await page.goto(`${started().baseUrl}/calls/${callId}`);
  const position = page.getByRole('slider', { name: '再生位置' });
  await position.waitFor();
  await waitFor('a drawn waveform', async () => (await position.locator('canvas').count()) > 0);
  await page.getByRole('button', { name: '再生', exact: true }).click();
  await waitFor('the position to move', async () => Number(await position.getAttribute('aria-valuenow')) >= 2, 20_000);
  await picture(page, 'story-call-playing');
});

step(scene, 'the agents’ report leads from the number of calls taken to the call, and from the time talked', async () => {
  const { page } = board;
  await page.goto(`${started().baseUrl}/reports/agents`);
  for (const figure of [/ 応答件数: 1、/, / 通話中 .*: 0:\d\d、/]) {
    // The first is the agent's, the last the total's.
    await page.getByRole('button', { name: figure }).first().click();
    const line = page.getByRole('dialog').getByRole('row', { name: /03-0000-0107/ }).last();
    await line.waitFor();
    await picture(page, 'story-report-agent');
    await line.getByRole('link', { name: '03-0000-0107' }).click();
    await page.waitForURL((url) => url.pathname === `/calls/${callId}`);
    await page.goBack();
  }
});

/** What the audit log must hold of the call, in this order. */
const AUDITED = [
  'call.started',
  'call.notice_played',
  'call.queued',
  'call.offered',
  'call.answered',
  'call.held',
  'call.resumed',
  'call.ended',
  'call.wrapped_up',
];

step(scene, 'the audit log has every step in order, and verifies from the command line', async () => {
  const entries = (await supervisorApi.list<AuditEntryView>('/audit')).toSorted((a, b) => a.seq - b.seq);
  const codes = entries.filter((entry) => entry.subjectId === callId).map((entry) => entry.code);
  expect(codes.filter((code) => AUDITED.includes(code))).toEqual(AUDITED);
  const sound = entries.filter((entry) => entry.subjectId === recording.id || JSON.stringify(entry.detail).includes(recording.id));
  const soundCodes = [...new Set(sound.map((entry) => entry.code).filter((code) => code.startsWith('recording.')))];
  expect(soundCodes).toEqual(['recording.started', 'recording.completed', 'recording.played']);
  expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, index) => index + 1));

  const verified = await runScc(started(), ['verify-audit', '--tenant', 'demo']);

  expect(verified.code, verified.output).toBe(0);
});

step(scene, 'no page had an error or did what the content security policy forbids', () => {
  expect([...desk.faults.errors, ...board.faults.errors]).toEqual([]);
  return Promise.resolve();
});

/**
 * Quality management as people use it: a supervisor makes a score sheet, draws a recorded call at random, scores it beside the
 * player and publishes it; the agent appeals; the supervisor answers with new scores, and the earlier ones stay to be seen.
 */
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser, Locator, Page } from 'playwright-core';
import type { EvaluationDetail } from '../../shared/api/evaluations.ts';
import type { ScoreSheet } from '../../shared/api/score-sheets.ts';
import { launchBrowser, login, openPage } from '../support/browser.ts';
import { accessibility, overflow } from '../support/page-checks.ts';
import { startProduct, type Product } from '../support/product.ts';
import { ApiSession } from '../support/story-api.ts';
import { Desk } from '../support/story-desk.ts';
import { waitFor } from '../support/story-wait.ts';
import { picture, step, ToneCaller, type Scene } from '../support/story.ts';

const CALLER_HERTZ = 600;
const SHEET = '検証用シート';
const FIRST_QUESTION = 'あいさつと名乗りができている';

const scene: Scene = { pages: new Map() };
let browser: Browser;
let anna: Desk;
let supervisor: Page;
let api: ApiSession;
let evaluationPath = '';
let callId = '';

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

beforeAll(async () => {
  scene.product = await startProduct();
  browser = await launchBrowser({ kind: 'tone', hertz: 1000 });
  api = await ApiSession.open(started(), 'sv1');
});

afterAll(async () => {
  await browser?.close();
  await scene.product?.stop();
});

const evaluation = (): Promise<EvaluationDetail> => api.get<EvaluationDetail>(evaluationPath);
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

/** Chooses an answer by what is written on it. */
const score = (page: Page, question: string, answer: string) => page.getByRole('radiogroup', { name: question }).getByText(answer, { exact: true }).click();

/** Chooses in a list that opens: by its label, then by what is written in it. */
async function choose(within: Page | Locator, label: string, option: string): Promise<void> {
  await within.getByRole('combobox', { name: label }).or(within.getByRole('textbox', { name: label })).first().click();
  await supervisor.getByRole('option', { name: option, exact: true }).click();
}

/** Looks at a page in both languages' usual widths: a picture for people, and what axe and the width say. */
async function look(page: Page, name: string): Promise<void> {
  await picture(page, name);
  expect(await accessibility(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 900 });
  await picture(page, `${name}-narrow`);
  expect(await overflow(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });
}

step(scene, 'an agent takes a call, which is recorded', async () => {
  anna = await Desk.open(scene, started(), browser, 'csr1');
  await anna.healthy();
  await anna.available();
  const caller = await ToneCaller.open(started(), '+81300000155', CALLER_HERTZ);
  const call = await caller.call('0312340002');
  await anna.answer();
  await anna.hears(CALLER_HERTZ);
  await call.hangup();
  await anna.wrapUp('評価の対象');
  await caller.close();
  callId = (await api.endedCallFrom('0300000155')).id;
  await waitFor('the recording', async () => (await api.get<{ recordings: { status: string }[] }>(`/calls/${callId}`)).recordings.some(({ status }) => status === 'complete'));
});

step(scene, 'a supervisor makes a score sheet with a fatal item and publishes it', async () => {
  const opened = await openPage(browser);
  supervisor = opened.page;
  scene.pages.set('sv1', supervisor);
  await login(supervisor, started().baseUrl, 'sv1');
  await supervisor.goto(`${started().baseUrl}/quality/sheets`);
  await supervisor.getByRole('textbox', { name: '新しい評価シートの名前' }).fill(SHEET);
  await button(supervisor, 'シートを作成').click();
  await button(supervisor, '設問を追加').click();
  const question = supervisor.getByRole('textbox', { name: '設問' }).nth(1);
  await question.fill('本人確認をしている');
  await supervisor.getByRole('checkbox', { name: '致命的項目' }).nth(1).check();
  await supervisor.getByRole('combobox', { name: '設問の種類' }).or(supervisor.getByRole('textbox', { name: '設問の種類' })).nth(1).click();
  await supervisor.getByRole('option', { name: 'はい・いいえ' }).click();
  await look(supervisor, 'quality-sheet-ja');
  await button(supervisor, '下書きを保存').click();
  await button(supervisor, /^公開$/).click();
  await waitFor('the published sheet', async () => (await api.list<ScoreSheet>('/score-sheets')).some(({ name, version }) => name === SHEET && version === 1));
});

step(scene, 'the supervisor draws a call at random and scores it beside the recording', async () => {
  await supervisor.goto(`${started().baseUrl}/quality`);
  await button(supervisor, '評価する通話を選ぶ').click();
  const dialog = supervisor.getByRole('dialog');
  await dialog.getByRole('textbox', { name: '通話時間の下限 (秒)' }).fill('0');
  await choose(dialog, '評価シート', SHEET);
  await dialog.getByRole('button', { name: '無作為に選ぶ' }).click();
  await dialog.getByRole('button', { name: /の通話を評価する$/ }).click();
  await supervisor.waitForURL(/\/evaluations\//);
  evaluationPath = new URL(supervisor.url()).pathname;
  await button(supervisor, '再生').click();
  await button(supervisor, '一時停止').click();
  await button(supervisor, '5 秒進む').or(button(supervisor, '5秒進む')).first().click();
  await score(supervisor, FIRST_QUESTION, '2');
  await button(supervisor, `「${FIRST_QUESTION}」に録音位置を付ける`).click();
  await supervisor.getByRole('textbox', { name: `「${FIRST_QUESTION}」へのコメント` }).fill('名乗りが聞き取れません');
  expect(await button(supervisor, 'オペレーターに公開').isDisabled()).toBe(true);
  await score(supervisor, '本人確認をしている', 'いいえ');
  await supervisor.getByRole('status', { name: '評価点' }).getByText('0.0%', { exact: true }).waitFor();
  await score(supervisor, '本人確認をしている', 'はい');
  await look(supervisor, 'quality-scoring-ja');
  await button(supervisor, 'オペレーターに公開').click();
  await supervisor.getByText('未確認', { exact: true }).waitFor();
  expect(await evaluation()).toMatchObject({ state: 'published', percent: 70, passed: false, answers: { question1: { comment: '名乗りが聞き取れません' } } });
});

step(scene, 'the agent sees the evaluation and appeals with a reason', async () => {
  // Told at her desk, whatever page she was on.
  await anna.page.getByText('応対評価が公開されました').waitFor();
  await anna.page.getByRole('link', { name: /品質評価/ }).getByLabel('未読 1 件').waitFor();
  await picture(anna.page, 'quality-told-ja');
  await anna.page.goto(`${started().baseUrl}/quality`);
  await anna.page.getByRole('row').filter({ hasText: '未読' }).getByRole('link').first().click();
  await anna.page.getByText('名乗りが聞き取れません').waitFor();
  await anna.page.getByLabel('未読 1 件').waitFor({ state: 'detached' });
  await look(anna.page, 'quality-agent-ja');
  await button(anna.page, '異議申立て').click();
  await anna.page.getByRole('dialog').getByRole('textbox').fill('0:02 に名乗っています');
  await button(anna.page, '異議を申し立てる').click();
  await anna.page.getByText('異議申立て中', { exact: true }).waitFor();
  expect(await evaluation()).toMatchObject({ state: 'appealed', appeal: { reason: '0:02 に名乗っています' } });
});

step(scene, 'the supervisor answers with new scores; the earlier ones stay in the history', async () => {
  await supervisor.reload();
  await supervisor.getByText('0:02 に名乗っています').waitFor();
  await supervisor.getByRole('textbox', { name: 'オペレーターへの回答' }).fill('ご指摘のとおりでした');
  await button(supervisor, /^採点を修正/).click();
  await score(supervisor, FIRST_QUESTION, '5');
  await look(supervisor, 'quality-revising-ja');
  await button(supervisor, '回答と新しい採点を送る').click();
  await supervisor.getByRole('heading', { name: '採点の履歴' }).waitFor();
  await look(supervisor, 'quality-revised-ja');
  expect(await evaluation()).toMatchObject({ state: 'revised', percent: 100, passed: true, revisions: [{ percent: 70 }, { percent: 100 }] });
  await anna.page.getByText('異議申立てに回答がありました').waitFor();
  await anna.page.getByText('ご指摘のとおりでした').waitFor();
  await anna.page.getByRole('status', { name: '評価点' }).getByText('100.0%', { exact: true }).waitFor();
});

step(scene, 'two evaluators score the call apart from each other, and compare', async () => {
  const other = await ApiSession.open(started(), 'sv2');
  await supervisor.goto(`${started().baseUrl}/calls/${callId}`);
  await button(supervisor, 'この通話でキャリブレーション').click();
  const dialog = supervisor.getByRole('dialog');
  await dialog.getByRole('textbox', { name: '名前' }).fill('11月の目線合わせ');
  await choose(dialog, '評価シート', SHEET);
  for (const name of ['管理 花子', '監督 一郎']) await choose(dialog, '評価者', name);
  await dialog.getByRole('heading').first().click();
  await dialog.getByRole('button', { name: '始める' }).click();
  await supervisor.waitForURL(/\/calibrations\//);
  const path = new URL(supervisor.url()).pathname;
  await score(supervisor, FIRST_QUESTION, '5');
  await score(supervisor, '本人確認をしている', 'はい');
  await look(supervisor, 'quality-calibrating-ja');
  await button(supervisor, '採点を提出').click();
  await supervisor.getByText('提出済み', { exact: true }).waitFor();
  expect(await button(supervisor, '締め切って比較').isDisabled()).toBe(true);
  const given = (points: number, comment = '') => ({ points, na: false, comment, atMs: null });
  expect((await other.send('PUT', `${path}/scores`, { answers: { question1: given(3, '早口でした'), question2: given(1) }, comment: '' })).status).toBe(200);
  await supervisor.reload();
  expect(await supervisor.getByText('早口でした').count()).toBe(0);
  await button(supervisor, '締め切って比較').click();
  await supervisor.getByText('早口でした').waitFor();
  const row = supervisor.getByRole('row').filter({ hasText: FIRST_QUESTION });
  // 100 and 60 per cent lie 20 from their mean.
  await row.getByText('20.0', { exact: true }).waitFor();
  await look(supervisor, 'quality-calibrated-ja');
});

step(scene, 'averages lead to the evaluations behind them', async () => {
  await supervisor.goto(`${started().baseUrl}/quality/averages`);
  const row = supervisor.getByRole('row').filter({ hasText: '相田 葵' });
  await row.getByText('100.0%').first().waitFor();
  await look(supervisor, 'quality-averages-ja');
  await row.getByRole('button', { name: /応対評価/ }).click();
  await supervisor.getByRole('dialog').getByText('修正済み').waitFor();
});

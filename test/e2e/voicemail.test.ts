/** A caller leaves messages in a box; its members hear them in the browser and by telephone. */
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser } from 'playwright-core';
import type { AuditEntryView } from '../../shared/api/audit.ts';
import type { FlowView } from '../../shared/api/flows.ts';
import type { Voicemail, VoicemailBox } from '../../shared/api/voicemail.ts';
import { launchBrowser, login, openPage } from '../support/browser.ts';
import { startProduct, type Product } from '../support/product.ts';
import { type PhoneCall, SipPhone } from '../support/sip-phone.ts';
import { ApiSession } from '../support/story-api.ts';
import { waitFor } from '../support/story-wait.ts';
import { picture, scenario, type Scene, ToneCaller } from '../support/story.ts';
import { longestTone, RtpTonePhone } from '../support/tones.ts';

const FIRST_HERTZ = 500;
const SECOND_HERTZ = 900;
const BOX = '8001';
const PIN = '4071';
/** The demo number whose flow this test writes anew. */
const NUMBER = '0312340003';

const scene: Scene = { pages: new Map() };
let browser: Browser;
let supervisor: ApiSession;
let box: VoicemailBox;
let password = '';

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

const messages = (state: string): Promise<Voicemail[]> => supervisor.list<Voicemail>(`/voicemails?state=${state}`);
const audited = (code: string): Promise<AuditEntryView[]> => supervisor.list<AuditEntryView>(`/audit?code=${code}`);

async function publish(): Promise<void> {
  const flows = await supervisor.list<{ id: string; numbers: { number: string }[] | string[] }>('/flows');
  const found = flows.find(({ numbers }) => JSON.stringify(numbers).includes(NUMBER.slice(1)));
  const { id, draftRevision } = await supervisor.get<FlowView>(`/flows/${found?.id ?? ''}`);
  const draft = {
    start: 'message',
    nodes: {
      message: { verb: 'voicemail', box: BOX, prompts: [], beep: true, maxMs: 60_000, silenceMs: 2500, reviewPrompts: ['ja/voicemail-review'], next: 'end' },
      end: { verb: 'hangup' },
    },
  };
  const saved = await supervisor.send<FlowView>('PUT', `/flows/${id}/draft`, { revision: draftRevision, draft });
  expect(saved.status).toBe(200);
  const published = await supervisor.send('POST', `/flows/${id}/publish`, { revision: saved.body.draftRevision });
  expect(published.status, JSON.stringify(published.body)).toBe(200);
}

beforeAll(async () => {
  scene.product = await startProduct();
  supervisor = await ApiSession.open(started(), 'sv1');
  browser = await launchBrowser({ kind: 'tone', hertz: 1000 });
  const member = (await ApiSession.open(started(), 'csr1')).userId;
  const made = await supervisor.send<VoicemailBox>('POST', '/voicemail-boxes', { number: BOX, name: '夜間受付', greeting: '', retentionDays: null, active: true, memberIds: [member], queueIds: [], recipients: [] });
  expect(made.status).toBe(200);
  box = made.body;
  expect((await supervisor.send('PUT', `/voicemail-boxes/${box.id}/pin`, { pin: PIN })).status).toBe(204);
  const device = await supervisor.send<{ password: string }>('POST', '/devices', { username: '7001', userId: member });
  password = device.body.password;
  await publish();
});

afterAll(async () => {
  await browser?.close();
  await scene.product?.stop();
});

/** Nothing is recorded before the beep is over: the call says so itself. */
async function recording(call: PhoneCall, caller: ToneCaller): Promise<void> {
  await waitFor('the beep', () => longestTone(caller.sound.heardMulaw(), 1000) > 300, 15_000);
  expect(call.over).toBe(false);
}

scenario(scene, 'a caller is asked about the message, hears it, records it again, and keeps the second one', async () => {
  const caller = await ToneCaller.open(started(), '+819000000201', FIRST_HERTZ);
  const call = await caller.call(NUMBER);
  await recording(call, caller);
  await caller.listen(2500);
  // Silence ends it, and the question comes.
  caller.sound.stop();
  await waitFor('the question', () => caller.sound.heardMulaw().length > 8000 * 3, 20_000);
  caller.sound.forget();
  await caller.sound.press('2');
  await waitFor('their own message', () => longestTone(caller.sound.heardMulaw(), FIRST_HERTZ) > 1500, 20_000);
  caller.sound.forget();
  await caller.sound.press('3');
  await recording(call, caller);
  caller.sound.startTo(call.remoteSdp);
  await caller.listen(1500);
  await caller.sound.press('#');
  await caller.listen(1500);
  await caller.sound.press('1');
  await call.until('ended');
  await caller.close();

  const [message, more] = await waitFor('the message', async () => {
    const found = await messages('new');
    return found.length > 0 && found.every(({ durationMs }) => durationMs !== null) && found;
  });
  expect(more, 'the first one was thrown away').toBeUndefined();
  expect(message).toMatchObject({ boxName: '夜間受付', state: 'new', callerNumber: expect.stringContaining('090') as string });
  expect(await audited('recording.deleted')).toHaveLength(1);
});

scenario(scene, 'a second caller hangs up in the middle, and both messages wait', async () => {
  const caller = await ToneCaller.open(started(), '+819000000202', SECOND_HERTZ);
  const call = await caller.call(NUMBER);
  await recording(call, caller);
  await caller.listen(2500);
  await call.hangup();
  await caller.close();
  await waitFor('two messages', async () => (await messages('new')).length === 2);
});

/** The member's telephone dials *97. */
async function mailbox(): Promise<{ phone: SipPhone; sound: RtpTonePhone; call: PhoneCall; type: (keys: string) => Promise<void> }> {
  const phone = await SipPhone.start({ user: '7001', account: { realm: 'demo', username: '7001', password } });
  const sound = await RtpTonePhone.open({ frequency: 0 });
  expect(await phone.register(`sip:127.0.0.1:${started().sipPort}`)).toBe(200);
  const call = phone.call(`sip:*97@127.0.0.1:${started().sipPort}`, { sdp: sound.sdp() });
  await call.until('answered');
  sound.startTo(call.remoteSdp);
  const type = async (keys: string): Promise<void> => {
    for (const key of keys) await sound.press(key, 80);
  };
  // Whoever has one box need not say its number: the first question is for the PIN.
  await waitFor('a question', () => sound.heardMulaw().length > 8000, 15_000);
  return { phone, sound, call, type };
}

scenario(scene, 'a wrong PIN opens nothing, the right one plays the newest first; 7 deletes, # goes on', async () => {
  const { phone, sound, call, type } = await mailbox();
  await type('9999#');
  await waitFor('the refusal in the audit log', async () => (await audited('voicemail_box.pin_refused')).length === 1);
  await type(`${BOX}#`);
  await type(`${PIN}#`);
  await waitFor('the newest message', () => longestTone(sound.heardMulaw(), SECOND_HERTZ) > 1500, 30_000);
  expect(longestTone(sound.heardMulaw(), FIRST_HERTZ)).toBeLessThan(200);
  await type('7');
  await waitFor('the older message', () => longestTone(sound.heardMulaw(), FIRST_HERTZ) > 1000, 30_000);
  await type('#');
  await call.until('ended');
  expect((await messages('deleted')).map(({ callerNumber }) => callerNumber.replaceAll('-', ''))).toEqual(['09000000202']);
  expect(await messages('heard')).toHaveLength(1);
  expect(await audited('recording.played')).toHaveLength(2);
  expect(await audited('voicemail_box.opened')).toHaveLength(1);
  sound.close();
  await phone.stop();
});

scenario(scene, 'five wrong PINs in a row shut the box, also for the right one, until a member sets a new PIN', async () => {
  const { phone, sound, call, type } = await mailbox();
  await type('9999#');
  await type(`${BOX}#`);
  await type('9998#');
  await type(`${BOX}#`);
  await type('9997#');
  await call.until('ended');
  sound.close();
  await phone.stop();
  const again = await mailbox();
  await again.type('9996#');
  await again.type(`${BOX}#`);
  await again.type('9995#');
  await waitFor('the lock', async () => (await audited('voicemail_box.locked')).length === 1);
  await again.call.until('ended');
  again.sound.close();
  await again.phone.stop();
  const boxes = (await supervisor.get<{ items: VoicemailBox[] }>('/voicemail-boxes')).items;
  expect(boxes.find(({ id }) => id === box.id)?.lockedUntil).not.toBeNull();
  const member = await ApiSession.open(started(), 'csr1');
  expect((await member.send('PUT', `/voicemail-boxes/${box.id}/pin`, { pin: '8263' })).status).toBe(204);
});

scenario(scene, 'a member takes the deleted message back, plays it, and gives it to a colleague', async () => {
  const { context, page, faults } = await openPage(browser);
  scene.pages.set('csr1', page);
  await login(page, started().baseUrl, 'csr1');
  await page.goto(`${started().baseUrl}/voicemail`);
  await page.getByText('削除済み', { exact: true }).click();
  await page.getByRole('button', { name: '元に戻す' }).click();
  await page.getByText('すべて', { exact: true }).first().click();
  await page.getByRole('button', { name: /のメッセージを再生/ }).first().click();
  await page.getByRole('slider', { name: '再生位置' }).waitFor();
  await page.getByRole('button', { name: '再生', exact: true }).last().click();
  await waitFor('the play in the audit log', async () => (await audited('recording.played')).length === 3);
  await picture(page, 'voicemail');
  await page.getByRole('button', { name: 'メッセージを削除' }).first().click();
  await page.getByRole('button', { name: '元に戻す' }).click();
  await waitFor('nothing deleted', async () => (await messages('deleted')).length === 0);
  expect(faults.errors).toEqual([]);
  await context.close();
});

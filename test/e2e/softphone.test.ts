/** A softphone of others in a browser: JsSIP in Chromium over WebSocket, ICE and DTLS-SRTP, calls and is called. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { launchBrowser, toneLevel } from '../support/browser.ts';
import { commandOf, freePort, processTree, startProduct } from '../support/product.ts';
import { SipPhone, type PhoneCall } from '../support/sip-phone.ts';
import { SoftphonePage } from '../support/softphone-page.ts';
import { ApiSession } from '../support/story-api.ts';
import { step, type Scene } from '../support/story.ts';
import { sleep, waitFor } from '../support/story-wait.ts';
import { longestTone, RtpTonePhone } from '../support/tones.ts';

const OWN_HERTZ = 600;
const OTHER_HERTZ = 1500;
const DIGITS_MS = 1500;
const scene: Scene = { pages: new Map() };
let supervisor: ApiSession;
let browser: Browser;
let softphone: SoftphonePage;
let desk: SipPhone;
let sound: RtpTonePhone;
const registrar = (): string => `127.0.0.1:${scene.product?.sipPort}`;

async function newDevice(username: string): Promise<string> {
  const created = await supervisor.send<{ password: string }>('POST', '/devices', { username, allowMd5: true });
  expect(created.status).toBe(200);
  return created.body.password;
}

beforeAll(async () => {
  const wsPort = await freePort();
  const product = await startProduct({ environment: { SCC_SIP_WS_PORT: String(wsPort) } });
  scene.product = product;
  supervisor = await ApiSession.open(product, 'sv1');
  browser = await launchBrowser({ kind: 'tone', hertz: OWN_HERTZ });
  softphone = await SoftphonePage.open(browser, { url: `ws://127.0.0.1:${wsPort}/sip`, user: '7201', password: await newDevice('7201') });
  scene.pages.set('softphone', softphone.page);
  desk = await SipPhone.start({ user: '7202', account: { realm: 'demo', username: '7202', password: await newDevice('7202') } });
  sound = await RtpTonePhone.open({ frequency: OTHER_HERTZ });
});

afterAll(async () => {
  await browser?.close();
  sound?.close();
  await desk?.stop();
  await scene.product?.stop();
});

const hears = (hertz: number): Promise<unknown> => waitFor(`${hertz} Hz at the softphone`, async () => (await toneLevel(softphone.page, hertz, 0.5)) > 20);

/** Longest unbroken tone of the softphone's microphone at the other telephone in the next second, ms. */
async function toneThere(): Promise<number> {
  sound.forget();
  await sleep(1000);
  return longestTone(sound.heardMulaw(), OWN_HERTZ);
}

step(scene, 'it registers over the WebSocket', async () => {
  await softphone.until('registered');
});

step(scene, 'it calls the echo number and hears its own tone over DTLS-SRTP', async () => {
  await softphone.run(`dial('sip:0312340004@demo.example')`);
  await softphone.until('confirmed');
  await softphone.until('connection connected');
  await hears(OWN_HERTZ);
});

step(scene, 'on hold and back, by re-INVITE', async () => {
  await softphone.run('session.hold()');
  await softphone.until('hold');
  await sleep(700);
  expect(await toneLevel(softphone.page, OWN_HERTZ, 0.5)).toBeLessThan(20);
  await softphone.run('session.unhold()');
  await softphone.until('unhold');
  await hears(OWN_HERTZ);
  await softphone.run('session.terminate()');
  await softphone.until('ended');
});

step(scene, 'keys by INFO lead it through the menu', async () => {
  await softphone.run(`dial('sip:0312340001@demo.example')`);
  await softphone.until('confirmed');
  const typesOf = async (): Promise<string[]> => {
    const [call] = await supervisor.callsFrom('7201');
    return call ? (await supervisor.get<{ events: { type: string }[] }>(`/calls/${call.id}`)).events.map(({ type }) => type) : [];
  };
  await waitFor('the menu', async () => (await typesOf()).includes('call.notice_played'), 30_000);
  await softphone.run(`session.sendDTMF('2', { transportType: 'INFO' })`);
  await waitFor('the queue', async () => (await typesOf()).includes('call.queued'));
  await softphone.run('session.terminate()');
  await softphone.until('ended');
});

let call: PhoneCall;

step(scene, 'another telephone calls it: it rings, answers our offer, both hear each other', async () => {
  expect(await desk.register(`sip:${registrar()}`)).toBe(200);
  call = desk.call(`sip:7201@${registrar()}`, { sdp: sound.sdp() });
  await softphone.until('session remote');
  await softphone.run('pickUp()');
  await call.until('answered');
  sound.startTo(call.remoteSdp);
  await softphone.until('connection connected');
  await hears(OTHER_HERTZ);
  await waitFor('the softphone at the other telephone', async () => (await toneThere()) > 700);
});

step(scene, 'its hold silences both sides until it resumes', async () => {
  await softphone.run('session.hold()');
  await softphone.until('hold');
  await sleep(300);
  expect(await toneThere()).toBeLessThan(200);
  await softphone.run('session.unhold()');
  await softphone.until('unhold');
  await waitFor('the softphone again', async () => (await toneThere()) > 700);
  await hears(OTHER_HERTZ);
});

step(scene, 'its keys by RFC 4733 arrive at the other telephone', async () => {
  sound.forget();
  await softphone.run(`session.sendDTMF('17', { transportType: 'RFC2833' })`);
  await sleep(DIGITS_MS);
  expect(sound.heardDigits()).toBe('17');
});

step(scene, 'it restarts ICE in the middle of the call, as after a change of network', async () => {
  await softphone.run(`session.renegotiate({ rtcOfferConstraints: { iceRestart: true } })`);
  await sleep(1500);
  await waitFor('the softphone at the other telephone', async () => (await toneThere()) > 700);
  await hears(OTHER_HERTZ);
});

step(scene, 'all media processes are killed: both telephones are moved, and hear each other again', async () => {
  call.onReinvite = (sdp) => {
    call.answerReinvite(sound.sdp());
    sound.startTo(sdp);
  };
  const processes = processTree(scene.product?.pid ?? 0).filter((pid) => commandOf(pid).includes('media/main.ts'));
  expect(processes.length).toBeGreaterThan(0);
  for (const pid of processes) process.kill(pid, 'SIGKILL');
  // From the kill on: they are moved within half a second where the machine is quick.
  expect(await toneThere()).toBeLessThan(900);
  await waitFor('the softphone at the other telephone', async () => (await toneThere()) > 700);
  await hears(OTHER_HERTZ);
  const [moved] = await supervisor.callsFrom('7202');
  const { events } = await supervisor.get<{ events: { type: string }[] }>(`/calls/${moved?.id}`);
  expect(events.filter(({ type }) => type === 'call.moved').length).toBe(2);
});

step(scene, 'the other telephone hangs up, and it hears that', async () => {
  await call.hangup();
  await softphone.until('ended remote');
});

step(scene, 'it calls the other telephone', async () => {
  await softphone.run(`dial('sip:7202@demo.example')`);
  const incoming = await desk.nextCall();
  incoming.ring();
  await softphone.until('progress');
  sound.forget();
  incoming.answer(sound.sdp());
  sound.startTo(incoming.remoteSdp);
  await softphone.until('connection connected');
  await hears(OTHER_HERTZ);
  await waitFor('the softphone at the other telephone', async () => (await toneThere()) > 700);
  await softphone.run('session.terminate()');
  await incoming.until('ended');
});

step(scene, 'it gives up a call that rings, and refuses one', async () => {
  await softphone.run(`dial('sip:7202@demo.example')`);
  const incoming = await desk.nextCall();
  incoming.ring();
  await softphone.until('progress');
  await softphone.run('session.terminate()');
  await incoming.until('cancelled');
  const refused = desk.call(`sip:7201@${registrar()}`, { sdp: sound.sdp() });
  await softphone.until('session remote');
  await softphone.run('session.terminate({ status_code: 486 })');
  expect(await refused.until('rejected')).toMatchObject({ status: 486 });
});

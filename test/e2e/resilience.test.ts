/** Parts of the running product are stopped or killed during calls. */
import { afterAll, beforeAll, expect } from 'vitest';
import type { Browser } from 'playwright-core';
import type { Recording } from '../../shared/api/recordings.ts';
import { launchBrowser } from '../support/browser.ts';
import { commandOf, processTree, startProduct, type Product } from '../support/product.ts';
import { ApiSession } from '../support/story-api.ts';
import { DESK, Desk } from '../support/story-desk.ts';
import { sleep, waitFor } from '../support/story-wait.ts';
import { scenario, ToneCaller, type Scene } from '../support/story.ts';
import type { PhoneCall } from '../support/sip-phone.ts';

const CALLER_HERTZ = 600;
const AGENT_HERTZ = 1000;

const scene: Scene = { pages: new Map() };
let browser: Browser;
let desk: Desk;

function started(): Product {
  if (!scene.product) throw new Error('no product');
  return scene.product;
}

beforeAll(async () => {
  scene.product = await startProduct();
  browser = await launchBrowser({ kind: 'tone', hertz: AGENT_HERTZ });
  desk = await Desk.open(scene, scene.product, browser, 'csr1');
  await desk.healthy();
  await desk.available();
});

afterAll(async () => {
  await browser?.close();
  await scene.product?.stop();
});

/** Pids below core whose command line holds a text. */
const pidsOf = (text: string): number[] => processTree(started().pid).filter((pid) => commandOf(pid).includes(text));

/** A caller in conversation with the agent. */
async function talk(from: string): Promise<{ caller: ToneCaller; call: PhoneCall }> {
  const caller = await ToneCaller.open(started(), from, CALLER_HERTZ);
  const call = await caller.call('0312340002');
  await desk.answer();
  await waitFor('the agent’s voice', async () => (await caller.toneFor(AGENT_HERTZ)) > 500);
  return { caller, call };
}

scenario(scene, 'with the database down calls go on, the desk says so, and nothing is lost', async () => {
  const { caller, call } = await talk('0312349980');
  const postgres = pidsOf('postgres');
  expect(postgres.length).toBeGreaterThan(1);

  for (const pid of postgres) process.kill(pid, 'SIGSTOP');
  try {
    await desk.page.getByRole('alert').filter({ hasText: DESK.databaseDown }).waitFor({ timeout: 30_000 });
    expect(await caller.toneFor(AGENT_HERTZ, 2000)).toBeGreaterThan(1500);
    await desk.hears(CALLER_HERTZ);
    const ready = await fetch(`${started().baseUrl}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toMatch(/database/i);
  } finally {
    for (const pid of postgres) process.kill(pid, 'SIGCONT');
  }

  await desk.page.getByRole('alert').filter({ hasText: DESK.databaseDown }).waitFor({ state: 'detached', timeout: 30_000 });
  await waitFor('readiness', async () => (await fetch(`${started().baseUrl}/readyz`)).status === 200, 30_000);
  await call.hangup();
  await caller.close();
  await desk.wrapUp('障害の後');
  const supervisor = await ApiSession.open(started(), 'sv1');
  expect(await supervisor.endedCallFrom('0312349980')).toMatchObject({ outcome: 'answered', endedBy: 'caller' });
});

scenario(scene, 'a killed media process ends its call once, its recording plays to where it came, the next call works', async () => {
  const supervisor = await ApiSession.open(started(), 'sv1');
  const { caller, call } = await talk('0312349981');
  await sleep(3000);

  for (const pid of mediaProcesses()) process.kill(pid, 'SIGKILL');
  await call.until('ended');

  const record = await supervisor.endedCallFrom('0312349981');
  expect(record.outcome).toMatch(/interrupted|failed/);
  expect(record.recordings).toHaveLength(1);
  // The call's record is complete first; closing its recording is the step after it.
  const recording = await waitFor('the recording to be closed', async () => {
    const found = await supervisor.get<Recording>(`/recordings/${record.recordings[0]?.id ?? ''}`);
    return found.status === 'recording' ? null : found;
  });
  expect(recording.status).toBe('interrupted');
  const audio = await supervisor.bytes(`/recordings/${recording.id}/audio`);
  expect(audio.status).toBe(200);
  expect(audio.body.length, 'two seconds at least').toBeGreaterThan(2 * 8000 * 2 * 2);
  await caller.close();
  await desk.wrapUp('障害の後');
  await desk.healthy();
  const next = await talk('0312349982');
  await desk.hears(CALLER_HERTZ);
  await next.call.hangup();
  await next.caller.close();
  await desk.wrapUp('障害の後');
});

/** Media processes are not children of a restarted core, so they are found by the data folder they were given. */
function mediaProcesses(): number[] {
  return processTree(1).filter((pid) => commandOf(pid).includes('media/main.ts') && commandOf(pid).includes(started().dataDir));
}

scenario(scene, 'with core killed a call goes on; the next core takes it over and it ends in one record', async () => {
  const { caller, call } = await talk('0312349983');

  await started().killCore();
  expect(await caller.toneFor(AGENT_HERTZ, 2000), 'sound without core').toBeGreaterThan(1500);
  scene.product = await startProduct({ dataDir: started().dataDir, environment: started().environment });
  await desk.button(DESK.hold).waitFor({ timeout: 20_000 });
  await desk.healthy();
  expect(await caller.toneFor(AGENT_HERTZ, 2000), 'sound with the new core').toBeGreaterThan(1000);
  await desk.hears(CALLER_HERTZ);
  await call.hangup();

  await caller.close();
  const supervisor = await ApiSession.open(started(), 'sv1');
  expect(await supervisor.endedCallFrom('0312349983')).toMatchObject({ outcome: 'answered', endedBy: 'caller' });
});

scenario(scene, 'Ctrl-C stops everything cleanly, and the next start is quick', async () => {
  const pids = [...processTree(started().pid), ...mediaProcesses()];
  const { dataDir, environment } = started();

  await started().stop({ keepData: true });

  expect(await started().exited).toBe(0);
  await waitFor('all processes gone', () => pids.every((pid) => commandOf(pid) === ''), 5000);
  const before = performance.now();
  scene.product = await startProduct({ dataDir, environment });
  expect(performance.now() - before).toBeLessThan(10_000);
});

/** SIPp, an independent SIP implementation, calls the demo numbers. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Recording } from '../../shared/api/recordings.ts';
import type { AuditEntryView } from '../../shared/api/audit.ts';
import { mulawToLinear } from '../../src/protocol/rtp/g711.ts';
import { freePort, startProduct } from '../support/product.ts';
import { runSipp, type SippResult, type SippRun } from '../support/sipp.ts';
import { ApiSession } from '../support/story-api.ts';
import { readStereoWav } from '../support/story-sealed.ts';
import { waitFor } from '../support/story-wait.ts';
import { loudness, scenario, ToneCaller, type Scene } from '../support/story.ts';
import { toneMulaw, toneShare } from '../support/tones.ts';

/** The demo's stations are all at this port. */
const STATION_PORT = 5090;
const CALLER_HERTZ = 700;
const STATION_HERTZ = 1100;

const scene: Scene = { pages: new Map() };
let supervisor: ApiSession;

const started = () => {
  if (!scene.product) throw new Error('no product');
  return scene.product;
};

async function sipp(run: Pick<SippRun, 'scenario'> & Partial<SippRun>): Promise<SippResult> {
  return await runSipp({
    folder: join(import.meta.dirname, 'scenarios'),
    peer: `127.0.0.1:${started().sipPort}`,
    port: await freePort(),
    timeoutS: 90,
    ...run,
  });
}

beforeAll(async () => {
  scene.product = await startProduct();
  supervisor = await ApiSession.open(scene.product, 'sv1');
});

afterAll(() => scene.product?.stop());

scenario(scene, 'an unknown number is answered with 404, and counted', async () => {
  const refusedBefore = await refusals();

  const result = await sipp({ scenario: 'unknown-number', service: '0399999999' });

  expect(result, result.errors).toMatchObject({ code: 0 });
  expect(await refusals()).toBe(refusedBefore + 1);
  const line = await waitFor('the audit line', async () => (await supervisor.list<AuditEntryView>('/audit?code=call.refused'))[0]);
  expect(JSON.stringify(line)).toContain('0399999999');
  expect(await supervisor.list('/calls'), 'no record of a call that never was').toEqual([]);
});

/** Calls refused since the start, from the operator's metrics. */
async function refusals(): Promise<number> {
  const text = await (await fetch(`${started().operatorUrl}/metrics`)).text();
  const lines = text.split('\n').filter((line) => /^scc_calls_refused_total\b/.test(line));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

scenario(scene, 'the announcement is heard and we hang up', async () => {
  const result = await sipp({ scenario: 'announcement', service: '0312340003' });

  expect(result, result.errors).toMatchObject({ code: 0 });
  const call = await supervisor.endedCallFrom('0312349998');
  expect(call).toMatchObject({ outcome: 'self_service', endedBy: 'system', queueId: null });
});

scenario(scene, 'the announcement is sound', async () => {
  const caller = await ToneCaller.open(started(), '0312349996', CALLER_HERTZ);
  const call = await caller.call('0312340003');

  expect(loudness(await caller.listen(2000), mulawToLinear)).toBeGreaterThan(0.01);

  await call.hangup();
  await caller.close();
  expect(await supervisor.endedCallFrom('0312349996')).toMatchObject({ endedBy: 'caller' });
});

scenario(scene, 'the echo number gives back what was said', async () => {
  const caller = await ToneCaller.open(started(), '0312349995', CALLER_HERTZ);
  const call = await caller.call('0312340004');

  await waitFor('the own tone', async () => (await caller.toneFor(CALLER_HERTZ)) > 600);

  await call.hangup();
  await caller.close();
});

scenario(scene, 'five callers at a time speak with SIP stations; each call is recorded on two channels', async () => {
  const calls = 5;
  const station = sipp({ scenario: 'talking-station', port: STATION_PORT, calls, files: { 'station.ulaw': toneMulaw(STATION_HERTZ, 1000) } });
  const caller = await sipp({
    scenario: 'talking-caller',
    service: '0312340005',
    calls,
    rate: 5,
    pauseMs: 4000,
    files: { 'caller.ulaw': toneMulaw(CALLER_HERTZ, 1000) },
  });

  expect(caller, caller.errors).toMatchObject({ code: 0 });
  expect(await station, (await station).errors).toMatchObject({ code: 0 });
  const records = await waitFor('five records', async () => {
    const found = (await supervisor.callsFrom('0312349997')).filter((each) => each.endedAt !== null);
    return found.length >= calls && found.every((each) => each.recordings[0]?.status === 'complete') && found;
  });
  expect(records).toHaveLength(calls);
  expect(new Set(records.map((each) => each.agentName)).size, 'each at a station of its own').toBe(calls);
  for (const record of records) {
    expect(record).toMatchObject({ outcome: 'answered', endedBy: 'caller', queueName: expect.any(String) as string });
    expect(record.recordings).toHaveLength(1);
    await expectBothChannels(record.recordings[0]?.id ?? '');
  }
});

/** Left holds the caller's tone only, right the station's only. */
async function expectBothChannels(recordingId: string): Promise<void> {
  const recording = await supervisor.get<Recording>(`/recordings/${recordingId}`);
  expect(recording.durationMs).toBeGreaterThan(3000);
  const audio = await supervisor.bytes(`/recordings/${recordingId}/audio`);
  const { left, right, rate } = readStereoWav(audio.body);
  const middle = (channel: Int16Array): Int16Array => channel.subarray(rate, Math.min(channel.length, 3 * rate));
  expect(toneShare(middle(left), CALLER_HERTZ)).toBeGreaterThan(0.8);
  expect(toneShare(middle(left), STATION_HERTZ)).toBeLessThan(0.1);
  expect(toneShare(middle(right), STATION_HERTZ)).toBeGreaterThan(0.8);
  expect(toneShare(middle(right), CALLER_HERTZ)).toBeLessThan(0.1);
}

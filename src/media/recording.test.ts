import { createHash, randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MediaProcess, remoteOf, startMediaProcess } from '../../test/support/media-process.ts';
import { longestTone, RtpTonePhone, type TonePhoneOptions, toneMulaw, toneShareMulaw } from '../../test/support/tones.ts';
import { openSealedStream, type SealedReader, sourceOfBytes, sourceOfFile } from '../vault/stream.ts';
import { lossMark, PAUSE_MARK } from './recording-gaps.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const key = randomBytes(32);
const seal = { key: key.toString('base64'), associatedData: 'tenant/recording' };
const associatedData = Buffer.from(seal.associatedData);

let media: MediaProcess;
const phones: RtpTonePhone[] = [];
let count = 0;

async function connected(process: MediaProcess, options: TonePhoneOptions): Promise<{ phone: RtpTonePhone; endpoint: string }> {
  const phone = await RtpTonePhone.open(options);
  phones.push(phone);
  const endpoint = `endpoint-${count++}`;
  const { host, port } = await process.client.call('createRtpEndpoint', { endpoint, remote: remoteOf(phone) });
  phone.start(host, port);
  return { phone, endpoint };
}

async function bridgeOf(process: MediaProcess, a: TonePhoneOptions, b: TonePhoneOptions) {
  const left = await connected(process, a);
  const right = await connected(process, b);
  await process.client.call('createBridge', { bridge: `bridge-${count++}`, a: left.endpoint, b: right.endpoint });
  return { left, right };
}

async function channels(reader: SealedReader): Promise<[Buffer, Buffer]> {
  const all = await reader.read(0, reader.sizeBytes);
  return [Buffer.from(all.filter((_, index) => index % 2 === 0)), Buffer.from(all.filter((_, index) => index % 2 === 1))];
}

const openFile = async (path: string): Promise<SealedReader> =>
  openSealedStream({ source: sourceOfBytes(await readFile(path)), key, associatedData });

beforeAll(async () => {
  media = await startMediaProcess('42000-42199');
});

afterAll(async () => {
  for (const phone of phones) phone.close();
  await media.stop();
});

describe('recording', () => {
  it('holds each tone on its own channel, and nothing of it can be seen on the disk', async () => {
    const path = join(media.folder, 'call.scr');
    const { left, right } = await bridgeOf(media, { frequency: 400 }, { frequency: 1000, codec: 'PCMA' });
    await media.client.call('startRecording', { recording: 'r1', left: left.endpoint, right: right.endpoint, path, seal });
    await wait(2600);
    const result = await media.client.call('stopRecording', { recording: 'r1' });

    const bytes = await readFile(path);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(result.sha256);
    expect(bytes).toHaveLength(result.sizeBytes);
    // The tones repeat every 20 and 8 samples: their plain period must not be found, and no WAV either.
    for (const frequency of [400, 1000]) expect(bytes.indexOf(toneMulaw(frequency, 20).subarray(0, 8))).toBe(-1);
    expect(bytes.indexOf('RIFF')).toBe(-1);
    expect(toneShareMulaw(bytes, 400)).toBeLessThan(0.05);

    const reader = await openSealedStream({ source: sourceOfBytes(bytes), key, associatedData, requireComplete: true });
    const [customer, agent] = await channels(reader);
    expect(longestTone(customer, 400, 0.9)).toBeGreaterThan(2200);
    expect(longestTone(agent, 1000, 0.9)).toBeGreaterThan(2200);
    expect(toneShareMulaw(customer, 1000)).toBeLessThan(0.01);
    expect(toneShareMulaw(agent, 400)).toBeLessThan(0.01);
    expect(Math.abs(result.durationMs - 2600)).toBeLessThan(150);
    expect(result.peaks.left).toHaveLength(Math.ceil(result.durationMs / 100));
    expect(result.peaks.left[10]).toBeGreaterThan(30);
    await expect(
      openSealedStream({ source: sourceOfBytes(bytes), key: randomBytes(32), associatedData }),
    ).rejects.toMatchObject({ reason: 'tampered' });
  });

  it('tells once that the caller has been silent for long enough', async () => {
    const { phone, endpoint } = await connected(media, { frequency: 600 });
    const told = (): unknown[] => media.events.filter(({ event }) => event === 'recordingSilent');
    await media.client.call('startRecording', { recording: 'quiet', left: endpoint, right: null, path: join(media.folder, 'quiet.scr'), seal, silenceMs: 1000 });
    await wait(2500);
    expect(told(), 'somebody speaks').toEqual([]);
    phone.stop();
    await media.event('recordingSilent', ({ recording }) => recording === 'quiet');
    const { durationMs } = await media.client.call('stopRecording', { recording: 'quiet' });
    expect(durationMs).toBeGreaterThan(3000);
    expect(told()).toHaveLength(1);
  });

  it('is silent and marked while paused', async () => {
    const path = join(media.folder, 'paused.scr');
    const { left, right } = await bridgeOf(media, { frequency: 400 }, { frequency: 1000 });
    await media.client.call('startRecording', { recording: 'r2', left: left.endpoint, right: right.endpoint, path, seal });
    await wait(500);
    await media.client.call('pauseRecording', { recording: 'r2', paused: true });
    await wait(500);
    await media.client.call('pauseRecording', { recording: 'r2', paused: false });
    await wait(500);
    const { gaps } = await media.client.call('stopRecording', { recording: 'r2' });
    expect(gaps).toMatchObject([{ kind: 'pause', channel: 'both' }]);
    expect(Math.abs((gaps[0]?.toMs ?? 0) - (gaps[0]?.fromMs ?? 0) - 500)).toBeLessThan(60);

    const [customer, agent] = await channels(await openFile(path));
    for (const channel of [customer, agent]) {
      const first = channel.indexOf(PAUSE_MARK);
      const last = channel.lastIndexOf(PAUSE_MARK);
      expect(channel.subarray(first, last + 1).every((code) => code === PAUSE_MARK)).toBe(true);
      expect(Math.abs((last - first) / 8 - 500)).toBeLessThan(60);
    }
    expect(longestTone(customer, 400)).toBeGreaterThan(300);
  });

  it('takes up the right channel when the agent answers, and goes on when one side hangs up', async () => {
    const path = join(media.folder, 'late.scr');
    const caller = await connected(media, { frequency: 400 });
    const start = { recording: 'r3', left: caller.endpoint, right: null, path, seal };
    await media.client.call('startRecording', start);
    await wait(400);
    const agent = await connected(media, { frequency: 1000 });
    await media.client.call('setRecordingRight', { recording: 'r3', right: agent.endpoint });
    await wait(400);
    await media.client.call('closeEndpoint', { endpoint: caller.endpoint });
    await wait(300);
    await media.client.call('stopRecording', { recording: 'r3' });

    const [left, right] = await channels(await openFile(path));
    expect(toneShareMulaw(right.subarray(0, 3000), 1000)).toBe(0);
    expect(longestTone(right, 1000)).toBeGreaterThan(500);
    expect(longestTone(left, 400)).toBeGreaterThan(600);
    expect(toneShareMulaw(left.subarray(-1600), 400)).toBe(0);
  });

  it('marks and lists what the network lost, on its channel, and not what came late', async () => {
    const path = join(media.folder, 'lossy.scr');
    const { left, right } = await bridgeOf(media, { frequency: 400 }, { frequency: 1000 });
    await wait(100);
    await media.client.call('startRecording', { recording: 'r7', left: left.endpoint, right: right.endpoint, path, seal });
    await wait(400);
    // Five packets on their way: three are lost, the first comes after the last.
    left.phone.impair(['late', 'lost', 'lost', 'lost', 'pass']);
    await wait(500);
    const { gaps } = await media.client.call('stopRecording', { recording: 'r7' });
    expect(gaps).toMatchObject([{ kind: 'loss', channel: 'left' }]);
    const [{ fromMs, toMs } = { fromMs: 0, toMs: 0 }] = gaps;
    expect(toMs - fromMs).toBe(60);
    const [customer, agent] = await channels(await openFile(path));
    const lost = [...customer.keys()].filter((position) => customer[position] === PAUSE_MARK);
    expect(lost).toHaveLength(420);
    expect(lost.every((position) => lossMark(position) === PAUSE_MARK)).toBe(true);
    expect((lost[0] ?? 0) / 8).toBeCloseTo(fromMs, -1);
    expect(agent.includes(PAUSE_MARK)).toBe(false);
  });

  it('loses at most one second when the process is killed, and stays readable', async () => {
    const victim = await startMediaProcess('42200-42299');
    const path = join(media.folder, 'killed.scr');
    const { left, right } = await bridgeOf(victim, { frequency: 400 }, { frequency: 1000 });
    await victim.client.call('startRecording', { recording: 'r', left: left.endpoint, right: right.endpoint, path, seal });
    const startedMs = performance.now();
    // Just before the next half second would be sealed: the most there can be in memory.
    await wait(3800);
    victim.child.kill('SIGKILL');
    const soundMs = performance.now() - startedMs;
    await wait(100);

    const file = await open(path);
    const reader = await openSealedStream({ source: await sourceOfFile(file), key, associatedData });
    const [customer] = await channels(reader);
    await file.close();
    expect(reader.interrupted).toBe(true);
    expect(soundMs - reader.sizeBytes / 16).toBeLessThan(1000);
    expect(longestTone(customer, 400, 0.9)).toBeGreaterThan(1800);
    await victim.stop();
  });

  it('leaves an empty file, and no half of a chunk, when the process is killed at the beginning', async () => {
    const victim = await startMediaProcess('42200-42299');
    const path = join(media.folder, 'killed-early.scr');
    const { left, right } = await bridgeOf(victim, { frequency: 400 }, { frequency: 1000 });
    await victim.client.call('startRecording', { recording: 'r', left: left.endpoint, right: right.endpoint, path, seal });
    await wait(150);
    victim.child.kill('SIGKILL');
    await wait(100);
    expect((await readFile(path)).length).toBe(0);
    await victim.stop();
  });

  it('tells that it failed, and leaves the call alone, when the file cannot be written', async () => {
    const { left, right } = await bridgeOf(media, { frequency: 400 }, { frequency: 1000 });
    const path = join(media.folder, 'nowhere', 'x.scr');
    const start = media.client.call('startRecording', { recording: 'r5', left: left.endpoint, right: null, path, seal });
    await expect(start).rejects.toMatchObject({ code: 'io_error' });
    right.phone.forget();
    await wait(200);
    expect(longestTone(right.phone.heardMulaw(), 400)).toBeGreaterThan(100);
  });

  it('tells that the disk took no more, keeps what it took, and leaves the call and the next recording alone', async () => {
    const small = await startMediaProcess('42300-42399', [], 30_000);
    const { left, right } = await bridgeOf(small, { frequency: 400 }, { frequency: 1000 });
    const path = join(small.folder, 'full.scr');
    const start = { left: left.endpoint, right: right.endpoint, seal };
    await small.client.call('startRecording', { ...start, recording: 'full', path });
    const { reason } = await small.event('recordingFailed', (event) => event.recording === 'full');
    expect(reason).toContain('EFBIG');
    right.phone.forget();
    const next = join(small.folder, 'next.scr');
    await small.client.call('startRecording', { ...start, recording: 'next', path: next });
    await wait(700);
    await small.client.call('stopRecording', { recording: 'next' });
    // Nothing of the call was lost meanwhile.
    expect(longestTone(right.phone.heardMulaw(), 400, 0.9)).toBeGreaterThan(500);

    // Three chunks of 8 KB fit, and most of a fourth.
    const reader = await openFile(path);
    expect(reader.interrupted).toBe(true);
    expect(reader.sizeBytes).toBe(3 * 8192);
    expect(longestTone((await channels(reader))[0], 400, 0.9)).toBeGreaterThan(1000);
    expect((await openFile(next)).interrupted).toBe(false);
    await small.stop();
  });

  it('never writes over an existing file', async () => {
    const caller = await connected(media, { frequency: 400 });
    const path = join(media.folder, 'call.scr');
    const again = media.client.call('startRecording', { recording: 'r6', left: caller.endpoint, right: null, path, seal });
    await expect(again).rejects.toMatchObject({ code: 'io_error' });
  });
});

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CodecPhone } from '../../../test/support/codec-phone.ts';
import { type MediaProcess, remoteOf, startMediaProcess } from '../../../test/support/media-process.ts';
import { RtpTonePhone, toneShare, toneShareMulaw } from '../../../test/support/tones.ts';
import { openSealedStream, sourceOfBytes } from '../../vault/stream.ts';
import type { CodecName } from '../protocol.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const tone = (frequency: number) => (seconds: number) => 0.2 * Math.sin(2 * Math.PI * frequency * seconds);
const key = randomBytes(32);
const seal = { key: key.toString('base64'), associatedData: 'tenant/recording' };

let media: MediaProcess;
const phones: { close(): void }[] = [];

async function connected(endpoint: string, codec: CodecName, frequency: number): Promise<CodecPhone> {
  const phone = await CodecPhone.open(codec, tone(frequency));
  phones.push(phone);
  const { host, port } = await media.client.call('createRtpEndpoint', { endpoint, remote: phone.remote(null) });
  phone.start(host, port);
  return phone;
}

beforeAll(async () => {
  media = await startMediaProcess('45000-45499');
});

afterAll(async () => {
  for (const phone of phones) phone.close();
  await media.stop();
});

describe('recording of a conference', () => {
  it('has the customer, of a wide-band codec, on the left, and on the right all that the customer heard, no whisper', async () => {
    await connected('customer', 'G722', 440);
    await connected('agent', 'PCMU', 1000);
    await connected('boss', 'PCMU', 1700);
    await media.client.call('createMix', { mix: 'm' });
    for (const endpoint of ['customer', 'agent']) await media.client.call('setMixMember', { mix: 'm', endpoint, hears: 'all', heardBy: 'all' });
    await media.client.call('setMixMember', { mix: 'm', endpoint: 'boss', hears: 'all', heardBy: ['agent'] });
    await wait(400);
    const path = join(media.folder, 'mix.scr');
    await media.client.call('startRecording', { recording: 'r', left: 'customer', right: 'm', path, seal });
    await wait(2000);
    await media.client.call('stopRecording', { recording: 'r' });
    const reader = await openSealedStream({ source: sourceOfBytes(await readFile(path)), key, associatedData: Buffer.from(seal.associatedData), requireComplete: true });
    const all = await reader.read(0, reader.sizeBytes);
    const [left, right] = [0, 1].map((channel) => Buffer.from(all.filter((_, index) => index % 2 === channel)).subarray(4000, 12_000));
    expect(toneShareMulaw(left ?? Buffer.alloc(0), 440)).toBeGreaterThan(0.75);
    expect(toneShareMulaw(right ?? Buffer.alloc(0), 1000)).toBeGreaterThan(0.75);
    expect(toneShareMulaw(right ?? Buffer.alloc(0), 1700)).toBeLessThan(0.01);
  });
});

describe('a key pressed as telephone-event', () => {
  it('becomes tones for a bridged peer that takes no events, in its codec', async () => {
    const caller = await RtpTonePhone.open({ frequency: 0 });
    phones.push(caller);
    const { host, port } = await media.client.call('createRtpEndpoint', { endpoint: 'caller', remote: remoteOf(caller) });
    caller.start(host, port);
    const machine = await connected('machine', 'G722', 300);
    await media.client.call('createBridge', { bridge: 'b', a: 'caller', b: 'machine' });
    await wait(300);
    machine.forget();
    await caller.press('5', 200);
    await wait(500);
    const heard = machine.samples();
    const loudest = Math.max(
      ...Array.from({ length: Math.floor(heard.length / 800) }, (_, index) => {
        const window = heard.subarray(index * 800, index * 800 + 800);
        return Math.min(toneShare(window, 770, 16_000), toneShare(window, 1336, 16_000));
      }),
    );
    expect(loudest).toBeGreaterThan(0.3);
    expect(media.events.filter((event) => event.event === 'dtmf')).toHaveLength(1);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CodecPhone } from '../../../test/support/codec-phone.ts';
import { type MediaProcess, startMediaProcess } from '../../../test/support/media-process.ts';
import { toneShare } from '../../../test/support/tones.ts';
import type { CodecName, MixScope } from '../protocol.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const tone = (frequency: number, level = 0.2) => (seconds: number) => level * Math.sin(2 * Math.PI * frequency * seconds);

let media: MediaProcess;
let phones: CodecPhone[] = [];
let endpoints: string[] = [];
let count = 0;

async function connected(codec: CodecName, wave: (seconds: number) => number, dtmf: number | null = 101) {
  const phone = await CodecPhone.open(codec, wave);
  phones.push(phone);
  const endpoint = `e${count++}`;
  endpoints.push(endpoint);
  const { host, port } = await media.client.call('createRtpEndpoint', { endpoint, remote: phone.remote(dtmf) });
  phone.start(host, port);
  return { phone, endpoint };
}

/** How much of the last half second is this tone, 0..1. */
const share = (phone: CodecPhone, frequency: number): number => toneShare(phone.samples().subarray(-phone.rate / 2), frequency, phone.rate);

/** Waits until it is heard: who sends and hears are in this process, which a busy machine lets stutter for a while. */
const heard = (phone: CodecPhone, frequency: number, least: number): Promise<void> =>
  vi.waitFor(() => expect(share(phone, frequency), `${phone.codec} hears ${frequency}`).toBeGreaterThan(least), { timeout: 6000, interval: 50 });

const join = (mix: string, endpoint: string, hears: MixScope = 'all', heardBy: MixScope = 'all') =>
  media.client.call('setMixMember', { mix, endpoint, hears, heardBy });

beforeAll(async () => {
  media = await startMediaProcess('45000-45499');
});

afterEach(async () => {
  for (const phone of phones) phone.close();
  for (const endpoint of endpoints) await media.client.call('closeEndpoint', { endpoint });
  phones = [];
  endpoints = [];
});

afterAll(() => media.stop());

describe('two legs without a codec in common', () => {
  it.each([
    ['G722', 'PCMU'],
    ['OPUS', 'PCMA'],
    ['OPUS', 'G722'],
  ] as const)('%s and %s hear each other', async (first, second) => {
    const a = await connected(first, tone(440));
    const b = await connected(second, tone(1000));
    await media.client.call('createBridge', { bridge: `b${count++}`, a: a.endpoint, b: b.endpoint });
    await wait(1100);
    expect(share(a.phone, 1000)).toBeGreaterThan(0.75);
    expect(share(b.phone, 440)).toBeGreaterThan(0.75);
    expect(share(b.phone, 1000)).toBeLessThan(0.01);
    expect(new Set(b.phone.packets.map(({ payloadType }) => payloadType))).toEqual(new Set([b.phone.payloadType]));
  });

  it('hides losses of one packet in twenty', async () => {
    const a = await connected('G722', tone(440));
    const b = await connected('PCMU', () => 0);
    a.phone.loses = (each) => each % 20 === 7;
    await media.client.call('createBridge', { bridge: `b${count++}`, a: a.endpoint, b: b.endpoint });
    await wait(1500);
    expect(share(b.phone, 440)).toBeGreaterThan(0.75);
  });

  it('passes packets of the same codec through unchanged', async () => {
    const a = await connected('OPUS', tone(440));
    const b = await connected('OPUS', tone(1000));
    await media.client.call('createBridge', { bridge: `b${count++}`, a: a.endpoint, b: b.endpoint });
    await wait(500);
    const steps = b.phone.packets.slice(1).map(({ timestamp }, index) => timestamp - (b.phone.packets[index]?.timestamp ?? 0));
    expect(steps.length).toBeGreaterThan(15);
    expect(steps.every((step) => step === 960)).toBe(true);
    expect(share(b.phone, 440)).toBeGreaterThan(0.75);
  });

  it('plays prompts and echoes in every codec', async () => {
    for (const codec of ['G722', 'OPUS'] as const) {
      const { phone, endpoint } = await connected(codec, tone(700));
      await media.client.call('setEcho', { endpoint, on: true });
      await wait(700);
      expect(share(phone, 700)).toBeGreaterThan(0.95);
      await media.client.call('play', { endpoint, playback: 'p', source: { files: ['ja/beep'], loop: true } });
      phone.forget(); // Only now: a busy machine may go on echoing for a while before it plays.
      await wait(400);
      await media.client.call('stopPlay', { endpoint, playback: 'p' });
      expect(toneShare(phone.samples().subarray(phone.rate / 10, phone.rate / 4), 1000, phone.rate)).toBeGreaterThan(0.9);
    }
  });
});

describe('mix', () => {
  it('gives each of three members, of three codecs, the other two without itself', async () => {
    const a = await connected('PCMU', tone(440));
    const b = await connected('G722', tone(1000));
    const c = await connected('OPUS', tone(1700));
    await media.client.call('createMix', { mix: 'm1' });
    for (const each of [a, b, c]) await join('m1', each.endpoint);
    await wait(1300);
    for (const [me, others, own] of [
      [a, [1000, 1700], 440],
      [b, [440, 1700], 1000],
      [c, [440, 1000], 1700],
    ] as const) {
      for (const other of others) await heard(me.phone, other, 0.35);
      expect(share(me.phone, own), `${me.phone.codec} hears itself`).toBeLessThan(0.01);
    }
    await media.client.call('leaveMix', { mix: 'm1', endpoint: c.endpoint });
    await wait(800);
    await heard(a.phone, 1000, 0.75);
    await media.client.call('closeMix', { mix: 'm1' });
  });

  it('monitors, whispers and barges in', async () => {
    const customer = await connected('PCMU', tone(440));
    const agent = await connected('PCMA', tone(1000));
    const boss = await connected('PCMU', tone(1700));
    await media.client.call('createMix', { mix: 'm2' });
    await join('m2', customer.endpoint);
    await join('m2', agent.endpoint);
    await join('m2', boss.endpoint, 'all', 'none');
    await wait(900);
    await heard(boss.phone, 440, 0.35);
    await heard(boss.phone, 1000, 0.35);
    for (const each of [customer, agent]) expect(share(each.phone, 1700)).toBeLessThan(0.01);
    await join('m2', boss.endpoint, 'all', [agent.endpoint]);
    await wait(700);
    await heard(agent.phone, 1700, 0.35);
    expect(share(customer.phone, 1700)).toBeLessThan(0.01);
    await join('m2', boss.endpoint, 'all', 'all');
    await wait(700);
    await heard(customer.phone, 1700, 0.35);
    await media.client.call('closeMix', { mix: 'm2' });
  });

  it('plays a sound to all, tells its end, and keeps loud voices undistorted', async () => {
    const loud = (frequency: number) => tone(frequency, 0.9);
    const [a, b, c] = [await connected('PCMU', () => 0), await connected('PCMU', loud(440)), await connected('PCMU', loud(1000))];
    await media.client.call('createMix', { mix: 'm3' });
    for (const each of [a, b, c]) await join('m3', each.endpoint);
    await wait(900);
    // Clipping would put energy elsewhere.
    expect(share(a.phone, 440) + share(a.phone, 1000)).toBeGreaterThan(0.97);
    const finished = media.event('playFinished', (event) => event.endpoint === 'm3');
    await media.client.call('play', { endpoint: 'm3', playback: 'tone', source: { files: ['ja/beep'], loop: false } });
    await finished;
    await expect(media.client.call('createMix', { mix: 'm3' })).rejects.toMatchObject({ code: 'already_exists' });
    await expect(join('nowhere', a.endpoint)).rejects.toMatchObject({ code: 'unknown_mix' });
    const inMix = media.client.call('createBridge', { bridge: 'no', a: a.endpoint, b: b.endpoint });
    await expect(inMix).rejects.toMatchObject({ code: 'already_exists' });
    await media.client.call('closeMix', { mix: 'm3' });
  });
});

describe('digits in the sound', () => {
  it('are told when asked for, from any codec', async () => {
    for (const codec of ['PCMA', 'G722'] as const) {
      // Key 5: 770 and 1336 Hz, 80 ms every 300 ms, three times.
      const key = (seconds: number) => {
        const isOn = seconds > 0.2 && seconds < 1.1 && (seconds - 0.2) % 0.3 < 0.08;
        return isOn ? tone(770, 0.15)(seconds) + tone(1336, 0.15)(seconds) : 0;
      };
      const { endpoint } = await connected(codec, key, null);
      await media.client.call('setDtmfDetection', { endpoint, on: true });
      await wait(1400);
      const digits = media.events.filter((event) => event.event === 'dtmf' && event.endpoint === endpoint);
      expect(digits.map((event) => ('digit' in event ? event.digit : ''))).toEqual(['5', '5', '5']);
    }
  });
});

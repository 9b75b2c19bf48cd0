import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MediaProcess, remoteOf, startMediaProcess } from '../../test/support/media-process.ts';
import { longestTone, RtpTonePhone, type TonePhoneOptions, toneShareMulaw } from '../../test/support/tones.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let media: MediaProcess;
const phones: RtpTonePhone[] = [];
let count = 0;

async function phone(options: TonePhoneOptions): Promise<RtpTonePhone> {
  const made = await RtpTonePhone.open(options);
  phones.push(made);
  return made;
}

/** A phone with its endpoint, sending. */
async function connected(options: TonePhoneOptions): Promise<{ phone: RtpTonePhone; endpoint: string; port: number }> {
  const made = await phone(options);
  const endpoint = `endpoint-${count++}`;
  const { host, port } = await media.client.call('createRtpEndpoint', { endpoint, remote: remoteOf(made) });
  made.start(host, port);
  return { phone: made, endpoint, port };
}

async function bridged(a: TonePhoneOptions, b: TonePhoneOptions) {
  const left = await connected(a);
  const right = await connected(b);
  const bridge = `bridge-${count++}`;
  await media.client.call('createBridge', { bridge, a: left.endpoint, b: right.endpoint });
  return { left, right, bridge };
}

beforeAll(async () => {
  media = await startMediaProcess('42000-42499');
});

afterAll(async () => {
  for (const each of phones) each.close();
  await media.stop();
});

describe('bridge', () => {
  it('carries each tone to the other side', async () => {
    const { left, right } = await bridged({ frequency: 440 }, { frequency: 1000 });
    await wait(600);
    expect(longestTone(left.phone.heardMulaw(), 1000)).toBeGreaterThan(300);
    expect(longestTone(right.phone.heardMulaw(), 440)).toBeGreaterThan(300);
    expect(toneShareMulaw(left.phone.heardMulaw(), 440)).toBeLessThan(0.05);
  });

  it('changes between PCMU and PCMA where the codecs differ', async () => {
    const { left, right } = await bridged({ frequency: 440, codec: 'PCMA' }, { frequency: 1000 });
    await wait(600);
    expect(right.phone.heard.every((packet) => packet.payloadType === 0)).toBe(true);
    expect(left.phone.heard.every((packet) => packet.payloadType === 8)).toBe(true);
    expect(longestTone(left.phone.heardMulaw(), 1000)).toBeGreaterThan(300);
    expect(longestTone(right.phone.heardMulaw(), 440)).toBeGreaterThan(300);
  });

  it('keeps one SSRC, unbroken sequence numbers and timestamps in real time when its source changes', async () => {
    const { left, right, bridge } = await bridged({ frequency: 440 }, { frequency: 1000 });
    await wait(300);
    await media.client.call('closeBridge', { bridge });
    await media.client.call('setEcho', { endpoint: right.endpoint, on: true });
    await wait(300);
    const { heard } = right.phone;
    expect(new Set(heard.map((packet) => packet.ssrc)).size).toBe(1);
    const steps = heard.slice(1).map((packet, index) => (packet.sequence - (heard[index]?.sequence ?? 0)) & 0xffff);
    expect(steps.every((step) => step === 1)).toBe(true);
    const last = heard.at(-1);
    const first = heard[0];
    const spanMs = ((last?.timestamp ?? 0) - (first?.timestamp ?? 0)) / 8;
    expect(Math.abs(spanMs - ((last?.atMs ?? 0) - (first?.atMs ?? 0)))).toBeLessThan(60);
    expect(heard.filter((packet) => packet.marker)).toHaveLength(2);
    expect(longestTone(right.phone.heardMulaw().subarray(-1600), 1000)).toBeGreaterThanOrEqual(80);
    left.phone.stop();
  });
});

describe('latching', () => {
  it('drops and counts what strangers send, and what they send is never heard', async () => {
    const { left, right } = await bridged({ frequency: 440 }, { frequency: 1000 });
    await wait(200);
    const stranger = await phone({ frequency: 2000 });
    stranger.start('127.0.0.1', left.port);
    await wait(500);
    stranger.stop();
    const stats = await media.client.call('closeEndpoint', { endpoint: left.endpoint });
    expect(stats.packetsFromStrangers).toBeGreaterThan(15);
    expect(toneShareMulaw(right.phone.heardMulaw().subarray(-2400), 440)).toBeGreaterThan(0.9);
    expect(stranger.heard).toHaveLength(0);
  });

  it('learns the address of a peer behind NAT from its first packet', async () => {
    const behindNat = await phone({ frequency: 440 });
    const remote = { ...remoteOf(behindNat), host: '10.9.9.9', port: 4000 };
    const { host, port } = await media.client.call('createRtpEndpoint', { endpoint: 'nat', remote });
    await media.client.call('setEcho', { endpoint: 'nat', on: true });
    behindNat.start(host, port);
    await wait(400);
    expect(longestTone(behindNat.heardMulaw(), 440)).toBeGreaterThan(200);
  });

  it('lets the signalled address win over a first source that is another', async () => {
    const wanted = await phone({ frequency: 440 });
    const racer = await phone({ frequency: 2000 });
    const { host, port } = await media.client.call('createRtpEndpoint', { endpoint: 'race', remote: remoteOf(wanted) });
    await media.client.call('setEcho', { endpoint: 'race', on: true });
    racer.start(host, port);
    await wait(100);
    wanted.start(host, port);
    await wait(200);
    racer.forget();
    await wait(300);
    expect(racer.heard).toHaveLength(0);
    expect(longestTone(wanted.heardMulaw(), 440)).toBeGreaterThan(200);
  });

  it('answers garbage with nothing and goes on', async () => {
    const { phone: peer, endpoint, port } = await connected({ frequency: 440 });
    await media.client.call('setEcho', { endpoint, on: true });
    await wait(200);
    for (const size of [0, 1, 11, 12, 13, 600]) peer.sendRaw(Buffer.alloc(size, 0xb5), '127.0.0.1', port);
    peer.forget();
    await wait(300);
    expect(longestTone(peer.heardMulaw(), 440)).toBeGreaterThan(200);
  });
});

describe('DTMF', () => {
  it('tells each press once, at its end, although end packets are repeated', async () => {
    const { left, right } = await bridged({ frequency: 440 }, { frequency: 1000 });
    await wait(100);
    for (const digit of '1229#') {
      await left.phone.press(digit, 100, 5);
      await wait(40);
    }
    await wait(100);
    const told = media.events.filter((event) => event.event === 'dtmf' && event.endpoint === left.endpoint);
    expect(told.map((event) => (event.event === 'dtmf' ? event.digit : '')).join('')).toBe('1229#');
    expect(right.phone.heardDigits()).toBe('1229#');
  });

  it('tells a press whose end packets were all lost', async () => {
    const { phone: peer, endpoint } = await connected({ frequency: 0 });
    await wait(60);
    await peer.press('7', 100, 0);
    const told = await media.event('dtmf', (event) => event.endpoint === endpoint);
    expect(told.digit).toBe('7');
    expect(told.durationMs).toBe(80);
  });

  it('sends digits as telephone-events', async () => {
    const { phone: peer, endpoint } = await connected({ frequency: 0 });
    await wait(60);
    await media.client.call('sendDtmf', { endpoint, digit: '5', durationMs: 100 });
    await media.client.call('sendDtmf', { endpoint, digit: '5', durationMs: 100 });
    await wait(600);
    expect(peer.heardDigits()).toBe('55');
  });
});

describe('playback', () => {
  it('plays sounds without a gap, tells the end, and lets the bridge be heard again', async () => {
    const { left } = await bridged({ frequency: 440 }, { frequency: 1500 });
    await wait(200);
    left.phone.forget();
    const source = { files: ['ja/beep', 'ja/beep'], loop: false };
    await media.client.call('play', { endpoint: left.endpoint, playback: 'p1', source });
    await media.event('playFinished', (event) => event.playback === 'p1');
    await wait(300);
    const heard = left.phone.heardMulaw();
    expect(longestTone(heard.subarray(800), 1000)).toBeGreaterThan(350);
    expect(longestTone(heard.subarray(-1600), 1500)).toBeGreaterThanOrEqual(80);
    const packets = left.phone.heard;
    const steps = packets.slice(1).map((packet, index) => (packet.sequence - (packets[index]?.sequence ?? 0)) & 0xffff);
    expect(steps.every((step) => step === 1)).toBe(true);
  });

  it('repeats a loop until it is stopped, and tells no end then', async () => {
    const { phone: peer, endpoint } = await connected({ frequency: 0, codec: 'PCMA' });
    await media.client.call('play', { endpoint, playback: 'p2', source: { files: ['ja/beep'], loop: true } });
    await wait(1300);
    await media.client.call('stopPlay', { endpoint, playback: 'p2' });
    await wait(60);
    expect(peer.heardMulaw().length / 8).toBeGreaterThan(1100);
    peer.forget();
    await wait(200);
    expect(peer.heard).toHaveLength(0);
    expect(media.events.some((event) => event.event === 'playFinished' && event.playback === 'p2')).toBe(false);
  });

  it('keeps 50 packets a second', async () => {
    const { phone: peer, endpoint } = await connected({ frequency: 0 });
    await media.client.call('play', { endpoint, playback: 'p3', source: { files: ['music/hold'], loop: true } });
    await wait(100);
    peer.forget();
    await wait(2000);
    expect(Math.abs(peer.heard.length - 100)).toBeLessThanOrEqual(4);
    await media.client.call('stopPlay', { endpoint, playback: 'p3' });
  });

  it('refuses a sound that does not exist, and the bridge stays', async () => {
    const { left } = await bridged({ frequency: 440 }, { frequency: 1500 });
    const source = { files: ['ja/nothing'], loop: false };
    const refused = media.client.call('play', { endpoint: left.endpoint, playback: 'p4', source });
    await expect(refused).rejects.toMatchObject({ code: 'unknown_sound' });
    await wait(300);
    expect(longestTone(left.phone.heardMulaw(), 1500)).toBeGreaterThan(150);
  });
});

describe('commands', () => {
  it.each([
    ['closeEndpoint', { endpoint: 'nobody' }, 'unknown_endpoint'],
    ['closeBridge', { bridge: 'nobody' }, 'unknown_bridge'],
    ['stopRecording', { recording: 'nobody' }, 'unknown_recording'],
    ['createRtpEndpoint', { endpoint: '', remote: null }, 'bad_command'],
    ['createWebrtcEndpoint', { endpoint: 'w', offerSdp: 'nonsense' }, 'bad_sdp'],
  ] as const)('refuses %s of what is not there', async (command, args, code) => {
    await expect(media.client.call(command, args as never)).rejects.toMatchObject({ code });
  });

  it('refuses an id that is taken', async () => {
    const { endpoint } = await connected({ frequency: 0 });
    const again = media.client.call('createRtpEndpoint', { endpoint, remote: null });
    await expect(again).rejects.toMatchObject({ code: 'already_exists' });
  });
});
